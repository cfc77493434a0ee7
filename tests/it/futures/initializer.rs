//! Twins of CPython's `test_init.py`.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, OnceLock, Weak};
use std::thread;

use batteries::concurrent::futures::{
    Future, ReturnWhen, Shutdown, SubmitErrorKind, TaskError, ThreadPoolBuilder,
    ThreadPoolExecutor, WhenFull, wait,
};

use super::{Gate, assert_passed, blocked, bounded, here, in_child};

thread_local! {
    static STATUS: Cell<&'static str> = const { Cell::new("uninitialized") };
}

fn two_workers() -> ThreadPoolBuilder {
    ThreadPoolExecutor::builder().max_workers(2)
}

#[track_caller]
fn assert_broken<T: std::fmt::Debug>(result: Result<T, TaskError>, reason: &str) {
    match result {
        Err(TaskError::Broken(text)) => assert!(text.contains(reason), "{text}"),
        other => panic!("{other:?}"),
    }
}

/// CPython: `test_init.py: InitializerMixin.test_initializer`.
#[test]
fn every_worker_is_initialized_before_its_first_task() {
    bounded(|| {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let pool = two_workers()
            .initializer(move || {
                count.fetch_add(1, Ordering::Relaxed);
                STATUS.set("initialized");
                Ok::<(), io::Error>(())
            })
            .build()
            .unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 0, "no worker, no initializer");
        let barrier = Arc::new(Barrier::new(2));
        let futures: Vec<_> = (0..2)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                pool.submit(move || {
                    // Both at once, so that two workers are needed.
                    barrier.wait();
                    STATUS.get()
                })
                .unwrap()
            })
            .collect();
        for future in futures {
            assert_eq!(future.result().unwrap(), "initialized");
        }
        assert!(
            pool.map(|_: u8| STATUS.get(), 0..50).all(|status| status.unwrap() == "initialized")
        );
        assert_eq!(calls.load(Ordering::Relaxed), 2, "once for each worker, not for each task");
    });
}

/// CPython: `test_init.py: FailingInitializerMixin.test_initializer`.
#[test]
fn failing_initializer_breaks_the_pool() {
    bounded(|| {
        let pool = two_workers()
            .initializer(|| Err(io::Error::other("error in initializer")))
            .build()
            .unwrap();
        let future = pool.submit(|| STATUS.get()).unwrap();
        assert_broken(future.result(), "error in initializer");
        // From the broken future on, `submit` is bound to fail too, and gives the task back.
        let captured = vec![1];
        let error = pool.submit(move || captured).unwrap_err();
        assert_eq!(error.kind(), SubmitErrorKind::Broken);
        assert!(error.to_string().contains("error in initializer"), "{error}");
        assert_eq!(error.into_work()(), [1]);
    });
}

/// An initializer that panics has failed like one that returns an error, and the panic is reported
/// as any other is.
#[test]
fn panicking_initializer_breaks_the_pool() {
    let child = in_child(here!("panicking_initializer_breaks_the_pool"), || {
        let pool = two_workers()
            .initializer(|| -> Result<(), io::Error> { panic!("panic in initializer") })
            .build()
            .unwrap();
        assert_broken(pool.submit(|| ()).unwrap().result(), "panic in initializer");
        assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Broken);
    });
    if let Some(output) = child {
        let (_, stderr) = assert_passed(&output);
        assert!(stderr.contains("panic in initializer"), "{stderr}");
    }
}

/// CPython: `_initializer_failed` drains the queue: every queued future fails, each with the cause.
#[test]
fn failing_initializer_fails_every_queued_task_and_runs_none() {
    bounded(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let gate = Gate::new();
        let event = gate.event();
        let pool = two_workers()
            .initializer(move || {
                event.wait();
                Err("error in initializer")
            })
            .build()
            .unwrap();
        let captured = Arc::new(());
        let futures: Vec<_> = (0..20)
            .map(|_| {
                let (ran, captured) = (Arc::clone(&ran), Arc::clone(&captured));
                pool.submit(move || {
                    drop(captured);
                    ran.fetch_add(1, Ordering::Relaxed)
                })
                .unwrap()
            })
            .collect();
        gate.open();
        let waited = wait(futures, ReturnWhen::AllCompleted);
        assert_eq!(waited.done.len(), 20);
        for future in waited.done {
            assert!(!future.is_cancelled());
            assert_broken(future.result(), "error in initializer");
        }
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ran.load(Ordering::Relaxed), 0);
        assert_eq!(Arc::strong_count(&captured), 1, "the tasks' captures are gone");
    });
}

/// A worker that is already at work finishes its task, as CPython's does.
#[test]
fn running_task_outlives_the_break() {
    bounded(|| {
        let calls = AtomicUsize::new(0);
        let pool = two_workers()
            .initializer(move || match calls.fetch_add(1, Ordering::Relaxed) {
                0 => Ok(()),
                _ => Err("the second worker fails"),
            })
            .build()
            .unwrap();
        let gate = Gate::new();
        let (event, (started, starts)) = (gate.event(), mpsc::channel());
        let running = pool
            .submit(move || {
                started.send(()).unwrap();
                event.wait();
                "finished"
            })
            .unwrap();
        starts.recv().unwrap();
        let queued = pool.submit(|| "never").unwrap();
        assert_broken(queued.result(), "the second worker fails");
        assert!(running.is_running());
        gate.open();
        assert_eq!(running.result().unwrap(), "finished");
        assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Broken);
    });
}

