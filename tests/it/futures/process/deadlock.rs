//! Twins of CPython's `test_deadlock.py`: values that go wrong on their way. Each must end, and only its own future may fail.

use std::sync::{Arc, mpsc};

use batteries::concurrent::futures::{
    Bytes, Future, Shutdown, SubmitErrorKind, TaskError, WorkerDeath,
};

use super::super::{assert_panicked, at_once, bounded};
use super::desk::{self, Desk};
use super::trap::{Mishap, Moment, Trap, leave_there, there_and_back};
use super::{described, occupy, worker_death, workers};

/// Sends one trap to a worker and back; then a task runs, in the same worker if the first one has left it alive.
fn sprung(moment: Moment, mishap: Mishap) -> Result<Trap, TaskError> {
    let pool = workers(1);
    let pid = pool.submit(desk::pid, ()).unwrap().result().unwrap();
    let result = pool.submit(there_and_back, Trap::new(moment, mishap)).unwrap().result();
    let next = pool.submit(desk::pid, ()).unwrap().result().unwrap();
    assert_eq!(next != pid, matches!(result, Err(TaskError::WorkerDied(_))));
    result
}

fn dies(moment: Moment, mishap: Mishap) -> WorkerDeath {
    worker_death(sprung(moment, mishap))
}

/// CPython: `test_deadlock.py: ExecutorDeadlockTest.test_error_at_task_pickle` (case 110): here `submit` says so.
#[test]
fn argument_that_cannot_be_encoded_comes_back() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let trap = Trap::new(Moment::EncodedAtHome, Mishap::Error);
        let error = pool.submit(leave_there, trap).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Encode);
        assert!(error.to_string().contains("Serialize reported an error"), "{error}");
        assert!(format!("{:?}", error.into_work()).contains("Error when EncodedAtHome"));
        assert!(pool.submit(desk::pid, ()).unwrap().result().is_ok());
    });
}

/// CPython: `...test_exit_at_task_unpickle` (case 111), `test_crash_at_task_unpickle` (case 113).
#[test]
fn death_while_the_argument_is_decoded_is_its_own() {
    batteries::init();
    bounded(|| {
        assert_eq!(dies(Moment::DecodedAway, Mishap::Exit3).exit_code(), Some(3));
        assert_eq!(dies(Moment::DecodedAway, Mishap::Abort).signal(), Some(libc::SIGABRT));
    });
}

/// CPython: `...test_error_at_task_unpickle` (case 112).
#[test]
fn argument_that_cannot_be_decoded_fails_its_own_future() {
    batteries::init();
    bounded(|| {
        let error = sprung(Moment::DecodedAway, Mishap::Error).unwrap_err();
        assert!(matches!(&error, TaskError::Decode(text) if text.contains("Trap")), "{error}");
    });
}

/// CPython: `...test_crash_during_func_exec_on_worker`, `test_exit_...`, `test_error_...` (cases 114 to 116).
#[test]
fn task_that_goes_wrong_fails_its_own_future() {
    batteries::init();
    bounded(|| {
        assert_eq!(dies(Moment::DroppedAway, Mishap::Segfault).signal(), Some(libc::SIGSEGV));
        assert_eq!(dies(Moment::DroppedAway, Mishap::Exit3).exit_code(), Some(3));
        let pool = workers(1);
        let panicking = Trap::new(Moment::DroppedAway, Mishap::Panic);
        assert_panicked(pool.submit(leave_there, panicking).unwrap().result(), "a trap");
        assert!(pool.submit(desk::pid, ()).unwrap().result().is_ok());
    });
}

/// CPython: `...test_crash_during_result_pickle_on_worker`, `test_exit_...`, `test_error_...` (cases 117 to 119).
#[test]
fn result_that_goes_wrong_fails_its_own_future() {
    batteries::init();
    bounded(|| {
        assert_eq!(dies(Moment::EncodedAway, Mishap::Abort).signal(), Some(libc::SIGABRT));
        assert_eq!(dies(Moment::EncodedAway, Mishap::Exit3).exit_code(), Some(3));
        let error = sprung(Moment::EncodedAway, Mishap::Error).unwrap_err();
        assert!(matches!(&error, TaskError::Encode(text) if text.contains("Trap")), "{error}");
    });
}

/// CPython: `...test_error_during_result_unpickle_in_result_handler`, `test_exit_...` (cases 120 and 121): a panic, since an
/// exit would be this program's own.
#[test]
fn result_that_cannot_be_decoded_fails_its_own_future() {
    batteries::init();
    bounded(|| {
        let error = sprung(Moment::DecodedAtHome, Mishap::Error).unwrap_err();
        assert!(matches!(&error, TaskError::Decode(text) if text.contains("Trap")), "{error}");
        assert_panicked(sprung(Moment::DecodedAtHome, Mishap::Panic), "a trap");
    });
}

/// CPython: `...test_shutdown_deadlock` (case 122).
#[test]
fn worker_that_dies_after_shutdown_began_ends_it() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 1, &desk);
        let crash = Trap::new(Moment::DecodedAway, Mishap::Abort);
        let crashing = pool.submit(leave_there, crash).unwrap();
        let last = pool.submit(desk::pid, ()).unwrap();
        pool.shutdown(Shutdown::NoWait);
        drop(visitors);
        worker_death(crashing.result());
        assert!(last.result().is_ok(), "what was handed in still runs");
        assert!(tasks.into_iter().all(|task| task.result().is_ok()));
    });
}

