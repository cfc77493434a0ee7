//! Twins of CPython's `test_wait.py`, and what `wait` has beyond it: `FirstErr`, futures of any
//! kind and type in one call, order.

use std::fmt::Debug;
use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, Panic, ReturnWhen, Shutdown, TaskError, ThreadPoolExecutor, Waitable, Waited, scope,
    wait, wait_timeout,
};

use super::{
    Gate, assert_passed, blocked, bounded, cancelled, failed, finished, here, in_child, occupy,
    pending, running,
};

/// CPython's suite runs these cases on five workers.
fn executor() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(5).unwrap()
}

/// The futures are told apart by the names they were given with.
#[track_caller]
fn check<K: PartialEq + Debug, W>(
    waited: Waited<(K, W)>,
    done: impl IntoIterator<Item = K>,
    not_done: impl IntoIterator<Item = K>,
) {
    let keys = |futures: Vec<(K, W)>| futures.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys(waited.done), done.into_iter().collect::<Vec<_>>(), "done");
    assert_eq!(keys(waited.not_done), not_done.into_iter().collect::<Vec<_>>(), "not done");
}

/// CPython: `test_wait.py: WaitTests.test_20369`.
#[test]
fn future_given_twice_counts_once() {
    bounded(|| {
        let executor = executor();
        let gate = Gate::new();
        let event = gate.event();
        let future = executor.submit(move || event.wait()).unwrap();
        let pair = [("first", &future), ("again", &future)];
        check(wait_timeout(pair, ReturnWhen::AllCompleted, Duration::ZERO), [], ["first"]);
        gate.open();
        check(wait(pair, ReturnWhen::AllCompleted), ["first"], []);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_completed`.
///
/// Differs (`cpython #92001`): CPython leaves a future that is merely `CANCELLED` in `not_done`
/// until a worker comes across it. There is one cancelled state here, and it is done.
#[test]
fn first_completed_returns_with_the_first() {
    bounded(|| {
        let executor = executor();
        let gate = Gate::new();
        let event = gate.event();
        let multiplied = executor.submit(|| 21 * 2).unwrap();
        let busy = executor
            .submit(move || {
                event.wait();
                0
            })
            .unwrap();
        let futures = [("multiplied", &multiplied), ("busy", &busy)];
        check(wait(futures, ReturnWhen::FirstCompleted), ["multiplied"], ["busy"]);

        let cancelled = cancelled::<i32>();
        let futures = [("cancelled", &cancelled), ("busy", &busy)];
        check(wait(futures, ReturnWhen::FirstCompleted), ["cancelled"], ["busy"]);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_completed_some_already_completed`.
#[test]
fn first_completed_returns_at_once_with_those_already_done() {
    bounded(|| {
        let (_promise, open) = running();
        let futures = [("cancelled", cancelled()), ("successful", finished(42)), ("open", open)];
        check(wait(futures, ReturnWhen::FirstCompleted), ["cancelled", "successful"], ["open"]);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_exception`.
#[test]
fn first_exception_returns_at_the_task_that_fails() {
    bounded(|| {
        let executor = executor();
        let (gate, never) = (Gate::new(), Gate::new());
        let (event, late) = (gate.event(), never.event());
        let multiplied = executor.submit(|| 2 * 21).unwrap();
        let failing = executor
            .submit(move || -> i32 {
                event.wait();
                panic!("this is an exception")
            })
            .unwrap();
        let busy = executor
            .submit(move || {
                late.wait();
                0
            })
            .unwrap();
        assert!(multiplied.exception().is_none());
        let futures = [("multiplied", multiplied), ("failing", failing), ("busy", busy)];
        let waiter = blocked(move || wait(futures, ReturnWhen::FirstException));
        gate.open();
        check(waiter.join().unwrap(), ["multiplied", "failing"], ["busy"]);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_exception_some_already_complete`.
///
/// A cancelled future is no exception, and a success does not stop the wait either. Differs as
/// [`first_completed_returns_with_the_first`] does: CPython has the `CANCELLED` one in `not_done`.
#[test]
fn first_exception_waits_past_successes_and_cancellations() {
    bounded(|| {
        let (promise, failing) = pending::<i32>();
        let (_promise, busy) = pending();
        let futures = [
            ("successful", finished(42)),
            ("cancelled", cancelled()),
            ("failing", failing),
            ("busy", busy),
        ];
        let waiter = blocked(move || wait(futures, ReturnWhen::FirstException));
        assert!(!waiter.is_finished());
        promise.set(Err(TaskError::Panicked(Panic::new("ZeroDivisionError"))));
        check(waiter.join().unwrap(), ["successful", "cancelled", "failing"], ["busy"]);
    });
}

/// The same while it waits: only the failure ends it.
#[test]
fn first_exception_sleeps_through_successes_and_cancellations() {
    bounded(|| {
        let (to_succeed, succeeding) = pending::<i32>();
        let (_never, to_cancel) = pending();
        let to_cancel = Arc::new(to_cancel);
        let (to_fail, failing) = pending();
        let (_busy, busy) = pending();
        let cancel = Arc::clone(&to_cancel);
        let waiter = blocked(move || {
            let futures = [
                ("succeeding", &succeeding),
                ("cancelled", &to_cancel),
                ("failing", &failing),
                ("busy", &busy),
            ];
            let waited = wait(futures, ReturnWhen::FirstException);
            let names = |futures: Vec<(&'static str, &Future<i32>)>| {
                futures.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
            };
            (names(waited.done), names(waited.not_done))
        });
        to_succeed.set(Ok(1));
        waiter.settle();
        assert!(cancel.cancel());
        waiter.settle();
        assert!(!waiter.is_finished());
        to_fail.set(Err(TaskError::Panicked(Panic::new("now"))));
        let (done, not_done) = waiter.join().unwrap();
        assert_eq!(done, ["succeeding", "cancelled", "failing"]);
        assert_eq!(not_done, ["busy"]);
    });
}

/// CPython: `test_wait.py: WaitTests.test_first_exception_one_already_failed`.
#[test]
fn first_exception_returns_at_once_when_one_has_failed() {
    bounded(|| {
        let (_promise, busy) = running();
        let futures = [("failed", failed::<i32>("OSError")), ("busy", busy)];
        check(wait(futures, ReturnWhen::FirstException), ["failed"], ["busy"]);
    });
}

/// Without an exception it is `AllCompleted`, as CPython's documentation says.
#[test]
fn first_exception_without_one_waits_for_all() {
    bounded(|| {
        let executor = executor();
        let futures: Vec<_> = (0..10).map(|n| (n, executor.submit(move || n).unwrap())).collect();
        check(wait(futures, ReturnWhen::FirstException), 0..10, []);
    });
}

/// CPython: `test_wait.py: WaitTests.test_all_completed`.
#[test]
fn all_completed_counts_failed_and_cancelled_as_done() {
    bounded(|| {
        let executor = executor();
        let zero = std::hint::black_box(0);
        let dividing = executor.submit(move || 2 / zero).unwrap();
        let multiplying = executor.submit(|| 2 * 21).unwrap();
        let futures = [
            ("successful", finished(42)),
            ("cancelled", cancelled()),
            ("failed", failed("OSError")),
            ("dividing", dividing),
            ("multiplying", multiplying),
        ];
        check(
            wait(futures, ReturnWhen::AllCompleted),
            ["successful", "cancelled", "failed", "dividing", "multiplying"],
            [],
        );
    });
}

/// CPython: `test_wait.py: WaitTests.test_timeout`.
#[test]
fn timeout_splits_and_is_no_error() {
    bounded(|| {
        let (_promise, busy) = running();
        let futures = [
            ("cancelled", cancelled()),
            ("failed", failed("OSError")),
            ("successful", finished(42)),
            ("busy", busy),
        ];
        check(
            wait_timeout(futures, ReturnWhen::AllCompleted, Duration::from_millis(50)),
            ["cancelled", "failed", "successful"],
            ["busy"],
        );
    });
}

/// CPython: `test_wait.py: ThreadPoolWaitTests.test_pending_calls_race` (`bpo-14406`).
#[test]
fn many_tasks_released_together_are_all_counted() {
    bounded(|| {
        for _ in 0..20 {
            let executor = executor();
            let gate = Gate::new();
            let futures: Vec<_> = (0..100)
                .map(|n| {
                    let event = gate.event();
                    (n, executor.submit(move || event.wait()).unwrap())
                })
                .collect();
            gate.open();
            check(wait(futures, ReturnWhen::AllCompleted), 0..100, []);
        }
    });
}

#[test]
fn timeout_of_a_wait_may_be_of_any_length() {
    bounded(|| {
        let (promise, late) = pending();
        let waiter = blocked(move || {
            wait_timeout([("late", late)], ReturnWhen::AllCompleted, Duration::MAX)
        });
        promise.set(Ok(1));
        check(waiter.join().unwrap(), ["late"], []);
    });
}

#[test]
fn every_condition_returns_at_once_for_nothing() {
    bounded(|| {
        for when in [
            ReturnWhen::FirstCompleted,
            ReturnWhen::FirstException,
            ReturnWhen::FirstErr,
            ReturnWhen::AllCompleted,
        ] {
            check(wait(Vec::<((), Future<u8>)>::new(), when), [], []);
            check(wait_timeout(Vec::<((), Future<u8>)>::new(), when, Duration::ZERO), [], []);
        }
    });
}

#[test]
fn both_halves_keep_the_order_of_the_input() {
    bounded(|| {
        let (_promises, futures): (Vec<_>, Vec<_>) = (0..10)
            .map(|n| {
                let (promise, future) = pending();
                if n % 3 == 0 {
                    promise.set(Ok(n));
                    (None, (n, future))
                } else {
                    (Some(promise), (n, future))
                }
            })
            .unzip();
        let waited = wait_timeout(futures, ReturnWhen::AllCompleted, Duration::ZERO);
        check(waited, [0, 3, 6, 9], [1, 2, 4, 5, 7, 8]);
    });
}

/// A wait that timed out leaves the futures as they were, to be waited for again.
#[test]
fn wait_can_be_repeated_with_what_was_not_done() {
    bounded(|| {
        let (promises, mut left): (Vec<_>, Vec<_>) = (0..20).map(|_| pending()).unzip();
        for (n, promise) in promises.into_iter().enumerate() {
            promise.set(Ok(n));
            let waited = wait(left, ReturnWhen::FirstCompleted);
            let done = <[Future<usize>; 1]>::try_from(waited.done).unwrap();
            let [done] = done.map(|future| future.result().unwrap());
            assert_eq!(done, n);
            left = waited.not_done;
        }
        assert!(left.is_empty());
    });
}

#[test]
fn cancellation_wakes_a_wait_at_once() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let queued = Arc::new(executor.submit(|| ()).unwrap());
        let future = Arc::clone(&queued);
        let waiter =
            blocked(move || wait([&*future], ReturnWhen::AllCompleted).not_done.is_empty());
        assert!(queued.cancel());
        // The only worker is busy: nobody but the canceller can have woken it.
        assert!(waiter.join().unwrap());
        drop(blockers);
    });
}

/// What `cpython #92001` is about: a cancelled future that no worker ever comes across.
#[test]
fn cancelled_future_of_a_finished_executor_is_done() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let queued = executor.submit(|| ()).unwrap();
        executor.shutdown(Shutdown::CancelPendingNoWait);
        for when in
            [ReturnWhen::FirstCompleted, ReturnWhen::FirstException, ReturnWhen::AllCompleted]
        {
            check(wait([("queued", &queued)], when), ["queued"], []);
        }
        drop(blockers);
    });
}

#[test]
fn pools_promises_and_chains_are_waited_for_together() {
    bounded(|| {
        let (one, two) = (executor(), executor());
        let (promise, promised) = pending();
        let chained = two.submit(|| 20).unwrap().then(|n| n.unwrap() + 1);
        let gate = Gate::new();
        let event = gate.event();
        let futures = [
            ("one", one.submit(|| 1).unwrap()),
            (
                "two",
                two.submit(move || {
                    event.wait();
                    2
                })
                .unwrap(),
            ),
            ("promised", promised),
            ("chained", chained),
        ];
        let waiter = blocked(move || wait(futures, ReturnWhen::AllCompleted));
        promise.set(Ok(3));
        gate.open();
        check(waiter.join().unwrap(), ["one", "two", "promised", "chained"], []);
    });
}

#[test]
fn futures_of_different_types_are_waited_for_by_reference() {
    bounded(|| {
        let executor = executor();
        let number = executor.submit(|| 1_u8).unwrap();
        let text = executor.submit(|| "text".to_owned()).unwrap();
        let shared = executor.submit(|| vec![1, 2]).unwrap().shared();
        let (_promise, open) = pending::<()>();
        let all: [&dyn Waitable; 4] = [&number, &text, &shared, &open];
        let waited = wait_timeout(all, ReturnWhen::AllCompleted, Duration::ZERO);
        assert_eq!(waited.done.len() + waited.not_done.len(), 4);

        let finite: [&dyn Waitable; 3] = [&number, &text, &shared];
        assert_eq!(wait(finite, ReturnWhen::AllCompleted).done.len(), 3);
        // The references are gone, the futures are not.
        assert_eq!((number.result().unwrap(), text.result().unwrap()), (1, "text".to_owned()));

        let named: [(&str, &dyn Waitable); 2] = [("shared", &shared), ("open", &open)];
        check(wait(named, ReturnWhen::FirstCompleted), ["shared"], ["open"]);
    });
}

/// Two handles of a shared future are one future.
#[test]
fn clones_of_a_shared_future_count_once() {
    bounded(|| {
        let (promise, future) = pending();
        let shared = future.shared();
        let handles = [("first", shared.clone()), ("second", shared.clone()), ("third", shared)];
        let waiter = blocked(move || wait(handles, ReturnWhen::AllCompleted));
        promise.set(Ok(1));
        check(waiter.join().unwrap(), ["first"], []);
    });
}

#[test]
fn scoped_futures_mix_with_others() {
    bounded(|| {
        let data = [1, 2, 3];
        let executor = executor();
        scope(2, |s| {
            let sum = s.submit(|| data.iter().sum::<i32>());
            let outside = executor.submit(|| "outside").unwrap();
            let both: [(&str, &dyn Waitable); 2] = [("sum", &sum), ("outside", &outside)];
            check(wait(both, ReturnWhen::AllCompleted), ["sum", "outside"], []);
            assert_eq!(sum.result().unwrap(), 6);
        });
    });
}

#[test]
fn many_threads_wait_for_the_same_futures() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| pending()).unzip();
        let futures = Arc::new(futures);
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                let futures = Arc::clone(&futures);
                blocked(move || wait(&*futures, ReturnWhen::AllCompleted).done.len())
            })
            .collect();
        for promise in promises {
            promise.set(Ok(()));
        }
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), 10);
        }
    });
}

