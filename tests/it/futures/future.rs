//! Twins of CPython's `test_future.py`, and what a [`Future`] here has beyond it: `Promise`,
//! `then`, `SharedFuture`, structured panics.

use std::any::Any;
use std::cell::Cell;
use std::fmt::Debug;
use std::io;
use std::panic::{self, AssertUnwindSafe, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex, Weak};
use std::thread;
use std::time::Duration;

use batteries::concurrent::futures::{
    CancelToken, ClosureExecutor, Completed, Future, InlineExecutor, Map, Panic, Promise,
    ReturnWhen, SharedFuture, Shutdown, SubmitError, TaskError, ThreadPoolExecutor, TryError,
    WaitTimeout, wait,
};

use super::{
    Gate, OnDrop, assert_cancelled, assert_panicked, assert_passed, blocked, bounded, cancelled,
    failed, finished, here, in_child, occupy, pending, running,
};

/// What a done-callback saw.
#[derive(Debug, PartialEq)]
enum Seen {
    Success,
    Cancelled,
    Panicked(String),
    Broken(String),
}

fn look(completed: &Completed<'_>) -> Seen {
    match completed.exception() {
        None => {
            assert!(!completed.is_cancelled());
            Seen::Success
        }
        Some(TaskError::Cancelled) => {
            assert!(completed.is_cancelled());
            Seen::Cancelled
        }
        Some(TaskError::Panicked(panic)) => {
            assert!(!completed.is_cancelled());
            Seen::Panicked(panic.message().to_owned())
        }
        Some(TaskError::Broken(reason)) => Seen::Broken(reason.to_string()),
        Some(other) => panic!("unexpected outcome {other:?}"),
    }
}

/// Attaches a callback that reports what it saw.
fn watch<T>(future: &Future<T>) -> mpsc::Receiver<Seen> {
    let (seen, sees) = mpsc::channel();
    future.add_done_callback(move |completed| seen.send(look(completed)).unwrap());
    sees
}

fn doh<T: Send + 'static>() -> Result<T, TaskError> {
    Err(TaskError::Panicked(Panic::new("doh!")))
}

/// CPython: `test_future.py: FutureTests.test_done_callback_with_result`.
///
/// Differs: a callback sees the status only, so that the value can move to whoever asks for it;
/// `then` is the callback that gets the value.
#[test]
fn callback_sees_success_and_then_gets_the_result() {
    let (promise, future) = pending::<u32>();
    let seen = watch(&future);
    let (value, values) = mpsc::channel();
    let chained = future.then(move |result| value.send(result.unwrap()).unwrap());

    assert!(seen.try_recv().is_err());
    promise.set(Ok(5));
    // Callbacks run in `set`, in this thread, so both are there now.
    assert_eq!(seen.try_recv(), Ok(Seen::Success));
    assert_eq!(values.try_recv(), Ok(5));
    assert!(chained.is_done());
}

/// CPython: `test_future.py: FutureTests.test_done_callback_with_exception`.
#[test]
fn callback_sees_the_exception() {
    let (promise, future) = pending::<u32>();
    let seen = watch(&future);
    promise.set(Err(TaskError::Panicked(Panic::new("test"))));
    assert_eq!(seen.try_recv(), Ok(Seen::Panicked("test".into())));
}

/// CPython: `test_future.py: FutureTests.test_done_callback_with_cancel`.
#[test]
fn callback_sees_the_cancellation_in_the_cancelling_thread_once() {
    let (promise, future) = pending::<u32>();
    let (seen, sees) = mpsc::channel();
    future.add_done_callback(move |completed| {
        seen.send((thread::current().id(), look(completed))).unwrap();
    });
    assert!(future.cancel());
    assert!(future.cancel());
    drop(promise);
    assert_eq!(sees.iter().collect::<Vec<_>>(), [(thread::current().id(), Seen::Cancelled)]);
}

/// CPython: `test_future.py: FutureTests.test_done_callback_raises`.
#[test]
fn panicking_callback_is_reported_and_the_next_one_still_runs() {
    let child =
        in_child(here!("panicking_callback_is_reported_and_the_next_one_still_runs"), || {
            let (promise, future) = pending();
            let raised = Arc::new(AtomicUsize::new(0));
            let raising = Arc::clone(&raised);
            future.add_done_callback(move |_| {
                raising.fetch_add(1, Ordering::Relaxed);
                panic!("doh!");
            });
            let seen = watch(&future);
            promise.set(Ok(5));
            assert_eq!(raised.load(Ordering::Relaxed), 1);
            assert_eq!(seen.try_recv(), Ok(Seen::Success));
            assert_eq!(future.result().unwrap(), 5);
        });
    if let Some(output) = child {
        let (_, stderr) = assert_passed(&output);
        assert!(stderr.contains("doh!"), "{stderr}");
    }
}

/// CPython: `test_future.py: FutureTests.test_done_callback_already_successful`.
#[test]
fn callback_on_a_successful_future_runs_at_once() {
    assert_eq!(watch(&finished(5)).try_recv(), Ok(Seen::Success));
}

/// CPython: `test_future.py: FutureTests.test_done_callback_already_failed`.
#[test]
fn callback_on_a_failed_future_runs_at_once() {
    assert_eq!(watch(&failed::<u8>("test")).try_recv(), Ok(Seen::Panicked("test".into())));
}