/// CPython: `...test_shutdown_deadlock_pickle` (case 123, `bpo-39104`).
#[test]
fn shutdown_ends_after_an_argument_that_cannot_be_encoded() {
    batteries::init();
    bounded(|| {
        let pool = workers(2);
        let first = pool.submit(desk::pid, ()).unwrap();
        let trap = Trap::new(Moment::EncodedAtHome, Mishap::Error);
        assert!(pool.submit(leave_there, trap).is_err());
        pool.shutdown(Shutdown::NoWait);
        assert!(first.result().is_ok());
    });
}

/// CPython: `...test_crash_big_data` (case 124, `gh-94777`): the crash comes while megabytes are under way, there or back.
#[test]
fn crash_with_much_data_under_way_hangs_nothing() {
    const SIZE: usize = 20 << 20;
    fn swallow((trap, bytes): (Trap, Bytes)) -> usize {
        drop(trap);
        bytes.len()
    }
    fn bring(trap: Trap) -> (Bytes, Trap) {
        (Bytes::from(vec![1; SIZE]), trap)
    }
    batteries::init();
    bounded(|| {
        let pool = described(1).crash_budget(100).build().unwrap();
        for _ in 0..3 {
            let trap = Trap::new(Moment::DecodedAway, Mishap::SigKill);
            let argument = (trap, Bytes::from(vec![1; SIZE]));
            worker_death(pool.submit(swallow, argument).unwrap().result());
            let trap = Trap::new(Moment::EncodedAway, Mishap::SigKill);
            worker_death(pool.submit(bring, trap).unwrap().result());
        }
        // Killed while it is being sent what nobody reads any more, and started anew: the first one has not run.
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 1, &desk);
        let large = at_once((0..4).map(|_| {
            let whole = Trap::new(Moment::Never, Mishap::Error);
            pool.submit(swallow, (whole, Bytes::from(vec![1; SIZE]))).unwrap()
        }));
        drop(visitors);
        for future in large {
            assert_eq!(future.result(), Ok(SIZE));
        }
        assert_eq!(tasks.len(), 1);
    });
}

/// CPython: `...test_gh105829_should_not_deadlock_if_wakeup_pipe_full` (case 125): nobody who submits waits for a worker.
#[test]
fn submitting_waits_for_no_worker() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 1, &desk);
        let futures = at_once((0..1000).map(|_| {
            // More in all than any socket holds.
            pool.submit(|bytes: Bytes| bytes.len(), Bytes::from(vec![0; 10_000])).unwrap()
        }));
        assert_eq!(pool.metrics().queued, 1000);
        drop(visitors);
        assert!(futures.into_iter().all(|future| future.result() == Ok(10_000)));
        assert!(tasks.into_iter().all(|task| task.result().is_ok()));
    });
}

/// A callback runs in the thread that drives the worker, and may do to the pool what anybody may.
#[test]
fn callback_uses_the_pool_it_is_called_by() {
    batteries::init();
    bounded(|| {
        let pool = Arc::new(workers(1));
        let desk = Desk::new();
        let (mut tasks, visitors) = occupy(&pool, 1, &desk);
        let queued = pool.submit(desk::pid, ()).unwrap();
        let (told, heard) = mpsc::channel();
        let own = Arc::clone(&pool);
        tasks[0].add_done_callback(move |_| {
            assert!(queued.cancel());
            let value = own.submit(super::pow, (2, 5)).unwrap().result();
            let map: Result<Vec<_>, _> = own.map(super::pow, [(1, 1), (2, 2)]).collect();
            own.shutdown(Shutdown::Wait);
            told.send((value, map)).unwrap();
            drop(own);
        });
        drop(visitors);
        assert_eq!(heard.recv().unwrap(), (Ok(32), Ok(vec![1, 4])));
        assert!(tasks.remove(0).result().is_ok());
    });
}

/// A future that is given up while its task runs: the task goes on, and its value goes.
#[test]
fn future_dropped_while_its_task_runs_disturbs_nothing() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let (tasks, visitors) = occupy(&pool, 1, &desk);
        drop(tasks);
        let trap = Trap::new(Moment::DroppedAtHome, Mishap::Error);
        drop::<Future<Trap>>(pool.submit(there_and_back, trap).unwrap());
        drop(visitors);
        assert!(pool.submit(desk::pid, ()).unwrap().result().is_ok());
    });
}

/// The value's own destructor, here, in the thread that drives the worker: it is nobody's task that fails by it.
#[test]
fn unwanted_value_may_panic_when_it_is_dropped() {
    struct Bomb;
    impl serde::Serialize for Bomb {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }
    impl<'de> serde::Deserialize<'de> for Bomb {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            <()>::deserialize(deserializer).map(|()| Self)
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("unwanted");
        }
    }
    fn wait_for_a_bomb(address: String) -> Bomb {
        desk::wait_at(address);
        Bomb
    }
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let desk = Desk::new();
        let future = pool.submit(wait_for_a_bomb, desk.address()).unwrap();
        let visitor = desk.next();
        let pid = visitor.pid();
        drop(future);
        drop(visitor);
        assert_eq!(pool.submit(desk::pid, ()).unwrap().result(), Ok(pid));
    });
}
