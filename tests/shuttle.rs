//! The future's state machine, the pool's accounting and the caches under a model checker that chooses who runs next.
//!
//! Built only with `--cfg batteries_shuttle`, which puts the checker's locks, atomics, threads and channels under the
//! crate. Each scenario runs under random schedules and under ones with few, well-placed switches (PCT); a hang is found
//! as a deadlock, since no schedule lets time pass.
//!
//! `BATTERIES_SHUTTLE_ROUNDS` sets the number of schedules per scenario and scheduler (default 2,000).
#![cfg(batteries_shuttle)]

use std::hash::Hash;
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

/// A cache of `single_flight`, or without, as the attributes set it up.
mod memo {
    use super::*;
    use batteries::__private::functools::{
        Boarding, Bounded, Flights, Forever, Memo, Shared, Unbounded,
    };

    pub(super) type Plain = Memo<Shared<Bounded<u8, u8>>, Forever>;
    pub(super) type Flying = Memo<Shared<Flights<Unbounded<u8, u8>>>, Forever>;

    pub(super) fn plain(maxsize: usize) -> Arc<Plain> {
        Arc::new(Memo::new(Bounded::new(maxsize), Forever, false))
    }

    pub(super) fn flying() -> Arc<Flying> {
        Arc::new(Memo::new(Flights::new(Unbounded::new()), Forever, false))
    }

    /// What `#[lru_cache]` writes.
    pub(super) fn call(memo: &Plain, key: u8, function: impl FnOnce() -> u8) -> u8 {
        let hash = memo.hash(|state| key.hash(state));
        if let Some(value) = memo.lookup(hash, |stored| *stored == key, u8::clone) {
            return value;
        }
        let value = function();
        memo.store(hash, key, u8::eq, || value);
        value
    }

    /// What `#[lru_cache(single_flight)]` writes.
    pub(super) fn fly(memo: &Flying, key: u8, function: impl FnOnce() -> u8) -> u8 {
        let hash = memo.hash(|state| key.hash(state));
        match memo.board(hash, |stored| *stored == key, || key, u8::clone) {
            Boarding::Found(value) => value,
            Boarding::Lead(lead) => {
                let value = function();
                lead.land(&value, true, u8::eq, |value| Some(*value));
                value
            }
            Boarding::Alone(key) => {
                let value = function();
                memo.store(hash, key, u8::eq, || value);
                value
            }
        }
    }
}

#[test]
fn a_cache_loses_no_call_and_holds_no_more_than_it_may() {
    explore(|| {
        let memo = memo::plain(2);
        let other = thread::spawn({
            let memo = Arc::clone(&memo);
            move || [1, 2, 3, 1].map(|key| memo::call(&memo, key, || key * 2))
        });
        assert_eq!([3, 1, 1].map(|key| memo::call(&memo, key, || key * 2)), [6, 2, 2]);
        let info = memo.cache_info();
        assert!(info.currsize <= 2 && info.hits + info.misses <= 7);
        assert_eq!(other.join().unwrap(), [2, 4, 6, 2]);
        let info = memo.cache_info();
        assert_eq!((info.hits + info.misses, info.currsize), (7, 2));
    });
}

#[test]
fn a_clear_between_calls_counts_from_there() {
    explore(|| {
        let memo = memo::plain(2);
        let other = thread::spawn({
            let memo = Arc::clone(&memo);
            move || memo.cache_clear()
        });
        memo::call(&memo, 1, || 1);
        memo::call(&memo, 1, || 1);
        other.join().unwrap();
        let info = memo.cache_info();
        assert!(info.hits + info.misses <= 2 && info.currsize <= 1);
        memo::call(&memo, 1, || 1);
        assert_eq!(memo.cache_info().currsize, 1);
    });
}

#[test]
fn who_asks_for_what_is_computed_waits_for_it() {
    explore(|| {
        let memo = memo::flying();
        let computed = Arc::new(AtomicUsize::new(0));
        let ask = {
            let (memo, computed) = (Arc::clone(&memo), Arc::clone(&computed));
            move || {
                memo::fly(&memo, 1, || {
                    thread::yield_now();
                    computed.fetch_add(1, Ordering::SeqCst) as u8
                })
            }
        };
        let others = [(); 2].map(|()| thread::spawn(ask.clone()));
        assert_eq!(ask(), 0);
        for other in others {
            assert_eq!(other.join().unwrap(), 0);
        }
        assert_eq!(computed.load(Ordering::SeqCst), 1);
        let info = memo.cache_info();
        assert_eq!((info.hits, info.misses, info.currsize), (2, 1, 1));
    });
}

