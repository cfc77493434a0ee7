//! Throughput from several threads that submit to one pool.

use std::array;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use super::pools::{
    self, Batteries, Blocking, Pool, RayonOneshot, RustyPool, ThreadpoolOneshot, Tokio,
};
use super::{SCRIPT, nanos_each, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};

const PRODUCERS: u64 = 4;

pub(super) fn case() -> Case {
    Case::new(
        "futures/producers4",
        "4 threads submit 250,000 no-op tasks each to one pool, then take their results; 2 workers.",
        "ns/task",
        Better::Lower,
        Sizes { full: 250_000 * PRODUCERS, smoke: 250 * PRODUCERS },
    )
    .here(Batteries::NAME, producers::<Batteries>)
    .here(RayonOneshot::NAME, producers::<RayonOneshot>)
    .here(ThreadpoolOneshot::NAME, producers::<ThreadpoolOneshot>)
    .here(RustyPool::NAME, producers::<RustyPool>)
    .here(Tokio::NAME, producers::<Tokio>)
    .here(Blocking::NAME, producers::<Blocking>)
    .python(SCRIPT, "producers4", Sizes { full: 5_000 * PRODUCERS, smoke: 25 * PRODUCERS })
}

fn producers<P: Pool>(tasks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>()?;
    let share = tasks / PRODUCERS;
    let ready = Barrier::new(PRODUCERS as usize);
    let produce = |producer: u64| {
        let mut handles = Vec::with_capacity(share as usize);
        ready.wait();
        let start = Instant::now();
        for task in producer * share..(producer + 1) * share {
            handles.push(pool.submit(move || task));
        }
        let sum = pool.sum(handles);
        (sum, start, Instant::now())
    };
    let produced: [(u64, Instant, Instant); PRODUCERS as usize] = thread::scope(|scope| {
        let produce = &produce;
        // An array, because all must have started before the first is joined.
        let threads: [_; PRODUCERS as usize] =
            array::from_fn(|producer| scope.spawn(move || produce(producer as u64)));
        threads.map(|thread| thread.join().expect("a producer returns"))
    });
    // From the first who started to the last who finished: with fewer cores than threads a clock in
    // this thread would start late.
    let start = produced.iter().map(|&(_, start, _)| start).min().expect("there are producers");
    let end = produced.iter().map(|&(_, _, end)| end).max().expect("there are producers");
    check(produced.iter().map(|&(sum, ..)| sum).sum(), sum_below(share * PRODUCERS))?;
    Ok(nanos_each(end - start, share * PRODUCERS))
}
