//! Twins of CPython's `test_init.py` on processes.

use std::sync::atomic::{AtomicU32, Ordering};

use batteries::concurrent::futures::{BuildErrorKind, SubmitErrorKind};

use super::super::bounded;
use super::desk::{self, Desk};
use super::trap::{Mishap, Moment, Trap};
use super::{assert_broken, described, occupy};

static STATUS: AtomicU32 = AtomicU32::new(0);

fn set_status((status, address): (u32, String)) -> Result<(), std::io::Error> {
    drop(desk::report(&address));
    STATUS.store(status, Ordering::Relaxed);
    Ok(())
}

fn status(_: u32) -> u32 {
    STATUS.load(Ordering::Relaxed)
}

/// CPython: `test_init.py: InitializerMixin.test_initializer` (case 84).
#[test]
fn every_worker_is_initialized_before_its_first_task() {
    batteries::init();
    bounded(|| {
        let notices = Desk::new();
        let pool = described(2).initializer(set_status, (7, notices.address())).build().unwrap();
        assert_eq!(notices.waiting(), 0, "no worker, no initializer");
        let desk = Desk::new();
        // Both at once, so that two workers are needed.
        let (tasks, visitors) = occupy(&pool, 2, &desk);
        drop(visitors);
        for task in tasks {
            task.result().unwrap();
        }
        assert!(pool.map(status, 0..50).all(|status| status == Ok(7)));
        assert_eq!(notices.waiting(), 2, "once for each worker, not for each task");
        assert_eq!(STATUS.load(Ordering::Relaxed), 0, "and not here");
    });
}

/// A replaced worker is initialized as the first one was.
#[test]
fn replaced_worker_is_initialized_too() {
    batteries::init();
    bounded(|| {
        let notices = Desk::new();
        let pool = described(1)
            .initializer(set_status, (3, notices.address()))
            .max_tasks_per_child(2)
            .build()
            .unwrap();
        assert!(pool.map(status, 0..6).all(|status| status == Ok(3)));
        assert_eq!(notices.waiting(), 3);
    });
}

/// CPython: `test_init.py: FailingInitializerMixin.test_initializer` (case 85).
#[test]
fn failing_initializer_breaks_the_pool() {
    fn fail(how: u32) -> Result<(), std::io::Error> {
        match how {
            0 => Err(std::io::Error::other("error in initializer")),
            1 => panic!("panic in initializer"),
            2 => std::process::exit(9),
            _ => std::process::abort(),
        }
    }
    batteries::init();
    bounded(|| {
        for (how, words) in [
            (0, "error in initializer"),
            (1, "panic in initializer"),
            (2, "exit status: 9"),
            // Whoever is killed may have been killed from outside, so the next one has its chance, but not for ever.
            (3, "SIGABRT"),
        ] {
            let pool = described(2).initializer(fail, how).build().unwrap();
            let first = pool.submit(status, 0).unwrap();
            let second = pool.submit(status, 0);
            assert_broken(first.result(), words);
            match second {
                Ok(future) => assert_broken(future.result(), words),
                Err(error) => assert_eq!(error.kind(), SubmitErrorKind::Broken),
            }
            let error = pool.submit(status, 0).unwrap_err();
            assert_eq!(error.kind(), SubmitErrorKind::Broken);
            assert!(error.reason().unwrap().contains(words), "{error}");
        }
    });
}

/// What an initializer is given goes to every worker, and is encoded once.
#[test]
fn initializer_whose_argument_cannot_be_encoded_is_refused() {
    fn ignore(_: Trap) -> Result<(), String> {
        Ok(())
    }
    batteries::init();
    bounded(|| {
        let trap = |moment| Trap::new(moment, Mishap::Error);
        let error = described(1).initializer(ignore, trap(Moment::EncodedAtHome)).build();
        assert_eq!(error.unwrap_err().kind(), BuildErrorKind::InitializerArgument);
        let pool = described(1).initializer(ignore, trap(Moment::DecodedAway)).build().unwrap();
        assert_broken(pool.submit(status, 0).unwrap().result(), "Deserialize reported an error");
        let panics = Trap::new(Moment::DecodedAway, Mishap::Panic);
        let pool = described(1).initializer(ignore, panics).build().unwrap();
        assert_broken(pool.submit(status, 0).unwrap().result(), "a trap");
    });
}
