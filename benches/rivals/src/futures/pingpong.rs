//! The round trip: a task is submitted and its result waited for, one at a time.

use std::time::Instant;

use super::pools::{
    self, Batteries, Blocking, Pool, RayonOneshot, RustyPool, ThreadpoolOneshot, Tokio,
};
use super::{SCRIPT, nanos_each, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "futures/pingpong",
        "Submit a task and wait for its result, one at a time; 2 workers, idle before each task.",
        "us",
        Better::Lower,
        Sizes { full: 5_000, smoke: 20 },
    )
    .rounds(31)
    .here(Batteries::NAME, pingpong::<Batteries>)
    .here(RayonOneshot::NAME, pingpong::<RayonOneshot>)
    .here(ThreadpoolOneshot::NAME, pingpong::<ThreadpoolOneshot>)
    .here(RustyPool::NAME, pingpong::<RustyPool>)
    .here(Tokio::NAME, pingpong::<Tokio>)
    .here(Blocking::NAME, pingpong::<Blocking>)
    .python(SCRIPT, "pingpong", Sizes { full: 2_000, smoke: 20 })
}

fn pingpong<P: Pool>(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>()?;
    let start = Instant::now();
    let mut sum = 0;
    for task in 0..tasks {
        sum += pool.result(pool.submit(move || task));
    }
    let elapsed = start.elapsed();
    check(sum, sum_below(tasks))?;
    Ok(nanos_each(elapsed, tasks) / 1e3)
}