/// CPython: `test_future.py: FutureTests.test_done_callback_already_cancelled`.
#[test]
fn callback_on_a_cancelled_future_runs_at_once() {
    assert_eq!(watch(&cancelled::<u8>()).try_recv(), Ok(Seen::Cancelled));
}

/// CPython: `test_future.py: FutureTests.test_done_callback_raises_already_succeeded`.
#[test]
fn panicking_callback_on_a_done_future_is_reported_and_swallowed() {
    let child =
        in_child(here!("panicking_callback_on_a_done_future_is_reported_and_swallowed"), || {
            let future = finished(5);
            future.add_done_callback(|_| panic!("doh!"));
            assert_eq!(future.result().unwrap(), 5);
        });
    if let Some(output) = child {
        let (_, stderr) = assert_passed(&output);
        assert!(stderr.contains("doh!"), "{stderr}");
    }
}

/// A cancellation calls back as a completion does, and a callback's panic is not the canceller's.
#[test]
fn panicking_callback_does_not_disturb_a_cancellation() {
    let (_promise, future) = pending::<u8>();
    future.add_done_callback(|_| panic!("doh!"));
    let seen = watch(&future);
    assert!(future.cancel());
    assert_eq!(seen.try_recv(), Ok(Seen::Cancelled));
}

#[test]
fn callbacks_run_in_the_order_of_adding() {
    let (promise, future) = pending();
    let order = Arc::new(Mutex::new(Vec::new()));
    for n in 0..10 {
        let order = Arc::clone(&order);
        future.add_done_callback(move |_| order.lock().unwrap().push(n));
    }
    promise.set(Ok(()));
    assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
    drop(future);
}

#[test]
fn callback_runs_in_the_completing_thread() {
    let pool = ThreadPoolExecutor::new(1).unwrap();
    let gate = Gate::new();
    let event = gate.event();
    let future = pool
        .submit(move || {
            event.wait();
            thread::current().id()
        })
        .unwrap();
    let (ran_in, runs) = mpsc::channel();
    future.add_done_callback(move |_| ran_in.send(thread::current().id()).unwrap());
    gate.open();
    assert_eq!(future.result().unwrap(), runs.recv().unwrap());
}

/// No lock is held while a callback runs: it can use the future it is called for.
#[test]
fn callback_can_use_its_own_future() {
    bounded(|| {
        let (promise, future) = pending::<u8>();
        let future = Arc::new(future);
        let (seen, sees) = mpsc::channel();
        let own = Arc::downgrade(&future);
        future.add_done_callback(move |_| {
            let own = Weak::upgrade(&own).unwrap();
            assert!(own.is_done() && !own.cancel() && own.exception().is_none());
            let nested = seen.clone();
            own.add_done_callback(move |completed| nested.send(look(completed)).unwrap());
            assert!(format!("{own:?}").contains("finished returned u8"));
            seen.send(Seen::Success).unwrap();
        });
        promise.set(Ok(1));
        assert_eq!(sees.iter().collect::<Vec<_>>(), [Seen::Success, Seen::Success]);
    });
}

/// CPython: `test_future.py: FutureTests.test_repr`.
#[test]
fn debug_is_what_repr_prints() {
    #[track_caller]
    fn check(future: &impl Debug, state: &str) {
        let text = format!("{future:?}");
        let rest = text.strip_prefix("<Future at 0x").expect(&text);
        let (address, rest) = rest.split_once(' ').expect(&text);
        let is_address =
            !address.is_empty() && address.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        assert!(is_address, "{text}");
        assert_eq!(rest, format!("state={state}>"));
    }
    let (_promise, future) = pending::<u8>();
    check(&future, "pending");
    let (_promise, future) = running::<u8>();
    check(&future, "running");
    check(&cancelled::<u8>(), "cancelled");
    check(&failed::<u8>("doh!"), "finished raised Panicked");
    let (promise, future) = pending::<u8>();
    drop(promise);
    check(&future, "finished raised Broken");
    check(&finished(42_u64), "finished returned u64");
    // A type without `Debug` has a future with one.
    struct Opaque;
    let text = format!("{:?}", finished(Opaque));
    assert!(text.contains("state=finished returned ") && text.contains("Opaque"), "{text}");
}

/// CPython: `test_future.py: FutureTests.test_cancel`, `test_cancelled`, `test_done` and
/// `test_running`, which go over the same states.
#[test]
fn the_truth_table_of_the_states() {
    #[derive(Debug, PartialEq)]
    struct State {
        cancelled: bool,
        done: bool,
        running: bool,
    }
    fn state(future: &Future<u8>) -> State {
        State {
            cancelled: future.is_cancelled(),
            done: future.is_done(),
            running: future.is_running(),
        }
    }
    #[track_caller]
    fn check(future: Future<u8>, before: State, cancel: bool, after: State) {
        assert_eq!(state(&future), before);
        assert_eq!(future.cancel(), cancel);
        assert_eq!(state(&future), after);
        // Asking twice changes nothing.
        assert_eq!(future.cancel(), cancel);
        assert_eq!(state(&future), after);
    }
    const PENDING: State = State { cancelled: false, done: false, running: false };
    const RUNNING: State = State { cancelled: false, done: false, running: true };
    const CANCELLED: State = State { cancelled: true, done: true, running: false };
    const FINISHED: State = State { cancelled: false, done: true, running: false };

    let (_promise, future) = pending();
    check(future, PENDING, true, CANCELLED);
    let (_promise, future) = running();
    check(future, RUNNING, false, RUNNING);
    check(cancelled(), CANCELLED, true, CANCELLED);
    check(failed("OSError"), FINISHED, false, FINISHED);
    check(finished(5), FINISHED, false, FINISHED);
}

