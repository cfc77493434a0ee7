//! Twins of CPython's `executor.py`, the cases that every kind of executor has to pass, and what
//! `map` has beyond them.

use std::cell::Cell;
use std::panic::panic_any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use batteries::concurrent::futures::{
    BuildErrorKind, ClosureExecutor, Executor, Future, InlineExecutor, Shutdown, SubmitError,
    SubmitErrorKind, Task, TaskError, ThreadPoolExecutor, WaitTimeout,
};

use super::{Gate, OnDrop, assert_cancelled, assert_panicked, blocked, bounded, occupy, pending};

/// CPython's suite runs these cases on five workers.
fn executor() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(5).unwrap()
}

fn pow((base, exponent): (u64, u32)) -> u64 {
    base.pow(exponent)
}

fn divmod((a, b): (i32, i32)) -> (i32, i32) {
    (a.div_euclid(b), a.rem_euclid(b))
}

/// An input that counts how much of it was consumed.
fn counted<I: IntoIterator>(items: I) -> (impl Iterator<Item = I::Item>, Arc<AtomicUsize>) {
    let consumed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&consumed);
    let items = items.into_iter().inspect(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    (items, consumed)
}

/// CPython: `executor.py: ExecutorTest.test_submit`.
#[test]
fn submit_runs_the_function() {
    assert_eq!(executor().submit(|| pow((2, 8))).unwrap().result().unwrap(), 256);
}

/// CPython: `executor.py: ExecutorTest.test_submit_keyword`.
///
/// There are no keyword arguments here: a closure captures them all, a function gets a tuple.
#[test]
fn every_argument_reaches_the_function() {
    fn capture((a, b, c): (u8, String, Vec<u8>)) -> (u8, String, Vec<u8>) {
        (a, b, c)
    }
    let executor = executor();
    let arguments = (1, "two".to_owned(), vec![3, 3, 3]);
    let result = executor.submit_fn(capture, arguments.clone()).unwrap().result().unwrap();
    assert_eq!(result, arguments);
    let captured = arguments.clone();
    assert_eq!(executor.submit(move || captured).unwrap().result().unwrap(), arguments);
}

/// CPython: `executor.py: ExecutorTest.test_map`.
#[test]
fn map_equals_the_serial_map() {
    let executor = executor();
    let pairs = || (0..10_u64).zip(0..10_u32);
    let serial: Vec<_> = pairs().map(pow).collect();
    let mapped: Result<Vec<_>, _> = executor.map(pow, pairs()).collect();
    assert_eq!(mapped.unwrap(), serial);
    for chunk_size in [1, 3, 10, 11] {
        let mapped = executor.map_builder().chunk_size(chunk_size).map(pow, pairs()).unwrap();
        assert_eq!(mapped.collect::<Result<Vec<_>, _>>().unwrap(), serial, "{chunk_size}");
    }
}

/// CPython: `executor.py: ExecutorTest.test_map_exception`, as it is from 3.16 on: the items after
/// the one that failed are still delivered.
#[test]
fn map_goes_on_after_an_exception() {
    let executor = executor();
    let mut results = executor.map(divmod, [1, 1, 1, 1].into_iter().zip([2, 3, 0, 5]));
    assert_eq!(results.next().unwrap().unwrap(), (0, 1));
    assert_eq!(results.next().unwrap().unwrap(), (0, 1));
    assert_panicked(results.next().unwrap(), "attempt to divide by zero");
    assert_eq!(results.next().unwrap().unwrap(), (0, 1));
    assert!(results.next().is_none());
    assert!(results.next().is_none());
}

/// CPython: `executor.py: ExecutorTest.test_map_exception` with a `chunksize` (3.16): the error
/// takes none of its chunk along.
#[test]
fn error_in_a_chunk_keeps_its_chunk_mates() {
    let executor = executor();
    for chunk_size in 1..=5 {
        let results: Vec<_> = executor
            .map_builder()
            .chunk_size(chunk_size)
            .map(divmod, [1, 1, 1, 1].into_iter().zip([2, 3, 0, 5]))
            .unwrap()
            .collect();
        let [first, second, third, fourth] = <[_; 4]>::try_from(results).unwrap();
        assert_eq!((first.unwrap(), second.unwrap(), fourth.unwrap()), ((0, 1), (0, 1), (0, 1)));
        assert_panicked(third, "attempt to divide by zero");
    }
}

