//! Throughput from one thread: all tasks are submitted, then all results taken.

use std::time::Instant;

use super::pools::{
    self, Batteries, Blocking, Pool, RayonOneshot, RustyPool, ThreadpoolOneshot, Tokio,
};
use super::{SCRIPT, nanos_each, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "futures/flood",
        "Submit 1,000,000 no-op tasks, then take the result of each; 2 workers.",
        "ns/task",
        Better::Lower,
        Sizes { full: 1_000_000, smoke: 1_000 },
    )
    .here(Batteries::NAME, flood::<Batteries>)
    .here(RayonOneshot::NAME, flood::<RayonOneshot>)
    .here(ThreadpoolOneshot::NAME, flood::<ThreadpoolOneshot>)
    .here(RustyPool::NAME, flood::<RustyPool>)
    .here(Tokio::NAME, flood::<Tokio>)
    .here(Blocking::NAME, flood::<Blocking>)
    .python(SCRIPT, "flood", Sizes { full: 20_000, smoke: 100 })
}

fn flood<P: Pool>(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>()?;
    let mut handles = Vec::with_capacity(tasks as usize);
    let start = Instant::now();
    for task in 0..tasks {
        handles.push(pool.submit(move || task));
    }
    let sum = pool.sum(handles);
    let elapsed = start.elapsed();
    check(sum, sum_below(tasks))?;
    Ok(nanos_each(elapsed, tasks))
}