/// CPython: `test_future.py: FutureTests.test_result_with_timeout`.
#[test]
fn result_with_timeout_zero_polls() {
    let (promise, future) = pending();
    let future = future.result_timeout(Duration::ZERO).expect_err("pending");
    let (_promise, started) = running::<u8>();
    let started = started.result_timeout(Duration::ZERO).expect_err("running");
    assert!(started.is_running());
    assert_cancelled(cancelled::<u8>().result_timeout(Duration::ZERO).expect("cancelled"));
    assert_panicked(
        failed::<u8>("OSError").result_timeout(Duration::ZERO).expect("failed"),
        "OSError",
    );
    assert_eq!(finished(42).result_timeout(Duration::ZERO).expect("finished").unwrap(), 42);
    // After a timeout the task goes on, and so does the handle.
    promise.set(Ok(7));
    assert_eq!(future.result().unwrap(), 7);
}

/// CPython: `test_future.py: FutureTests.test_result_with_success`.
#[test]
fn blocked_result_wakes_with_the_value() {
    bounded(|| {
        let (promise, future) = pending();
        let waiter = blocked(move || future.result());
        promise.set(Ok(42));
        assert_eq!(waiter.join().unwrap().unwrap(), 42);

        let (promise, future) = pending();
        let waiter = blocked(move || future.result_timeout(Duration::MAX));
        promise.set(Ok(43));
        assert_eq!(waiter.join().unwrap().expect("done in time").unwrap(), 43);
    });
}

/// CPython: `test_future.py: FutureTests.test_result_with_cancel`.
#[test]
fn blocked_result_wakes_with_the_cancellation() {
    bounded(|| {
        let (_promise, future) = pending::<u8>();
        let future = Arc::new(future);
        let other = Arc::clone(&future);
        let waiter = blocked(move || other.exception());
        assert!(future.cancel());
        assert!(matches!(waiter.join().unwrap(), Some(TaskError::Cancelled)));

        let (_promise, future) = pending::<u8>();
        let future = future.shared();
        let other = future.clone();
        let waiter = blocked(move || other.result().copied().map_err(Clone::clone));
        assert!(future.cancel());
        assert_cancelled(waiter.join().unwrap());
    });
}

/// CPython: `test_future.py: FutureTests.test_exception_with_timeout`.
#[test]
fn exception_with_timeout_zero_polls() {
    #[track_caller]
    fn check_timed_out(future: Future<u8>) {
        let timeout = future.exception_timeout(Duration::ZERO).expect_err("not done");
        assert_eq!((timeout.unfinished, timeout.total), (1, 1));
    }
    #[track_caller]
    fn check(future: Future<u8>, expected: fn(Option<TaskError>) -> bool) {
        assert!(expected(future.exception_timeout(Duration::ZERO).expect("done")));
        assert!(expected(future.exception()));
    }
    let (_promise, future) = pending();
    check_timed_out(future);
    let (_promise, future) = running();
    check_timed_out(future);
    check(cancelled(), |e| matches!(e, Some(TaskError::Cancelled)));
    check(
        failed("OSError"),
        |e| matches!(e, Some(TaskError::Panicked(p)) if p.message() == "OSError"),
    );
    check(finished(42), |e| e.is_none());
}

/// CPython: `test_future.py: FutureTests.test_exception_with_success`.
#[test]
fn blocked_exception_wakes_with_the_error() {
    bounded(|| {
        let (promise, future) = pending::<u8>();
        let waiter = blocked(move || future.exception());
        promise.set(doh());
        assert!(
            matches!(waiter.join().unwrap(), Some(TaskError::Panicked(p)) if p.message() == "doh!")
        );

        let (promise, future) = pending::<u8>();
        let waiter = blocked(move || future.exception_timeout(Duration::from_secs(3600)));
        promise.set(Ok(1));
        assert!(matches!(waiter.join().unwrap(), Ok(None)));
    });
}

/// CPython: `test_future.py: FutureTests.test_multiple_set_result` and
/// `test_multiple_set_exception`.
///
/// Differs: `Promise::set` takes the promise, so a second one does not compile. What is left of
/// `InvalidStateError` is a `set` after a cancellation, and there the first outcome stays.
#[test]
fn the_first_outcome_stays() {
    let (promise, future) = pending();
    promise.set(Ok(1));
    assert!(!future.cancel());
    assert!(future.is_done());
    assert_eq!(future.result().unwrap(), 1);

    let (promise, future) = pending::<u8>();
    promise.set(doh());
    assert!(!future.cancel());
    assert_panicked(future.result(), "doh!");

    for late in [Ok(1), doh()] {
        let (promise, future) = pending();
        let seen = watch(&future);
        assert!(future.cancel());
        promise.set(late);
        assert!(future.is_cancelled());
        assert_eq!(seen.iter().collect::<Vec<_>>(), [Seen::Cancelled]);
        assert_cancelled(future.result());
    }
}

