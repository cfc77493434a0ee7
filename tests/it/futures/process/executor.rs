//! Twins of CPython's `executor.py` on processes, and what `map` has beyond them.

use std::time::Duration;

use batteries::concurrent::futures::{
    BuildErrorKind, ChunkSize, Executor, ProcessPoolExecutor, Shutdown, SubmitError,
    SubmitErrorKind, Task, TaskError, WaitTimeout,
};

use super::super::{assert_cancelled, assert_panicked, at_once, bounded};
use super::desk::{self, Desk};
use super::trap::{Mishap, Moment, Trap, there_and_back};
use super::{described, divmod, occupy, pow, worker_death, workers};

/// CPython: `executor.py: ExecutorTest.test_submit` (case 22).
#[test]
fn submit_runs_the_function() {
    batteries::init();
    bounded(|| assert_eq!(workers(1).submit(pow, (2, 8)).unwrap().result(), Ok(256)));
}

/// CPython: `executor.py: ExecutorTest.test_submit_keyword` (case 23): a tuple has them all.
#[test]
fn every_argument_reaches_the_function() {
    type Arguments = (u8, String, Vec<u8>, Option<char>, ());
    batteries::init();
    bounded(|| {
        let arguments: Arguments = (1, "two".into(), vec![3, 3, 3], Some('\u{1F34C}'), ());
        let future = workers(1).submit(|arguments: Arguments| arguments, arguments.clone());
        assert_eq!(future.unwrap().result().unwrap(), arguments);
    });
}

/// Functions need no name: items, instances of generic ones and closures that capture nothing are all addresses.
#[test]
fn functions_of_every_kind_are_found_in_the_worker() {
    fn describe<T: std::fmt::Debug>(value: T) -> String {
        format!("{value:?}")
    }
    struct Type;
    impl Type {
        fn method(n: u8) -> u8 {
            n + 1
        }
    }
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        assert_eq!(pool.submit(describe::<u8>, 7).unwrap().result().unwrap(), "7");
        assert_eq!(pool.submit(describe::<char>, '7').unwrap().result().unwrap(), "'7'");
        assert_eq!(pool.submit(Type::method, 7).unwrap().result(), Ok(8));
        assert_eq!(pool.submit(|n: u8| n * 2, 7).unwrap().result(), Ok(14));
        let task = Task::from_fn(pow);
        assert_eq!(pool.submit_task(task, (3, 3)).unwrap().result(), Ok(27));
        let executor: &dyn Executor<(u64, u32), u64> = &pool;
        assert_eq!(executor.submit_fn(pow, (5, 2)).unwrap().result(), Ok(25));
    });
}