/// CPython: `executor.py: ExecutorTest.test_map_timeout_from_callable` (3.16): what a task itself
/// raises is never taken for the timeout of the map.
#[test]
fn timeout_error_of_a_task_is_not_the_timeout_of_the_map() {
    fn raise_timeout(_: u8) -> Result<u8, WaitTimeout> {
        let (_promise, future) = pending::<u8>();
        future.exception_timeout(Duration::ZERO).map(|_| 0)
    }
    bounded(|| {
        let executor = executor();
        let results: Vec<_> =
            executor.map(raise_timeout, [1, 2, 3]).timeout(Duration::from_secs(3600)).collect();
        assert_eq!(results.len(), 3, "the map goes on");
        for result in results {
            let returned = result.expect("the map did not time out").expect("the task ran");
            assert_eq!(returned.unwrap_err().to_string(), "1 (of 1) futures unfinished");
        }
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_timeout`.
///
/// An expired timeout still hands out what is finished, so no clock decides here: on one worker,
/// the third task has started when the first two are done.
#[test]
fn map_timeout_ends_the_iteration() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (started, starts) = mpsc::channel();
        let event = gate.event();
        let results = executor.map(
            move |n| {
                started.send(n).unwrap();
                if n == 2 {
                    event.wait();
                }
                n
            },
            [0, 1, 2, 3],
        );
        assert_eq!(starts.iter().find(|&n| n == 2), Some(2));

        let mut results = results.timeout(Duration::ZERO);
        assert_eq!(results.next().unwrap().unwrap().unwrap(), 0);
        assert_eq!(results.next().unwrap().unwrap().unwrap(), 1);
        let timeout = results.next().unwrap().expect_err("the third is still busy");
        assert_eq!(timeout, WaitTimeout { unfinished: 2, total: 4 });
        assert!(results.next().is_none());
        assert!(results.next().is_none());
        gate.open();
        executor.shutdown(Shutdown::Wait);
        assert!(starts.try_recv().is_err(), "the timeout cancelled what had not started");
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_timeout`, the other half: no timeout, no error.
#[test]
fn map_within_its_timeout_gives_everything() {
    bounded(|| {
        let executor = executor();
        let results = executor.map(|n| n * 2, 0..100).timeout(Duration::from_secs(3600));
        let values: Vec<i32> = results.map(|result| result.unwrap().unwrap()).collect();
        assert_eq!(values, (0..100).map(|n| n * 2).collect::<Vec<_>>());
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_close` (3.16).
#[test]
fn closed_map_gives_nothing_more_and_cancels_the_rest() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (run, starts) = started_and_waiting(1, &gate);
        let mut results = executor.map(run, 0..10);
        results.next().unwrap().unwrap();
        // The second has started, so it cannot be cancelled; the others can.
        assert_eq!(starts.iter().find(|&n| n == 1), Some(1));
        results.cancel();
        gate.open();
        executor.shutdown(Shutdown::Wait);
        assert!(starts.try_recv().is_err(), "nothing ran after `cancel`");
    });
}

/// CPython: `executor.py: ExecutorTest.test_shutdown_race_issue12456`.
#[test]
fn map_then_shutdown_does_not_hang() {
    bounded(|| {
        for _ in 0..100 {
            let executor = executor();
            let results = executor.map(|n: u8| n.to_string(), [2; 6]);
            executor.shutdown(Shutdown::Wait);
            assert!(results.map(Result::unwrap).all(|text| text == "2"));
        }
    });
}

/// CPython: `executor.py: ExecutorTest.test_no_stale_references`.
#[test]
fn argument_is_dropped_soon_though_the_future_was_discarded() {
    bounded(|| {
        let executor = executor();
        let (gone, goes) = mpsc::channel();
        let object = OnDrop::new(move || gone.send(()).unwrap());
        drop(executor.submit(move || format!("{object:?}")).unwrap());
        goes.recv().unwrap();
    });
}

/// The future still held: what the task captured ends with the task, not with the future.
#[test]
fn argument_is_gone_when_the_result_is_there() {
    bounded(|| {
        let executor = executor();
        for _ in 0..1000 {
            let object = Arc::new(());
            let captured = Arc::clone(&object);
            let future = executor.submit(move || drop(format!("{captured:?}"))).unwrap();
            assert!(future.exception().is_none());
            assert_eq!(Arc::strong_count(&object), 1);
            drop(future);
        }
    });
}

/// CPython: `executor.py: ExecutorTest.test_max_workers_negative`.
#[test]
fn zero_workers_are_refused() {
    let errors = [
        ThreadPoolExecutor::new(0).unwrap_err(),
        ThreadPoolExecutor::builder().max_workers(0).build().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "max_workers must be greater than 0");
        assert_eq!(error.kind(), BuildErrorKind::MaxWorkers);
    }
}

/// CPython: `executor.py: ExecutorTest.test_free_reference`.
#[test]
fn map_keeps_no_result_it_has_given() {
    let executor = executor();
    for object in executor.map(Arc::new, 0..10) {
        let object = object.unwrap();
        let watch = Arc::downgrade(&object);
        drop(object);
        assert_eq!(watch.strong_count(), 0);
    }
}

/// A chunk is one task, and its values still leave one by one.
#[test]
fn chunked_map_keeps_no_result_it_has_given() {
    let executor = executor();
    for object in executor.map_builder().chunk_size(4).map(Arc::new, 0..10).unwrap() {
        let object = object.unwrap();
        let watch = Arc::downgrade(&object);
        drop(object);
        assert_eq!(watch.strong_count(), 0);
    }
}

#[test]
fn map_knows_how_many_results_are_left() {
    let executor = executor();
    for chunk_size in [1, 3] {
        let mut results = executor.map_builder().chunk_size(chunk_size).map(|n| n, 0..10).unwrap();
        for left in (0..10).rev() {
            assert!(results.next().is_some());
            assert_eq!((results.len(), results.size_hint()), (left, (left, Some(left))));
        }
        assert!(results.next().is_none());
        assert_eq!(results.len(), 0);
    }
}

#[test]
fn chunk_runs_on_one_worker_in_order() {
    bounded(|| {
        let executor = executor();
        let (ran, runs) = mpsc::channel();
        let results = executor
            .map_builder()
            .chunk_size(5)
            .map(move |n| ran.send((n / 5, n, thread::current().id())).unwrap(), 0..20)
            .unwrap();
        assert_eq!(results.filter(Result::is_ok).count(), 20);
        let runs: Vec<_> = runs.iter().collect();
        for chunk in 0..4 {
            let mine: Vec<_> = runs.iter().filter(|(of, ..)| *of == chunk).collect();
            let numbers: Vec<_> = mine.iter().map(|(_, n, _)| *n).collect();
            assert_eq!(numbers, (chunk * 5..chunk * 5 + 5).collect::<Vec<_>>());
            assert!(mine.iter().all(|(.., id)| *id == mine[0].2));
        }
    });
}

/// The rest of a chunk is its own; the map goes on after it.
#[test]
fn cancelled_chunk_gives_an_error_for_each_of_its_items() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let results = executor.map_builder().chunk_size(3).map(|n: u8| n, 0..7).unwrap();
        executor.shutdown(Shutdown::CancelPendingNoWait);
        let results: Vec<_> = results.collect();
        assert_eq!(results.len(), 7);
        results.into_iter().for_each(assert_cancelled);
        drop(blockers);
    });
}

#[test]
fn buffer_counts_chunks_where_there_are_chunks() {
    bounded(|| {
        let executor = executor();
        let (inputs, consumed) = counted(0_u64..30);
        let mut results =
            executor.map_builder().chunk_size(5).buffer(2).map(|n| n, inputs).unwrap();
        assert_eq!(consumed.load(Ordering::Relaxed), 10);
        assert_eq!(results.next().unwrap().unwrap(), 0);
        assert_eq!(consumed.load(Ordering::Relaxed), 15, "the next chunk is on its way");
        assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>(), (1..30).collect::<Vec<_>>());
    });
}

#[test]
fn timeout_of_a_map_may_be_of_any_length() {
    let executor = executor();
    let results = executor.map(|n| n, 0..10).timeout(Duration::MAX);
    assert_eq!(results.map(|result| result.unwrap().unwrap()).sum::<i32>(), 45);
}

/// CPython: `executor.py: ExecutorTest.test_swallows_falsey_exceptions` (3.14).
#[test]
fn odd_panic_payloads_still_count_as_errors() {
    struct Falsey;
    fn raise(kind: u8) -> u8 {
        match kind {
            0 => panic_any(Falsey),
            1 => panic_any(()),
            2 => panic_any(false),
            3 => panic_any(None::<u8>),
            _ => panic!(""),
        }
    }
    let executor = executor();
    for kind in 0..5 {
        let future = executor.submit_fn(raise, kind).unwrap();
        assert!(matches!(future.exception(), Some(TaskError::Panicked(_))), "{kind}");
        assert!(matches!(future.result(), Err(TaskError::Panicked(_))), "{kind}");
    }
    assert_eq!(executor.map(raise, 0..5).filter(Result::is_err).count(), 5);
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize_value_validation` (3.14), and
/// `test_process_pool.py: ProcessPoolExecutorTest.test_map_chunksize` for the other number.
#[test]
fn zero_buffer_and_zero_chunks_are_refused() {
    let executor = executor();
    let error = executor.map_builder().buffer(0).map(pow, [(1, 1)]).unwrap_err();
    assert_eq!(error.to_string(), "buffer must be greater than 0");
    assert_eq!(error.kind(), BuildErrorKind::Buffer);
    let error = executor.map_builder().chunk_size(0).map(pow, [(1, 1)]).unwrap_err();
    assert_eq!(error.to_string(), "chunk_size must be greater than 0");
    assert_eq!(error.kind(), BuildErrorKind::ChunkSize);
    assert_eq!(executor.metrics().threads, 0, "nothing was submitted");
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize` (3.14).
#[test]
fn every_buffer_gives_the_same_list() {
    let executor = executor();
    let inputs: Vec<u64> = (0..10).collect();
    let expected: Vec<u64> = inputs.iter().map(|n| n * n).collect();
    for buffer in [1, 2, inputs.len(), 2 * inputs.len()] {
        let results = executor.map_builder().buffer(buffer).map(|n| n * n, inputs.clone()).unwrap();
        assert_eq!(results.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{buffer}");
    }
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize_on_multiple_iterables` (3.14).
#[test]
fn buffered_map_over_zipped_inputs() {
    let executor = executor();
    let expected: Vec<u64> = (0..10).map(|n| n * (n + 10)).collect();
    for buffer in [1, 2, 10, 20] {
        let results = executor
            .map_builder()
            .buffer(buffer)
            .map(|(a, b): (u64, u64)| a * b, (0..10).zip(10..))
            .unwrap();
        assert_eq!(results.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{buffer}");
    }
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize_on_infinite_iterable` (3.14).
#[test]
fn buffered_map_over_an_infinite_input_is_lazy() {
    bounded(|| {
        let executor = executor();
        let mut results = executor.map_builder().buffer(1).map(|n: u64| n + 1, 0..).unwrap();
        for expected in 1..=3 {
            assert_eq!(results.next().unwrap().unwrap(), expected);
        }
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize_on_multiple_infinite_iterables` (3.14).
#[test]
fn buffered_map_over_zipped_infinite_inputs_is_lazy() {
    bounded(|| {
        let executor = executor();
        let pairs = (0_u64..).zip((0_u64..).step_by(10));
        let mut results = executor.map_builder().buffer(2).map(|(a, b)| a + b, pairs).unwrap();
        for expected in [0, 11, 22] {
            assert_eq!(results.next().unwrap().unwrap(), expected);
        }
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize_on_empty_iterable` and
/// `test_map_buffersize_without_iterable` (3.14).
#[test]
fn buffered_map_over_nothing_is_exhausted_at_once() {
    let executor = executor();
    let mut results = executor.map_builder().buffer(2).map(pow, std::iter::empty()).unwrap();
    assert!(results.next().is_none());
    assert!(results.next().is_none());
    let mut results = executor.map(pow, []);
    assert!(results.next().is_none());
    assert!(results.next().is_none());
    assert_eq!(executor.metrics().threads, 0);
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize_when_buffer_is_full` (3.14).
#[test]
fn buffered_map_consumes_its_buffer_before_and_one_input_per_result() {
    bounded(|| {
        let executor = executor();
        let (inputs, consumed) = counted(0_u64..8);
        let results = executor.map_builder().buffer(4).map(|n| n, inputs).unwrap();
        let mut seen = vec![consumed.load(Ordering::Relaxed)];
        for result in results {
            result.unwrap();
            seen.push(consumed.load(Ordering::Relaxed));
        }
        // Four before the first `next`, then one more for each result given, until none is left.
        assert_eq!(seen, [4, 5, 6, 7, 8, 8, 8, 8, 8]);
    });
}

#[test]
fn eager_map_consumes_everything_at_the_call() {
    let executor = executor();
    let (inputs, consumed) = counted(0..10);
    let results = executor.map(|n| n, inputs);
    assert_eq!(consumed.load(Ordering::Relaxed), 10);
    drop(results);
}

/// An input iterator is driven by the caller, so it needs neither `Send` nor `'static`.
#[test]
fn map_takes_any_iterator() {
    let executor = executor();
    let words = ["a".to_owned(), "bc".to_owned()];
    let calls = Cell::new(0);
    let lengths = |_: ()| {
        words.iter().map(|word| {
            calls.set(calls.get() + 1);
            word.len()
        })
    };
    assert_eq!(executor.map(|n| n, lengths(())).map(Result::unwrap).sum::<usize>(), 3);
    let buffered = executor.map_builder().buffer(1).map(|n| n, lengths(())).unwrap();
    assert_eq!(buffered.map(Result::unwrap).sum::<usize>(), 3);
    assert_eq!(calls.get(), 4);
}

#[test]
fn map_gives_results_in_the_order_of_the_inputs() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(2).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let (second_done, done) = mpsc::channel();
        let results = executor.map(
            move |n| {
                if n == 0 {
                    event.wait();
                } else {
                    second_done.send(()).unwrap();
                }
                n
            },
            [0, 1],
        );
        done.recv().unwrap();
        gate.open();
        assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>(), [0, 1]);
    });
}

#[test]
fn partly_read_map_cancels_the_rest_when_dropped() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (run, starts) = started_and_waiting(1, &gate);
        let mut results = executor.map(run, 0..10);
        results.next().unwrap().unwrap();
        assert_eq!(starts.iter().find(|&n| n == 1), Some(1));
        drop(results);
        gate.open();
        executor.shutdown(Shutdown::Wait);
        assert!(starts.try_recv().is_err());
    });
}

/// `cpython #136578` is the same for a map that was never read: it runs to its end.
#[test]
fn unread_map_runs_to_its_end_when_dropped() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let (started, starts) = mpsc::channel();
        drop(executor.map(move |n| started.send(n).unwrap(), 0..10));
        gate.open();
        assert_eq!(starts.iter().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        drop(blockers);
    });
}

#[test]
fn detached_map_runs_to_its_end_though_it_was_read() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let (ran, runs) = mpsc::channel();
        let mut results = executor.map(
            move |n| {
                if n > 0 {
                    event.wait();
                }
                ran.send(n).unwrap();
            },
            0..10,
        );
        results.next().unwrap().unwrap();
        results.detach();
        gate.open();
        assert_eq!(runs.iter().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    });
}

/// A worker that starts `n` and then waits, and the news of what it has started.
fn started_and_waiting(
    n: u64,
    gate: &Gate,
) -> (impl Fn(u64) + Send + Sync + 'static, mpsc::Receiver<u64>) {
    let (started, starts) = mpsc::channel();
    let event = gate.event();
    let run = move |item| {
        started.send(item).unwrap();
        if item == n {
            event.wait();
        }
    };
    (run, starts)
}

#[test]
fn partly_read_buffered_map_cancels_what_it_has_submitted_when_dropped() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (run, starts) = started_and_waiting(1, &gate);
        let mut results = executor.map_builder().buffer(3).map(run, 0..).unwrap();
        results.next().unwrap().unwrap();
        assert_eq!(starts.iter().find(|&n| n == 1), Some(1));
        assert_eq!(executor.metrics().queued, 2);
        drop(results);
        assert_eq!(executor.metrics().queued, 0);
        gate.open();
        executor.shutdown(Shutdown::Wait);
        assert!(starts.iter().next().is_none());
    });
}

