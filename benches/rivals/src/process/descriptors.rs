//! What a queue costs in descriptors of the process that owns the pool.

use super::pools::{Batteries, Hold, Pool, Procspawn};
use super::{WORKERS, sum_below, with_cpython};
use crate::case::{Better, Case, Failure, Sizes, check};
use crate::machine;

pub(super) fn case() -> Case {
    let case = Case::new(
        "process/fds_10k",
        "Open descriptors that a pool of 2 workers adds to its process while 10,000 calls are queued behind\n\
         calls that keep both workers.",
        "fds",
        Better::Lower,
        Sizes { full: 10_000, smoke: 300 },
    )
    .child(Batteries::NAME, descriptors::<Batteries>)
    // Three descriptors a call: 30,000 and a few, which not every machine allows a process.
    .child(Procspawn::NAME, descriptors::<Procspawn>);
    with_cpython(case, ["fork fds_10k", "spawn fds_10k"], Sizes { full: 10_000, smoke: 300 })
}

fn identity(x: u64) -> u64 {
    x
}

fn descriptors<P: Pool>(calls: u64) -> Result<f64, Failure> {
    let few = calls / 100;
    machine::allow_descriptors(P::DESCRIPTORS * few + 64)?;
    let allowed = machine::allow_all_descriptors()?;
    let before = machine::open_descriptors()?;
    let pool = P::new()?;
    let hold = Hold::on(&pool)?;
    let added = || {
        // The workers that are held have a connection to this process each.
        machine::open_descriptors().map(|now| now - before - WORKERS as u64)
    };
    let submit = |call| pool.submit(identity, call);

    // A pool that runs out of them may well panic: a few calls tell what all will need.
    let mut handles: Vec<_> = (0..few).map(submit).collect();
    let first = added()?;
    let needed = before + first * (calls / few);
    let outcome = if needed <= allowed {
        handles.extend((few..calls).map(submit));
        added()
    } else {
        Err(Failure::CannotRun(format!(
            "{few} queued calls take {first} descriptors; {calls} would need about {needed}, and {allowed} are allowed here"
        )))
    };
    hold.release(&pool)?;
    let queued = handles.len() as u64;
    let sum: u64 = handles.into_iter().map(|handle| pool.result(handle)).sum();
    check(sum, sum_below(queued))?;
    outcome.map(|count| count as f64)
}
