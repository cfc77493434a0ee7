//! What a queued future costs in memory.

use super::pools::{
    self, Batteries, Blocking, Hold, Pool, RayonOneshot, RustyPool, ThreadpoolOneshot, Tokio,
};
use super::{SCRIPT, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};
use crate::machine;

pub(super) fn case() -> Case {
    Case::new(
        "futures/memory",
        "Resident memory that a queued future adds: 1,000,000 tasks behind 2 blocked workers,\n\
         their handles held. A process per round.",
        "bytes/future",
        Better::Lower,
        Sizes { full: 1_000_000, smoke: 10_000 },
    )
    .child(Batteries::NAME, memory::<Batteries>)
    .child(RayonOneshot::NAME, memory::<RayonOneshot>)
    .child(ThreadpoolOneshot::NAME, memory::<ThreadpoolOneshot>)
    .child(RustyPool::NAME, memory::<RustyPool>)
    .child(Tokio::NAME, memory::<Tokio>)
    .child(Blocking::NAME, memory::<Blocking>)
    .python(SCRIPT, "memory", Sizes { full: 100_000, smoke: 1_000 })
}

fn memory<P: Pool>(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>()?;
    let hold = Hold::on(&pool);
    // Pages of the reserve that are not written yet are not resident: each handle counts as it comes.
    let mut handles = Vec::with_capacity(tasks as usize);
    let before = machine::resident_bytes()?;
    for task in 0..tasks {
        handles.push(pool.submit(move || task));
    }
    let after = machine::resident_bytes()?;
    hold.release(&pool);
    check(pool.sum(handles), sum_below(tasks))?;
    Ok((after as f64 - before as f64) / tasks as f64)
}