#[test]
fn unread_buffered_map_runs_what_it_has_submitted_when_dropped() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (run, starts) = started_and_waiting(0, &gate);
        drop(executor.map_builder().buffer(3).map(run, 0..).unwrap());
        gate.open();
        assert_eq!(starts.iter().collect::<Vec<_>>(), [0, 1, 2]);
    });
}

#[test]
fn cancelled_buffered_map_cancels_though_it_was_never_read() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (run, starts) = started_and_waiting(0, &gate);
        let results = executor.map_builder().buffer(3).map(run, 0..).unwrap();
        assert_eq!(starts.recv(), Ok(0));
        results.cancel();
        gate.open();
        assert!(starts.iter().next().is_none());
    });
}

/// CPython's `map` raises in the caller; an iterator's first item is the place for it here.
#[test]
fn map_on_a_shut_down_executor_gives_an_error() {
    let executor = executor();
    executor.shutdown(Shutdown::Wait);
    let results: Vec<_> = executor.map(|n: u8| n, [1, 2, 3]).collect();
    assert!(!results.is_empty());
    for result in results {
        assert!(matches!(result, Err(TaskError::Broken(_))), "{result:?}");
    }
}

/// `cpython #146392`: a shutdown in the middle of a buffered map once lost results silently.
#[test]
fn shutdown_ends_a_buffered_map_after_what_was_submitted_with_one_error() {
    bounded(|| {
        let executor = executor();
        let mut results = executor.map_builder().buffer(2).map(|n: u64| n, 0..).unwrap();
        assert_eq!(results.next().unwrap().unwrap(), 0);
        executor.shutdown(Shutdown::Wait);
        // Two are in flight; each was submitted before the shutdown and is delivered.
        assert_eq!(results.next().unwrap().unwrap(), 1);
        assert_eq!(results.next().unwrap().unwrap(), 2);
        let error = results.next().expect("an end by shutdown is told").unwrap_err();
        assert!(
            matches!(&error, TaskError::Broken(reason) if reason.contains("shutdown")),
            "{error:?}"
        );
        assert!(results.next().is_none());
        assert!(results.next().is_none());
    });
}

