//! Twins of CPython's `test_as_completed.py`, and what `as_completed` has beyond it: keys, futures
//! of any type, the unfinished ones back.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, Promise, Shutdown, TaskError, ThreadPoolExecutor, WaitTimeout, Waitable, as_completed,
    scope,
};

use super::{
    Gate, assert_panicked, blocked, bounded, cancelled, failed, finished, occupy, pending, running,
};

/// CPython's suite runs these cases on five workers.
fn executor() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(5).unwrap()
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_no_timeout`.
#[test]
fn every_future_is_yielded_once() {
    bounded(|| {
        let executor = executor();
        let futures = [
            ("cancelled", cancelled()),
            ("failed", failed("OSError")),
            ("successful", finished(42)),
            ("one", executor.submit(|| 2 * 21).unwrap()),
            ("two", executor.submit(|| 7 * 6).unwrap()),
        ];
        let mut yielded: Vec<_> = as_completed(futures)
            .map(|(key, future)| {
                assert!(future.is_done());
                (key, future.result().ok())
            })
            .collect();
        yielded.sort_unstable();
        let expected = [
            ("cancelled", None),
            ("failed", None),
            ("one", Some(42)),
            ("successful", Some(42)),
            ("two", Some(42)),
        ];
        assert_eq!(yielded, expected);
    });
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_future_times_out`.
#[test]
fn timeout_comes_after_everything_that_is_done() {
    bounded(|| {
        let (_promise, busy) = running();
        let futures = [
            ("cancelled", &cancelled()),
            ("busy", &busy),
            ("failed", &failed("OSError")),
            ("successful", &finished(42)),
        ];
        for timeout in [Duration::ZERO, Duration::from_millis(100)] {
            let mut completed = as_completed(futures).timeout(timeout);
            let done: BTreeSet<_> = (0..3).map(|_| completed.next().unwrap().unwrap().0).collect();
            assert_eq!(done, BTreeSet::from(["cancelled", "failed", "successful"]));
            let timeout = completed.next().unwrap().unwrap_err();
            assert_eq!(timeout, WaitTimeout { unfinished: 1, total: 4 });
            assert!(completed.next().is_none(), "a timeout ends the iteration");
            let unfinished = completed.into_unfinished();
            assert_eq!(unfinished.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), ["busy"]);
        }
    });
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_duplicate_futures` (`bpo-20367`,
/// `bpo-31641`).
#[test]
fn duplicates_are_yielded_once() {
    bounded(|| {
        let executor = executor();
        let gate = Gate::new();
        let event = gate.event();
        let future = executor.submit(move || event.wait()).unwrap();
        // Of any iterable.
        let completed = as_completed(std::iter::repeat_n(&future, 3));
        gate.open();
        assert_eq!(completed.count(), 1);
        // Done already, it is the same.
        assert_eq!(as_completed(vec![&future; 3]).count(), 1);
        // And under several keys the first counts.
        let keys: Vec<_> =
            as_completed([("a", &future), ("b", &future)]).map(|(key, _)| key).collect();
        assert_eq!(keys, ["a"]);
    });
}

#[test]
fn clones_of_a_shared_future_are_yielded_once() {
    bounded(|| {
        let (promise, future) = pending();
        let shared = future.shared();
        let mut completed = as_completed([shared.clone(), shared.clone(), shared]);
        promise.set(Ok(1));
        assert_eq!(*completed.next().unwrap().result().unwrap(), 1);
        assert!(completed.next().is_none());
    });
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_free_reference_yielded_future`
/// (`bpo-14406`).
///
/// A yielded future is the caller's alone: with it goes the value.
#[test]
fn iterator_keeps_no_future_it_has_yielded() {
    #[track_caller]
    fn check_freed(future: Future<Arc<u32>>) {
        let value: Weak<u32> = Arc::downgrade(&future.result().unwrap());
        assert_eq!(value.strong_count(), 0);
    }
    bounded(|| {
        let (promises, mut futures): (Vec<_>, Vec<_>) = (0..8).map(|_| pending()).unzip();
        futures.push(cancelled());
        futures.push(finished(Arc::new(42)));
        let mut promises = promises.into_iter();

        let mut completed = as_completed(futures).timeout(Duration::ZERO);
        let mut yielded = 0;
        let timeout = loop {
            match completed.next().unwrap() {
                Ok(future) if future.is_cancelled() => drop(future),
                Ok(future) => check_freed(future),
                Err(timeout) => break timeout,
            }
            yielded += 1;
        };
        assert_eq!((yielded, timeout.unfinished, timeout.total), (2, 8, 10));

        let set_next = |promises: &mut dyn Iterator<Item = Promise<Arc<u32>>>| {
            promises.next().map(|promise| promise.set(Ok(Arc::new(1))))
        };
        set_next(&mut promises);
        for future in as_completed(completed.into_unfinished()) {
            check_freed(future);
            set_next(&mut promises);
        }
        assert!(promises.next().is_none());
    });
}

