//! `process`: pools whose workers are processes, and whose `submit` takes a function and its argument.
//!
//! Every pool has [`WORKERS`] workers. Every round runs in a process of its own: it may ask for more descriptors and may
//! leave dead workers behind, and the other areas never see either. What is the same for all pools is written once over
//! [`pools::Pool`].

mod cold_start;
mod descriptors;
mod echo;
mod flood;
mod map_chunked;
mod pingpong;
mod pools;

use std::time::Duration;

use pools::{Batteries, Pool};

use crate::case::{Case, Sizes};

/// The workers of every pool, CPython's too.
const WORKERS: usize = 2;

/// The CPython side of all cases: one function per operation.
const SCRIPT: &str = include_str!("process.py");

pub(crate) fn cases() -> Vec<Case> {
    vec![
        pingpong::case(),
        flood::case(),
        map_chunked::case(),
        echo::case(),
        cold_start::case(),
        descriptors::case(),
    ]
}

/// Becomes a worker of the peer that started this process as one; comes back at once in every other.
pub(crate) fn init() {
    procspawn::init();
}

/// Adds CPython's pool with both ways to make its workers. `operations` are those of fork and of spawn.
fn with_cpython(case: Case, operations: [&'static str; 2], sizes: Sizes) -> Case {
    let [fork, spawn] = operations;
    case.python_named("cpython_fork", SCRIPT, fork, sizes)
        .python_named("cpython_spawn", SCRIPT, spawn, sizes)
        .also_against(Batteries::NAME, "cpython_fork")
        .also_against(Batteries::NAME, "cpython_spawn")
}

fn micros_each(elapsed: Duration, tasks: u64) -> f64 {
    elapsed.as_nanos() as f64 / 1e3 / tasks as f64
}

/// The sum of `0..tasks`: what tasks that return their own number add up to.
fn sum_below(tasks: u64) -> u64 {
    (0..tasks).sum()
}
