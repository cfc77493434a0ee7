//! One function over many items, the results in the order of the items.

use std::hint::black_box;
use std::time::Instant;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::pools::{self, Batteries, Pool, RayonOneshot};
use super::{SCRIPT, nanos_each, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};

/// Items per task of the chunked way.
const CHUNK: usize = 1_000;

pub(super) fn case() -> Case {
    Case::new(
        "futures/map",
        "Map x * 2 over 1,000,000 numbers and add the results up in input order; 2 workers.\n\
         A task per item: batteries, rayon+oneshot, cpython. Many items a task: batteries_chunked\n\
         (1,000), rayon (its parallel iterator).",
        "ns/item",
        Better::Lower,
        Sizes { full: 1_000_000, smoke: 2_000 },
    )
    .here("batteries", batteries)
    .here("batteries_chunked", batteries_chunked)
    .here("rayon", rayon_parallel_iterator)
    .here("rayon+oneshot", rayon_spawn)
    .python(SCRIPT, "map", Sizes { full: 20_000, smoke: 100 })
    .also_against("batteries", "rayon+oneshot")
}

/// The function that is mapped. Opaque to the optimiser, so that nobody's loop over the items
/// becomes one over vectors of them: what is measured is the handing out, for all alike.
fn double(x: u64) -> u64 {
    black_box(x) * 2
}

fn input(items: u64) -> Vec<u64> {
    (0..items).collect()
}

fn batteries(items: u64) -> Result<f64, Failure> {
    let Batteries(pool) = &pools::start()?;
    let input = input(items);
    let start = Instant::now();
    let results = pool.map(double, input);
    let sum = results.map(|result| result.expect("the task returns")).sum();
    finish(start, items, sum)
}

fn batteries_chunked(items: u64) -> Result<f64, Failure> {
    let Batteries(pool) = &pools::start()?;
    let input = input(items);
    let start = Instant::now();
    let results = pool.map_builder().chunk_size(CHUNK).map(double, input);
    let results = results.map_err(|error| Failure::Wrong(error.to_string()))?;
    let sum = results.map(|result| result.expect("the task returns")).sum();
    finish(start, items, sum)
}

fn rayon_parallel_iterator(items: u64) -> Result<f64, Failure> {
    let RayonOneshot(pool) = &pools::start()?;
    let input = input(items);
    let start = Instant::now();
    let results: Vec<u64> = pool.install(|| input.into_par_iter().map(double).collect());
    let sum = results.into_iter().sum();
    finish(start, items, sum)
}

fn rayon_spawn(items: u64) -> Result<f64, Failure> {
    let pool: RayonOneshot = pools::start()?;
    let input = input(items);
    let start = Instant::now();
    let handles: Vec<_> = input.into_iter().map(|x| pool.submit(move || double(x))).collect();
    let sum = pool.sum(handles);
    finish(start, items, sum)
}

fn finish(start: Instant, items: u64, sum: u64) -> Result<f64, Failure> {
    let elapsed = start.elapsed();
    check(sum, 2 * sum_below(items))?;
    Ok(nanos_each(elapsed, items))
}
