//! What a pool costs that has almost nothing to do.

use std::thread;
use std::time::{Duration, Instant};

use super::pools::{
    self, Batteries, Blocking, Pool, RayonOneshot, RustyPool, ThreadpoolOneshot, Tokio,
};
use super::{SCRIPT, sum_below};
use crate::case::{Better, Case, Failure, Sizes, check};
use crate::machine;

/// One task each.
const TICK: Duration = Duration::from_millis(1);

pub(super) fn case() -> Case {
    // Fifteen rounds of 700 ticks: ten seconds of traffic for each.
    let sizes = Sizes { full: 700, smoke: 20 };
    Case::new(
        "futures/idle_cpu",
        "User and system time of a process that submits a task every millisecond and waits for its\n\
         result, in percent of one cpu; 2 workers; 10 s in all, a process per round.\n\
         The floor runs the task itself: it only keeps the time.",
        "%",
        Better::Lower,
        sizes,
    )
    .child(Batteries::NAME, idle_cpu::<Batteries>)
    .child(RayonOneshot::NAME, idle_cpu::<RayonOneshot>)
    .child(ThreadpoolOneshot::NAME, idle_cpu::<ThreadpoolOneshot>)
    .child(RustyPool::NAME, idle_cpu::<RustyPool>)
    .child(Tokio::NAME, idle_cpu::<Tokio>)
    .child(Blocking::NAME, idle_cpu::<Blocking>)
    .child("floor", |ticks| measure(ticks, |tick| tick))
    .python(SCRIPT, "idle_cpu", sizes)
    .also_against(Batteries::NAME, "floor")
}

fn idle_cpu<P: Pool>(ticks: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>()?;
    measure(ticks, |tick| pool.result(pool.submit(move || tick)))
}

/// Calls `work` every millisecond, and returns the share of the time that the process was running.
fn measure(ticks: u64, work: impl Fn(u64) -> u64) -> Result<f64, Failure> {
    let mut sum = 0;
    let used_before = machine::cpu_time()?;
    let start = Instant::now();
    let mut due = start;
    for tick in 0..ticks {
        due += TICK;
        // Late already: the next task follows at once, so that all have the same number of them.
        thread::sleep(due.saturating_duration_since(Instant::now()));
        sum += work(tick);
    }
    let elapsed = start.elapsed();
    let used = machine::cpu_time()? - used_before;
    check(sum, sum_below(ticks))?;
    Ok(used.as_secs_f64() / elapsed.as_secs_f64() * 100.0)
}
