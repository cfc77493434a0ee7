//! Twins of CPython's `test_shutdown.py`, and what `shutdown` has beyond it: a deadline, `detach`,
//! calls from the pool's own workers.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, Map, Shutdown, SubmitErrorKind, TaskError, ThreadPoolExecutor,
};

use super::{
    Gate, OnDrop, assert_cancelled, assert_passed, at_once, blocked, bounded, here, in_child,
    occupy,
};

/// CPython's suite runs these cases on five workers.
fn executor() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(5).unwrap()
}

/// Prints as a task of the child processes does: past the test harness, at once.
fn print(message: &str) {
    let mut stdout = io::stdout().lock();
    stdout.write_all(message.as_bytes()).unwrap();
    stdout.flush().unwrap();
}

/// Learns when the threads that ran [`Exits::watch`] have ended.
///
/// CPython's tests join the pool's threads from outside. A thread-local's destructor is the last
/// thing a thread runs, and joining waits for it.
#[derive(Clone)]
struct Exits(Sender<String>);

struct Leaving(Sender<String>, String);

impl Drop for Leaving {
    fn drop(&mut self) {
        // The test may have ended before the thread.
        let _ = self.0.send(std::mem::take(&mut self.1));
    }
}

thread_local! {
    static LEAVING: RefCell<Vec<Leaving>> = const { RefCell::new(Vec::new()) };
}

impl Exits {
    fn new() -> (Self, Receiver<String>) {
        let (sender, exits) = mpsc::channel();
        (Self(sender), exits)
    }

    /// Reports the calling thread's name when it ends, once.
    fn watch(&self) {
        LEAVING.with_borrow_mut(|leaving| {
            if leaving.is_empty() {
                let name = thread::current().name().unwrap_or_default().to_owned();
                leaving.push(Leaving(self.0.clone(), name));
            }
        });
    }
}

/// `map(abs, range(-5, 5))`, as the suite has it in many places.
fn map_abs(pool: &ThreadPoolExecutor, exits: &Exits) -> Map<i32> {
    let exits = exits.clone();
    pool.map(
        move |n: i32| {
            exits.watch();
            n.abs()
        },
        -5..5,
    )
}

