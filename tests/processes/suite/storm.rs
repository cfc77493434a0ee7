//! Workers killed from outside, at any moment, one for every hundred tasks.

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use batteries::concurrent::futures::{ProcessPoolExecutor, TaskError, as_completed};

use super::books;

pub(super) const CASES: &[super::Case] = &[
    ("storm_ends_every_future_once", || storm(0)),
    ("storm_takes_nothing_from_retried_tasks", || storm(20)),
];

const DEFAULT_TASKS: usize = 4000;
const TASKS_A_KILL: usize = 100;
const WORKERS: usize = 3;

fn work(n: u64) -> u64 {
    // Long enough that a kill meets tasks more often than what is between them.
    (0..n % 5_000)
        .fold(n, |n, i| std::hint::black_box(n).wrapping_mul(6_364_136_223_846_793_005) ^ i)
}

fn storm(retries: usize) {
    let tasks = env::var("BATTERIES_PROCESSES_TASKS").map_or(DEFAULT_TASKS, |n| n.parse().unwrap());
    let pool = Arc::new(
        ProcessPoolExecutor::builder().max_workers(WORKERS).retry(retries).build().unwrap(),
    );
    let ended = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let killer = {
        let (pool, ended, over) = (Arc::clone(&pool), Arc::clone(&ended), Arc::clone(&over));
        thread::spawn(move || {
            let (mut draws, mut kills) = (0_u64, 0);
            let random = RandomState::new();
            while !over.load(Ordering::Relaxed) {
                // Tied to the work that is done: no machine is so slow that no worker ever gets to an answer.
                if ended.load(Ordering::Relaxed) < kills * TASKS_A_KILL {
                    thread::yield_now();
                    continue;
                }
                let pids = pool.worker_pids();
                draws += 1;
                let chosen = random.hash_one(draws) as usize;
                if let Some(&pid) = pids.get(chosen % pids.len().max(1)) {
                    // One that is dead already, and has not been found out, is no new kill.
                    if books::is_alive(pid) {
                        books::kill(pid);
                        kills += 1;
                    }
                }
            }
            kills
        })
    };
    let calls = Arc::new(AtomicUsize::new(0));
    let futures: Vec<_> = (0..tasks as u64)
        .map(|n| {
            let future = pool.submit(work, n).unwrap();
            let (ended, calls) = (Arc::clone(&ended), Arc::clone(&calls));
            future.add_done_callback(move |_| {
                ended.fetch_add(1, Ordering::Relaxed);
                calls.fetch_add(1, Ordering::Relaxed);
            });
            (n, future)
        })
        .collect();
    let (mut values, mut deaths) = (0, 0);
    for (n, future) in as_completed(futures) {
        match future.result() {
            Ok(value) => {
                assert_eq!(value, work(n));
                values += 1;
            }
            Err(TaskError::WorkerDied(death)) => {
                assert_eq!(death.signal(), Some(libc::SIGKILL), "{death}");
                deaths += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    over.store(true, Ordering::Relaxed);
    let kills = killer.join().unwrap();
    assert_eq!((values + deaths, calls.load(Ordering::Relaxed)), (tasks, tasks));
    assert!(kills >= tasks / TASKS_A_KILL, "{kills} kills");
    if retries > 0 {
        assert_eq!(deaths, 0, "every task was tried again");
    }
    let _ =
        writeln!(io::stdout(), "{tasks} tasks, {kills} kills: {values} values, {deaths} deaths");
}