#[test]
fn map_of_a_shut_down_executor_still_gives_what_was_submitted() {
    bounded(|| {
        let executor = executor();
        let results = executor.map(|n| n, 0..100);
        executor.shutdown(Shutdown::NoWait);
        assert_eq!(results.map(Result::unwrap).sum::<i32>(), 4950);
    });
}

#[test]
fn map_gives_cancelled_items_as_errors() {
    bounded(|| {
        let executor = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&executor, 1, &gate);
        let results = executor.map(|n: u8| n, 0..3);
        executor.shutdown(Shutdown::CancelPendingNoWait);
        for result in results {
            assert_cancelled(result);
        }
        drop(blockers);
    });
}

/// A panic in the input iterator is the caller's, and takes nothing along.
#[test]
fn panicking_input_leaves_the_executor_usable() {
    let executor = executor();
    let inputs = (0..5).inspect(|&n| assert_ne!(n, 3, "bad input"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        executor.map(|n: i32| n, inputs).count()
    }));
    assert!(caught.is_err());
    assert_eq!(executor.submit(|| 1).unwrap().result().unwrap(), 1);
}

#[test]
fn map_shares_one_function_and_drops_it_with_the_last_task() {
    bounded(|| {
        let executor = executor();
        let held = Arc::new(());
        let captured = Arc::clone(&held);
        let results = executor.map(move |n: usize| n + Arc::strong_count(&captured), 0..100);
        assert_eq!(results.map(Result::unwrap).count(), 100);
        executor.shutdown(Shutdown::Wait);
        assert_eq!(Arc::strong_count(&held), 1);
    });
}

