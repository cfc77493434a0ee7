//! Throughput of small calls: all are submitted, then all results taken.

use std::time::Instant;

use super::pools::{self, Batteries, Pool, Procspawn};
use super::{micros_each, sum_below, with_cpython};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    let case = Case::new(
        "process/flood",
        "Submit 5,000 calls that return their u64, then take the result of each; 2 workers.",
        "us/task",
        Better::Lower,
        // procspawn holds three descriptors for each: more calls than these need more than many machines allow.
        Sizes { full: 5_000, smoke: 100 },
    )
    .child(Batteries::NAME, flood::<Batteries>)
    .child(Procspawn::NAME, flood::<Procspawn>);
    with_cpython(case, ["fork flood", "spawn flood"], Sizes { full: 5_000, smoke: 100 })
}

fn identity(x: u64) -> u64 {
    x
}

fn flood<P: Pool>(calls: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>(calls)?;
    let mut handles = Vec::with_capacity(calls as usize);
    let start = Instant::now();
    for call in 0..calls {
        handles.push(pool.submit(identity, call));
    }
    let sum: u64 = handles.into_iter().map(|handle| pool.result(handle)).sum();
    let elapsed = start.elapsed();
    check(sum, sum_below(calls))?;
    Ok(micros_each(elapsed, calls))
}