/// `cancel` and `set` from two threads: one of them wins, and everybody agrees on which.
#[test]
fn cancel_and_set_race_to_one_outcome() {
    bounded(|| {
        for _ in 0..500 {
            let (promise, future) = pending();
            let seen = watch(&future);
            let start = Barrier::new(2);
            let cancelled = thread::scope(|s| {
                s.spawn(|| {
                    start.wait();
                    promise.set(Ok(3));
                });
                start.wait();
                future.cancel()
            });
            assert_eq!(future.is_cancelled(), cancelled);
            let expected = if cancelled { Seen::Cancelled } else { Seen::Success };
            assert_eq!(seen.iter().collect::<Vec<_>>(), [expected]);
            assert_eq!(future.result().is_ok(), !cancelled);
        }
    });
}

/// CPython: `test_future.py: FutureTests.test_get_snapshot` (newer than 3.14).
///
/// A shared future is how several threads look at one outcome; each look has to be whole.
#[test]
fn every_thread_reads_the_same_whole_outcome() {
    #[derive(Debug, PartialEq)]
    enum Snapshot {
        Open,
        Value(u32),
        Panicked(String),
        Cancelled,
    }
    fn snapshot(future: &SharedFuture<u32>) -> Snapshot {
        match future.result_timeout(Duration::ZERO) {
            Err(_) => Snapshot::Open,
            Ok(Ok(&value)) => Snapshot::Value(value),
            Ok(Err(TaskError::Panicked(panic))) => Snapshot::Panicked(panic.message().to_owned()),
            Ok(Err(TaskError::Cancelled)) => Snapshot::Cancelled,
            Ok(Err(other)) => panic!("{other:?}"),
        }
    }
    #[track_caller]
    fn check(complete: fn(Promise<u32>, &SharedFuture<u32>), expected: Snapshot) {
        let (promise, future) = pending();
        let future = future.shared();
        assert_eq!(snapshot(&future), Snapshot::Open);
        let start = Barrier::new(5);
        thread::scope(|s| {
            let readers: [_; 4] = std::array::from_fn(|_| {
                s.spawn(|| {
                    start.wait();
                    loop {
                        let seen = snapshot(&future);
                        if seen != Snapshot::Open {
                            assert!(future.is_done());
                            return seen;
                        }
                        assert!(!matches!(future.result_timeout(Duration::ZERO), Ok(Ok(0))));
                        thread::yield_now();
                    }
                })
            });
            start.wait();
            complete(promise, &future);
            for reader in readers {
                assert_eq!(reader.join().unwrap(), expected);
            }
        });
    }
    bounded(|| {
        check(|promise, _| promise.set(Ok(42)), Snapshot::Value(42));
        check(|promise, _| promise.set(doh()), Snapshot::Panicked("doh!".into()));
        check(|_, future| assert!(future.cancel()), Snapshot::Cancelled);
    });
}

#[test]
fn promise_learns_of_the_cancellation() {
    let (mut promise, future) = pending::<u8>();
    assert!(!promise.is_cancelled());
    assert!(future.cancel());
    assert!(promise.is_cancelled());
    assert!(!promise.set_running(), "a cancelled future does not start");
    assert!(future.is_cancelled() && !future.is_running());
    drop(promise);
    assert_cancelled(future.result());
}

#[test]
fn running_promise_cannot_be_cancelled() {
    let (promise, future) = running();
    assert!(future.is_running());
    assert!(!future.cancel());
    assert!(!future.is_cancelled());
    promise.set(Ok(1));
    assert_eq!(future.result().unwrap(), 1);
}

#[test]
fn promise_dropped_unset_breaks_its_future() {
    #[track_caller]
    fn check((promise, future): (Promise<u8>, Future<u8>)) {
        let seen = watch(&future);
        drop(promise);
        const REASON: &str = "the promise was dropped without a result";
        assert_eq!(seen.try_recv(), Ok(Seen::Broken(REASON.into())));
        assert!(future.is_done() && !future.is_cancelled());
        match future.result() {
            Err(TaskError::Broken(reason)) => assert_eq!(&*reason, REASON),
            other => panic!("{other:?}"),
        }
    }
    check(pending());
    check(running());
}

#[test]
fn promise_outlives_its_future() {
    let (mut promise, future) = pending();
    drop(future);
    assert!(!promise.is_cancelled(), "dropping a future detaches, it does not cancel");
    assert!(promise.set_running());
    let (gone, goes) = mpsc::channel();
    promise.set(Ok(OnDrop::new(move || gone.send(()).unwrap())));
    assert_eq!(goes.try_recv(), Ok(()), "nobody can ask for the value, so nobody keeps it");
}

#[test]
fn promise_set_after_cancel_drops_the_value() {
    let (promise, future) = pending();
    assert!(future.cancel());
    let (gone, goes) = mpsc::channel();
    promise.set(Ok(OnDrop::new(move || gone.send(()).unwrap())));
    assert_eq!(goes.try_recv(), Ok(()));
    drop(future);
}

/// The value is taken out, not copied: it ends where its taker ends it, and once.
#[test]
fn result_moves_the_value_out() {
    let drops = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&drops);
    let value = finished(OnDrop::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
    }))
    .result()
    .unwrap();
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    drop(value);
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