#[track_caller]
fn check_abs(results: Map<i32>) {
    let values: Result<Vec<_>, _> = results.collect();
    assert_eq!(values.unwrap(), [5, 4, 3, 2, 1, 0, 1, 2, 3, 4]);
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_run_after_shutdown`.
#[test]
fn submit_after_shutdown_is_refused() {
    for how in
        [Shutdown::Wait, Shutdown::NoWait, Shutdown::CancelPending, Shutdown::CancelPendingNoWait]
    {
        let pool = executor();
        pool.shutdown(how);
        let captured = vec![2, 5];
        let error = pool.submit(move || captured).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Shutdown);
        assert_eq!(error.into_work()(), [2, 5]);
    }
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_interpreter_shutdown`.
///
/// Differs: nothing runs behind the end of `main` here; it is the pool's `Drop` that waits.
#[test]
fn queued_task_still_prints_when_the_program_ends() {
    let child = in_child(here!("queued_task_still_prints_when_the_program_ends"), || {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        drop(occupy(&pool, 1, &gate));
        drop(pool.submit(|| print("apple")).unwrap());
        // `gate` opens, then `pool` is dropped.
    });
    if let Some(output) = child {
        let (stdout, _) = assert_passed(&output);
        assert_eq!(stdout.matches("apple").count(), 1, "{stdout}");
    }
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_submit_after_interpreter_shutdown`.
///
/// A pool in a `static` is the one that is still there at the very end, and is never dropped.
#[test]
fn submit_at_the_very_end_is_refused_and_the_program_ends() {
    let child = in_child(here!("submit_at_the_very_end_is_refused_and_the_program_ends"), || {
        static POOL: OnceLock<ThreadPoolExecutor> = OnceLock::new();
        let pool = POOL.get_or_init(executor);
        pool.submit(|| ()).unwrap().result().unwrap();
        pool.shutdown(Shutdown::Wait);
        let last = OnDrop::new(|| {
            let error = POOL.get().unwrap().submit(|| ()).unwrap_err();
            print(&error.to_string());
        });
        thread::spawn(move || {
            thread_local! { static LAST: RefCell<Option<OnDrop>> = const { RefCell::new(None) } }
            LAST.set(Some(last));
        })
        .join()
        .unwrap();
    });
    if let Some(output) = child {
        let (stdout, _) = assert_passed(&output);
        assert_eq!(stdout.matches("cannot schedule futures after shutdown").count(), 1, "{stdout}");
    }
}

/// The other half of it: a pool that nobody shut down does not keep the program from ending.
#[test]
fn idle_pool_in_a_static_does_not_keep_the_program_alive() {
    let child = in_child(here!("idle_pool_in_a_static_does_not_keep_the_program_alive"), || {
        static POOL: OnceLock<ThreadPoolExecutor> = OnceLock::new();
        POOL.get_or_init(executor).submit(|| print("orange")).unwrap().result().unwrap();
    });
    if let Some(output) = child {
        let (stdout, _) = assert_passed(&output);
        assert_eq!(stdout.matches("orange").count(), 1, "{stdout}");
    }
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_hang_issue12364`.
#[test]
fn every_result_is_there_after_shutdown() {
    bounded(|| {
        let pool = executor();
        let gate = Gate::new();
        let futures: Vec<_> = (0..50)
            .map(|n| {
                let event = gate.event();
                pool.submit(move || {
                    event.wait();
                    n
                })
                .unwrap()
            })
            .collect();
        gate.open();
        pool.shutdown(Shutdown::Wait);
        assert!(futures.iter().all(Future::is_done));
        let values: Vec<_> = futures.into_iter().map(|f| f.result().unwrap()).collect();
        assert_eq!(values, (0..50).collect::<Vec<_>>());
    });
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_cancel_futures`.
///
/// CPython's test can only say that more than twenty of fifty were cancelled; the gate makes it
/// exact: the five that run are opened by the last cancellation.
#[test]
fn cancel_pending_cancels_what_has_not_started_and_waits_for_the_rest() {
    bounded(|| {
        let pool = executor();
        let gate = Gate::new();
        let mut running = occupy(&pool, 5, &gate);
        let queued: Vec<_> = (0..45).map(|_| pool.submit(|| ()).unwrap()).collect();
        let left = Arc::new(AtomicUsize::new(queued.len()));
        for future in &queued {
            let (left, event) = (Arc::clone(&left), gate.event());
            future.add_done_callback(move |completed| {
                assert!(completed.is_cancelled());
                if left.fetch_sub(1, Ordering::Relaxed) == 1 {
                    event.set();
                }
            });
        }
        pool.shutdown(Shutdown::CancelPending);
        assert!(running.iter().all(Future::is_done), "with a wait, shutdown returns after them");
        assert!(running.drain(..).all(|future| future.result().is_ok()));
        for future in queued {
            assert!(future.is_cancelled());
            assert_cancelled(future.result());
        }
    });
}

/// What the cancelled tasks had captured goes with the cancellation.
#[test]
fn cancel_pending_drops_the_closures() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let captured = Arc::new(());
        let queued: Vec<_> = (0..10)
            .map(|_| {
                let held = Arc::clone(&captured);
                pool.submit(move || drop(held)).unwrap()
            })
            .collect();
        pool.shutdown(Shutdown::CancelPendingNoWait);
        assert_eq!(Arc::strong_count(&captured), 1);
        drop((blockers, queued));
    });
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_hang_gh83386`.
#[test]
fn program_ends_after_shutdown_without_wait_while_a_task_runs() {
    let child =
        in_child(here!("program_ends_after_shutdown_without_wait_while_a_task_runs"), || {
            let pool = ThreadPoolExecutor::new(3).unwrap();
            let gate = Gate::new();
            let (event, (started, starts)) = (gate.event(), mpsc::channel());
            let task = move || {
                started.send(()).unwrap();
                event.wait();
                print("apple");
            };
            drop(pool.submit(task).unwrap());
            starts.recv().unwrap();
            pool.shutdown(Shutdown::NoWait);
            // The gate opens only now, and dropping the pool still waits for the task.
        });
    if let Some(output) = child {
        let (stdout, _) = assert_passed(&output);
        assert_eq!(stdout.matches("apple").count(), 1, "{stdout}");
    }
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_hang_gh94440`.
#[test]
fn shutdown_right_after_a_cancellation_does_not_hang() {
    bounded(|| {
        for _ in 0..500 {
            let pool = ThreadPoolExecutor::new(1).unwrap();
            pool.submit(|| 0).unwrap().result().unwrap();
            let future = pool.submit(|| 0).unwrap();
            let cancelled = future.cancel();
            pool.shutdown(Shutdown::Wait);
            assert_eq!(future.is_cancelled(), cancelled);
            assert!(future.is_done());
        }
    });
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_threads_terminate`.
#[test]
fn shutdown_joins_the_threads() {
    bounded(|| {
        let pool = executor();
        let gate = Gate::new();
        let (exits, exited) = Exits::new();
        let (started, starts) = mpsc::channel();
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let (event, exits, started) = (gate.event(), exits.clone(), started.clone());
                pool.submit(move || {
                    exits.watch();
                    started.send(()).unwrap();
                    event.wait();
                })
                .unwrap()
            })
            .collect();
        assert_eq!(pool.metrics().threads, 3);
        starts.iter().take(3).for_each(drop);
        gate.open();
        pool.shutdown(Shutdown::Wait);
        assert_eq!(exited.try_iter().count(), 3);
        assert_eq!(pool.metrics().threads, 0);
        drop(tasks);
    });
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_context_manager_shutdown`.
#[test]
fn leaving_the_block_ends_the_threads() {
    bounded(|| {
        let (exits, exited) = Exits::new();
        {
            let pool = executor();
            check_abs(map_abs(&pool, &exits));
        }
        drop(exits);
        assert!((1..=5).contains(&exited.try_iter().count()));
        assert_eq!(exited.try_recv(), Err(mpsc::TryRecvError::Disconnected), "no thread is left");
    });
}

/// `__exit__` swallows nothing: a panic leaves the block, after the tasks.
#[test]
fn panic_leaves_the_block_after_the_tasks_have_run() {
    bounded(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let runs = Arc::clone(&ran);
        let panic = panic::catch_unwind(AssertUnwindSafe(|| {
            let pool = executor();
            drop(pool.map(move |_| runs.fetch_add(1, Ordering::Relaxed), 0..20));
            panic!("out of the block");
        }))
        .unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"out of the block"));
        assert_eq!(ran.load(Ordering::Relaxed), 20);
    });
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_del_shutdown`.
#[test]
fn dropping_the_pool_completes_its_map() {
    bounded(|| {
        let (exits, exited) = Exits::new();
        let pool = executor();
        let results = map_abs(&pool, &exits);
        drop(pool);
        drop(exits);
        assert!((1..=5).contains(&exited.try_iter().count()), "the threads have been joined");
        check_abs(results);
    });
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_shutdown_no_wait`.
#[test]
fn shutdown_without_wait_returns_at_once_and_the_threads_end() {
    bounded(|| {
        let pool = executor();
        let gate = Gate::new();
        let (exits, exited) = Exits::new();
        let (event, leaving) = (gate.event(), exits.clone());
        let (started, starts) = mpsc::channel();
        let results = pool.map(
            move |n: i32| {
                leaving.watch();
                started.send(()).unwrap();
                event.wait();
                n.abs()
            },
            -5..5,
        );
        pool.shutdown(Shutdown::NoWait);
        starts.iter().take(5).for_each(drop);
        // Nothing has been let through yet, so it cannot have waited.
        gate.open();
        check_abs(results);
        drop(exits);
        assert_eq!(
            exited.iter().count(),
            5,
            "the pool is still there, its threads end all the same"
        );
        assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
    });
}

/// The names of the threads that ran ten short tasks and five at once.
fn thread_names(pool: ThreadPoolExecutor) -> HashSet<String> {
    let barrier = Arc::new(std::sync::Barrier::new(5));
    let names = pool.map(
        move |_| {
            barrier.wait();
            thread::current().name().unwrap().to_owned()
        },
        0..10,
    );
    drop(pool);
    names.map(Result::unwrap).collect()
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_thread_names_assigned`.
#[test]
fn assigned_thread_names() {
    bounded(|| {
        let builder =
            ThreadPoolExecutor::builder().max_workers(5).thread_name_prefix("SpecialPool");
        let expected = (0..5).map(|n| format!("SpecialPool_{n}")).collect();
        assert_eq!(thread_names(builder.build().unwrap()), expected);
    });
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_thread_names_default`.
#[test]
fn default_thread_names() {
    bounded(|| {
        let numbers: HashSet<u64> = (0..3)
            .map(|_| {
                let names = thread_names(executor());
                let number = {
                    let name = names.iter().next().unwrap();
                    let rest = name.strip_prefix("ThreadPoolExecutor-").expect(name);
                    rest.split_once('_').expect(name).0.parse().expect(name)
                };
                let expected = (0..5).map(|n| format!("ThreadPoolExecutor-{number}_{n}")).collect();
                assert_eq!(names, expected);
                number
            })
            .collect();
        assert_eq!(numbers.len(), 3, "each pool has a number of its own");
    });
}

/// As in Python, an empty prefix is none.
#[test]
fn empty_thread_name_prefix_is_none() {
    bounded(|| {
        let pool = ThreadPoolExecutor::builder().max_workers(5).thread_name_prefix("").build();
        for name in thread_names(pool.unwrap()) {
            assert!(name.starts_with("ThreadPoolExecutor-"), "{name}");
        }
    });
}

/// CPython: `test_shutdown.py: ThreadPoolShutdownTest.test_cancel_futures_wait_false`.
#[test]
fn program_ends_cleanly_after_cancel_without_wait() {
    let child = in_child(here!("program_ends_cleanly_after_cancel_without_wait"), || {
        let pool = ThreadPoolExecutor::default();
        drop(pool.submit(|| print("apple")).unwrap());
        pool.shutdown(Shutdown::CancelPendingNoWait);
    });
    if let Some(output) = child {
        let (stdout, stderr) = assert_passed(&output);
        // The task may have been cancelled before it started (`cpython #116682`).
        assert!(stdout.matches("apple").count() <= 1, "{stdout}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn shutdown_can_be_repeated() {
    bounded(|| {
        let pool = executor();
        let future = pool.submit(|| 1).unwrap();
        for how in [
            Shutdown::NoWait,
            Shutdown::Wait,
            Shutdown::Wait,
            Shutdown::CancelPending,
            Shutdown::CancelPendingNoWait,
            Shutdown::NoWait,
        ] {
            pool.shutdown(how);
        }
        assert_eq!(future.result().unwrap(), 1);
        // And on a pool that never had a thread.
        executor().shutdown(Shutdown::Wait);
    });
}

#[test]
fn later_shutdown_can_still_cancel() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let mut running = occupy(&pool, 1, &gate);
        let queued = pool.submit(|| ()).unwrap();
        pool.shutdown(Shutdown::NoWait);
        assert!(!queued.is_done());
        pool.shutdown(Shutdown::CancelPendingNoWait);
        assert!(queued.is_cancelled());
        gate.open();
        running.remove(0).result().unwrap();
    });
}

#[test]
fn shutdown_from_many_threads_waits_in_each() {
    bounded(|| {
        let pool = Arc::new(executor());
        let gate = Gate::new();
        let tasks = occupy(&pool, 5, &gate);
        let callers: Vec<_> = (0..4)
            .map(|_| {
                let pool = Arc::clone(&pool);
                blocked(move || {
                    pool.shutdown(Shutdown::Wait);
                    pool.metrics().threads
                })
            })
            .collect();
        assert!(callers.iter().all(|caller| !caller.is_finished()));
        gate.open();
        for caller in callers {
            assert_eq!(caller.join().unwrap(), 0);
        }
        assert!(tasks.iter().all(Future::is_done));
    });
}

#[test]
fn shutdown_timeout_tells_how_many_threads_are_left() {
    bounded(|| {
        let pool = executor();
        let gate = Gate::new();
        let tasks = occupy(&pool, 2, &gate);
        let error = pool.shutdown_timeout(Shutdown::Wait, Duration::ZERO).unwrap_err();
        assert_eq!(error.threads, 2);
        assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
        let error = pool.shutdown_timeout(Shutdown::CancelPending, Duration::from_millis(1));
        assert_eq!(error.unwrap_err().threads, 2);
        gate.open();
        pool.shutdown_timeout(Shutdown::Wait, Duration::from_secs(3600)).unwrap();
        assert!(tasks.iter().all(Future::is_done));
    });
}

/// A worker that asked for the end of its own pool would wait for itself: it is told so.
#[test]
fn shutdown_timeout_on_a_worker_of_the_pool_does_not_wait() {
    bounded(|| {
        let pool = Arc::new(ThreadPoolExecutor::new(1).unwrap());
        let inner = Arc::clone(&pool);
        let outcome = pool
            .submit(move || inner.shutdown_timeout(Shutdown::Wait, Duration::from_secs(3600)))
            .unwrap();
        assert_eq!(outcome.result().unwrap().unwrap_err().threads, 1);
        pool.shutdown_timeout(Shutdown::Wait, Duration::MAX).unwrap();
    });
}

#[test]
fn detached_pool_works_on_and_is_not_waited_for() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let (exits, exited) = Exits::new();
        let running = occupy(&pool, 1, &gate);
        let leaving = exits.clone();
        let queued = pool
            .submit(move || {
                leaving.watch();
                2
            })
            .unwrap();
        pool.detach();
        // The gate is closed, so `detach` cannot have waited.
        gate.open();
        assert_eq!(queued.result().unwrap(), 2);
        drop(exits);
        assert_eq!(exited.iter().count(), 1, "the thread ends when the work does");
        drop(running);
    });
}

