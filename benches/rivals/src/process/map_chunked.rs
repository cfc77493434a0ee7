//! One function over many items, a thousand a call, the results in the order of the items.

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::pools::{self, Batteries, Pool, Procspawn};
use super::{sum_below, with_cpython};
use crate::case::{Better, Case, Failure, Sizes, check};

/// Items per call.
const CHUNK: u64 = 1_000;

pub(super) fn case() -> Case {
    let case = Case::new(
        "process/map_chunked",
        "Map x * 2 over the numbers 0..1,000,000, 1,000 of them a call, and add the results up in input order; 2 workers.\n\
         procspawn has no map: its caller sends lists and a function over a list, and keeps 64 calls on their way.",
        "ns/item",
        Better::Lower,
        Sizes { full: 1_000_000, smoke: 10_000 },
    )
    .child(Batteries::NAME, batteries)
    .child(Procspawn::NAME, by_hand::<Procspawn>);
    let sizes = Sizes { full: 1_000_000, smoke: 10_000 };
    with_cpython(case, ["fork map_chunked", "spawn map_chunked"], sizes)
}

/// The function that is mapped. Opaque to the optimiser, so that no loop over the items becomes one over vectors of them.
fn double(x: u64) -> u64 {
    black_box(x) * 2
}

fn double_all(items: Vec<u64>) -> Vec<u64> {
    items.into_iter().map(double).collect()
}

fn batteries(items: u64) -> Result<f64, Failure> {
    let Batteries(pool) = &pools::start(1)?;
    let start = Instant::now();
    let results = pool.map_builder().chunk_size(CHUNK as usize).map(double, 0..items);
    let results = results.map_err(|error| Failure::Wrong(error.to_string()))?;
    let sum = results.map(|result| result.expect("the task returns")).sum();
    finish(start.elapsed(), items, sum)
}

/// Calls that are on their way at a time where the caller hands out the chunks. Twice as fast as all at once, for procspawn:
/// its calls wait in the kernel, each in sockets of its own.
const ON_THEIR_WAY: usize = 64;

/// What a user of a pool without a map writes.
fn by_hand<P: Pool>(items: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>(ON_THEIR_WAY as u64)?;
    let start = Instant::now();
    let mut handles = VecDeque::with_capacity(ON_THEIR_WAY);
    let mut sum = 0;
    let mut add_up = |results: Vec<u64>| sum += results.into_iter().sum::<u64>();
    for first in (0..items).step_by(CHUNK as usize) {
        if handles.len() == ON_THEIR_WAY
            && let Some(oldest) = handles.pop_front()
        {
            add_up(pool.result(oldest));
        }
        handles.push_back(pool.submit(double_all, (first..items.min(first + CHUNK)).collect()));
    }
    handles.into_iter().for_each(|handle| add_up(pool.result(handle)));
    finish(start.elapsed(), items, sum)
}

fn finish(elapsed: Duration, items: u64, sum: u64) -> Result<f64, Failure> {
    check(sum, 2 * sum_below(items))?;
    Ok(elapsed.as_nanos() as f64 / items as f64)
}