/// CPython: `executor.py: ExecutorTest.test_map` (case 24), `test_process_pool.py: ProcessPoolExecutorTest.test_map_chunksize`
/// (case 90).
#[test]
fn map_equals_the_serial_map() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let pairs = || (0..10_u64).zip(0..10_u32).cycle().take(40);
        let serial: Vec<_> = pairs().map(pow).collect();
        let mapped: Result<Vec<_>, _> = pool.map(pow, pairs()).collect();
        assert_eq!(mapped.unwrap(), serial);
        let sizes = [1, 3, 6, 40, 50].map(ChunkSize::Fixed).into_iter().chain([ChunkSize::Auto]);
        for size in sizes {
            let mapped = pool.map_builder().chunk_size(size).map(pow, pairs()).unwrap();
            assert_eq!(mapped.collect::<Result<Vec<_>, _>>().unwrap(), serial, "{size:?}");
        }
        let error = pool.map_builder().chunk_size(0).map(pow, pairs()).unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::ChunkSize);
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_exception` (cases 25 and 26), as from 3.16 on.
#[test]
fn error_costs_neither_what_follows_nor_its_chunk_mates() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        for size in 1..=5 {
            let pairs = [1, 1, 1, 1].into_iter().zip([2, 3, 0, 5]);
            let mut results = pool.map_builder().chunk_size(size).map(divmod, pairs).unwrap();
            assert_eq!(results.next().unwrap(), Ok((0, 1)));
            assert_eq!(results.next().unwrap(), Ok((0, 1)));
            assert_panicked(results.next().unwrap(), "attempt to divide by zero");
            assert_eq!(results.next().unwrap(), Ok((0, 1)));
            assert!(results.next().is_none());
            assert!(results.next().is_none());
        }
    });
}

/// Each way in which an argument can go wrong, in the midst of a chunk of good ones.
#[test]
fn bad_argument_of_a_chunk_costs_its_own_result_alone() {
    type Check = fn(Result<Trap, TaskError>);
    batteries::init();
    bounded(|| {
        let pool = described(1).crash_budget(100).build().unwrap();
        let cases: [(Moment, Mishap, Check); 11] = [
            (Moment::EncodedAtHome, Mishap::Error, |r| {
                assert!(matches!(r, Err(TaskError::Encode(_))));
            }),
            (Moment::DecodedAway, Mishap::Error, |r| {
                assert!(matches!(r, Err(TaskError::Decode(_))));
            }),
            (Moment::EncodedAway, Mishap::Error, |r| {
                assert!(matches!(r, Err(TaskError::Encode(_))));
            }),
            (Moment::DecodedAtHome, Mishap::Error, |r| {
                assert!(matches!(r, Err(TaskError::Decode(_))));
            }),
            (Moment::DecodedAway, Mishap::Panic, |r| assert_panicked(r, "a trap")),
            (Moment::EncodedAway, Mishap::Panic, |r| assert_panicked(r, "a trap")),
            (Moment::DecodedAtHome, Mishap::Panic, |r| assert_panicked(r, "a trap")),
            (Moment::DecodedAway, Mishap::Abort, |r| {
                assert_eq!(worker_death(r).signal(), Some(libc::SIGABRT));
            }),
            (Moment::EncodedAway, Mishap::Exit3, |r| {
                assert_eq!(worker_death(r).exit_code(), Some(3));
            }),
            (Moment::EncodedAway, Mishap::Segfault, |r| {
                assert_eq!(worker_death(r).signal(), Some(libc::SIGSEGV));
            }),
            (Moment::DroppedAway, Mishap::Panic, |r| assert!(r.is_ok())),
        ];
        for (moment, mishap, check) in cases {
            for place in [0, 2, 4] {
                let traps = (0..5).map(|n| {
                    let moment = if n == place { moment } else { Moment::Never };
                    Trap::new(moment, mishap)
                });
                let map = pool.map_builder().chunk_size(5).map(there_and_back, traps).unwrap();
                let mut results: Vec<_> = map.collect();
                assert_eq!(results.len(), 5);
                check(results.remove(place));
                for result in results {
                    assert!(result.is_ok(), "{result:?}, beside {mishap:?} {moment:?}");
                }
            }
        }
    });
}

/// Two bad ones, and a deadline that one overruns: its chunk-mates have their own.
#[test]
fn argument_that_overruns_costs_its_own_result_alone() {
    fn spin_on_odd(n: u8) -> u8 {
        if n % 2 == 1 {
            loop {
                std::hint::spin_loop();
            }
        }
        n
    }
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let builder = pool.map_builder().chunk_size(6).deadline(Duration::from_millis(300));
        let results: Vec<_> = builder.map(spin_on_odd, [0, 1, 2, 4, 3, 6]).unwrap().collect();
        let late = Err(TaskError::TimedOut);
        assert_eq!(results, [Ok(0), late.clone(), Ok(2), Ok(4), late, Ok(6)]);
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_timeout_from_callable` (case 27, 3.16).
#[test]
fn timeout_error_of_a_task_is_not_the_timeout_of_the_map() {
    batteries::init();
    bounded(|| {
        let pool = described(1).deadline(Duration::from_millis(1)).build().unwrap();
        let results: Vec<_> = pool
            .map(
                |()| loop {
                    std::hint::spin_loop();
                },
                [(), ()],
            )
            .timeout(Duration::from_secs(3600))
            .collect();
        assert_eq!(results, [Ok(Err::<(), _>(TaskError::TimedOut)), Ok(Err(TaskError::TimedOut))]);
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_timeout` (case 28).
///
/// An expired timeout still hands out what is finished, so no clock decides here: on one worker, the third task has started
/// when the first two are done.
#[test]
fn map_timeout_ends_the_iteration() {
    fn answer_or_wait(address: String) -> u32 {
        if address.is_empty() { 0 } else { desk::wait_at(address) }
    }
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let addresses = [String::new(), String::new(), desk.address()];
        let mut results = pool.map(answer_or_wait, addresses).timeout(Duration::ZERO);
        let _visitor = desk.next();
        assert_eq!(results.next(), Some(Ok(Ok(0))));
        assert_eq!(results.next(), Some(Ok(Ok(0))));
        assert_eq!(results.next(), Some(Err(WaitTimeout { unfinished: 1, total: 3 })));
        assert_eq!(results.next(), None);
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_close` (case 29, 3.16).
#[test]
fn dropping_the_results_cancels_what_has_not_started() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let addresses = std::iter::repeat_with(|| desk.address()).take(5);
        let mut results = pool.map(desk::wait_at, addresses);
        let first = desk.next();
        let pid = first.pid();
        drop(first);
        assert_eq!(results.next(), Some(Ok(pid)));
        let second = desk.next();
        drop(results);
        drop(second);
        drop(pool);
        assert_eq!(desk.waiting(), 0, "the other three never ran");
    });
}

