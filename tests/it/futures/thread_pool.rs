//! Twins of CPython's `test_thread_pool.py`, and what the pool has beyond it: a queue bound,
//! metrics, tasks that wait for tasks.

use std::cell::Cell;
use std::collections::HashSet;
use std::future::Future as _;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

use batteries::concurrent::futures::{
    BuildErrorKind, Future, ReturnWhen, Shutdown, SubmitErrorKind, TaskError, ThreadPoolExecutor,
    WhenFull, as_completed, wait,
};

use super::{
    Gate, OnDrop, assert_cancelled, assert_passed, assert_would_deadlock, at_once, blocked,
    bounded, here, in_child, occupy,
};

fn pool_of(max_workers: usize) -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(max_workers).unwrap()
}

fn bounded_pool(max_workers: usize, bound: usize, when_full: WhenFull) -> ThreadPoolExecutor {
    ThreadPoolExecutor::builder()
        .max_workers(max_workers)
        .queue_bound(bound, when_full)
        .build()
        .unwrap()
}

/// The numbers of `metrics()`, to compare at once.
#[derive(Debug, PartialEq)]
struct Numbers {
    queued: usize,
    running: usize,
    done: u64,
    threads: usize,
}

fn numbers(pool: &ThreadPoolExecutor) -> Numbers {
    let metrics = pool.metrics();
    Numbers {
        queued: metrics.queued,
        running: metrics.running,
        done: metrics.done,
        threads: metrics.threads,
    }
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_map_submits_without_iteration`.
#[test]
fn map_submits_without_iteration() {
    bounded(|| {
        let pool = pool_of(5);
        let finished = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&finished);
        drop(pool.map(move |n| record.lock().unwrap().push(n), 0..10));
        pool.shutdown(Shutdown::Wait);
        let mut finished = finished.lock().unwrap();
        finished.sort_unstable();
        assert_eq!(*finished, (0..10).collect::<Vec<_>>());
    });
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_default_workers`.
#[test]
fn default_number_of_workers() {
    let expected = (num_cpus::get() + 4).min(32);
    assert_eq!(ThreadPoolExecutor::default().metrics().max_workers, expected);
    assert_eq!(ThreadPoolExecutor::builder().build().unwrap().metrics().max_workers, expected);
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_saturation`.
#[test]
fn saturated_pool_has_exactly_its_number_of_threads() {
    bounded(|| {
        let pool = pool_of(4);
        let gate = Gate::new();
        let tasks = at_once((0..15 * 4).map(|_| {
            let event = gate.event();
            pool.submit(move || event.wait()).unwrap()
        }));
        assert_eq!(pool.metrics().threads, 4);
        gate.open();
        pool.shutdown(Shutdown::Wait);
        assert!(tasks.into_iter().all(|task| task.result().is_ok()));
    });
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_idle_thread_reuse`, which CPython
/// calls flaky without the GIL (`cpython #117344`); here it is exact.
#[test]
fn idle_thread_is_reused() {
    bounded(|| {
        let pool = ThreadPoolExecutor::default();
        for (a, b) in [(21, 2), (6, 7), (3, 14)] {
            assert_eq!(pool.submit(move || a * b).unwrap().result().unwrap(), 42);
        }
        assert_eq!(pool.metrics().threads, 1);
        for n in 0..2000 {
            assert_eq!(pool.submit(move || n).unwrap().result().unwrap(), n);
            assert_eq!(pool.metrics().threads, 1, "after {n}");
        }
    });
}

/// Why that is exact: the worker counts as idle before anybody can see its result. A waker runs in
/// between, so it can look.
#[test]
fn worker_is_free_before_its_result_is_seen() {
    struct Look {
        pool: Arc<ThreadPoolExecutor>,
        seen: mpsc::Sender<(Numbers, usize)>,
    }
    impl Wake for Look {
        fn wake(self: Arc<Self>) {
            let before = numbers(&self.pool);
            drop(self.pool.submit(|| ()).unwrap());
            self.seen.send((before, self.pool.metrics().threads)).unwrap();
        }
    }
    bounded(|| {
        let pool = Arc::new(pool_of(4));
        let gate = Gate::new();
        let event = gate.event();
        let mut future = pool.submit(move || event.wait()).unwrap();
        let (seen, sees) = mpsc::channel();
        let waker = Waker::from(Arc::new(Look { pool: Arc::clone(&pool), seen }));
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        gate.open();
        let (before, threads) = sees.recv().unwrap();
        assert_eq!(before, Numbers { queued: 0, running: 0, done: 1, threads: 1 });
        assert_eq!(threads, 1, "the task submitted there waits for the same worker");
        future.result().unwrap();
    });
}

/// A thread is started for each task that finds no idle one, up to the maximum, and no sooner.
#[test]
fn threads_start_on_demand_one_for_each_waiting_task() {
    bounded(|| {
        let pool = pool_of(3);
        assert_eq!(pool.metrics().threads, 0);
        let gate = Gate::new();
        let mut tasks = Vec::new();
        for expected in [1, 2, 3] {
            tasks.extend(occupy(&pool, 1, &gate));
            assert_eq!(pool.metrics().threads, expected);
        }
        tasks.extend((0..2).map(|_| pool.submit(|| ()).unwrap()));
        assert_eq!(pool.metrics().threads, 3);
        drop(tasks);
    });
}

/// The window between queueing and picking up (described in CPython's PR #133957) once gave too
/// few workers there: two tasks that need each other need two threads, however fast they come.
#[test]
fn tasks_submitted_at_once_to_an_idle_pool_run_side_by_side() {
    bounded(|| {
        for _ in 0..500 {
            let pool = pool_of(2);
            pool.submit(|| ()).unwrap().result().unwrap();
            let barrier = Arc::new(std::sync::Barrier::new(2));
            let pair: [Future<()>; 2] = std::array::from_fn(|_| {
                let barrier = Arc::clone(&barrier);
                pool.submit(move || {
                    barrier.wait();
                })
                .unwrap()
            });
            for task in pair {
                task.result().unwrap();
            }
            assert_eq!(pool.metrics().threads, 2);
        }
    });
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_executor_map_current_future_cancel`.
#[test]
fn map_timeout_cancels_the_awaited_item_and_the_queued_ones() {
    bounded(|| {
        let log = Arc::new(Mutex::new(Vec::new()));
        {
            let pool = pool_of(1);
            let gate = Gate::new();
            let (started, starts) = mpsc::channel();
            let (event, writer) = (gate.event(), Arc::clone(&log));
            let log_and_wait = move |ident: &'static str| {
                writer.lock().unwrap().push(format!("{ident} started"));
                started.send(()).unwrap();
                event.wait();
                writer.lock().unwrap().push(format!("{ident} stopped"));
            };
            let again = log_and_wait.clone();
            let first = pool.submit(move || again("first")).unwrap();
            starts.recv().unwrap();
            let mut results = pool.map(log_and_wait, ["second", "third"]).timeout(Duration::ZERO);
            assert!(results.next().unwrap().is_err());
            drop(results);
            gate.open();
            first.result().unwrap();
        }
        assert_eq!(*log.lock().unwrap(), ["first started", "first stopped"]);
    });
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_process_fork_from_a_threadpool`
/// (newer than 3.14): a worker can start a process.
#[test]
fn task_starts_a_process() {
    bounded(|| {
        let pool = pool_of(2);
        let statuses = pool.map(
            |_| {
                Command::new(std::env::current_exe().unwrap())
                    .arg("--list")
                    .stdout(Stdio::null())
                    .status()
                    .unwrap()
            },
            0..2,
        );
        assert!(statuses.map(Result::unwrap).all(|status| status.success()));
    });
}

/// Submits itself again and again, until the pool refuses.
fn resubmit(pool: &Weak<ThreadPoolExecutor>) {
    if let Some(strong) = pool.upgrade() {
        let pool = Weak::clone(pool);
        // The refusal ends the chain.
        let _ = strong.submit(move || resubmit(&pool));
    }
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_hang_global_shutdown_lock`, with
/// thread pools in the place of its process pools: no lock is shared between pools.
#[test]
fn pools_come_and_go_while_another_resubmits() {
    bounded(|| {
        let pool = Arc::new(pool_of(1));
        resubmit(&Arc::downgrade(&pool));
        for _ in 0..50 {
            let workers = pool_of(1);
            drop(workers.submit(Vec::<u8>::new).unwrap());
        }
        pool.shutdown(Shutdown::Wait);
    });
}

/// The same, and the resubmitting task ends up with the last handle of its own pool.
#[test]
fn resubmitting_pool_can_be_dropped() {
    bounded(|| {
        for _ in 0..50 {
            let pool = Arc::new(pool_of(1));
            resubmit(&Arc::downgrade(&pool));
            let (gone, goes) = mpsc::channel();
            let guard = OnDrop::new(move || gone.send(()).unwrap());
            drop(pool.submit(move || drop(guard)).unwrap());
            drop(pool);
            goes.recv().unwrap();
        }
    });
}

// ------------------------------------------------------------------------------- thread settings

#[test]
fn builder_refuses_what_cannot_be() {
    let error = ThreadPoolExecutor::builder().queue_bound(0, WhenFull::Block).build().unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::QueueBound);
    let error = ThreadPoolExecutor::builder().thread_name_prefix("a\0b").build().unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::ThreadNamePrefix);
}

#[test]
fn stack_size_is_that_of_the_workers() {
    // More than the two megabytes a thread has otherwise.
    fn use_stack() -> usize {
        let block = [1_u8; 8 << 20];
        std::hint::black_box(&block).iter().map(|&byte| usize::from(byte)).sum()
    }
    bounded(|| {
        let pool =
            ThreadPoolExecutor::builder().max_workers(1).stack_size(32 << 20).build().unwrap();
        assert_eq!(pool.submit(use_stack).unwrap().result().unwrap(), 8 << 20);
    });
}

/// A stack that no address space has room for.
const ABSURD: usize = usize::MAX / 2;

#[test]
fn task_comes_back_when_no_thread_can_be_started() {
    let pool = ThreadPoolExecutor::builder().max_workers(2).stack_size(ABSURD).build().unwrap();
    let captured = Cell::new(5);
    let error = pool.submit(move || captured.get()).unwrap_err();
    assert_eq!(error.kind(), SubmitErrorKind::SpawnFailed);
    assert!(error.reason().is_some(), "the system's own words");
    assert_eq!(error.into_work()(), 5);
    // Nothing was left behind.
    assert_eq!(numbers(&pool), Numbers { queued: 0, running: 0, done: 0, threads: 0 });
    assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::SpawnFailed);
    pool.shutdown(Shutdown::Wait);
    assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
}

/// With a worker at hand a task that would have liked another one just waits for its turn.
#[test]
#[cfg(target_os = "linux")]
fn task_stays_queued_when_only_a_further_thread_cannot_be_started() {
    const NAME: &str = here!("task_stays_queued_when_only_a_further_thread_cannot_be_started");
    // Room for one stack of this size and not for two: the limit is 2 GiB.
    const STACK: usize = 5 << 28;
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 2097152 && exec \"$0\" \"$@\""]);
    limited.arg(std::env::current_exe().unwrap());
    let child = super::in_child_of(limited, NAME, || {
        // ThreadSanitizer needs all addresses, and starts the program again without the limit.
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let mut limits = limits.lines().filter(|line| line.starts_with("Max address space"));
        if !limits.next().unwrap().contains("2147483648") {
            return;
        }
        let pool = ThreadPoolExecutor::builder().max_workers(4).stack_size(STACK).build().unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = at_once((0..10).map(|n| pool.submit(move || n).unwrap()));
        assert_eq!(numbers(&pool), Numbers { queued: 10, running: 1, done: 0, threads: 1 });
        gate.open();
        assert_eq!(queued.into_iter().map(|f| f.result().unwrap()).sum::<i32>(), 45);
        pool.shutdown(Shutdown::Wait);
        drop(blockers);
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

#[test]
fn map_tells_when_no_thread_can_be_started() {
    bounded(|| {
        let pool = ThreadPoolExecutor::builder().max_workers(1).stack_size(ABSURD).build().unwrap();
        let results: Vec<_> = pool.map(|n: u8| n, [1, 2]).collect();
        assert!(!results.is_empty());
        for result in results {
            assert!(matches!(result, Err(TaskError::Broken(_))), "{result:?}");
        }
    });
}

// ---------------------------------------------------------------------------------------- metrics

#[test]
fn metrics_are_exact() {
    bounded(|| {
        let pool = pool_of(2);
        assert_eq!(numbers(&pool), Numbers { queued: 0, running: 0, done: 0, threads: 0 });
        assert_eq!(pool.metrics().max_workers, 2);
        let gate = Gate::new();
        let blockers = occupy(&pool, 2, &gate);
        assert_eq!(numbers(&pool), Numbers { queued: 0, running: 2, done: 0, threads: 2 });
        let waiting: Vec<_> = (0..3).map(|n| pool.submit(move || n).unwrap()).collect();
        assert_eq!(numbers(&pool), Numbers { queued: 3, running: 2, done: 0, threads: 2 });
        assert!(waiting[1].cancel());
        assert_eq!(pool.metrics().queued, 2, "a cancelled task waits no more");
        gate.open();
        pool.shutdown(Shutdown::Wait);
        let metrics = numbers(&pool);
        assert_eq!((metrics.queued, metrics.running, metrics.threads), (0, 0, 0));
        drop((blockers, waiting));
    });
}

#[test]
fn metrics_count_what_was_run_whatever_its_outcome() {
    bounded(|| {
        let pool = pool_of(1);
        for n in 0..3 {
            let failed = pool.submit(move || assert_ne!(n, 1)).unwrap().exception().is_some();
            assert_eq!(failed, n == 1);
        }
        drop(pool.submit(|| ()).unwrap());
        pool.shutdown(Shutdown::Wait);
        assert_eq!(numbers(&pool), Numbers { queued: 0, running: 0, done: 4, threads: 0 });
    });
}

/// A task counts as done wherever it was run, and as queued until it is.
#[test]
fn metrics_count_tasks_run_in_place_and_by_the_caller() {
    bounded(|| {
        let pool = Arc::new(pool_of(1));
        let inner = Arc::clone(&pool);
        let seen = pool
            .submit(move || {
                let children = [inner.submit(|| ()).unwrap(), inner.submit(|| ()).unwrap()];
                let before = numbers(&inner);
                for child in children {
                    child.result().unwrap();
                }
                (before, numbers(&inner))
            })
            .unwrap();
        let (before, after) = seen.result().unwrap();
        assert_eq!(before, Numbers { queued: 2, running: 1, done: 0, threads: 1 });
        assert_eq!(after, Numbers { queued: 0, running: 1, done: 2, threads: 1 });
        assert_eq!(numbers(&pool), Numbers { queued: 0, running: 0, done: 3, threads: 1 });

        let pool = bounded_pool(1, 1, WhenFull::CallerRuns);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = pool.submit(|| ()).unwrap();
        pool.submit(|| ()).unwrap().result().unwrap();
        assert_eq!(numbers(&pool), Numbers { queued: 1, running: 1, done: 1, threads: 1 });
        drop((blockers, queued));
    });
}

/// What a result tells, the metrics tell as well: the task is over.
#[test]
fn task_with_a_result_is_no_longer_running() {
    bounded(|| {
        let pool = pool_of(1);
        for n in 1..=2000 {
            pool.submit(|| ()).unwrap().result().unwrap();
            assert_eq!(numbers(&pool), Numbers { queued: 0, running: 0, done: n, threads: 1 });
        }
    });
}

// ------------------------------------------------------------------------------------ queue bound

#[test]
fn full_queue_rejects_and_gives_the_task_back() {
    bounded(|| {
        let pool = bounded_pool(1, 2, WhenFull::Reject);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = [pool.submit(|| 1).unwrap(), pool.submit(|| 2).unwrap()];
        let captured = vec![3];
        let error = pool.submit(move || captured).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::QueueFull);
        assert_eq!(error.into_work()(), [3]);
        gate.open();
        let [one, two] = queued.map(|future| future.result().unwrap());
        assert_eq!((one, two), (1, 2));
        // There is room again.
        assert_eq!(pool.submit(|| 4).unwrap().result().unwrap(), 4);
        drop(blockers);
    });
}

/// The bound is for tasks that wait: an idle pool takes as many as it has workers.
#[test]
fn running_tasks_take_no_place_in_the_queue() {
    bounded(|| {
        let pool = bounded_pool(3, 1, WhenFull::Reject);
        let gate = Gate::new();
        let mut tasks = Vec::new();
        for _ in 0..3 {
            tasks.extend(occupy(&pool, 1, &gate));
        }
        tasks.push(pool.submit(|| ()).unwrap());
        assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::QueueFull);
        drop(tasks);
    });
}

/// The largest numbers there are mean "without a bound".
#[test]
fn bounds_of_any_size_are_taken() {
    bounded(|| {
        for (max_workers, bound) in
            [(1, usize::MAX), (2, usize::MAX), (usize::MAX, 1), (usize::MAX, usize::MAX)]
        {
            let pool = bounded_pool(max_workers, bound, WhenFull::Reject);
            let gate = Gate::new();
            let blockers = occupy(&pool, 1, &gate);
            let future = pool.submit(|| 1).unwrap();
            gate.open();
            assert_eq!(future.result().unwrap(), 1);
            drop(blockers);
        }
        let pool = pool_of(1);
        for (chunk, buffer) in [(usize::MAX, 1), (1, usize::MAX), (usize::MAX, usize::MAX)] {
            let results = pool.map_builder().chunk_size(chunk).buffer(buffer).map(|n| n, 0..10);
            assert_eq!(results.unwrap().map(Result::unwrap).sum::<i32>(), 45);
        }
    });
}

#[test]
fn cancelled_task_frees_its_place() {
    bounded(|| {
        let pool = bounded_pool(1, 2, WhenFull::Reject);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        for _ in 0..100 {
            let first = pool.submit(|| ()).unwrap();
            let second = pool.submit(|| ()).unwrap();
            assert!(pool.submit(|| ()).is_err());
            assert!(first.cancel() && second.cancel());
        }
        drop(blockers);
    });
}

#[test]
fn full_queue_blocks_until_a_task_starts() {
    bounded(|| {
        let pool = Arc::new(bounded_pool(1, 1, WhenFull::Block));
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = pool.submit(|| 1).unwrap();
        let submitter = Arc::clone(&pool);
        let (submitted, submits) = mpsc::channel();
        let waiting = blocked(move || {
            let future = submitter.submit(|| 2);
            submitted.send(()).unwrap();
            future.unwrap()
        });
        assert!(submits.try_recv().is_err(), "there is no room yet");
        assert_eq!(pool.metrics().queued, 1);
        gate.open();
        assert_eq!(waiting.join().unwrap().result().unwrap(), 2);
        assert_eq!(queued.result().unwrap(), 1);
        drop(blockers);
    });
}

#[test]
fn full_queue_blocks_until_a_task_is_cancelled() {
    bounded(|| {
        let pool = Arc::new(bounded_pool(1, 1, WhenFull::Block));
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = pool.submit(|| 1).unwrap();
        let submitter = Arc::clone(&pool);
        let waiting = blocked(move || submitter.submit(|| 2).unwrap());
        assert!(queued.cancel());
        // The blocker still runs, so only the cancellation can have made room.
        let future = waiting.join().unwrap();
        gate.open();
        assert_eq!(future.result().unwrap(), 2);
        drop(blockers);
    });
}

#[test]
fn blocked_submitters_all_get_through() {
    bounded(|| {
        let pool = Arc::new(bounded_pool(2, 1, WhenFull::Block));
        let ran = Arc::new(AtomicUsize::new(0));
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..500 {
                        let ran = Arc::clone(&ran);
                        drop(pool.submit(move || ran.fetch_add(1, Ordering::Relaxed)).unwrap());
                    }
                });
            }
        });
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ran.load(Ordering::Relaxed), 2000);
    });
}

#[test]
fn shutdown_wakes_a_blocked_submitter_and_gives_the_task_back() {
    bounded(|| {
        let pool = Arc::new(bounded_pool(1, 1, WhenFull::Block));
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = pool.submit(|| 1).unwrap();
        let submitter = Arc::clone(&pool);
        let waiting = blocked(move || {
            let captured = vec![7];
            let error = submitter.submit(move || captured).unwrap_err();
            (error.kind(), error.into_work()())
        });
        pool.shutdown(Shutdown::NoWait);
        assert_eq!(waiting.join().unwrap(), (SubmitErrorKind::Shutdown, vec![7]));
        gate.open();
        assert_eq!(queued.result().unwrap(), 1);
        drop(blockers);
    });
}

#[test]
fn full_queue_lets_the_caller_run_the_task() {
    bounded(|| {
        let pool = bounded_pool(1, 1, WhenFull::CallerRuns);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued = pool.submit(|| thread::current().id()).unwrap();
        let mine = pool.submit(|| thread::current().id()).unwrap();
        assert!(mine.is_done(), "it ran before `submit` returned");
        assert_eq!(mine.result().unwrap(), thread::current().id());
        assert!(!queued.is_done());
        let panicked = pool.submit(|| -> u8 { panic!("in the caller") }).unwrap();
        super::assert_panicked(panicked.result(), "in the caller");
        gate.open();
        assert_ne!(queued.result().unwrap(), thread::current().id());
        drop(blockers);
    });
}

/// Blocking there would be a deadlock: the worker that would make room is the one that asks.
#[test]
fn own_worker_runs_what_it_submits_to_a_full_queue() {
    bounded(|| {
        let pool = Arc::new(bounded_pool(1, 1, WhenFull::Block));
        let inner = Arc::clone(&pool);
        let (ran_in, children) = pool
            .submit(move || {
                let queued = inner.submit(|| thread::current().id()).unwrap();
                let full: Vec<_> =
                    (0..10).map(|_| inner.submit(|| thread::current().id()).unwrap()).collect();
                assert!(full.iter().all(Future::is_done));
                assert!(!queued.is_done());
                let ids: Vec<ThreadId> = full.into_iter().map(|f| f.result().unwrap()).collect();
                (thread::current().id(), (queued, ids))
            })
            .unwrap()
            .result()
            .unwrap();
        let (queued, ids) = children;
        assert!(ids.iter().all(|&id| id == ran_in));
        assert_eq!(queued.result().unwrap(), ran_in, "the pool has one worker");
    });
}

/// A worker of another pool is a caller like any other.
#[test]
fn worker_of_another_pool_blocks_on_a_full_queue() {
    bounded(|| {
        let full = Arc::new(bounded_pool(1, 1, WhenFull::Block));
        let other = pool_of(1);
        let gate = Gate::new();
        let blockers = occupy(&full, 1, &gate);
        let queued = full.submit(|| ()).unwrap();
        let target = Arc::clone(&full);
        let submitted =
            other.submit(move || target.submit(|| thread::current().id()).unwrap()).unwrap();
        let submitted = submitted.result_timeout(Duration::ZERO).expect_err("there is no room yet");
        gate.open();
        let ran_in = submitted.result().unwrap().result().unwrap();
        let own = other.submit(|| thread::current().id()).unwrap().result().unwrap();
        assert_ne!(ran_in, own);
        queued.result().unwrap();
        drop(blockers);
    });
}

#[test]
fn map_fills_a_bounded_queue_by_blocking() {
    bounded(|| {
        let pool = bounded_pool(2, 1, WhenFull::Block);
        let sum: u64 = pool.map(|n| n, 0..1000_u64).map(Result::unwrap).sum();
        assert_eq!(sum, 499_500);
    });
}

// ---------------------------------------------------------------------- tasks that wait for tasks

/// PEP 3148's second deadlock: a task that waits for a task it submitted, on one worker.
#[test]
fn result_inside_a_worker_runs_the_awaited_task_in_place() {
    fn depth(pool: &Arc<ThreadPoolExecutor>, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let inner = Arc::clone(pool);
        let future = pool.submit(move || depth(&inner, n - 1)).unwrap();
        future.result().unwrap() + 1
    }
    bounded(|| {
        let pool = Arc::new(pool_of(1));
        let inner = Arc::clone(&pool);
        assert_eq!(pool.submit(move || depth(&inner, 100)).unwrap().result().unwrap(), 100);
        assert_eq!(pool.metrics().threads, 1);
    });
}

/// Tasks within tasks end where the stack does: with an error, not with a crash.
#[test]
fn nesting_without_end_is_refused_before_the_stack_is_full() {
    fn descend(pool: &Arc<ThreadPoolExecutor>, n: u32) -> Result<u32, (TaskError, u32)> {
        let inner = Arc::clone(pool);
        match pool.submit(move || descend(&inner, n + 1)).unwrap().result() {
            Ok(deeper) => deeper,
            Err(error) => Err((error, n)),
        }
    }
    let child = in_child(here!("nesting_without_end_is_refused_before_the_stack_is_full"), || {
        for stack_size in [256 << 10, 2 << 20, 8 << 20] {
            let pool = ThreadPoolExecutor::builder().max_workers(1).stack_size(stack_size);
            let pool = Arc::new(pool.build().unwrap());
            let inner = Arc::clone(&pool);
            let outcome = pool.submit(move || descend(&inner, 0)).unwrap().result().unwrap();
            let (error, depth) = outcome.unwrap_err();
            assert_would_deadlock(Err::<(), _>(error));
            assert!(depth > 10, "{depth}");
            // The tasks that were refused their wait are still in the queue, and would go on.
            pool.shutdown(Shutdown::CancelPending);
        }
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

#[test]
fn nested_fibonacci_ends_on_few_workers() {
    fn fib(pool: &Arc<ThreadPoolExecutor>, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let inner = Arc::clone(pool);
        let left = pool.submit(move || fib(&inner, n - 1)).unwrap();
        let right = fib(pool, n - 2);
        left.result().unwrap() + right
    }
    bounded(|| {
        for workers in [1, 2, 4] {
            let pool = Arc::new(pool_of(workers));
            let inner = Arc::clone(&pool);
            assert_eq!(pool.submit(move || fib(&inner, 12)).unwrap().result().unwrap(), 144);
        }
    });
}

/// Runs `task` on a pool with one worker and gives it the pool.
fn on_the_only_worker<R: Send + 'static>(
    task: impl FnOnce(&ThreadPoolExecutor) -> R + Send + 'static,
) -> R {
    bounded(|| {
        let pool = Arc::new(pool_of(1));
        let inner = Arc::clone(&pool);
        pool.submit(move || task(&inner)).unwrap().result().unwrap()
    })
}

#[test]
fn every_wait_without_a_deadline_runs_awaited_tasks_in_place() {
    let sum = on_the_only_worker(|pool| {
        let futures: Vec<_> = (0..5).map(|n| pool.submit(move || n).unwrap()).collect();
        let waited = wait(futures, ReturnWhen::AllCompleted);
        assert!(waited.not_done.is_empty());
        waited.done.into_iter().map(|future| future.result().unwrap()).sum::<i32>()
    });
    assert_eq!(sum, 10);

    let first = on_the_only_worker(|pool| {
        let futures: Vec<_> = (0..5).map(|n| pool.submit(move || n).unwrap()).collect();
        let waited = wait(futures, ReturnWhen::FirstCompleted);
        assert!(!waited.done.is_empty());
        waited.done.len() + waited.not_done.len()
    });
    assert_eq!(first, 5);

    let count = on_the_only_worker(|pool| {
        as_completed((0..5).map(|n| pool.submit(move || n).unwrap())).count()
    });
    assert_eq!(count, 5);

    let mapped = on_the_only_worker(|pool| pool.map(|n| n, 0..5).map(Result::unwrap).sum::<i32>());
    assert_eq!(mapped, 10);

    let chunked = on_the_only_worker(|pool| {
        let results = pool.map_builder().chunk_size(2).map(|n| n, 0..5).unwrap();
        results.map(Result::unwrap).sum::<i32>()
    });
    assert_eq!(chunked, 10);

    let buffered = on_the_only_worker(|pool| {
        pool.map_builder().buffer(2).map(|n| n, 0..5).unwrap().map(Result::unwrap).sum::<i32>()
    });
    assert_eq!(buffered, 10);

    let error = on_the_only_worker(|pool| pool.submit(|| panic!("child")).unwrap().exception());
    assert!(matches!(error, Some(TaskError::Panicked(_))), "{error:?}");

    let shared = on_the_only_worker(|pool| {
        pool.submit(|| 3).unwrap().shared().result().copied().map_err(Clone::clone)
    });
    assert_eq!(shared.unwrap(), 3);
}

/// The task at the beginning of a chain is what the chain waits for.
#[test]
fn chain_inside_a_worker_runs_its_first_task_in_place() {
    let chained = on_the_only_worker(|pool| {
        pool.submit(|| 1).unwrap().then(|n| n.unwrap() + 1).then(|n| n.unwrap() * 10).result()
    });
    assert_eq!(chained.unwrap(), 20);

    let both = on_the_only_worker(|pool| {
        let chained = [1, 2].map(|n| pool.submit(move || n).unwrap().then(Result::unwrap));
        wait(chained, ReturnWhen::AllCompleted).done.len()
    });
    assert_eq!(both, 2);
}

#[test]
fn task_run_in_place_runs_on_the_worker_that_asks() {
    let same = on_the_only_worker(|pool| {
        pool.submit(|| thread::current().id()).unwrap().result().unwrap() == thread::current().id()
    });
    assert!(same);
}

#[test]
fn wait_with_a_deadline_runs_nothing_in_place() {
    let value = on_the_only_worker(|pool| {
        let ran = Arc::new(AtomicBool::new(false));
        let runs = Arc::clone(&ran);
        let future = pool.submit(move || runs.swap(true, Ordering::Relaxed)).unwrap();
        let future =
            future.result_timeout(Duration::from_millis(1)).expect_err("the worker is here");
        assert!(future.exception_timeout(Duration::from_millis(1)).is_err());
        assert!(as_completed([&future]).timeout(Duration::from_millis(1)).next().unwrap().is_err());
        assert!(!ran.load(Ordering::Relaxed));
        future.result().unwrap()
    });
    assert!(!value, "then it ran, once");
}

#[test]
fn panic_of_a_task_run_in_place_is_its_own() {
    let (inner, outer) = on_the_only_worker(|pool| {
        (pool.submit(|| -> u8 { panic!("inner") }).unwrap().result(), "outer goes on")
    });
    super::assert_panicked(inner, "inner");
    assert_eq!(outer, "outer goes on");
}

/// Only the awaited task runs in place, not whatever is at the head of the queue: a lock that the
/// waiting task holds is safe from strangers (`rayon #592`).
#[test]
fn waiting_task_runs_no_stranger() {
    bounded(|| {
        let pool = Arc::new(pool_of(1));
        let order = Arc::new(Mutex::new(Vec::new()));
        let (inner, log) = (Arc::clone(&pool), Arc::clone(&order));
        let outer = pool
            .submit(move || {
                let stranger_log = Arc::clone(&log);
                let stranger =
                    inner.submit(move || stranger_log.lock().unwrap().push("stranger")).unwrap();
                let awaited_log = Arc::clone(&log);
                inner
                    .submit(move || awaited_log.lock().unwrap().push("awaited"))
                    .unwrap()
                    .result()
                    .unwrap();
                log.lock().unwrap().push("outer");
                stranger
            })
            .unwrap();
        outer.result().unwrap().result().unwrap();
        assert_eq!(*order.lock().unwrap(), ["awaited", "outer", "stranger"]);
    });
}

/// A worker asks for a task of another pool: nothing to run in place, it just waits.
#[test]
fn worker_waits_for_another_pool() {
    bounded(|| {
        let (one, two) = (pool_of(1), Arc::new(pool_of(1)));
        let gate = Gate::new();
        let event = gate.event();
        let other = two
            .submit(move || {
                event.wait();
                thread::current().id()
            })
            .unwrap();
        let asker = one.submit(move || (thread::current().id(), other.result().unwrap())).unwrap();
        gate.open();
        let (asked_in, ran_in) = asker.result().unwrap();
        assert_ne!(asked_in, ran_in);
    });
}

/// A task that gets a future later, by a channel, and waits for it; it counts a refusal.
fn waits_for_what_it_is_sent(
    pool: &ThreadPoolExecutor,
    refusals: &Arc<AtomicUsize>,
) -> (mpsc::Sender<Future<()>>, Future<()>) {
    let (sender, receiver) = mpsc::channel::<Future<()>>();
    let (started, starts) = mpsc::channel();
    let refusals = Arc::clone(refusals);
    let task = pool
        .submit(move || {
            started.send(()).unwrap();
            match receiver.recv().unwrap().result() {
                Ok(()) => {}
                Err(TaskError::WouldDeadlock) => drop(refusals.fetch_add(1, Ordering::Relaxed)),
                Err(other) => panic!("{other:?}"),
            }
        })
        .unwrap();
    starts.recv().unwrap();
    (sender, task)
}

/// PEP 3148's first deadlock: each task of the ring waits for the next, the last for the first.
/// Whoever closes the ring is told; the others then get their values.
///
/// `link` is what lies between a task and the one that waits for it.
#[track_caller]
fn check_ring_of(pools: &[&ThreadPoolExecutor], link: fn(Future<()>) -> Future<()>) {
    let refusals = Arc::new(AtomicUsize::new(0));
    let (senders, tasks): (Vec<_>, Vec<_>) =
        pools.iter().map(|pool| waits_for_what_it_is_sent(pool, &refusals)).unzip();
    // The ring owns the futures, so the end of each task is seen by a callback.
    let (over, ends) = mpsc::channel();
    for task in &tasks {
        let over = over.clone();
        task.add_done_callback(move |completed| over.send(completed.exception().cloned()).unwrap());
    }
    let mut tasks = tasks.into_iter().map(link);
    let first = tasks.next().unwrap();
    for (sender, next) in senders.iter().zip(tasks.chain([first])) {
        sender.send(next).unwrap();
    }
    for error in ends.iter().take(pools.len()) {
        assert!(error.is_none(), "{error:?}");
    }
    assert_eq!(refusals.load(Ordering::Relaxed), 1, "one task of the ring is refused");
}

#[track_caller]
fn check_ring(pools: &[&ThreadPoolExecutor]) {
    check_ring_of(pools, |task| task);
}

#[test]
fn two_tasks_that_wait_for_each_other_are_told() {
    bounded(|| {
        for _ in 0..100 {
            let pool = pool_of(2);
            check_ring(&[&pool, &pool]);
        }
    });
}

#[test]
fn ring_of_three_tasks_is_told() {
    bounded(|| {
        for _ in 0..100 {
            let pool = pool_of(3);
            check_ring(&[&pool, &pool, &pool]);
        }
    });
}

#[test]
fn ring_across_two_pools_is_told() {
    bounded(|| {
        for _ in 0..100 {
            let (one, two) = (pool_of(2), pool_of(1));
            check_ring(&[&one, &two]);
            check_ring(&[&one, &two, &one]);
        }
    });
}

#[test]
fn task_that_waits_for_itself_is_told() {
    bounded(|| {
        let pool = pool_of(1);
        check_ring(&[&pool]);
    });
}

/// What `then` puts in between hides no ring.
#[test]
fn ring_through_a_chain_is_told() {
    bounded(|| {
        let (one, two) = (pool_of(2), pool_of(1));
        for pools in [&[&one][..], &[&one, &one], &[&one, &two, &one]] {
            check_ring_of(pools, |task| task.then(Result::unwrap).then(Result::unwrap));
        }
    });
}

/// The refusal costs nothing: the pool goes on.
#[test]
fn pool_goes_on_after_a_ring() {
    bounded(|| {
        let pool = pool_of(2);
        check_ring(&[&pool, &pool]);
        assert_eq!(pool.map(|n| n, 0..100).map(Result::unwrap).sum::<i32>(), 4950);
        assert_eq!(pool.metrics().threads, 2);
    });
}

/// A long line of waiting tasks is no ring.
#[test]
fn line_of_waiting_tasks_is_no_deadlock() {
    bounded(|| {
        let pool = pool_of(8);
        let gate = Gate::new();
        let event = gate.event();
        let mut last = pool.submit(move || event.wait()).unwrap();
        for _ in 0..7 {
            last = pool.submit(move || last.result().unwrap()).unwrap();
        }
        gate.open();
        last.result().unwrap();
    });
}

// ------------------------------------------------------------------------------------ cancelling

/// The queued closure goes in `cancel`, not when a worker comes across it.
#[test]
fn cancel_drops_the_queued_closure_at_once() {
    bounded(|| {
        let pool = pool_of(1);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let captured = Arc::new(());
        let held = Arc::clone(&captured);
        let future = pool.submit(move || drop(held)).unwrap();
        assert_eq!(Arc::strong_count(&captured), 2);
        assert!(future.cancel());
        assert_eq!(Arc::strong_count(&captured), 1);
        assert_cancelled(future.result());
        drop(blockers);
    });
}

/// A queue that nobody serves does not grow with what was put in and taken back.
#[test]
#[cfg(target_os = "linux")]
fn cancelled_tasks_leave_nothing_in_the_queue() {
    let child = in_child(here!("cancelled_tasks_leave_nothing_in_the_queue"), || {
        let pool = pool_of(1);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let kept = pool.submit(|| "kept").unwrap();
        super::assert_steady_memory(|| {
            for _ in 0..50_000 {
                assert!(pool.submit(|| ()).unwrap().cancel());
            }
        });
        assert_eq!(pool.metrics().queued, 1);
        gate.open();
        assert_eq!(kept.result().unwrap(), "kept");
        drop(blockers);
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}

#[test]
fn cancelled_task_never_runs() {
    bounded(|| {
        let pool = pool_of(2);
        let ran = Arc::new(AtomicUsize::new(0));
        let mut cancelled = 0;
        for _ in 0..2000 {
            let runs = Arc::clone(&ran);
            let future = pool.submit(move || runs.fetch_add(1, Ordering::Relaxed)).unwrap();
            cancelled += usize::from(future.cancel());
        }
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ran.load(Ordering::Relaxed) + cancelled, 2000);
    });
}

/// Dropping a future detaches its task.
#[test]
fn task_of_a_dropped_future_still_runs() {
    bounded(|| {
        let pool = pool_of(1);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let (ran, runs) = mpsc::channel();
        drop(pool.submit(move || ran.send(()).unwrap()).unwrap());
        gate.open();
        runs.recv().unwrap();
        drop(blockers);
    });
}

#[test]
fn result_of_a_future_dropped_while_it_runs_is_dropped() {
    bounded(|| {
        let pool = pool_of(1);
        let gate = Gate::new();
        let (event, (started, starts)) = (gate.event(), mpsc::channel());
        let (gone, goes) = mpsc::channel();
        let future = pool
            .submit(move || {
                started.send(()).unwrap();
                event.wait();
                OnDrop::new(move || gone.send(thread::current().id()).unwrap())
            })
            .unwrap();
        starts.recv().unwrap();
        drop(future);
        gate.open();
        let dropped_in = goes.recv().unwrap();
        assert_eq!(pool.submit(|| thread::current().id()).unwrap().result().unwrap(), dropped_in);
        drop(pool);
    });
}

#[test]
fn tasks_start_in_the_order_of_submission() {
    bounded(|| {
        let pool = pool_of(1);
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let (started, starts) = mpsc::channel();
        for n in 0..100 {
            let started = started.clone();
            drop(pool.submit(move || started.send(n).unwrap()).unwrap());
        }
        drop(started);
        gate.open();
        assert_eq!(starts.iter().collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
        drop(blockers);
    });
}

#[test]
fn pool_is_shared_by_many_submitters() {
    bounded(|| {
        let pool = pool_of(4);
        let results: HashSet<usize> = thread::scope(|s| {
            let submitters = at_once((0..4).map(|k| {
                let pool = &pool;
                s.spawn(move || {
                    let futures =
                        at_once((0..500).map(|n| pool.submit(move || k * 500 + n).unwrap()));
                    at_once(futures.into_iter().map(|f| f.result().unwrap()))
                })
            }));
            submitters.into_iter().flat_map(|s| s.join().unwrap()).collect()
        });
        assert_eq!(results, (0..2000).collect());
        assert!(pool.metrics().threads <= 4);
    });
}