#[test]
fn a_flight_that_crashes_wakes_those_who_wait() {
    explore(|| {
        let memo = memo::flying();
        let first = Arc::new(AtomicUsize::new(0));
        let ask = {
            let memo = Arc::clone(&memo);
            move || {
                // A lead that is dropped without landing is what a panic makes of it.
                let hash = memo.hash(|state| 1_u8.hash(state));
                let key = || 1;
                match memo.board(hash, |stored| *stored == 1, key, u8::clone) {
                    batteries::__private::functools::Boarding::Lead(lead)
                        if first.fetch_add(1, Ordering::SeqCst) == 0 =>
                    {
                        thread::yield_now();
                        drop(lead);
                        None
                    }
                    batteries::__private::functools::Boarding::Lead(lead) => {
                        lead.land(&7, true, u8::eq, |value| Some(*value));
                        Some(7)
                    }
                    batteries::__private::functools::Boarding::Found(value) => Some(value),
                    batteries::__private::functools::Boarding::Alone(_) => {
                        unreachable!("no circle")
                    }
                }
            }
        };
        let others = [(); 2].map(|()| thread::spawn(ask.clone()));
        let mine = ask();
        let mut answers = vec![mine];
        answers.extend(others.map(|other| other.join().unwrap()));
        assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 1);
        assert!(answers.iter().flatten().all(|answer| *answer == 7));
        let info = memo.cache_info();
        assert_eq!((info.hits, info.misses, info.currsize), (1, 2, 1));
    });
}

#[test]
fn flights_in_a_circle_land() {
    explore(|| {
        let memo = memo::flying();
        let other = thread::spawn({
            let memo = Arc::clone(&memo);
            move || memo::fly(&memo, 2, || memo::fly(&memo, 1, || 10) + 1)
        });
        let mine = memo::fly(&memo, 1, || memo::fly(&memo, 2, || 20) + 1);
        let others = other.join().unwrap();
        // Whoever was first, whoever computed alone: all of it is what one of them would have computed.
        assert!([10, 11, 12, 20, 21, 22].contains(&mine), "{mine}");
        assert!([10, 11, 12, 20, 21, 22].contains(&others), "{others}");
        let info = memo.cache_info();
        assert_eq!(info.currsize, 2);
    });
}

#[test]
fn caches_whose_keys_ask_each_other_do_not_hang() {
    use batteries::__private::functools::{Bounded, Forever, Memo, Shared};
    explore(|| {
        let memos: Arc<[Memo<Shared<Bounded<u8, u8>>, Forever>; 2]> =
            Arc::new([(); 2].map(|()| Memo::new(Bounded::new(2), Forever, false)));
        // Comparing a key of one asks the other one, as the `Eq` of a user's key may.
        let ask = |memos: &[Memo<_, _>; 2], one: usize| {
            let (memo, other) = (&memos[one], &memos[1 - one]);
            let hash = memo.hash(|state| 1_u8.hash(state));
            let inner = other.hash(|state| 1_u8.hash(state));
            let is = |stored: &u8| {
                let answer = other.lookup(inner, |stored| *stored == 1, u8::clone);
                assert!(matches!(answer, Some(1) | None));
                *stored == 1
            };
            assert!(matches!(memo.lookup(hash, is, u8::clone), Some(1) | None));
        };
        for memo in memos.iter() {
            let hash = memo.hash(|state| 1_u8.hash(state));
            memo.store(hash, 1, u8::eq, || 1);
        }
        let other = thread::spawn({
            let memos = Arc::clone(&memos);
            move || ask(&memos, 0)
        });
        ask(&memos, 1);
        other.join().unwrap();
        let calls: u64 = memos.iter().map(|m| m.cache_info()).map(|i| i.hits + i.misses).sum();
        assert_eq!(calls, 4);
    });
}