/// CPython: `executor.py: ExecutorTest.test_shutdown_race_issue12456` (case 30).
#[test]
fn shutdown_right_after_more_tasks_than_workers_ends() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let results = pool.map(|s: String| s, vec!["abc".to_owned(); 3]);
        pool.shutdown(Shutdown::Wait);
        assert_eq!(results.collect::<Result<Vec<_>, _>>().unwrap(), ["abc"; 3]);
    });
}

/// CPython: `executor.py: ExecutorTest.test_max_workers_negative` (case 32), and every other setting that has a range.
#[test]
fn settings_out_of_range_are_refused() {
    batteries::init();
    let build = ProcessPoolExecutor::builder;
    for (builder, kind, text) in [
        (build().max_workers(0), BuildErrorKind::MaxWorkers, "max_workers"),
        (build().max_tasks_per_child(0), BuildErrorKind::MaxTasksPerChild, "max_tasks_per_child"),
        (build().max_rss_per_child(0), BuildErrorKind::MaxRssPerChild, "max_rss_per_child"),
        (build().memory_limit(0), BuildErrorKind::MemoryLimit, "memory_limit"),
        (build().crash_budget(0), BuildErrorKind::CrashBudget, "crash_budget"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), format!("{text} must be greater than 0"));
    }
}

/// CPython: `executor.py: ExecutorTest.test_swallows_falsey_exceptions` (case 34, 3.14).
#[test]
fn panics_with_any_payload_count() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let future = pool.submit(|()| -> () { std::panic::panic_any(0_u8) }, ()).unwrap();
        assert_panicked(future.result(), "Box<dyn Any>");
        assert_panicked(pool.submit(|()| -> () { panic!("") }, ()).unwrap().result(), "");
    });
}