// --------------------------------------------------------------------------------------- FirstErr

type Outcome = io::Result<u32>;
type Aliased<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn disk_full<T>() -> io::Result<T> {
    Err(io::Error::other("disk full"))
}

#[test]
fn first_err_returns_at_an_err_inside() {
    bounded(|| {
        let (promise, failing) = pending::<Outcome>();
        let (_busy, busy) = pending();
        let futures = [("fine", finished(Ok(1))), ("failing", failing), ("busy", busy)];
        let waiter = blocked(move || wait(futures, ReturnWhen::FirstErr));
        assert!(!waiter.is_finished(), "an Ok inside does not stop the wait");
        promise.set(Ok(disk_full()));
        check(waiter.join().unwrap(), ["fine", "failing"], ["busy"]);
    });
}

#[test]
fn first_err_returns_at_once_with_an_err_that_is_there() {
    bounded(|| {
        let (_busy, busy) = pending::<Outcome>();
        let futures = [("failed", finished(disk_full())), ("busy", busy)];
        check(wait(futures, ReturnWhen::FirstErr), ["failed"], ["busy"]);
    });
}

#[test]
fn first_err_returns_at_a_failed_task_too() {
    bounded(|| {
        let (_busy, busy) = pending::<Outcome>();
        let futures = [("failed", failed("OSError")), ("busy", busy)];
        check(wait(futures, ReturnWhen::FirstErr), ["failed"], ["busy"]);
    });
}