#[test]
fn worker_can_shut_its_own_pool_down() {
    bounded(|| {
        for how in [
            Shutdown::Wait,
            Shutdown::NoWait,
            Shutdown::CancelPending,
            Shutdown::CancelPendingNoWait,
        ] {
            let pool = Arc::new(ThreadPoolExecutor::new(2).unwrap());
            let inner = Arc::clone(&pool);
            let future = pool.submit(move || inner.shutdown(how)).unwrap();
            future.result().unwrap();
            assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
            pool.shutdown(Shutdown::Wait);
            assert_eq!(pool.metrics().threads, 0);
        }
    });
}

/// Two workers that shut their pool down at the same time do not wait for each other.
#[test]
fn two_workers_can_shut_their_pool_down_at_once() {
    bounded(|| {
        for _ in 0..100 {
            let pool = Arc::new(ThreadPoolExecutor::new(2).unwrap());
            let barrier = Arc::new(std::sync::Barrier::new(2));
            let tasks: [Future<()>; 2] = std::array::from_fn(|_| {
                let (inner, barrier) = (Arc::clone(&pool), Arc::clone(&barrier));
                pool.submit(move || {
                    barrier.wait();
                    inner.shutdown(Shutdown::Wait);
                })
                .unwrap()
            });
            for task in tasks {
                task.result().unwrap();
            }
        }
    });
}

