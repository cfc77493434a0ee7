//! The future's state machine and the pool's accounting under a model checker that chooses who runs next.
//!
//! Built only with `--cfg batteries_shuttle`, which puts the checker's locks, atomics, threads and channels under the
//! crate. Each scenario runs under random schedules and under ones with few, well-placed switches (PCT); a hang is found
//! as a deadlock, since no schedule lets time pass.
//!
//! `BATTERIES_SHUTTLE_ROUNDS` sets the number of schedules per scenario and scheduler (default 2,000).
#![cfg(batteries_shuttle)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use batteries::concurrent::futures::{
    Future, Promise, ReturnWhen, Shutdown, TaskError, ThreadPoolExecutor, WhenFull, as_completed,
    wait,
};
use shuttle::thread;

fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    let rounds = std::env::var("BATTERIES_SHUTTLE_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2_000);
    let scenario = Arc::new(scenario);
    let random = Arc::clone(&scenario);
    shuttle::check_random(move || random(), rounds);
    shuttle::check_pct(move || scenario(), rounds, 3);
}

fn pool(workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(workers).unwrap()
}

/// How often a task ran and its closure was dropped: each exactly once, in every schedule.
#[derive(Clone, Default)]
struct Ledger {
    ran: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

struct Entry(Ledger);

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

impl Ledger {
    fn task(&self) -> impl FnOnce() -> u8 + Send + 'static {
        let entry = Entry(self.clone());
        move || {
            entry.0.ran.fetch_add(1, Ordering::SeqCst);
            7
        }
    }

    fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    fn dropped(&self) -> usize {
        self.dropped.load(Ordering::SeqCst)
    }
}

#[test]
fn every_submitted_task_runs_once() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = pool(2);
        let futures: Vec<_> = (0..3).map(|_| pool.submit(ledger.task()).unwrap()).collect();
        for future in futures {
            assert_eq!(future.result().unwrap(), 7);
        }
        drop(pool);
        assert_eq!((ledger.ran(), ledger.dropped()), (3, 3));
    });
}

#[test]
fn two_submitters_never_strand_a_task() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = Arc::new(pool(2));
        let other = thread::spawn({
            let (pool, ledger) = (Arc::clone(&pool), ledger.clone());
            move || {
                pool.submit(ledger.task()).unwrap().result().unwrap();
                pool.submit(ledger.task()).unwrap().result().unwrap();
            }
        });
        pool.submit(ledger.task()).unwrap().result().unwrap();
        pool.submit(ledger.task()).unwrap().result().unwrap();
        other.join().unwrap();
        assert!(pool.metrics().threads <= 2);
        assert_eq!(ledger.ran(), 4);
    });
}

#[test]
fn a_caller_that_waits_for_each_result_is_served_by_one_thread() {
    explore(|| {
        let pool = pool(3);
        for _ in 0..3 {
            pool.submit(|| ()).unwrap().result().unwrap();
        }
        assert_eq!(pool.metrics().threads, 1);
        assert_eq!(pool.metrics().done, 3);
    });
}

#[test]
fn tasks_that_wait_for_each_other_get_a_thread_each() {
    explore(|| {
        let pool = pool(2);
        let (mut promise, signal) = Promise::new();
        // The first blocks its worker until the second has run: too few threads would hang.
        let first = pool.submit(move || signal.result().unwrap()).unwrap();
        let second = pool
            .submit(move || {
                promise.set_running();
                promise.set(Ok(1));
            })
            .unwrap();
        assert_eq!(first.result().unwrap(), 1);
        second.result().unwrap();
        assert_eq!(pool.metrics().threads, 2);
    });
}

#[test]
fn a_task_is_either_cancelled_or_run() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = pool(1);
        let future = pool.submit(ledger.task()).unwrap();
        let cancelled = future.cancel();
        if cancelled {
            assert_eq!((ledger.ran(), ledger.dropped()), (0, 1));
        }
        match future.result() {
            Ok(7) => assert!(!cancelled),
            Err(TaskError::Cancelled) => assert!(cancelled),
            other => panic!("{other:?}"),
        }
        drop(pool);
        assert_eq!((ledger.ran(), ledger.dropped()), (usize::from(!cancelled), 1));
    });
}

#[test]
fn a_cancelled_task_never_keeps_the_next_from_running() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = pool(2);
        let first = pool.submit(ledger.task()).unwrap();
        let second = pool.submit(ledger.task()).unwrap();
        let cancelled = usize::from(first.cancel());
        let third = pool.submit(ledger.task()).unwrap();
        second.result().unwrap();
        third.result().unwrap();
        drop(first);
        drop(pool);
        assert_eq!((ledger.ran(), ledger.dropped()), (3 - cancelled, 3));
    });
}