/// `FirstException` is Python's: an `Err` that a task returns is a value like any other.
#[test]
fn first_exception_takes_an_err_inside_for_a_value() {
    bounded(|| {
        let (promise, late) = pending::<Outcome>();
        let futures = [("failed", finished(disk_full())), ("late", late)];
        let waiter = blocked(move || wait(futures, ReturnWhen::FirstException));
        assert!(!waiter.is_finished());
        promise.set(Ok(Ok(1)));
        check(waiter.join().unwrap(), ["failed", "late"], []);
    });
}

/// A value is an `Err` whatever its type is called.
#[test]
fn first_err_sees_through_type_aliases() {
    #[track_caller]
    fn check_is_err<T: Send + 'static>(err: T) {
        let (_busy, busy) = pending();
        let futures = [("failed", finished(err)), ("busy", busy)];
        check(wait(futures, ReturnWhen::FirstErr), ["failed"], ["busy"]);
    }
    bounded(|| {
        check_is_err::<Outcome>(disk_full());
        check_is_err::<io::Result<()>>(disk_full());
        check_is_err::<Aliased<String>>(Err("no".into()));
        check_is_err::<std::fmt::Result>(Err(std::fmt::Error));
        check_is_err::<Result<(), ()>>(Err(()));
        check_is_err::<Result<Vec<u8>, &'static str>>(Err("static"));
        check_is_err::<Result<Result<u8, u8>, TaskError>>(Err(TaskError::TimedOut));
        // No room for a tag of its own: the compiler hides it in the pointer.
        check_is_err::<Result<Box<u8>, ()>>(Err(()));
        check_is_err::<Result<std::convert::Infallible, u8>>(Err(1));
    });
}