#[test]
fn worker_can_drop_the_last_handle_of_its_own_pool() {
    bounded(|| {
        for _ in 0..100 {
            let pool = Arc::new(ThreadPoolExecutor::new(1).unwrap());
            let gate = Gate::new();
            let (event, inner) = (gate.event(), Arc::clone(&pool));
            let (exits, exited) = Exits::new();
            let dropping = pool
                .submit(move || {
                    exits.watch();
                    event.wait();
                    drop(exits);
                    drop(inner);
                })
                .unwrap();
            let queued = pool.submit(|| 7).unwrap();
            drop(pool);
            gate.open();
            dropping.result().unwrap();
            assert_eq!(queued.result().unwrap(), 7, "what was queued still runs");
            assert_eq!(exited.iter().count(), 1, "and the thread ends");
        }
    });
}

/// A worker's thread-locals end after it has left its pool; it is still the thread that a shutdown
/// would join.
#[test]
fn thread_local_of_a_worker_can_hold_the_last_handle_of_its_own_pool() {
    thread_local! {
        static OWN: RefCell<Option<(Arc<ThreadPoolExecutor>, OnDrop)>> = const { RefCell::new(None) };
    }
    let child = in_child(
        here!("thread_local_of_a_worker_can_hold_the_last_handle_of_its_own_pool"),
        || {
            // A panic in a thread-local's destructor ends the process, but perhaps not before this test.
            panic::set_hook(Box::new(|_| std::process::abort()));
            let pool = Arc::new(ThreadPoolExecutor::new(1).unwrap());
            let gate = Gate::new();
            let (event, inner) = (gate.event(), Arc::clone(&pool));
            let (gone, goes) = mpsc::channel();
            let after_the_pool = OnDrop::new(move || gone.send(()).unwrap());
            let task = pool.submit(move || {
                OWN.set(Some((inner, after_the_pool)));
                event.wait();
            });
            pool.shutdown(Shutdown::NoWait);
            drop(pool);
            gate.open();
            // The worker has nothing left to do and ends; the last handle is dropped on its way out.
            goes.recv().unwrap();
            task.unwrap().result().unwrap();
        },
    );
    if let Some(output) = child {
        assert_passed(&output);
    }
}