/// Not even while the loop's body runs, and nothing else of the future either: a task that nobody
/// else holds is gone with the future.
#[test]
fn dropped_future_takes_its_value_along_inside_the_loop() {
    bounded(|| {
        let executor = executor();
        let watches: Vec<Arc<()>> = (0..10).map(|_| Arc::new(())).collect();
        let futures: Vec<_> = watches
            .iter()
            .enumerate()
            .map(|(n, watch)| {
                let value = Arc::clone(watch);
                (n, executor.submit(move || value).unwrap())
            })
            .collect();
        for (n, future) in as_completed(futures) {
            assert_eq!(Arc::strong_count(&watches[n]), 2);
            drop(future);
            assert_eq!(Arc::strong_count(&watches[n]), 1);
        }
    });
}

/// CPython: `test_as_completed.py: AsCompletedTests.test_correct_timeout_exception_msg`.
#[test]
fn timeout_says_how_many_are_unfinished() {
    #[track_caller]
    fn check(futures: Vec<Future<i32>>, text: &str) {
        let error = as_completed(futures).timeout(Duration::ZERO).find_map(Result::err).unwrap();
        assert_eq!(error.to_string(), text);
    }
    bounded(|| {
        let ((_promise, open), (_other, started)) = (pending(), running());
        check(vec![cancelled(), open, started, finished(42)], "2 (of 4) futures unfinished");
        let (_promise, open) = pending();
        check(vec![open], "1 (of 1) futures unfinished");
        let (_promises, open): (Vec<_>, Vec<_>) = (0..3).map(|_| pending()).unzip();
        check(open, "3 (of 3) futures unfinished");
    });
}

/// Duplicates are not counted: the text speaks of futures.
#[test]
fn timeout_counts_a_duplicate_once() {
    bounded(|| {
        let (_promise, open) = pending::<u8>();
        let done = finished(1);
        let futures = [&open, &done, &open, &done];
        let timeout = as_completed(futures).timeout(Duration::ZERO).find_map(Result::err);
        assert_eq!(timeout, Some(WaitTimeout { unfinished: 1, total: 2 }));
    });
}

#[test]
fn nothing_is_exhausted_at_once() {
    bounded(|| {
        let mut nothing = as_completed(Vec::<Future<u8>>::new());
        assert!(nothing.next().is_none());
        assert!(nothing.next().is_none());
        let mut nothing = as_completed(Vec::<Future<u8>>::new()).timeout(Duration::ZERO);
        assert!(nothing.next().is_none());
        assert!(nothing.into_unfinished().is_empty());
    });
}

/// Those that are done at the call come first, then the others in the order of their ends.
#[test]
fn order_is_that_of_completion() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| pending()).unzip();
        let mut promises: HashMap<usize, Promise<usize>> =
            promises.into_iter().enumerate().collect();
        let mut set = |n: usize| promises.remove(&n).unwrap().set(Ok(n));
        set(5);
        let mut completed = as_completed(futures.into_iter().enumerate());
        for n in [7, 0, 9, 3] {
            set(n);
        }
        let mut next = || completed.next().unwrap().0;
        assert_eq!([next(), next(), next(), next(), next()], [5, 7, 0, 9, 3]);
        for n in [8, 1, 2, 6, 4] {
            set(n);
            assert_eq!(next(), n);
        }
        assert!(completed.next().is_none());
    });
}