/// Values that are no `Result` are never an error, however they look.
#[test]
fn first_err_takes_other_types_for_successes() {
    #[track_caller]
    fn check_is_success<T: Send + 'static>(value: T) {
        check(wait([("value", finished(value))], ReturnWhen::FirstErr), ["value"], []);
    }
    #[track_caller]
    fn check_waits_on<T: Send + 'static>(value: T, later: T) {
        let (promise, late) = pending();
        let futures = [("value", finished(value)), ("late", late)];
        let waiter = blocked(move || wait(futures, ReturnWhen::FirstErr));
        assert!(!waiter.is_finished());
        promise.set(Ok(later));
        check(waiter.join().unwrap(), ["value", "late"], []);
    }
    bounded(|| {
        check_is_success(1_u8);
        check_waits_on(None::<u8>, None);
        check_waits_on(false, false);
        check_waits_on(Some(disk_full::<u8>().is_err()), None);
        // The outer one counts.
        check_waits_on::<Result<Outcome, ()>>(Ok(disk_full()), Ok(Ok(1)));
    });
}

#[test]
fn first_err_sees_futures_of_every_kind() {
    bounded(|| {
        let executor = executor();
        let (_busy, busy) = pending::<Outcome>();
        let returned: Future<Outcome> = executor.submit(disk_full).unwrap();
        let futures = [("returned", &returned), ("busy", &busy)];
        check(wait(futures, ReturnWhen::FirstErr), ["returned"], ["busy"]);

        let chained = executor.submit(|| 1).unwrap().then(|_| disk_full::<u32>());
        let futures = [("chained", &chained), ("busy", &busy)];
        check(wait(futures, ReturnWhen::FirstErr), ["chained"], ["busy"]);

        let dynamic: [(&str, &dyn Waitable); 2] = [("returned", &returned), ("busy", &busy)];
        check(wait(dynamic, ReturnWhen::FirstErr), ["returned"], ["busy"]);

        let shared = executor.submit(|| Err::<u8, &str>("shared")).unwrap().shared();
        let dynamic: [(&str, &dyn Waitable); 2] = [("shared", &shared), ("busy", &busy)];
        check(wait(dynamic, ReturnWhen::FirstErr), ["shared"], ["busy"]);

        let reason = "borrowed".to_owned();
        scope(1, |s| {
            let scoped = s.submit(|| Err::<u8, &str>(&reason));
            let dynamic: [(&str, &dyn Waitable); 2] = [("scoped", &scoped), ("busy", &busy)];
            check(wait(dynamic, ReturnWhen::FirstErr), ["scoped"], ["busy"]);
        });
    });
}