#[test]
fn result_flat_joins_the_two_errors() {
    let ok: Future<Result<u8, io::Error>> = finished(Ok(1));
    assert_eq!(ok.result_flat().unwrap(), 1);

    let returned: Future<Result<u8, io::Error>> = finished(Err(io::Error::other("disk full")));
    match returned.result_flat() {
        Err(error @ TryError::Returned(_)) => assert_eq!(error.to_string(), "disk full"),
        other => panic!("{other:?}"),
    }

    let panicked: Future<Result<u8, io::Error>> = failed("doh!");
    match panicked.result_flat() {
        Err(TryError::Task(TaskError::Panicked(panic))) => assert_eq!(panic.message(), "doh!"),
        other => panic!("{other:?}"),
    }

    fn question_mark() -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
        let cancelled: Future<Result<u8, io::Error>> = cancelled();
        Ok(cancelled.result_flat()?)
    }
    let error = question_mark().unwrap_err();
    assert!(error.is::<TryError<io::Error>>(), "{error:?}");
}

#[test]
fn then_chains_carry_the_value() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(2).unwrap();
        let mut future = pool.submit(|| 0_u64).unwrap();
        for _ in 0..1000 {
            future = future.then(|n| n.unwrap() + 1);
        }
        assert_eq!(future.result().unwrap(), 1000);
    });
}

#[test]
fn then_sees_every_outcome() {
    fn describe(result: Result<u8, TaskError>) -> String {
        match result {
            Ok(value) => format!("value {value}"),
            Err(TaskError::Panicked(panic)) => format!("panic {}", panic.message()),
            Err(TaskError::Cancelled) => "cancelled".into(),
            Err(other) => format!("{other:?}"),
        }
    }
    assert_eq!(finished(1).then(describe).result().unwrap(), "value 1");
    assert_eq!(failed("doh!").then(describe).result().unwrap(), "panic doh!");
    assert_eq!(cancelled().then(describe).result().unwrap(), "cancelled");
}

#[test]
fn panic_in_then_is_the_outcome_of_the_chained_future() {
    let chained = finished(1).then(|_| -> u8 { panic!("in then") });
    assert_panicked(chained.result(), "in then");

    let (promise, future) = pending::<u8>();
    let chained = future.then(|_| -> u8 { panic!("in then") });
    promise.set(Ok(1));
    assert_panicked(chained.result(), "in then");
}

/// However long, a chain needs no deeper stack.
#[test]
fn long_chain_completes_and_can_be_dropped() {
    fn chain(length: u32) -> (Promise<u32>, Future<u32>) {
        let (promise, mut future) = pending::<u32>();
        for _ in 0..length {
            future = future.then(|n| n.unwrap_or(0) + 1);
        }
        (promise, future)
    }
    bounded(|| {
        let (promise, future) = chain(100_000);
        promise.set(Ok(0));
        assert_eq!(future.result().unwrap(), 100_000);
        let (promise, future) = chain(100_000);
        assert!(future.cancel());
        assert!(promise.is_cancelled());
        let (promise, future) = chain(100_000);
        drop(future);
        promise.set(Ok(0));
        let (promise, future) = chain(100_000);
        drop(promise);
        assert_eq!(future.result().unwrap(), 100_000);
    });
}

/// Whatever runs while a chain goes on can wait for chains of its own.
#[test]
fn closure_in_a_chain_can_wait_for_another_chain() {
    bounded(|| {
        let (promise, future) = pending();
        let (inner, awaited) = pending();
        let awaited = awaited.then(|n| n.unwrap() + 1);
        let outer = future.then(|n| n.unwrap()).then(move |n| {
            inner.set(Ok(n.unwrap()));
            awaited.result().unwrap() + finished(10).then(|n| n.unwrap() + 1).result().unwrap()
        });
        promise.set(Ok(1));
        assert_eq!(outer.result().unwrap(), 13);
    });
}

#[test]
fn callback_in_a_chain_can_wait_for_another_chain() {
    bounded(|| {
        let (promise, future) = pending();
        let (inner, awaited) = pending();
        let awaited = awaited.then(|n| n.unwrap() + 1);
        let outer = future.then(|n: Result<i32, _>| n.unwrap());
        let (told, tells) = mpsc::channel();
        outer.add_done_callback(move |_| {
            told.send(finished(10).then(|n| n.unwrap() + 1).result()).unwrap();
            inner.set(Ok(1));
            told.send(awaited.result()).unwrap();
        });
        promise.set(Ok(1));
        let told: Vec<i32> = tells.iter().map(Result::unwrap).collect();
        assert_eq!(told, [11, 2]);
        assert_eq!(outer.result().unwrap(), 1);
    });
}

#[test]
fn destructor_in_a_chain_can_wait_for_another_chain() {
    bounded(|| {
        let (promise, future) = pending();
        let (told, tells) = mpsc::channel();
        drop(future.then(move |n: Result<i32, _>| {
            OnDrop::new(move || {
                told.send(finished(n).then(|n| n.unwrap().unwrap() + 1).result()).unwrap();
            })
        }));
        promise.set(Ok(1));
        assert_eq!(tells.recv().unwrap().unwrap(), 2);
    });
}