/// CPython: `test_init.py: FailingInitializerResourcesTest`. Its resources are processes and
/// semaphores; here they are threads.
#[test]
fn broken_pool_leaves_no_thread() {
    bounded(|| {
        for _ in 0..100 {
            let pool = two_workers().initializer(|| Err("broken")).build().unwrap();
            assert!(pool.submit(|| ()).unwrap().result().is_err());
            pool.shutdown(Shutdown::Wait);
            assert_eq!(pool.metrics().threads, 0);
            assert_eq!(pool.metrics().queued, 0);
        }
    });
}

/// The callbacks of the queued futures see the cause, and may do what they like.
#[test]
fn callbacks_of_a_broken_pool_can_use_the_pool() {
    bounded(|| {
        let gate = Gate::new();
        let event = gate.event();
        let pool = Arc::new(
            two_workers()
                .initializer(move || {
                    event.wait();
                    Err("broken")
                })
                .build()
                .unwrap(),
        );
        let (told, tells) = mpsc::channel();
        let future = pool.submit(|| ()).unwrap();
        let inner = Arc::downgrade(&pool);
        future.add_done_callback(move |completed| {
            let broken = matches!(completed.exception(), Some(TaskError::Broken(_)));
            let refused = inner.upgrade().unwrap().submit(|| ()).unwrap_err().kind();
            told.send((broken, refused)).unwrap();
        });
        gate.open();
        assert_eq!(tells.recv(), Ok((true, SubmitErrorKind::Broken)));
        drop(future);
    });
}

/// A submitter that waits for room hears of the break.
#[test]
fn break_wakes_a_blocked_submitter() {
    bounded(|| {
        let gate = Gate::new();
        let event = gate.event();
        let pool = ThreadPoolExecutor::builder()
            .max_workers(1)
            .queue_bound(1, WhenFull::Block)
            .initializer(move || {
                event.wait();
                Err("broken")
            })
            .build()
            .unwrap();
        let pool = Arc::new(pool);
        // One for the worker, which is in its initializer, and one that waits: the queue is full.
        let queued = [pool.submit(|| ()).unwrap(), pool.submit(|| ()).unwrap()];
        let submitter = Arc::clone(&pool);
        let waiting = blocked(move || {
            let error = submitter.submit(|| 3).unwrap_err();
            (error.kind(), error.into_work()())
        });
        assert!(!waiting.is_finished());
        gate.open();
        assert_eq!(waiting.join().unwrap(), (SubmitErrorKind::Broken, 3));
        for future in queued {
            assert_broken(future.result(), "broken");
        }
    });
}

/// A task that waits inside another pool's initializer, or submits there, is nothing special.
#[test]
fn initializer_can_use_another_pool() {
    bounded(|| {
        let helper = Arc::new(ThreadPoolExecutor::new(1).unwrap());
        let pool = two_workers()
            .initializer(move || {
                STATUS.set(helper.submit(|| "helped")?.result()?);
                Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
            })
            .build()
            .unwrap();
        assert_eq!(pool.submit(|| STATUS.get()).unwrap().result().unwrap(), "helped");
    });
}

/// It runs on a worker of the pool, which would wait for itself.
#[test]
fn initializer_can_shut_its_own_pool_down() {
    bounded(|| {
        let own: Arc<OnceLock<Weak<ThreadPoolExecutor>>> = Arc::default();
        let inner = Arc::clone(&own);
        let (told, tells) = mpsc::channel();
        let pool = two_workers().initializer(move || {
            inner.get().unwrap().upgrade().unwrap().shutdown(Shutdown::Wait);
            told.send(())
        });
        let pool = Arc::new(pool.build().unwrap());
        own.set(Arc::downgrade(&pool)).unwrap();
        let future = pool.submit(|| 1).unwrap();
        tells.recv().unwrap();
        assert_eq!(future.result().unwrap(), 1, "it was handed in before the shutdown");
        assert_eq!(pool.submit(|| ()).unwrap_err().kind(), SubmitErrorKind::Shutdown);
    });
}

#[test]
fn initializer_runs_on_the_named_worker() {
    bounded(|| {
        let (told, tells) = mpsc::channel();
        let pool = two_workers()
            .thread_name_prefix("init")
            .initializer(move || told.send(thread::current().name().map(str::to_owned)))
            .build()
            .unwrap();
        let future: Future<Option<String>> =
            pool.submit(|| thread::current().name().map(str::to_owned)).unwrap();
        assert_eq!(future.result().unwrap().as_deref(), Some("init_0"));
        assert_eq!(tells.recv().unwrap().as_deref(), Some("init_0"));
    });
}