/// A library that does not care what runs its tasks.
fn sum_of_squares<E: Executor<u64, u64>>(executor: &E) -> Result<u64, TaskError> {
    fn square(n: u64) -> u64 {
        n * n
    }
    const SQUARE: Task<u64, u64> = Task::from_fn(square);
    let mut sum = 0;
    for result in executor.map_fn(square, [1, 2, 3]) {
        sum += result?;
    }
    for result in executor.map_task(SQUARE, vec![4, 5]) {
        sum += result?;
    }
    sum += executor.submit_fn(square, 6).unwrap().result()?;
    sum += executor.submit_task(SQUARE, 7).unwrap().result()?;
    Ok(sum)
}

#[test]
fn generic_code_runs_on_every_executor() {
    assert_eq!(sum_of_squares(&executor()).unwrap(), 140);
    assert_eq!(sum_of_squares(&InlineExecutor::new()).unwrap(), 140);
}

#[test]
fn executors_are_object_safe() {
    fn length(text: String) -> usize {
        text.len()
    }
    let executors: [Box<dyn Executor<String, usize>>; 2] =
        [Box::new(executor()), Box::new(InlineExecutor::new())];
    for executor in executors {
        let future = executor.submit_fn(length, "four".to_owned()).unwrap();
        assert_eq!(future.result().unwrap(), 4);
        let future = executor.submit_task(Task::from_fn(length), String::new()).unwrap();
        assert_eq!(future.result().unwrap(), 0);
    }
}