#[test]
fn blocked_iterator_wakes_for_each_completion() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..50).map(|_| pending()).unzip();
        let (yielded, yields) = mpsc::channel();
        let reader = blocked(move || {
            for future in as_completed(futures) {
                yielded.send(future.result().unwrap()).unwrap();
            }
        });
        for (n, promise) in promises.into_iter().enumerate() {
            promise.set(Ok(n));
            assert_eq!(yields.recv(), Ok(n));
        }
        reader.join().unwrap();
    });
}

#[test]
fn cancellation_is_a_completion_at_once() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let queued = Arc::new(executor.submit(|| ()).unwrap());
        let future = Arc::clone(&queued);
        let reader = blocked(move || as_completed([&*future]).next().unwrap().is_cancelled());
        assert!(queued.cancel());
        assert!(reader.join().unwrap());
        drop(blockers);
    });
}

/// Python's `{future: url}` idiom.
#[test]
fn keys_come_back_with_their_futures() {
    bounded(|| {
        let executor = executor();
        let words = ["apple", "pear", "plum"];
        let futures = words.map(|word| (word, executor.submit(move || word.len()).unwrap()));
        let lengths: HashMap<_, _> =
            as_completed(futures).map(|(word, future)| (word, future.result().unwrap())).collect();
        assert_eq!(lengths, HashMap::from([("apple", 5), ("pear", 4), ("plum", 4)]));
    });
}

#[test]
fn keys_can_be_nested_and_need_no_traits() {
    struct Key;
    bounded(|| {
        let ((Key, number), future) = as_completed([((Key, 1), finished(2))]).next().unwrap();
        assert_eq!((number, future.result().unwrap()), (1, 2));
        let (Key, (inner, future)) = as_completed([(Key, ("inner", finished(3)))]).next().unwrap();
        assert_eq!((inner, future.result().unwrap()), ("inner", 3));
    });
}

#[test]
fn futures_of_different_types_complete_together() {
    bounded(|| {
        let executor = executor();
        let number = executor.submit(|| 1_u8).unwrap();
        let text = executor.submit(|| "text".to_owned()).unwrap();
        let unit = executor.submit(|| panic!("unit")).unwrap();
        let shared = executor.submit(|| [1, 2, 3]).unwrap().shared();
        let all: [(&str, &dyn Waitable); 5] = [
            ("number", &number),
            ("text", &text),
            ("unit", &unit),
            ("shared", &shared),
            ("again", &number),
        ];
        let names: BTreeSet<_> = as_completed(all).map(|(name, _)| name).collect();
        assert_eq!(names, BTreeSet::from(["number", "shared", "text", "unit"]));
        let unit: Future<()> = unit;
        assert_panicked(unit.result(), "unit");
    });
}

#[test]
fn pools_and_promises_complete_together() {
    bounded(|| {
        let (one, two) = (executor(), executor());
        let (promise, promised) = pending();
        let futures = [one.submit(|| 1).unwrap(), two.submit(|| 2).unwrap(), promised];
        let setter = one.submit(move || promise.set(Ok(4))).unwrap();
        assert_eq!(as_completed(futures).map(|f| f.result().unwrap()).sum::<i32>(), 7);
        setter.result().unwrap();
    });
}

#[test]
fn scoped_futures_are_yielded_inside_the_scope() {
    bounded(|| {
        let words = ["one".to_owned(), "three".to_owned()];
        let lengths = scope(2, |s| {
            let futures: Vec<_> =
                words.iter().map(|word| (word.as_str(), s.submit(move || word.len()))).collect();
            as_completed(futures)
                .map(|(word, future)| (word, future.result().unwrap()))
                .collect::<HashMap<_, _>>()
        });
        assert_eq!(lengths, HashMap::from([("one", 3), ("three", 5)]));
    });
}

