//! Twins of CPython's `test_process_pool.py`: the workers themselves, how many there are, how they end.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use batteries::concurrent::futures::{
    CrashPolicy, ProcessPoolExecutor, Shutdown, SubmitErrorKind, TaskError,
};

use super::super::{assert_cancelled, at_once, bounded};
use super::desk::{self, Desk};
use super::{assert_broken, described, occupy, worker_death, workers};

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_killed_child` (case 88), as it is here: the pool goes on.
#[test]
fn killed_worker_fails_its_own_task() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 2, &desk);
        let victim = visitors[0].pid();
        kill(victim);
        let waited: Vec<_> = batteries::concurrent::futures::as_completed(tasks).take(1).collect();
        let death = worker_death(waited.into_iter().next().unwrap().result());
        assert_eq!((death.pid(), death.signal(), death.exit_code()), (victim, Some(9), None));
        assert_eq!(death.task(), Some("it::futures::process::desk::wait_at"));
        assert_ne!(pool.submit(desk::pid, ()).unwrap().result().unwrap(), victim);
        assert!(!pool.worker_pids().contains(&victim));
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_killed_child` (case 88), `test_broken_process_pool_traceback`
/// (case 89, main): with its policy, every future has the reason.
#[test]
fn killed_worker_breaks_the_pool_if_that_is_wanted() {
    batteries::init();
    bounded(|| {
        let pool = described(2).crash_policy(CrashPolicy::Break).build().unwrap();
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 2, &desk);
        let queued = at_once((0..4).map(|_| pool.submit(desk::pid, ()).unwrap()));
        let victim = visitors[0].pid();
        kill(victim);
        for future in tasks.into_iter().chain(queued) {
            assert_broken(future.result(), &format!("worker process {victim} died"));
        }
        let error = pool.submit(desk::pid, ()).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Broken);
        assert!(error.to_string().contains("terminated abruptly"), "{error}");
        pool.shutdown(Shutdown::Wait);
        assert!(pool.worker_pids().is_empty(), "those that lived were ended");
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_traceback` (case 91).
#[test]
fn panic_says_where_it_was() {
    fn fail(_: ()) {
        panic!("some common error");
    }
    batteries::init();
    bounded(|| {
        let pool = described(1).capture_backtraces().build().unwrap();
        let pid = pool.submit(desk::pid, ()).unwrap().result().unwrap();
        let Err(TaskError::Panicked(panic)) = pool.submit(fail, ()).unwrap().result() else {
            panic!("it panics");
        };
        assert_eq!((panic.message(), panic.pid()), ("some common error", Some(pid)));
        assert!(panic.location().unwrap().contains("process/pool.rs:"), "{panic}");
        assert!(panic.backtrace().unwrap().contains("panic_says_where_it_was::fail"));
        assert_eq!(pool.submit(desk::pid, ()).unwrap().result(), Ok(pid), "it lives");
        let payload = std::thread::spawn(|| panic.resume_unwind()).join().unwrap_err();
        assert_eq!(payload.downcast_ref::<String>().unwrap(), "some common error");
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_traceback_when_child_process_terminates_abruptly` (case 92,
/// main).
#[test]
fn death_names_the_exit_code() {
    batteries::init();
    bounded(|| {
        let future = workers(1).submit(|()| std::process::exit(99), ()).unwrap();
        let error = future.result().map(|()| "no error").unwrap_err();
        assert!(error.to_string().contains("(exit status: 99) while it ran fn(())"), "{error}");
        assert_eq!(worker_death(Err::<(), _>(error)).exit_code(), Some(99));
    });
}

/// What is alive of it in this process; the test's own process has none.
struct Counted;

static ALIVE: AtomicUsize = AtomicUsize::new(0);

impl serde::Serialize for Counted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> serde::Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        <()>::deserialize(deserializer).map(|()| Self)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_ressources_gced_in_workers` (case 93) and
/// `executor.py: ExecutorTest.test_no_stale_references` (case 31): neither argument nor result outlives its task.
#[test]
fn worker_keeps_no_value() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let alive = || pool.submit(|()| ALIVE.load(Ordering::Relaxed), ()).unwrap().result();
        let seen = pool.submit(|_: Counted| ALIVE.load(Ordering::Relaxed), new_counted()).unwrap();
        assert_eq!((seen.result(), alive()), (Ok(1), Ok(0)));
        drop(pool.submit(|counted: Counted| counted, new_counted()).unwrap().result().unwrap());
        assert_eq!(alive(), Ok(0));
        let failing = pool.submit(|_: Counted| -> u8 { panic!("with it in hand") }, new_counted());
        assert!(failing.unwrap().result().is_err());
        assert_eq!(alive(), Ok(0));
        let four = (0..4).map(|_| new_counted());
        let results = pool.map_builder().chunk_size(4).map(|counted: Counted| counted, four);
        assert!(results.unwrap().all(|result| result.is_ok()));
        assert_eq!(alive(), Ok(0));
        assert_eq!(ALIVE.load(Ordering::Relaxed), 0, "nor does this process");
    });
}

fn new_counted() -> Counted {
    ALIVE.fetch_add(1, Ordering::Relaxed);
    Counted
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_saturation` (case 94).
#[test]
fn there_are_never_more_workers_than_asked_for() {
    batteries::init();
    bounded(|| {
        let pool = workers(3);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 3, &desk);
        let more = at_once((0..42).map(|_| pool.submit(desk::wait_at, desk.address()).unwrap()));
        assert_eq!(pool.worker_pids().len(), 3);
        assert_eq!(pool.metrics().queued, 42);
        let pids: HashSet<_> = visitors.iter().map(|visitor| visitor.pid()).collect();
        drop(visitors);
        for _ in 0..42 {
            assert!(pids.contains(&desk.next().pid()));
        }
        assert_eq!(pool.worker_pids().len(), 3);
        assert!(tasks.into_iter().chain(more).all(|task| task.result().is_ok()));
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_idle_process_reuse_one` (case 95).
#[test]
fn one_task_after_the_other_needs_one_worker() {
    batteries::init();
    bounded(|| {
        let pool = workers(4);
        let pids: HashSet<_> =
            (0..20).map(|_| pool.submit(desk::pid, ()).unwrap().result().unwrap()).collect();
        assert_eq!(pids.len(), 1);
        assert_eq!(pool.worker_pids().len(), 1);
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_idle_process_reuse_multiple` (case 96).
#[test]
fn workers_are_started_only_when_all_are_busy() {
    batteries::init();
    bounded(|| {
        let pool = workers(4);
        let desk = Desk::new();
        let (first, visitors) = occupy(&pool, 2, &desk);
        drop(visitors);
        assert!(first.into_iter().all(|task| task.result().is_ok()));
        let (second, visitors) = occupy(&pool, 2, &desk);
        assert!(pool.worker_pids().len() <= 3, "{:?}", pool.worker_pids());
        drop(visitors);
        assert!(second.into_iter().all(|task| task.result().is_ok()));
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_max_tasks_per_child` (case 97).
#[test]
fn worker_is_replaced_after_its_tasks() {
    batteries::init();
    bounded(|| {
        let pool = described(1).max_tasks_per_child(3).build().unwrap();
        let pid = || pool.submit(desk::pid, ()).unwrap().result().unwrap();
        let first = pid();
        assert_eq!([pid(), pid()], [first; 2]);
        let second = pid();
        assert_ne!(second, first);
        assert_eq!(pool.worker_pids(), [second]);
    });
}

/// CPython: `test_process_pool.py: ProcessPoolExecutorTest.test_max_tasks_early_shutdown` (case 98) and
/// `test_max_tasks_per_child_pending_tasks_gh115634` (case 99, main).
#[test]
fn replaced_workers_leave_no_task_behind() {
    batteries::init();
    bounded(|| {
        for (size, tasks_per_child, tasks) in [(3, 1, 6), (1, 2, 6), (2, 2, 8)] {
            let pool = described(size).max_tasks_per_child(tasks_per_child).build().unwrap();
            let futures = at_once((0..tasks).map(|_| pool.submit(desk::pid, ()).unwrap()));
            pool.shutdown(Shutdown::Wait);
            let pids: Result<Vec<_>, _> = futures.into_iter().map(|f| f.result()).collect();
            let mut tasks_of = std::collections::HashMap::new();
            for pid in pids.unwrap() {
                *tasks_of.entry(pid).or_insert(0) += 1;
            }
            assert!(tasks_of.values().all(|&n| n <= tasks_per_child), "{tasks_of:?}");
        }
    });
}

/// CPython: `test_process_pool.py: ...test_shutdown_no_wait_max_tasks_gh119592` (case 100, main) and
/// `test_gc_during_max_tasks_worker_exit_gh152967` (case 101, main).
#[test]
fn worker_that_retires_after_shutdown_is_replaced() {
    batteries::init();
    bounded(|| {
        for dropped in [false, true] {
            let pool = described(1).max_tasks_per_child(1).build().unwrap();
            let desk = Desk::new();
            let (mut futures, visitors) = occupy(&pool, 1, &desk);
            futures.extend((0..3).map(|_| pool.submit(desk::pid, ()).unwrap()));
            pool.shutdown(Shutdown::NoWait);
            let kept = if dropped {
                pool.detach();
                None
            } else {
                Some(pool)
            };
            drop(visitors);
            let pids: HashSet<_> = futures.into_iter().map(|f| f.result().unwrap()).collect();
            assert_eq!(pids.len(), 4);
            drop(kept);
        }
    });
}

/// CPython: `test_process_pool.py: ...test_force_shutdown_during_max_tasks_worker_exit` (case 102, main).
#[test]
fn no_replacement_escapes_a_kill() {
    batteries::init();
    bounded(|| {
        for _ in 0..5 {
            let pool = described(2).max_tasks_per_child(1).build().unwrap();
            let futures = at_once((0..8).map(|_| pool.submit(desk::pid, ()).unwrap()));
            // In the midst of workers that come and go.
            let mut futures = futures.into_iter();
            assert!(futures.next().unwrap().result().is_ok());
            pool.kill();
            pool.shutdown(Shutdown::Wait);
            assert!(pool.worker_pids().is_empty());
            for future in futures {
                let result = future.result();
                let expected = matches!(
                    result,
                    Ok(_)
                        | Err(TaskError::Cancelled
                            | TaskError::WorkerDied(_)
                            | TaskError::Broken(_))
                );
                assert!(expected, "{result:?}");
            }
        }
    });
}

/// CPython: `test_process_pool.py: ...test_failed_worker_replacement_breaks_pool` (case 103, main).
#[test]
fn worker_that_cannot_be_replaced_breaks_the_pool() {
    batteries::init();
    bounded(|| {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("program");
        std::os::unix::fs::symlink(std::env::current_exe().unwrap(), &link).unwrap();
        let pool = described(1).executable(&link).max_tasks_per_child(1).build().unwrap();
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 1, &desk);
        let queued = at_once((0..3).map(|_| pool.submit(desk::pid, ()).unwrap()));
        std::fs::remove_file(&link).unwrap();
        drop(visitors);
        assert!(tasks.into_iter().all(|task| task.result().is_ok()));
        for future in queued {
            assert_broken(future.result(), "could not be started");
        }
        assert_eq!(pool.submit(desk::pid, ()).unwrap_err().kind(), SubmitErrorKind::Broken);
    });
}

fn ends(end: fn(&ProcessPoolExecutor), signal: i32) {
    let pool = workers(1);
    let desk = Desk::new();
    let running = pool.submit(desk::spin_at, desk.address()).unwrap();
    let visitor = desk.next();
    let queued = pool.submit(desk::pid, ()).unwrap();
    end(&pool);
    let death = worker_death(running.result());
    assert_eq!((death.pid(), death.signal()), (visitor.pid(), Some(signal)));
    assert_cancelled(queued.result());
    // Again, on a pool that has no workers any more, and on one that is broken.
    end(&pool);
    assert_eq!(pool.submit(desk::pid, ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
    let broken = described(1).crash_policy(CrashPolicy::Break).build().unwrap();
    assert_broken(
        broken.submit(|()| -> () { std::process::abort() }, ()).unwrap().result(),
        "SIGABRT",
    );
    end(&broken);
    // And on one that never had any.
    let unused = workers(2);
    end(&unused);
    assert_eq!(unused.submit(desk::pid, ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
}

/// CPython: `test_process_pool.py: ...test_terminate_workers` (case 105, 3.14), `test_force_shutdown_workers_dead_workers`,
/// `..._not_started_yet`, `..._stops_pool` (cases 107 to 109, 3.14).
#[test]
fn terminate_ends_what_runs_and_all_that_waits() {
    batteries::init();
    bounded(|| ends(ProcessPoolExecutor::terminate, libc::SIGTERM));
}

/// CPython: `test_process_pool.py: ...test_kill_workers` (case 106, 3.14), and cases 107 to 109.
#[test]
fn kill_ends_what_runs_and_all_that_waits() {
    batteries::init();
    bounded(|| ends(ProcessPoolExecutor::kill, libc::SIGKILL));
}

/// What CPython has no twin of: one future's own task is ended, and nothing else.
#[test]
fn kill_of_a_future_ends_its_own_task() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let desk = Desk::new();
        let (mut others, _visitors) = occupy(&pool, 1, &desk);
        let stuck = pool.submit(desk::spin_at, desk.address()).unwrap();
        let visitor = desk.next();
        let waiting = pool.submit(desk::spin_at, desk.address()).unwrap();
        assert!(waiting.kill());
        assert_cancelled(waiting.result());
        assert!(stuck.kill());
        assert!(stuck.kill(), "it still gives no value");
        let death = worker_death(stuck.result());
        assert_eq!((death.pid(), death.signal()), (visitor.pid(), Some(libc::SIGKILL)));
        assert!(others[0].is_running());
        let done = pool.submit(desk::pid, ()).unwrap();
        assert!(done.exception().is_none());
        assert!(!done.kill(), "it has given its value");
        assert!(done.result().is_ok());
        assert!(others.remove(0).kill());
    });
}

/// A pool whose workers cannot live gives up; one in which some tasks crash does not.
#[test]
fn crash_budget_counts_deaths_without_an_answer() {
    fn crash(really: bool) {
        if really {
            std::process::abort();
        }
    }
    batteries::init();
    bounded(|| {
        let pool = described(1).crash_budget(3).build().unwrap();
        for _ in 0..4 {
            for really in [true, true, false] {
                let result = pool.submit(crash, really).unwrap().result();
                assert_eq!(result.is_err(), really);
            }
        }
        for _ in 0..3 {
            worker_death(pool.submit(crash, true).unwrap().result());
        }
        let error = pool.submit(crash, false).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Broken);
        assert!(error.to_string().contains("3 tasks in a row have cost a worker its life"));
    });
}

/// A worker that has grown too large is replaced between two tasks.
#[cfg(target_os = "linux")]
#[test]
fn worker_that_grew_is_replaced() {
    fn leak(bytes: usize) -> u32 {
        std::mem::forget(std::hint::black_box(vec![1_u8; bytes]));
        std::process::id()
    }
    batteries::init();
    bounded(|| {
        let pool = described(1).max_rss_per_child(200 << 20).build().unwrap();
        let pid = |bytes| pool.submit(leak, bytes).unwrap().result().unwrap();
        let first = pid(0);
        assert_eq!(pid(1 << 20), first);
        assert_eq!(pid(220 << 20), first);
        assert_ne!(pid(0), first);
    });
}