/// Cancelling the end of a chain cancels the work at its beginning, which nobody else can reach.
#[test]
fn cancel_through_a_then_chain() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let ran = Arc::new(AtomicUsize::new(0));
        let captured = Arc::new(());
        let (runs, held) = (Arc::clone(&ran), Arc::clone(&captured));
        let future = pool
            .submit(move || {
                runs.fetch_add(1, Ordering::Relaxed);
                drop(held);
            })
            .unwrap();
        let end = future.then(|result| result.is_ok()).then(|result| result.is_ok());
        assert!(!end.is_done());
        assert!(end.cancel());
        assert!(end.is_cancelled());
        assert_eq!(Arc::strong_count(&captured), 1, "the queued closure goes at once");
        assert_cancelled(end.result());
        gate.open();
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ran.load(Ordering::Relaxed), 0);
        drop(blockers);
    });
}

/// A task that has started is told through its token that nobody waits at the end of the chain.
#[test]
fn cancelled_chain_sets_the_token_of_its_running_task() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let (started, starts) = mpsc::channel();
        let (stopped, stops) = mpsc::channel();
        let chained = pool
            .submit_with_token(move |token| {
                started.send(()).unwrap();
                while !token.is_cancelled() {
                    thread::yield_now();
                }
                stopped.send(()).unwrap();
            })
            .unwrap()
            .then(|_| unreachable!("the chain is cancelled"));
        starts.recv().unwrap();
        assert!(chained.cancel());
        stops.recv().unwrap();
        assert_cancelled::<()>(chained.result());
    });
}

/// The other direction: what `shutdown` cancels at the beginning of a chain reaches its end.
#[test]
fn cancelled_beginning_of_a_chain_reaches_its_end() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let end = pool
            .submit(|| 1)
            .unwrap()
            .then(|result| result.is_err())
            .then(|result| result.unwrap());
        pool.shutdown(Shutdown::CancelPendingNoWait);
        assert!(end.result().unwrap(), "the first link saw the cancellation as an error");
        drop(blockers);
    });
}

#[test]
fn dropping_a_chained_future_leaves_the_chain_alone() {
    bounded(|| {
        let (promise, future) = pending();
        let (value, values) = mpsc::channel();
        drop(future.then(move |result: Result<u8, _>| value.send(result.unwrap()).unwrap()));
        promise.set(Ok(9));
        assert_eq!(values.recv(), Ok(9));
    });
}

#[test]
fn shared_future_is_read_from_many_threads() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let shared = pool
            .submit(move || {
                event.wait();
                vec![1, 2, 3]
            })
            .unwrap()
            .shared();
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let shared = shared.clone();
                blocked(move || shared.result().unwrap().as_ptr() as usize)
            })
            .collect();
        gate.open();
        let value = shared.result().unwrap();
        assert_eq!(value, &[1, 2, 3]);
        for reader in readers {
            assert_eq!(reader.join().unwrap(), value.as_ptr() as usize, "one value, never cloned");
        }
    });
}

#[test]
fn shared_future_hands_out_the_same_error_each_time() {
    let shared = failed::<u8>("doh!").shared();
    let clone = shared.clone();
    for future in [&shared, &clone, &shared] {
        match future.result() {
            Err(TaskError::Panicked(panic)) => assert_eq!(panic.message(), "doh!"),
            other => panic!("{other:?}"),
        }
    }
    assert!(shared.is_done() && !shared.is_running() && !shared.is_cancelled() && !shared.cancel());
}

#[test]
fn shared_future_times_out_and_goes_on() {
    let (promise, future) = pending();
    let shared = future.shared();
    let timeout: WaitTimeout = shared.result_timeout(Duration::ZERO).expect_err("pending");
    assert_eq!((timeout.unfinished, timeout.total), (1, 1));
    promise.set(Ok(4));
    assert_eq!(*shared.result_timeout(Duration::ZERO).expect("done").unwrap(), 4);
}

#[test]
fn any_clone_cancels_the_shared_future() {
    let (promise, future) = pending::<u8>();
    let shared = future.shared();
    assert!(shared.clone().cancel());
    assert!(shared.is_cancelled() && promise.is_cancelled());
    assert!(matches!(shared.result(), Err(TaskError::Cancelled)));
}

#[test]
fn shared_value_ends_with_its_last_handle() {
    let drops = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&drops);
    let shared = finished(OnDrop::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
    }))
    .then(|value| Mutex::new(value.unwrap()))
    .shared();
    let clone = shared.clone();
    drop(shared);
    assert!(clone.result().is_ok());
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    drop(clone);
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

fn panic_of<R: Debug + Send + 'static>(
    pool: &ThreadPoolExecutor,
    task: impl FnOnce() -> R + Send + 'static,
) -> Panic {
    match pool.submit(task).unwrap().result() {
        Err(TaskError::Panicked(panic)) => panic,
        other => panic!("the task panics, but got {other:?}"),
    }
}

#[test]
fn panic_message_of_every_payload() {
    let pool = ThreadPoolExecutor::new(1).unwrap();
    assert_eq!(panic_of(&pool, || panic!("a literal")).message(), "a literal");
    assert_eq!(panic_of(&pool, || panic!("number {}", 5)).message(), "number 5");
    assert_eq!(panic_of(&pool, || panic_any(String::from("a string"))).message(), "a string");
    assert_eq!(panic_of(&pool, || panic!("")).message(), "");
    // What std itself prints for a payload that is not text.
    assert_eq!(panic_of(&pool, || panic_any(42_i32)).message(), "Box<dyn Any>");
    let empty: Vec<u8> = Vec::new();
    let message = panic_of(&pool, move || empty[3]).message().to_owned();
    assert_eq!(message, "index out of bounds: the len is 0 but the index is 3");
}

