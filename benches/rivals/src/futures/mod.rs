//! `futures`: thread pools whose `submit` gives a handle that gives the value back.
//!
//! Every pool has [`WORKERS`] workers, every task returns a `u64`, every round adds the results up
//! and compares the sum. What is the same for all pools is written once over [`pools::Pool`].

mod as_completed;
mod flood;
mod idle_cpu;
mod map;
mod memory;
mod pingpong;
mod pools;
mod producers;

use std::time::Duration;

use crate::case::Case;

/// The workers of every pool, CPython's too.
const WORKERS: usize = 2;

/// The CPython side of all cases: one function per operation.
const SCRIPT: &str = include_str!("futures.py");

pub(crate) fn cases() -> Vec<Case> {
    vec![
        pingpong::case(),
        flood::case(),
        producers::case(),
        as_completed::case(),
        map::case(),
        memory::case(),
        idle_cpu::case(),
    ]
}

fn nanos_each(elapsed: Duration, tasks: u64) -> f64 {
    elapsed.as_nanos() as f64 / tasks as f64
}

/// The sum of `0..tasks`: what tasks that return their own number add up to.
fn sum_below(tasks: u64) -> u64 {
    (0..tasks).sum()
}
