//! Results in the order in which the tasks finish.

use std::time::Instant;

use batteries::concurrent::futures::as_completed;
use futures_lite::future::block_on;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::task::JoinSet;

use super::pools::{self, Batteries, Blocking, Pool, RayonOneshot, Tokio};
use super::{SCRIPT, nanos_each, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "futures/as_completed",
        "Submit 100,000 no-op tasks, then take their results as they complete; 2 workers.\n\
         The floor is one channel that all tasks send to: no handle, no cancel, no error.",
        "ns/future",
        Better::Lower,
        Sizes { full: 100_000, smoke: 500 },
    )
    .rounds(31)
    .here("batteries", batteries)
    .here("tokio", tokio_join_set)
    .here("tokio+futures-util", tokio_unordered)
    .here("rayon+oneshot+futures-util", rayon_unordered)
    .here("blocking+futures-util", blocking_unordered)
    .here("floor", channel)
    .python(SCRIPT, "as_completed", Sizes { full: 20_000, smoke: 100 })
    .also_against("batteries", "floor")
}

fn batteries(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<Batteries>()?;
    let mut futures = Vec::with_capacity(tasks as usize);
    let start = Instant::now();
    futures.extend((0..tasks).map(|task| pool.submit(move || task)));
    let sum: u64 = as_completed(futures).map(|future| pool.result(future)).sum();
    finish(start, tasks, sum)
}

/// tokio's own answer: a set of tasks that gives back whichever is next.
fn tokio_join_set(tasks: u64) -> Result<f64, Failure> {
    let Tokio(runtime) = &pools::start::<Tokio>()?;
    let start = Instant::now();
    let mut set = JoinSet::new();
    for task in 0..tasks {
        set.spawn_blocking_on(move || task, runtime.handle());
    }
    let sum = runtime.block_on(async {
        let mut sum = 0;
        while let Some(result) = set.join_next().await {
            sum += result.expect("the task returns");
        }
        sum
    });
    finish(start, tasks, sum)
}

fn tokio_unordered(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<Tokio>()?;
    let start = Instant::now();
    let futures: FuturesUnordered<_> = (0..tasks).map(|task| pool.submit(move || task)).collect();
    let sum =
        block_on(futures.fold(0, async |sum, result| sum + result.expect("the task returns")));
    finish(start, tasks, sum)
}

fn rayon_unordered(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<RayonOneshot>()?;
    let start = Instant::now();
    let futures: FuturesUnordered<_> =
        (0..tasks).map(|task| pool.submit(move || task).into_future()).collect();
    let sum =
        block_on(futures.fold(0, async |sum, result| sum + result.expect("the task returns")));
    finish(start, tasks, sum)
}

fn blocking_unordered(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<Blocking>()?;
    let start = Instant::now();
    let futures: FuturesUnordered<_> = (0..tasks).map(|task| pool.submit(move || task)).collect();
    let sum = block_on(futures.fold(0, async |sum, result| sum + result));
    finish(start, tasks, sum)
}

/// What a program does that needs no future: each task sends its value down one channel.
fn channel(tasks: u64) -> Result<f64, Failure> {
    let RayonOneshot(pool) = &pools::start::<RayonOneshot>()?;
    let start = Instant::now();
    let (sender, receiver) = crossbeam_channel::unbounded();
    for task in 0..tasks {
        let sender = sender.clone();
        pool.spawn(move || sender.send(task).expect("the receiver is there until all have sent"));
    }
    drop(sender);
    let sum = receiver.iter().sum();
    finish(start, tasks, sum)
}

fn finish(start: Instant, tasks: u64, sum: u64) -> Result<f64, Failure> {
    let elapsed = start.elapsed();
    check(sum, sum_below(tasks))?;
    Ok(nanos_each(elapsed, tasks))
}