/// What a task can do, a callback on the same thread can do.
#[test]
fn callback_can_submit_cancel_shut_down_and_drop_the_pool() {
    bounded(|| {
        for _ in 0..100 {
            let pool = Arc::new(ThreadPoolExecutor::new(1).unwrap());
            let gate = Gate::new();
            let event = gate.event();
            let (told, tells) = mpsc::channel();
            let first = pool.submit(move || event.wait()).unwrap();
            let queued = pool.submit(|| ()).unwrap();
            let inner = Arc::clone(&pool);
            first.add_done_callback(move |_| {
                let submitted = inner.submit(|| 5).unwrap();
                told.send(queued.cancel()).unwrap();
                inner.shutdown(Shutdown::Wait);
                told.send(inner.submit(|| ()).is_err()).unwrap();
                drop(inner);
                told.send(submitted.result().unwrap() == 5).unwrap();
            });
            drop(pool);
            gate.open();
            assert_eq!(tells.iter().collect::<Vec<_>>(), [true; 3]);
            first.result().unwrap();
        }
    });
}

/// A pool that holds the last handle of another: each waits for the other's workers, not its own.
#[test]
fn worker_can_drop_another_pool() {
    bounded(|| {
        let (one, two) = (executor(), executor());
        let ran = Arc::new(AtomicUsize::new(0));
        let runs = Arc::clone(&ran);
        drop(two.map(move |_| runs.fetch_add(1, Ordering::Relaxed), 0..50));
        one.submit(move || drop(two)).unwrap().result().unwrap();
        assert_eq!(ran.load(Ordering::Relaxed), 50);
    });
}