/// CPython: `executor.py: ExecutorTest.test_map_buffersize*` (cases 35 to 42, 3.14).
#[test]
fn buffered_map_looks_only_so_far_ahead() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let error = pool.map_builder().buffer(0).map(pow, [(1, 1)]).unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Buffer);
        for buffer in [1, 2, 4, 8] {
            let mapped = pool.map_builder().buffer(buffer).map(pow, (0..4).zip([2; 4])).unwrap();
            assert_eq!(mapped.collect::<Result<Vec<_>, _>>().unwrap(), [0, 1, 4, 9]);
        }
        let squares = pool.map_builder().buffer(3).map(pow, (0..).map(|n| (n, 2))).unwrap();
        assert_eq!(squares.take(5).collect::<Result<Vec<_>, _>>().unwrap(), [0, 1, 4, 9, 16]);
        assert!(pool.map_builder().buffer(3).map(pow, []).unwrap().next().is_none());

        let taken = std::cell::Cell::new(0);
        let counted = (0..10_u64).inspect(|_| taken.set(taken.get() + 1)).map(|n| (n, 1));
        let mut results = pool.map_builder().buffer(4).map(pow, counted).unwrap();
        assert_eq!(taken.get(), 4);
        assert_eq!(results.next(), Some(Ok(0)));
        assert_eq!(taken.get(), 5);
        results.detach();

        let chunks = pool.map_builder().buffer(2).chunk_size(3).map(pow, (0..7).zip([1; 7]));
        let values: Result<Vec<_>, _> = chunks.unwrap().collect();
        assert_eq!(values.unwrap(), [0, 1, 2, 3, 4, 5, 6]);
    });
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_run_after_shutdown` (case 50): the argument comes back.
#[test]
fn refused_argument_comes_back() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        pool.shutdown(Shutdown::Wait);
        let error: SubmitError<String> =
            pool.submit(|s: String| s.len(), "spam".into()).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Shutdown);
        assert_eq!(error.to_string(), "cannot schedule futures after shutdown");
        assert_eq!(error.into_work(), "spam");
    });
}

/// Nothing is given to a worker ahead of time, so a task that has not started can always be cancelled.
#[test]
fn waiting_task_can_be_cancelled_and_a_running_one_cannot() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (running, visitors) = occupy(&pool, 1, &desk);
        let waiting: Vec<_> =
            (0..3).map(|_| pool.submit(desk::wait_at, desk.address()).unwrap()).collect();
        assert!(!running[0].cancel());
        assert!(running[0].is_running());
        for future in waiting {
            assert!(future.cancel());
            assert_cancelled(future.result());
        }
        drop(visitors);
        for future in running {
            assert!(future.result().is_ok());
        }
        drop(pool);
        assert_eq!(desk.waiting(), 0);
    });
}

/// A deadline is the task's own, and counts from its start: what waits behind a task that overruns has all of its time.
#[test]
fn deadline_counts_from_the_start() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (busy, visitors) = occupy(&pool, 1, &desk);
        let deadline = Duration::from_millis(1);
        let stuck = pool.task_builder().deadline(deadline).submit(desk::spin_at, desk.address());
        let later = pool.task_builder().deadline(Duration::from_secs(3600)).submit(pow, (2, 3));
        assert_eq!(busy.len(), 1);
        drop(visitors);
        assert_eq!(stuck.unwrap().result(), Err(TaskError::TimedOut));
        assert_eq!(later.unwrap().result(), Ok(8));
        let forever = pool.task_builder().deadline(Duration::MAX).submit(pow, (2, 4));
        assert_eq!(forever.unwrap().result(), Ok(16));
        assert_eq!(
            pool.task_builder().deadline(Duration::ZERO).submit(pow, (2, 4)).unwrap().result(),
            Err(TaskError::TimedOut)
        );
    });
}

/// A task that may run twice is tried again as often as it was told, and no more.
#[test]
fn retried_task_runs_until_its_worker_lives() {
    fn die_at((address, lives): (String, u32)) -> u32 {
        // The test answers nothing: it counts.
        drop(desk::report(&address));
        if std::fs::read_dir(std::path::Path::new(&address).parent().unwrap()).unwrap().count() > 1
        {
            return lives;
        }
        std::process::abort()
    }
    batteries::init();
    bounded(|| {
        let pool = described(1).crash_budget(100).build().unwrap();
        let desk = Desk::new();
        let task = pool.task_builder().retry(2).submit(die_at, (desk.address(), 0)).unwrap();
        assert_eq!(worker_death(task.result()).signal(), Some(libc::SIGABRT));
        assert_eq!(desk.waiting(), 3);
        let task = pool.task_builder().retry(10).submit(die_at, (desk.address(), 7)).unwrap();
        desk.take(3);
        // From now on it lives.
        std::fs::write(std::path::Path::new(&desk.address()).with_file_name("mercy"), "").unwrap();
        assert_eq!(task.result(), Ok(7));
        // A deadline and a kill are no reasons to try again.
        let (address, none) = (desk.address(), desk.waiting());
        assert!(none <= 8);
        let stuck = pool.task_builder().retry(5).submit(desk::spin_at, address.clone()).unwrap();
        drop(desk.next());
        assert!(stuck.kill());
        worker_death(stuck.result());
        let late = pool.task_builder().retry(5).deadline(Duration::from_millis(1));
        let late = late.submit(desk::spin_at, address).unwrap();
        assert_eq!(late.result(), Err(TaskError::TimedOut));
        drop(pool);
        assert!(desk.waiting() <= 1, "each of them ran once");
    });
}

/// Ten thousand tasks, each with its own answer.
#[test]
fn ten_thousand_tasks_give_ten_thousand_answers() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let futures = at_once((0..10_000_u64).map(|n| pool.submit(|n: u64| n * n, n).unwrap()));
        for (n, future) in (0..).zip(futures) {
            assert_eq!(future.result(), Ok(n * n));
        }
    });
}