#[test]
fn closures_run_on_every_closure_executor() {
    fn total(executor: &impl ClosureExecutor) -> i32 {
        let values = [1, 2, 3];
        executor.submit(move || values.iter().sum()).unwrap().result().unwrap()
    }
    assert_eq!(total(&executor()), 6);
    assert_eq!(total(&InlineExecutor::new()), 6);
}

#[test]
fn refused_argument_comes_back_through_the_trait() {
    fn length(text: String) -> usize {
        text.len()
    }
    let executor = executor();
    executor.shutdown(Shutdown::Wait);
    let error = executor.submit_fn(length, "mine".to_owned()).unwrap_err();
    assert_eq!(error.kind(), SubmitErrorKind::Shutdown);
    assert_eq!(error.into_work(), "mine");
}

#[test]
fn task_of_a_plain_function_has_no_name() {
    assert_eq!(Task::from_fn(pow).name(), None);
}

#[test]
fn inline_executor_runs_at_submit_in_the_caller() {
    let executor = InlineExecutor::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&order);
    let future = executor
        .submit(move || {
            log.lock().unwrap().push("task");
            thread::current().id()
        })
        .unwrap();
    order.lock().unwrap().push("submitted");
    assert!(future.is_done());
    assert!(!future.cancel());
    assert_eq!(future.result().unwrap(), thread::current().id());
    assert_eq!(*order.lock().unwrap(), ["task", "submitted"]);
}

