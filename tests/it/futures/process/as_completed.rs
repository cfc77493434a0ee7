//! Twins of CPython's `test_as_completed.py` on processes, alone and mixed with threads.

use std::time::Duration;

use batteries::concurrent::futures::{Future, ThreadPoolExecutor, WaitTimeout, as_completed};

use super::super::{Gate, at_once, bounded, cancelled, failed, finished};
use super::desk::{self, Desk};
use super::{occupy, workers};

/// CPython: `test_as_completed.py: AsCompletedTests.test_no_timeout` (case 79).
#[test]
fn every_future_is_yielded_once() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let futures: Vec<(_, Future<u64>)> = vec![
            (0, cancelled()),
            (1, failed("before")),
            (2, finished(4)),
            (3, pool.submit(super::pow, (2, 21)).unwrap()),
            (4, pool.submit(super::pow, (7, 6)).unwrap()),
        ];
        let mut keys: Vec<_> = as_completed(futures).map(|(key, _)| key).collect();
        // Those that were done before come first.
        keys[3..].sort_unstable();
        assert_eq!(keys, [0, 1, 2, 3, 4]);
    });
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_future_times_out` (case 80) and
/// `test_correct_timeout_exception_msg` (case 83).
#[test]
fn timeout_comes_after_everything_that_is_done() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        for timeout in [Duration::ZERO, Duration::from_millis(100)] {
            let (mut tasks, visitors) = occupy(&pool, 1, &desk);
            let futures = [finished(1), finished(2), tasks.remove(0), failed("x")];
            let mut completed = as_completed(futures).timeout(timeout);
            assert_eq!(completed.by_ref().take(3).filter(Result::is_ok).count(), 3);
            let error = completed.next().unwrap().unwrap_err();
            assert_eq!(error, WaitTimeout { unfinished: 1, total: 4 });
            assert_eq!(error.to_string(), "1 (of 4) futures unfinished");
            assert!(completed.next().is_none());
            drop(visitors);
        }
    });
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_duplicate_futures` (case 81).
#[test]
fn duplicates_are_yielded_once() {
    batteries::init();
    bounded(|| {
        let future = workers(1).submit(desk::pid, ()).unwrap();
        assert_eq!(as_completed([&future, &future, &future]).count(), 1);
    });
}

/// Each future comes at its own completion, whichever kind of worker completes it.
#[test]
fn threads_and_processes_complete_together() {
    batteries::init();
    bounded(|| {
        let (processes, threads) = (workers(2), ThreadPoolExecutor::new(1).unwrap());
        let (desk, gate) = (Desk::new(), Gate::new());
        let (tasks, mut visitors) = occupy(&processes, 2, &desk);
        let event = gate.event();
        let thread = threads.submit(move || {
            event.wait();
            0
        });
        let futures = at_once(tasks.into_iter().chain([thread.unwrap()]));
        let mut completed = as_completed(futures);
        let first = visitors.remove(0);
        let pid = first.pid();
        drop(first);
        assert_eq!(completed.next().unwrap().result(), Ok(pid));
        gate.open();
        assert_eq!(completed.next().unwrap().result(), Ok(0));
        let last = visitors.remove(0);
        let pid = last.pid();
        drop(last);
        assert_eq!(completed.next().unwrap().result(), Ok(pid));
        assert!(completed.next().is_none());
    });
}

/// Futures of several pools at once, among them those of workers that die.
#[test]
fn deaths_are_completions() {
    fn die_if(odd: u32) -> u32 {
        if odd % 2 == 1 {
            std::process::abort();
        }
        odd
    }
    batteries::init();
    bounded(|| {
        let pools = [workers(1), workers(2)];
        let futures = (0..8).map(|n| (n, pools[n as usize / 4].submit(die_if, n).unwrap()));
        let mut died = Vec::new();
        for (n, future) in as_completed(at_once(futures)) {
            match future.result() {
                Ok(value) => assert_eq!(value, n),
                Err(_) => died.push(n),
            }
        }
        died.sort_unstable();
        assert_eq!(died, [1, 3, 5, 7]);
    });
}
