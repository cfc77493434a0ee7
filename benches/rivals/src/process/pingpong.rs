//! The round trip: a call is sent to another process and its result waited for, one at a time.

use std::time::Instant;

use super::pools::{self, Batteries, Pool, Procspawn};
use super::{micros_each, sum_below, with_cpython};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    let case = Case::new(
        "process/pingpong",
        "Submit a call that returns its u64 and wait for the result, one at a time; 2 workers, idle before each call.",
        "us",
        Better::Lower,
        Sizes { full: 3_000, smoke: 20 },
    )
    .rounds(31)
    .child(Batteries::NAME, pingpong::<Batteries>)
    .child(Procspawn::NAME, pingpong::<Procspawn>);
    with_cpython(case, ["fork pingpong", "spawn pingpong"], Sizes { full: 1_000, smoke: 20 })
}

fn identity(x: u64) -> u64 {
    x
}

fn pingpong<P: Pool>(calls: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>(1)?;
    let start = Instant::now();
    let mut sum = 0;
    for call in 0..calls {
        sum += pool.result(pool.submit(identity, call));
    }
    let elapsed = start.elapsed();
    check(sum, sum_below(calls))?;
    Ok(micros_each(elapsed, calls))
}