#[test]
fn unfinished_futures_come_back_in_the_order_of_the_input() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..6).map(|_| pending()).unzip();
        let mut promises: Vec<Option<Promise<usize>>> = promises.into_iter().map(Some).collect();
        promises[3].take().unwrap().set(Ok(3));
        let mut completed = as_completed(futures.into_iter().enumerate());
        assert_eq!(completed.next().unwrap().0, 3);
        // Done meanwhile, but not yielded: nothing is lost.
        promises[1].take().unwrap().set(Ok(1));
        let left = completed.into_unfinished();
        assert_eq!(left.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [0, 1, 2, 4, 5]);
        for (n, promise) in promises.into_iter().enumerate() {
            if let Some(promise) = promise {
                promise.set(Ok(n));
            }
        }
        for (n, future) in left {
            assert_eq!(future.result().unwrap(), n);
        }
    });
}

#[test]
fn everything_comes_back_from_an_iterator_that_was_never_read() {
    bounded(|| {
        let (_promise, open) = pending();
        let left = as_completed([finished(1), open]).into_unfinished();
        assert_eq!(left.len(), 2);
        let left = as_completed(left).timeout(Duration::from_secs(3600)).into_unfinished();
        assert_eq!(left.iter().map(Future::is_done).collect::<Vec<_>>(), [true, false]);
    });
}

/// The iterator dropped early, by-value futures are dropped and their tasks go on.
#[test]
fn dropping_the_iterator_detaches_what_it_holds() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let (ran, runs) = mpsc::channel();
        let futures: Vec<_> = (0..3)
            .map(|n| {
                let ran = ran.clone();
                executor.submit(move || ran.send(n).unwrap()).unwrap()
            })
            .collect();
        drop(ran);
        drop(as_completed(futures));
        gate.open();
        assert_eq!(runs.iter().collect::<Vec<_>>(), [0, 1, 2]);
        drop(blockers);
    });
}

#[test]
fn cancelling_the_iterator_cancels_what_it_has_not_yielded() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        for timed in [false, true] {
            let gate = Gate::new();
            let blockers = occupy(&executor, 1, &gate);
            let (ran, runs) = mpsc::channel();
            let mut futures: Vec<_> = (0..3)
                .map(|n| {
                    let ran = ran.clone();
                    executor.submit(move || ran.send(n).unwrap()).unwrap()
                })
                .collect();
            drop(ran);
            futures.push(finished(()));
            let mut completed = as_completed(futures);
            assert!(completed.next().is_some());
            if timed {
                completed.timeout(Duration::MAX).cancel();
            } else {
                completed.cancel();
            }
            assert_eq!(executor.metrics().queued, 0);
            gate.open();
            assert!(runs.iter().next().is_none());
            drop(blockers);
        }
    });
}

#[test]
fn iterator_moves_to_another_thread() {
    bounded(|| {
        let (promise, future) = pending();
        let mut completed = as_completed([future]);
        let reader = blocked(move || completed.next().unwrap().result().unwrap());
        promise.set(Ok(8));
        assert_eq!(reader.join().unwrap(), 8);
    });
}

#[test]
fn two_iterators_over_the_same_futures_both_see_everything() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| pending::<u8>()).unzip();
        let mut one = as_completed(&futures);
        let two = as_completed(&futures);
        let mut promises = promises.into_iter();
        promises.next().unwrap().set(Ok(1));
        assert!(one.next().is_some());
        drop(one);
        promises.for_each(|promise| promise.set(Ok(1)));
        assert_eq!(two.count(), 10);
    });
}

