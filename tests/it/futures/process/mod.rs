//! The tests of `ProcessPoolExecutor` that need no program of their own; `tests/processes/` has the others.
//!
//! Each runs its workers as this test binary, told to run that one test: `batteries::init()` is its first line.

use std::fmt;

use batteries::concurrent::futures::{
    Future, ProcessPoolBuilder, ProcessPoolExecutor, TaskError, WorkerDeath,
};

mod desk;
mod trap;

mod as_completed;
mod deadlock;
mod executor;
mod initializer;
mod payload;
mod pool;
mod shutdown;
mod wait;

use desk::{Desk, Visitor};

/// A pool of so many workers.
fn workers(n: usize) -> ProcessPoolExecutor {
    ProcessPoolExecutor::new(n).unwrap()
}

/// What is to become a pool of so many workers.
fn described(n: usize) -> ProcessPoolBuilder {
    ProcessPoolExecutor::builder().max_workers(n)
}

/// Starts `n` tasks that wait at the desk, and returns when all of them run.
fn occupy(pool: &ProcessPoolExecutor, n: usize, desk: &Desk) -> (Vec<Future<u32>>, Vec<Visitor>) {
    let tasks = (0..n).map(|_| pool.submit(desk::wait_at, desk.address()).unwrap()).collect();
    (tasks, desk.take(n))
}

fn pow((base, exponent): (u64, u32)) -> u64 {
    base.pow(exponent)
}

fn divmod((a, b): (i32, i32)) -> (i32, i32) {
    (a.div_euclid(b), a.rem_euclid(b))
}

#[track_caller]
fn worker_death<T: fmt::Debug>(result: Result<T, TaskError>) -> WorkerDeath {
    match result {
        Err(TaskError::WorkerDied(death)) => death,
        other => panic!("expected the death of a worker, got {other:?}"),
    }
}

#[track_caller]
fn assert_broken<T: fmt::Debug>(result: Result<T, TaskError>, reason: &str) {
    match result {
        Err(TaskError::Broken(text)) => assert!(text.contains(reason), "{text}"),
        other => panic!("expected a broken pool that says {reason:?}, got {other:?}"),
    }
}