/// Reading a shared result does not make it another one.
#[test]
fn first_err_sees_an_err_that_was_read_before() {
    bounded(|| {
        let (_busy, busy) = pending::<()>();
        let shared = finished(Err::<u8, &str>("read")).shared();
        assert_eq!(shared.result().unwrap(), &Err("read"));
        let futures: [(&str, &dyn Waitable); 2] = [("shared", &shared), ("busy", &busy)];
        check(wait(futures, ReturnWhen::FirstErr), ["shared"], ["busy"]);
    });
}

#[test]
fn first_exception_sees_a_panic_that_was_read_before() {
    bounded(|| {
        let (_busy, busy) = pending::<()>();
        let shared = failed::<u8>("read").shared();
        assert!(shared.result().is_err());
        for when in [ReturnWhen::FirstException, ReturnWhen::FirstErr] {
            let futures: [(&str, &dyn Waitable); 2] = [("shared", &shared), ("busy", &busy)];
            check(wait(futures, when), ["shared"], ["busy"]);
        }
    });
}

// ---------------------------------------------------------------------------------- registrations

/// A wait that ends early leaves nothing behind in the futures it gave up on.
#[test]
#[cfg(target_os = "linux")]
fn wait_that_timed_out_leaves_nothing_in_the_futures() {
    let child = in_child(here!("wait_that_timed_out_leaves_nothing_in_the_futures"), || {
        let (_promise, busy) = pending::<u8>();
        let poll = || {
            for _ in 0..10_000 {
                let waited = wait_timeout([&busy], ReturnWhen::AllCompleted, Duration::ZERO);
                assert_eq!(waited.not_done.len(), 1);
                let waited =
                    wait_timeout([&busy, &busy], ReturnWhen::FirstCompleted, Duration::ZERO);
                assert_eq!(waited.not_done.len(), 1);
            }
        };
        super::assert_steady_memory(poll);
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

/// The same with other futures that do end: `FirstCompleted` leaves the others.
#[test]
#[cfg(target_os = "linux")]
fn wait_that_ended_early_leaves_nothing_in_the_others() {
    let child = in_child(here!("wait_that_ended_early_leaves_nothing_in_the_others"), || {
        let (_promise, busy) = pending::<u8>();
        let (offered, offers) = mpsc::channel();
        let setter = std::thread::spawn(move || {
            for promise in offers {
                let promise: batteries::concurrent::futures::Promise<u8> = promise;
                promise.set(Ok(1));
            }
        });
        super::assert_steady_memory(|| {
            for _ in 0..10_000 {
                let (promise, quick) = pending();
                offered.send(promise).unwrap();
                let waited = wait([&busy, &quick], ReturnWhen::FirstCompleted);
                assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
            }
        });
        drop(offered);
        setter.join().unwrap();
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}
