//! From no pool to the first result.

use std::time::Instant;

use super::pools::{Batteries, Pool, Procspawn};
use super::with_cpython;
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    let case = Case::new(
        "process/cold_start",
        "Build a pool of 2 workers, submit a call and wait for its result; then, not timed, close the pool.\n\
         The first pool of a process: a process per round. CPython has imported what it needs before.",
        "ms",
        Better::Lower,
        Sizes { full: 1, smoke: 1 },
    )
    .rounds(31)
    .child(Batteries::NAME, cold_start::<Batteries>)
    .child(Procspawn::NAME, cold_start::<Procspawn>);
    with_cpython(case, ["fork cold_start", "spawn cold_start"], Sizes { full: 1, smoke: 1 })
}

fn identity(x: u64) -> u64 {
    x
}

fn cold_start<P: Pool>(argument: u64) -> Result<f64, Failure> {
    let start = Instant::now();
    let pool = P::new()?;
    let value = pool.result(pool.submit(identity, argument));
    let elapsed = start.elapsed();
    drop(pool);
    check(value, argument)?;
    Ok(elapsed.as_secs_f64() * 1e3)
}