#[test]
fn panic_names_its_place_and_its_thread() {
    let pool =
        ThreadPoolExecutor::builder().max_workers(1).thread_name_prefix("places").build().unwrap();
    let line = line!() + 1;
    let panic = panic_of(&pool, || panic!("here"));
    let location = panic.location().expect("a panic has a place");
    let column = location.strip_prefix(&format!("{}:{line}:", file!())).expect(location);
    assert!(column.parse::<u32>().is_ok_and(|column| column > 0), "{location}");
    assert_eq!(panic.thread(), Some("places_0"));
}

#[test]
fn panics_of_one_worker_are_not_mixed_up() {
    let pool = ThreadPoolExecutor::new(1).unwrap();
    let first = panic_of(&pool, || panic!("first"));
    // The second panic is caught inside the task, so it is no outcome.
    let caught = pool.submit(|| panic::catch_unwind(|| panic!("caught")).is_err()).unwrap();
    assert!(caught.result().unwrap());
    // And this one runs no panic hook, so there is no place to tell: not that of a former panic.
    let third = panic_of(&pool, || panic::resume_unwind(Box::new("third")));
    assert_eq!((first.message(), third.message()), ("first", "third"));
    assert!(first.location().is_some());
    assert_eq!(third.location(), None);
}

/// Destructors run between a panic and its end, and may run tasks on the way.
#[test]
fn panic_keeps_its_place_when_a_destructor_runs_a_task() {
    let pool = ThreadPoolExecutor::new(1).unwrap();
    let line = line!() + 5;
    let panic = panic_of(&pool, || {
        let _guard = OnDrop::new(|| {
            assert_eq!(InlineExecutor::new().submit(|| 1).unwrap().result().unwrap(), 1);
        });
        panic!("first");
    });
    assert_eq!(panic.message(), "first");
    assert!(
        panic.location().is_some_and(|place| place.contains(&format!(":{line}:"))),
        "{panic:?}"
    );
}

/// The child's environment asks for no backtraces, and they are not cheap.
#[test]
fn backtraces_are_not_captured_unasked() {
    let child = in_child(here!("backtraces_are_not_captured_unasked"), || {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        assert_eq!(panic_of(&pool, || panic!("without")).backtrace(), None);
        let pool = ThreadPoolExecutor::builder().capture_backtraces().build().unwrap();
        assert!(panic_of(&pool, || panic!("with")).backtrace().is_some());
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

/// The pool's hook stands in front of the program's, and silences nothing.
#[test]
fn panic_hook_of_the_program_is_still_called() {
    let child = in_child(here!("panic_hook_of_the_program_is_still_called"), || {
        let (called, calls) = mpsc::channel();
        let called = Mutex::new(called);
        panic::set_hook(Box::new(move |info| {
            let line = info.location().unwrap().line();
            called.lock().unwrap().send(line).unwrap();
        }));
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let _second_pool = ThreadPoolExecutor::new(1).unwrap();
        let line = line!() + 1;
        let panic = panic_of(&pool, || panic!("hooked"));
        assert!(panic.location().unwrap().contains(&format!(":{line}:")));
        assert_eq!(calls.try_iter().collect::<Vec<_>>(), [line], "once");

        // A hook that is put in place later and calls nobody loses the place, nothing else.
        let chained = panic::take_hook();
        panic::set_hook(Box::new(|_| ()));
        let panic = panic_of(&pool, || panic!("unhooked"));
        assert_eq!((panic.message(), panic.location()), ("unhooked", None));
        panic::set_hook(chained);
        assert!(panic_of(&pool, || panic!("hooked again")).location().is_some());
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

#[test]
fn backtraces_are_captured_when_asked_for() {
    let pool = ThreadPoolExecutor::builder().max_workers(1).capture_backtraces().build().unwrap();
    #[inline(never)]
    fn deep_in_the_task() -> u8 {
        panic!("with a trace")
    }
    let panic = panic_of(&pool, deep_in_the_task);
    let backtrace = panic.backtrace().expect("asked for");
    assert!(backtrace.contains("deep_in_the_task"), "{backtrace}");
}

#[test]
fn resume_unwind_keeps_the_payload() {
    #[derive(Debug, PartialEq)]
    struct Custom(u32);
    let pool = ThreadPoolExecutor::new(1).unwrap();
    let panic = panic_of(&pool, || panic_any(Custom(7)));
    let again = panic.clone();
    let payload: Box<dyn Any + Send> =
        panic::catch_unwind(AssertUnwindSafe(|| panic.resume_unwind())).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&Custom(7)));
    // There is one payload; whoever comes second still panics.
    assert!(panic::catch_unwind(AssertUnwindSafe(|| again.resume_unwind())).is_err());
}

#[test]
fn panic_can_be_made_from_a_payload() {
    assert_eq!(Panic::from_payload(Box::new("text")).message(), "text");
    assert_eq!(Panic::from_payload(Box::new(String::from("owned"))).message(), "owned");
    let panic = Panic::from_payload(Box::new(5_u8));
    assert_eq!(
        (panic.message(), panic.location(), panic.backtrace()),
        ("Box<dyn Any>", None, None)
    );
    let payload = panic::catch_unwind(AssertUnwindSafe(|| panic.resume_unwind())).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&5_u8));
}

/// A task that panics does not take its worker along.
#[test]
fn worker_survives_a_panic() {
    let pool = ThreadPoolExecutor::new(1).unwrap();
    let ids: Vec<_> = (0..3)
        .map(|_| {
            assert_eq!(panic_of(&pool, || panic!("again")).message(), "again");
            pool.submit(|| thread::current().id()).unwrap().result().unwrap()
        })
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(pool.metrics().threads, 1);
}

#[test]
fn running_task_learns_of_the_cancellation_through_its_token() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let (started, starts) = mpsc::channel();
        let future = pool
            .submit_with_token(move |token| {
                started.send(()).unwrap();
                while !token.is_cancelled() {
                    thread::yield_now();
                }
                "stopped early"
            })
            .unwrap();
        starts.recv().unwrap();
        assert!(!future.cancel(), "it runs, so it is not cancelled");
        assert!(!future.is_cancelled());
        assert_eq!(future.result().unwrap(), "stopped early");
    });
}