/// The timeout counts from the call of `as_completed`, and what is done is yielded after it too.
#[test]
fn expired_timeout_still_yields_what_is_done() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..3).map(|_| pending()).unzip();
        let mut completed = as_completed(futures).timeout(Duration::ZERO);
        for (n, promise) in promises.into_iter().enumerate() {
            promise.set(Ok(n));
        }
        for n in 0..3 {
            assert_eq!(completed.next().unwrap().unwrap().result().unwrap(), n);
        }
        assert!(completed.next().is_none(), "everything was yielded, so nothing timed out");
    });
}

#[test]
fn timeout_of_any_length_is_taken() {
    bounded(|| {
        let mut completed = as_completed([finished(1)]).timeout(Duration::MAX);
        assert_eq!(completed.next().unwrap().unwrap().result().unwrap(), 1);
        let (promise, future) = pending();
        let mut completed = as_completed([future]).timeout(Duration::MAX);
        let reader = blocked(move || completed.next().unwrap().unwrap().result());
        promise.set(Ok(2));
        assert_eq!(reader.join().unwrap().unwrap(), 2);
    });
}

/// Thousands of futures that end at random among several iterators and threads.
#[test]
fn completions_from_many_threads_are_all_yielded() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..4000).map(|_| pending()).unzip();
        let mut parts: Vec<Vec<(usize, Promise<usize>)>> = (0..4).map(|_| Vec::new()).collect();
        for (n, promise) in promises.into_iter().enumerate() {
            parts[n % 4].push((n, promise));
        }
        let seen: BTreeSet<usize> = thread::scope(|s| {
            for part in parts {
                s.spawn(move || {
                    for (n, promise) in part {
                        promise.set(Ok(n));
                    }
                });
            }
            as_completed(futures).map(|future| future.result().unwrap()).collect()
        });
        assert_eq!(seen, (0..4000).collect());
    });
}

/// A pool that is shut down in the middle ends every future, so the iterator ends too.
#[test]
fn shutdown_in_the_middle_ends_the_iteration() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let futures: Vec<_> = (0..20).map(|n| executor.submit(move || n).unwrap()).collect();
        let reader = blocked(move || {
            as_completed(futures)
                .filter(|future| matches!(future.exception(), Some(TaskError::Cancelled)))
                .count()
        });
        executor.shutdown(Shutdown::CancelPendingNoWait);
        assert_eq!(reader.join().unwrap(), 20);
        drop(blockers);
    });
}

/// An iterator that is dropped early takes its registrations along.
#[test]
#[cfg(target_os = "linux")]
fn iterator_dropped_early_leaves_nothing_in_the_futures() {
    use super::{assert_passed, here, in_child};

    let child = in_child(here!("iterator_dropped_early_leaves_nothing_in_the_futures"), || {
        let (_promise, busy) = pending::<u8>();
        super::assert_steady_memory(|| {
            for _ in 0..5_000 {
                let done = finished(1);
                let mut completed = as_completed([&busy, &done]);
                assert!(completed.next().is_some());
                drop(completed);
                drop(as_completed([&busy]));
                assert_eq!(as_completed([&busy, &busy]).into_unfinished().len(), 1);
                let mut completed = as_completed([&busy]).timeout(Duration::ZERO);
                assert!(completed.next().unwrap().is_err());
            }
        });
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

/// Beyond what `result` would allow: there is nobody to tell.
#[test]
fn nesting_is_bounded_by_the_stack_alone() {
    fn nested(executor: &Arc<ThreadPoolExecutor>, depth: u32) -> u32 {
        if depth == 0 {
            return 0;
        }
        let inner = Arc::clone(executor);
        let future = executor.submit(move || nested(&inner, depth - 1)).unwrap();
        as_completed([future]).map(|future| future.result().unwrap()).sum::<u32>() + 1
    }
    bounded(|| {
        // 64 levels for `result`, and far more stack than 128 need.
        let executor = ThreadPoolExecutor::builder().max_workers(1).stack_size(512 * 1024).build();
        let executor = Arc::new(executor.unwrap());
        let inner = Arc::clone(&executor);
        let future = executor.submit(move || nested(&inner, 80)).unwrap();
        assert_eq!(future.result().unwrap(), 80);
    });
}