#[test]
fn shutdown_while_others_submit_loses_nothing() {
    bounded(|| {
        for _ in 0..10 {
            let pool = ThreadPoolExecutor::new(2).unwrap();
            let ran = Arc::new(AtomicUsize::new(0));
            let accepted = thread::scope(|s| {
                let submitters = at_once((0..3).map(|_| {
                    s.spawn(|| {
                        let mut accepted = 0;
                        loop {
                            let runs = Arc::clone(&ran);
                            match pool.submit(move || runs.fetch_add(1, Ordering::Relaxed)) {
                                Ok(future) => drop(future),
                                Err(error) => {
                                    assert_eq!(error.kind(), SubmitErrorKind::Shutdown);
                                    return accepted;
                                }
                            }
                            accepted += 1;
                        }
                    })
                }));
                pool.submit(|| ()).unwrap().result().unwrap();
                pool.shutdown(Shutdown::Wait);
                submitters.into_iter().map(|s| s.join().unwrap()).sum::<usize>()
            });
            assert_eq!(ran.load(Ordering::Relaxed), accepted);
        }
    });
}

#[test]
fn dropped_pool_leaves_its_futures_usable() {
    bounded(|| {
        let pool = executor();
        let futures: Vec<_> = (0..10).map(|n| pool.submit(move || n).unwrap()).collect();
        drop(pool);
        assert!(futures.iter().all(Future::is_done));
        assert_eq!(futures.into_iter().map(|f| f.result().unwrap()).sum::<i32>(), 45);
    });
}

/// A task that never got its turn has an outcome all the same.
#[test]
fn every_future_is_done_after_shutdown_whatever_the_kind() {
    bounded(|| {
        for how in [Shutdown::Wait, Shutdown::CancelPending] {
            let pool = executor();
            let futures = at_once((0..200).map(|n| pool.submit(move || n).unwrap()));
            pool.shutdown(how);
            for (n, future) in futures.into_iter().enumerate() {
                assert!(future.is_done());
                match future.result() {
                    Ok(value) => assert_eq!(value, n),
                    Err(TaskError::Cancelled) => assert_eq!(how, Shutdown::CancelPending),
                    Err(other) => panic!("{other:?}"),
                }
            }
        }
    });
}