#[test]
fn task_with_a_token_is_a_task_like_any_other() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let captured = Arc::new(());
        let held = Arc::clone(&captured);
        let queued = pool.submit_with_token(move |_| drop(held)).unwrap();
        assert!(queued.cancel());
        assert_eq!(Arc::strong_count(&captured), 1);
        assert_cancelled(queued.result());
        gate.open();
        let token = pool.submit_with_token(|token| token.is_cancelled()).unwrap();
        assert!(!token.result().unwrap(), "each task has its own");
        pool.shutdown(Shutdown::Wait);
        let text = "mine".to_owned();
        let refused = pool.submit_with_token(move |_| text).unwrap_err();
        assert_eq!(refused.into_work()(CancelToken::new()), "mine");
        drop(blockers);
    });
}

#[test]
fn token_is_shared_by_its_clones() {
    let token = CancelToken::new();
    let clone = token.clone();
    assert!(!token.is_cancelled() && !clone.is_cancelled());
    clone.cancel();
    assert!(token.is_cancelled() && clone.is_cancelled());
}

/// Promises, futures of a pool and chains mix in one `wait`.
#[test]
fn promise_takes_part_in_wait() {
    bounded(|| {
        let (promise, future) = pending();
        let waiter = blocked(move || wait([future], ReturnWhen::AllCompleted));
        promise.set(Ok(6));
        let waited = waiter.join().unwrap();
        assert!(waited.not_done.is_empty());
        assert_eq!(waited.done.into_iter().next().unwrap().result().unwrap(), 6);
    });
}

/// A value may be `Send` and not `Sync`; the handle is both all the same.
#[test]
fn handles_cross_threads() {
    fn is_send_sync_unpin<T: Send + Sync + Unpin>() {}
    fn is_send<T: Send>() {}
    is_send_sync_unpin::<Future<Cell<u8>>>();
    is_send_sync_unpin::<SharedFuture<u8>>();
    is_send_sync_unpin::<ThreadPoolExecutor>();
    is_send_sync_unpin::<TaskError>();
    is_send_sync_unpin::<Panic>();
    is_send_sync_unpin::<CancelToken>();
    is_send_sync_unpin::<SubmitError<Cell<u8>>>();
    is_send::<Promise<Cell<u8>>>();
    is_send::<Map<Cell<u8>>>();
    // Unpin even where the value is not.
    is_send_sync_unpin::<Future<std::marker::PhantomPinned>>();
}

#[test]
fn task_error_prints_one_sentence_and_is_an_error() {
    fn text(error: impl std::error::Error + Clone + 'static) -> String {
        error.to_string()
    }
    #[track_caller]
    fn check(error: TaskError, part: &str) {
        let text = text(error);
        assert!(text.contains(part), "{text}");
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
        assert!(text.starts_with(char::is_lowercase), "{text}");
    }
    check(TaskError::Cancelled, "cancelled");
    check(TaskError::Panicked(Panic::new("doh!")), "doh!");
    check(TaskError::Broken("gone".into()), "gone");
    check(TaskError::WouldDeadlock, "never end");
    check(TaskError::TimedOut, "deadline");
    check(TaskError::WorkerLost("node 7".into()), "node 7");
    check(TaskError::UnknownTask("area".into()), "area");
    check(TaskError::Encode("a map".into()), "a map");
    check(TaskError::Decode("a map".into()), "a map");
}

/// A wait that is given up leaves nothing behind in the future.
#[test]
#[cfg(target_os = "linux")]
fn timed_out_wait_leaves_nothing_in_the_future() {
    let child = in_child(here!("timed_out_wait_leaves_nothing_in_the_future"), || {
        let (_promise, future) = pending::<u8>();
        let shared = pending::<u8>();
        let read = shared.1.shared();
        super::assert_steady_memory(|| {
            for _ in 0..20_000 {
                let timeout = Duration::from_nanos(1);
                assert!(future.exception_timeout(timeout).is_err());
                assert!(read.clone().result_timeout(timeout).is_err());
            }
        });
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}
