//! Twins of CPython's `test_wait.py` on processes, alone and mixed with threads.

use std::sync::Arc;
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, ReturnWhen, TaskError, ThreadPoolExecutor, Waited, wait, wait_timeout,
};

use super::super::{Gate, at_once, bounded, cancelled, finished};
use super::desk::{self, Desk};
use super::{occupy, workers};

#[track_caller]
fn check<K: PartialEq + std::fmt::Debug, W>(
    waited: Waited<(K, W)>,
    done: impl IntoIterator<Item = K>,
    not_done: impl IntoIterator<Item = K>,
) {
    let keys = |futures: Vec<(K, W)>| futures.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys(waited.done), done.into_iter().collect::<Vec<_>>(), "done");
    assert_eq!(keys(waited.not_done), not_done.into_iter().collect::<Vec<_>>(), "not done");
}

/// A task that panics when it may go on.
fn fail_at(address: String) -> u32 {
    desk::wait_at(address);
    panic!("this is an exception")
}

/// CPython: `test_wait.py: WaitTests.test_20369` (case 70).
#[test]
fn future_given_twice_counts_once() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 1, &desk);
        let pair = [("first", &tasks[0]), ("again", &tasks[0])];
        check(wait_timeout(pair, ReturnWhen::AllCompleted, Duration::ZERO), [], ["first"]);
        drop(visitors);
        check(wait(pair, ReturnWhen::AllCompleted), ["first"], []);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_completed` (case 71) and `..._some_already_completed` (case 72).
#[test]
fn first_completed_returns_with_the_first() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let desk = Desk::new();
        let (tasks, mut visitors) = occupy(&pool, 2, &desk);
        let (first, first_pid) = (visitors.remove(0), tasks.len());
        assert_eq!(first_pid, 2);
        let released = first.pid();
        drop(first);
        let waited = wait(tasks, ReturnWhen::FirstCompleted);
        assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
        assert_eq!(waited.done.into_iter().next().unwrap().result(), Ok(released));
        let again = [("running", &waited.not_done[0]), ("cancelled", &cancelled())];
        check(wait(again, ReturnWhen::FirstCompleted), ["cancelled"], ["running"]);
        let again = [("finished", &finished(0)), ("running", &waited.not_done[0])];
        check(wait(again, ReturnWhen::FirstCompleted), ["finished"], ["running"]);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_exception` (case 73), `..._some_already_complete` (case 74) and
/// `..._one_already_failed` (case 75).
#[test]
fn first_exception_returns_at_the_task_that_fails() {
    batteries::init();
    bounded(|| {
        let pool = workers(3);
        let desk = Desk::new();
        let done = pool.submit(desk::pid, ()).unwrap();
        wait([&done], ReturnWhen::AllCompleted).done.clear();
        let (mut tasks, _visitors) = occupy(&pool, 1, &desk);
        let failing = pool.submit(fail_at, desk.address()).unwrap();
        drop(desk.next());
        let futures = [("done", &done), ("failing", &failing), ("running", &tasks[0])];
        check(wait(futures, ReturnWhen::FirstException), ["done", "failing"], ["running"]);
        // It is there already.
        check(wait(futures, ReturnWhen::FirstException), ["done", "failing"], ["running"]);
        // So is the death of a worker one.
        let dying = pool.submit(|()| -> u32 { std::process::abort() }, ()).unwrap();
        let futures = [("dying", &dying), ("running", &tasks[0])];
        check(wait(futures, ReturnWhen::FirstException), ["dying"], ["running"]);
        let running = tasks.remove(0);
        assert!(running.kill());
        assert!(matches!(running.result(), Err(TaskError::WorkerDied(_))));
    });
}

/// CPython: `test_wait.py: WaitTests.test_all_completed` (case 76).
#[test]
fn all_completed_counts_failed_and_cancelled_as_done() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let futures = [
            ("value", pool.submit(desk::pid, ()).unwrap()),
            ("panic", pool.submit(|()| panic!("a panic"), ()).unwrap()),
            ("death", pool.submit(|()| std::process::exit(1), ()).unwrap()),
            ("cancelled", cancelled()),
        ];
        let all = ["value", "panic", "death", "cancelled"];
        check(wait(futures, ReturnWhen::AllCompleted), all, []);
    });
}

/// CPython: `test_wait.py: WaitTests.test_timeout` (case 77).
#[test]
fn timeout_splits_and_is_no_error() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let desk = Desk::new();
        let (tasks, _visitors) = occupy(&pool, 1, &desk);
        let done = pool.submit(desk::pid, ()).unwrap();
        wait([&done], ReturnWhen::AllCompleted).done.clear();
        let futures = [("done", &done), ("running", &tasks[0])];
        let moment = Duration::from_millis(50);
        check(wait_timeout(futures, ReturnWhen::AllCompleted, moment), ["done"], ["running"]);
    });
}

/// Threads and processes in one wait: the futures are of one type.
#[test]
fn threads_and_processes_are_waited_for_together() {
    batteries::init();
    bounded(|| {
        let (processes, threads) = (workers(1), ThreadPoolExecutor::new(1).unwrap());
        let (desk, gate) = (Desk::new(), Gate::new());
        let (mut tasks, visitors) = occupy(&processes, 1, &desk);
        let event = gate.event();
        let thread: Future<u32> = threads
            .submit(move || {
                event.wait();
                0
            })
            .unwrap();
        let futures = [("process", tasks.remove(0)), ("thread", thread)];
        let waited = wait_timeout(futures, ReturnWhen::FirstCompleted, Duration::ZERO);
        assert!(waited.done.is_empty());
        gate.open();
        let waited = wait(waited.not_done, ReturnWhen::FirstCompleted);
        assert_eq!(waited.done[0].0, "thread");
        drop(visitors);
        check(wait(waited.not_done, ReturnWhen::AllCompleted), ["process"], []);
    });
}

/// A thread's task hands work to processes, and theirs to threads again: each waits for what another pool runs.
#[test]
fn tasks_of_one_kind_wait_for_the_other() {
    batteries::init();
    bounded(|| {
        let threads = ThreadPoolExecutor::new(2).unwrap();
        let processes = Arc::new(workers(2));
        let futures = at_once((0..8_u64).map(|n| {
            let processes = Arc::clone(&processes);
            threads
                .submit(move || processes.submit(super::pow, (n, 2)).unwrap().result().unwrap())
                .unwrap()
        }));
        let sum: u64 = futures.into_iter().map(|future| future.result().unwrap()).sum();
        assert_eq!(sum, 140);
        let chained = processes.submit(super::pow, (2, 3)).unwrap().then(|n| n.map(|n| n + 1));
        assert_eq!(chained.result().unwrap().unwrap(), 9);
    });
}