#[test]
fn inline_executor_turns_a_panic_into_a_value() {
    let executor = InlineExecutor::new();
    assert_panicked(executor.submit(|| -> u8 { panic!("inline") }).unwrap().result(), "inline");
    assert_eq!(executor.submit(|| 1).unwrap().result().unwrap(), 1);
}

/// Nested submits on the inline executor are plain calls.
#[test]
fn inline_executor_nests() {
    fn fib(executor: InlineExecutor, n: u32) -> u32 {
        if n < 2 {
            return n;
        }
        let future = executor.submit(move || fib(InlineExecutor::new(), n - 1)).unwrap();
        future.result().unwrap() + fib(executor, n - 2)
    }
    assert_eq!(fib(InlineExecutor::new(), 10), 55);
}

/// `?` in code that returns a boxed error works whatever the closure captured.
#[test]
fn submit_error_goes_through_the_question_mark_with_captures_that_are_not_sync() {
    fn submit(
        executor: &ThreadPoolExecutor,
    ) -> Result<Future<u8>, Box<dyn std::error::Error + Send + Sync>> {
        let not_sync = Cell::new(3);
        Ok(executor.submit(move || not_sync.take())?)
    }
    let executor = executor();
    assert_eq!(submit(&executor).unwrap().result().unwrap(), 3);
    executor.shutdown(Shutdown::Wait);
    let error = submit(&executor).unwrap_err();
    assert_eq!(error.to_string(), "cannot schedule futures after shutdown");
}

#[test]
fn submit_error_can_be_made_by_other_executors() {
    #[track_caller]
    fn check(kind: SubmitErrorKind) {
        let error = SubmitError::new(kind, Cell::new(1)).with_reason("because");
        assert_eq!(error.kind(), kind);
        assert_eq!(error.reason(), Some("because"));
        assert!(error.to_string().ends_with(": because"), "{error}");
        assert!(format!("{error:?}").contains(&format!("{kind:?}")));
        assert_eq!(error.into_work().get(), 1);
    }
    check(SubmitErrorKind::Shutdown);
    check(SubmitErrorKind::Broken);
    check(SubmitErrorKind::QueueFull);
    check(SubmitErrorKind::SpawnFailed);
    check(SubmitErrorKind::Unregistered);
    check(SubmitErrorKind::NotInMainImage);
    check(SubmitErrorKind::Encode);
}

/// A map that is read while it waits is woken by each result.
#[test]
fn blocked_map_wakes_with_the_result() {
    bounded(|| {
        let executor = executor();
        let gate = Gate::new();
        let event = gate.event();
        let mut results = executor.map(
            move |n| {
                event.wait();
                n
            },
            [1, 2],
        );
        let reader = blocked(move || (results.next(), results.next(), results.next().is_none()));
        gate.open();
        let (first, second, exhausted) = reader.join().unwrap();
        assert_eq!((first.unwrap().unwrap(), second.unwrap().unwrap()), (1, 2));
        assert!(exhausted);
    });
}