#[test]
fn callbacks_are_called_once_whoever_completes() {
    explore(|| {
        let called = Arc::new(AtomicUsize::new(0));
        let pool = pool(1);
        let future = pool.submit(|| 1).unwrap();
        for _ in 0..2 {
            let called = Arc::clone(&called);
            future.add_done_callback(move |_| {
                called.fetch_add(1, Ordering::SeqCst);
            });
        }
        future.cancel();
        drop(future);
        drop(pool);
        assert_eq!(called.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn a_callback_may_wait_for_the_next_task_of_its_pool() {
    explore(|| {
        let pool = Arc::new(pool(2));
        let (promise, signal) = Promise::new();
        let (gate, opened) = Promise::new();
        let first = pool.submit(move || opened.result().unwrap()).unwrap();
        first.add_done_callback(move |_| assert_eq!(signal.result().unwrap(), 5));
        gate.set(Ok(()));
        let second = pool.submit(move || promise.set(Ok(5))).unwrap();
        first.result().unwrap();
        second.result().unwrap();
    });
}

#[test]
fn a_callback_that_comes_late_finds_its_worker_without_the_next_task() {
    explore(|| {
        let pool = Arc::new(pool(2));
        let (promise, signal) = Promise::new();
        let first = pool.submit(|| ()).unwrap();
        // Queued behind the first: its worker may have it in hand when the callback comes.
        let second = pool.submit(move || promise.set(Ok(5))).unwrap();
        first.add_done_callback(move |_| assert_eq!(signal.result().unwrap(), 5));
        first.result().unwrap();
        second.result().unwrap();
    });
}

#[test]
fn a_dropped_future_leaves_nothing_behind() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = pool(1);
        let value = Entry(ledger.clone());
        let future = pool.submit(move || value).unwrap();
        drop(future);
        drop(pool);
        assert_eq!(ledger.dropped(), 1);
    });
}

#[test]
fn a_chain_ends_whoever_cancels() {
    explore(|| {
        let pool = pool(1);
        let doubled = pool.submit(|| 21).unwrap().then(|n| n.map(|n| n * 2));
        let canceller = thread::spawn({
            let doubled = doubled.shared();
            let handle = doubled.clone();
            move || {
                handle.cancel();
                doubled
            }
        });
        let doubled = canceller.join().unwrap();
        match doubled.result() {
            Ok(Ok(42)) | Err(TaskError::Cancelled) | Ok(Err(TaskError::Cancelled)) => {}
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_chain_is_run_in_place_through_its_source() {
    explore(|| {
        let pool = Arc::new(pool(1));
        let inner = Arc::clone(&pool);
        let outer = pool
            .submit(move || {
                let one = inner.submit(|| 1).unwrap();
                one.then(|n| n.unwrap() + 1).then(|n| n.unwrap() + 1).result().unwrap()
            })
            .unwrap();
        assert_eq!(outer.result().unwrap(), 3);
    });
}

#[test]
fn a_circle_through_a_chain_is_seen() {
    explore(|| {
        let refused = Arc::new(AtomicUsize::new(0));
        let pool = pool(2);
        let mut outboxes = Vec::new();
        let mut futures = Vec::new();
        for _ in 0..2 {
            let (outbox, inbox) = shuttle::sync::mpsc::channel::<Future<()>>();
            let (inbox, refused) = (shuttle::sync::Mutex::new(inbox), Arc::clone(&refused));
            let task = move || {
                let other = inbox.into_inner().unwrap().recv().unwrap();
                if let Err(TaskError::WouldDeadlock) = other.result() {
                    refused.fetch_add(1, Ordering::SeqCst);
                }
            };
            outboxes.push(outbox);
            futures.push(pool.submit(task).unwrap().then(|_| ()));
        }
        for outbox in outboxes {
            outbox.send(futures.pop().unwrap()).unwrap();
        }
        drop(pool);
        assert_eq!(refused.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn wait_sees_every_completion() {
    explore(|| {
        let pool = pool(2);
        let futures: Vec<Future<u8>> = (0..3).map(|n| pool.submit(move || n).unwrap()).collect();
        futures[1].cancel();
        let first = wait(&futures, ReturnWhen::FirstCompleted);
        assert!(!first.done.is_empty());
        let all = wait(&futures, ReturnWhen::AllCompleted);
        assert_eq!((all.done.len(), all.not_done.len()), (3, 0));
    });
}

#[test]
fn as_completed_yields_each_future_once() {
    explore(|| {
        let pool = pool(2);
        let futures: Vec<_> = (0..3u8).map(|n| pool.submit(move || n).unwrap()).collect();
        let mut seen: Vec<u8> = as_completed(futures).map(|f| f.result().unwrap()).collect();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2]);
    });
}

#[test]
fn one_worker_runs_what_its_task_waits_for() {
    explore(|| {
        let pool = Arc::new(pool(1));
        let inner = Arc::clone(&pool);
        let outer = pool
            .submit(move || {
                let a = inner.submit(|| 1).unwrap();
                let b = inner.submit(|| 2).unwrap();
                // The pool may be dropped here, by its own worker.
                drop(inner);
                b.result().unwrap() + a.result().unwrap()
            })
            .unwrap();
        assert_eq!(outer.result().unwrap(), 3);
    });
}

#[test]
fn two_workers_may_run_what_they_wait_for_or_leave_it() {
    explore(|| {
        let pool = Arc::new(pool(2));
        let inner = Arc::clone(&pool);
        let outer = pool
            .submit(move || {
                let parts: Vec<_> = (0..2).map(|n| inner.submit(move || n).unwrap()).collect();
                as_completed(parts).map(|f| f.result().unwrap()).sum::<i32>()
            })
            .unwrap();
        assert_eq!(outer.result().unwrap(), 1);
        pool.shutdown(Shutdown::Wait);
        assert_eq!((pool.metrics().done, pool.metrics().queued), (3, 0));
    });
}

#[test]
fn a_circle_of_waits_is_an_error_for_one_of_them() {
    explore(|| {
        let refused = Arc::new(AtomicUsize::new(0));
        let pool = pool(2);
        let mut outboxes = Vec::new();
        let mut futures = Vec::new();
        for _ in 0..2 {
            let (outbox, inbox) = shuttle::sync::mpsc::channel::<Future<()>>();
            let (inbox, refused) = (shuttle::sync::Mutex::new(inbox), Arc::clone(&refused));
            let task = move || {
                let other = inbox.into_inner().unwrap().recv().unwrap();
                if let Err(TaskError::WouldDeadlock) = other.result() {
                    refused.fetch_add(1, Ordering::SeqCst);
                }
            };
            outboxes.push(outbox);
            futures.push(pool.submit(task).unwrap());
        }
        for outbox in outboxes {
            outbox.send(futures.pop().unwrap()).unwrap();
        }
        drop(pool);
        assert_eq!(refused.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn shutdown_loses_no_task_and_accepts_none() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = Arc::new(pool(2));
        let submitter = thread::spawn({
            let (pool, ledger) = (Arc::clone(&pool), ledger.clone());
            move || pool.submit(ledger.task()).ok()
        });
        pool.shutdown(Shutdown::Wait);
        let taken = submitter.join().unwrap();
        match taken {
            Some(future) => assert_eq!(future.result().unwrap(), 7),
            None => assert_eq!(ledger.ran(), 0),
        }
        assert_eq!(ledger.dropped(), 1);
    });
}

#[test]
fn cancelling_shutdown_ends_every_future() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = pool(1);
        let futures: Vec<_> = (0..3).map(|_| pool.submit(ledger.task()).unwrap()).collect();
        pool.shutdown(Shutdown::CancelPending);
        for future in futures {
            assert!(future.is_done());
            assert!(matches!(future.result(), Ok(7) | Err(TaskError::Cancelled)));
        }
        assert_eq!(ledger.dropped(), 3);
        assert_eq!(pool.metrics().threads, 0);
    });
}

#[test]
fn a_failing_initializer_fails_every_future() {
    explore(|| {
        let pool = ThreadPoolExecutor::builder()
            .max_workers(2)
            .initializer(|| Err::<(), _>("no"))
            .build()
            .unwrap();
        for _ in 0..2 {
            if let Ok(future) = pool.submit(|| ()) {
                assert!(matches!(future.result(), Err(TaskError::Broken(_))));
            }
        }
        pool.shutdown(Shutdown::Wait);
        assert!(pool.submit(|| ()).is_err());
    });
}

#[test]
fn a_full_queue_blocks_until_there_is_room() {
    explore(|| {
        let ledger = Ledger::default();
        let pool = Arc::new(
            ThreadPoolExecutor::builder()
                .max_workers(1)
                .queue_bound(1, WhenFull::Block)
                .build()
                .unwrap(),
        );
        let other = thread::spawn({
            let (pool, ledger) = (Arc::clone(&pool), ledger.clone());
            move || (0..2).for_each(|_| drop(pool.submit(ledger.task()).unwrap()))
        });
        let mine: Vec<_> = (0..2).map(|_| pool.submit(ledger.task()).unwrap()).collect();
        mine[1].cancel();
        other.join().unwrap();
        drop(mine);
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ledger.dropped(), 4);
        assert_eq!(pool.metrics().queued, 0);
    });
}

#[test]
fn a_promise_and_its_future_agree() {
    explore(|| {
        let (mut promise, future) = Promise::new();
        let producer = thread::spawn(move || {
            let started = promise.set_running();
            promise.set(Ok(3));
            started
        });
        let cancelled = future.cancel();
        let outcome = future.result();
        assert_eq!(producer.join().unwrap(), !cancelled);
        assert_eq!(outcome.is_ok(), !cancelled);
    });
}
