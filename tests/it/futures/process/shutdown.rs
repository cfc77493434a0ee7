//! Twins of CPython's `test_shutdown.py` on processes.

use std::time::Duration;

use batteries::concurrent::futures::{Shutdown, SubmitErrorKind, TaskError};

use super::super::{at_once, bounded};
use super::desk::{self, Desk};
use super::{described, occupy, worker_death, workers};

fn absolute(n: i32) -> i32 {
    n.abs()
}

const ABSOLUTE: [i32; 10] = [5, 4, 3, 2, 1, 0, 1, 2, 3, 4];

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_hang_issue12364` (case 53).
#[test]
fn every_result_is_ready_after_shutdown() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let futures = at_once((0..50).map(|n| pool.submit(absolute, n).unwrap()));
        pool.shutdown(Shutdown::Wait);
        assert!(futures.iter().all(|future| future.is_done()));
        assert!(futures.into_iter().all(|future| future.result().is_ok()));
    });
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_cancel_futures` (case 54).
#[test]
fn shutdown_cancels_what_has_not_started() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let desk = Desk::new();
        let (running, visitors) = occupy(&pool, 2, &desk);
        let queued = at_once((0..48).map(|n| pool.submit(absolute, n).unwrap()));
        pool.shutdown(Shutdown::CancelPendingNoWait);
        assert!(queued.iter().all(|future| future.is_cancelled()));
        drop(visitors);
        pool.shutdown(Shutdown::Wait);
        assert!(running.into_iter().all(|future| future.result().is_ok()));
    });
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_hang_gh94440` (case 56).
#[test]
fn shutdown_after_a_cancelled_task_ends() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let future = pool.submit(absolute, 1).unwrap();
        let _ = future.cancel();
        pool.shutdown(Shutdown::Wait);
    });
}

/// CPython: `test_shutdown.py: ProcessPoolShutdownTest.test_processes_terminate` (case 64).
#[test]
fn all_workers_are_gone_after_shutdown() {
    batteries::init();
    bounded(|| {
        let pool = workers(3);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 3, &desk);
        let mut pids: Vec<_> = visitors.iter().map(|visitor| visitor.pid()).collect();
        let mut listed = pool.worker_pids();
        pids.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, pids);
        drop(visitors);
        pool.shutdown(Shutdown::Wait);
        assert!(tasks.into_iter().all(|task| task.result().is_ok()));
        assert!(pool.worker_pids().is_empty());
        for pid in pids {
            let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
            let gone = rustix::process::test_kill_process(pid).unwrap_err();
            assert_eq!(gone, rustix::io::Errno::SRCH, "reaped, not only ended");
        }
    });
}

/// CPython: `test_shutdown.py: ProcessPoolShutdownTest.test_context_manager_shutdown` (case 65) and `test_del_shutdown`
/// (case 66).
#[test]
fn dropping_the_pool_completes_the_map() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let results = pool.map(absolute, -5..5);
        drop(pool);
        assert_eq!(results.collect::<Result<Vec<_>, _>>().unwrap(), ABSOLUTE);
    });
}

/// CPython: `test_shutdown.py: ProcessPoolShutdownTest.test_shutdown_no_wait` (case 67).
#[test]
fn shutdown_without_waiting_returns_at_once_and_completes() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (running, visitors) = occupy(&pool, 1, &desk);
        let results = pool.map(absolute, -5..5);
        pool.shutdown(Shutdown::NoWait);
        assert!(!running[0].is_done(), "it returned first");
        assert_eq!(pool.submit(absolute, 1).unwrap_err().kind(), SubmitErrorKind::Shutdown);
        drop(visitors);
        assert_eq!(results.collect::<Result<Vec<_>, _>>().unwrap(), ABSOLUTE);
    });
}

/// CPython: `test_shutdown.py: ProcessPoolShutdownTest.test_shutdown_gh_132969_case_1` and `..._case_2` (cases 68 and 69, main):
/// an error, a worker for each task and a shutdown that does not wait.
#[test]
fn shutdown_ends_when_workers_retire_after_a_failure() {
    fn succeed_or_fail(n: i32) -> i32 {
        assert_ne!(n, 0, "planned");
        n
    }
    batteries::init();
    bounded(|| {
        for size in [2, 4] {
            let pool = described(size).max_tasks_per_child(1).build().unwrap();
            let failing = pool.submit(succeed_or_fail, 0).unwrap();
            let others = at_once((1..5).map(|n| pool.submit(succeed_or_fail, n).unwrap()));
            pool.shutdown(Shutdown::NoWait);
            assert!(matches!(failing.result(), Err(TaskError::Panicked(_))));
            for (n, future) in (1..).zip(others) {
                assert_eq!(future.result(), Ok(n));
            }
        }
    });
}

/// A shutdown may have a deadline; then the workers still have theirs.
#[test]
fn shutdown_with_a_deadline_gives_up_and_a_kill_does_not() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let stuck = pool.submit(desk::spin_at, desk.address()).unwrap();
        let _visitor = desk.next();
        let error = pool.shutdown_timeout(Shutdown::CancelPending, Duration::from_millis(10));
        assert_eq!(error.unwrap_err().threads, 1);
        pool.kill();
        worker_death(stuck.result());
        pool.shutdown_timeout(Shutdown::Wait, Duration::from_secs(50)).unwrap();
        assert!(pool.worker_pids().is_empty());
    });
}
