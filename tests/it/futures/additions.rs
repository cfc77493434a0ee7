//! What CPython's suite has no case for: scopes, destructors that panic, payloads of any size.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, Panic, ReturnWhen, Scope, ScopedFuture, Shutdown, TaskError, ThreadPoolExecutor,
    TryError, as_completed, scope, wait,
};

use super::{
    Gate, OnDrop, assert_cancelled, assert_panicked, blocked, bounded, failed, finished, occupy,
    pending,
};

// ----------------------------------------------------------------------------------------- scopes

#[test]
fn scope_borrows_from_its_surroundings() {
    bounded(|| {
        let words = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let total: usize = scope(2, |s| {
            let lengths: Vec<ScopedFuture<'_, usize>> =
                words.iter().map(|word| s.submit(|| word.len())).collect();
            lengths.into_iter().map(|length| length.result().unwrap()).sum()
        });
        assert_eq!((total, words.len()), (11, 3));
    });
}

#[test]
fn scope_lends_parts_of_a_slice_to_write_to() {
    bounded(|| {
        let mut values = [0_u32; 1000];
        scope(3, |s| {
            for (n, part) in values.chunks_mut(100).enumerate() {
                drop(s.submit(move || part.fill(u32::try_from(n).unwrap())));
            }
        });
        assert!((0..1000).all(|n| values[n] as usize == n / 100));
    });
}

/// The scope ends when everything is run, whether anybody asked for it or not.
#[test]
fn scope_ends_only_when_everything_is_run() {
    bounded(|| {
        let ran = AtomicUsize::new(0);
        let gate = Gate::new();
        let event = gate.event();
        let (last, lasts) = mpsc::channel();
        thread::scope(|threads| {
            let (ran, event) = (&ran, &event);
            let scoping = threads.spawn(move || {
                scope(1, |s| {
                    for _ in 0..100 {
                        drop(s.submit(|| {
                            event.wait();
                            ran.fetch_add(1, Ordering::Relaxed);
                        }));
                    }
                    last.send(()).unwrap();
                });
                ran.load(Ordering::Relaxed)
            });
            lasts.recv().unwrap();
            assert!(!scoping.is_finished());
            gate.open();
            assert_eq!(scoping.join().unwrap(), 100);
        });
    });
}

#[test]
fn task_in_a_scope_submits_to_the_scope() {
    fn count<'scope>(s: &'scope Scope<'scope, '_>, ran: &'scope AtomicUsize, depth: usize) {
        ran.fetch_add(1, Ordering::Relaxed);
        if depth > 0 {
            for _ in 0..2 {
                drop(s.submit(move || count(s, ran, depth - 1)));
            }
        }
    }
    bounded(|| {
        let ran = AtomicUsize::new(0);
        scope(2, |s| count(s, &ran, 8));
        assert_eq!(ran.load(Ordering::Relaxed), (1 << 9) - 1);
    });
}

#[test]
fn task_in_a_scope_waits_for_its_own_tasks() {
    fn fib<'scope>(s: &'scope Scope<'scope, '_>, n: u32) -> u32 {
        if n < 2 {
            return n;
        }
        let left = s.submit(move || fib(s, n - 1));
        let right = fib(s, n - 2);
        left.result().unwrap() + right
    }
    bounded(|| {
        for workers in [1, 2, 4] {
            assert_eq!(scope(workers, |s| s.submit(|| fib(s, 12)).result().unwrap()), 144);
        }
    });
}

#[test]
fn panic_of_a_scoped_task_is_a_value() {
    bounded(|| {
        let name = "borrowed".to_owned();
        scope(1, |s| {
            let failing = s.submit(|| -> u8 { panic!("{name}") });
            assert_panicked(failing.result(), "borrowed");
            // Nobody asks for this one: it does not bring the scope down.
            drop(s.submit(|| panic!("unheard")));
            assert_eq!(s.submit(|| name.len()).result().unwrap(), 8);
        });
    });
}

/// The tasks borrow, so they are over before the panic leaves the scope.
#[test]
fn panic_of_the_scope_itself_waits_for_its_tasks() {
    bounded(|| {
        let ran = AtomicUsize::new(0);
        let payload = panic::catch_unwind(AssertUnwindSafe(|| {
            scope(2, |s| {
                for _ in 0..50 {
                    drop(s.submit(|| ran.fetch_add(1, Ordering::Relaxed)));
                }
                panic_any(7_u8);
            });
        }))
        .unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&7_u8));
        assert_eq!(ran.load(Ordering::Relaxed), 50);
    });
}

#[test]
fn scope_without_workers_is_a_mistake() {
    assert!(panic::catch_unwind(|| scope(0, |_| ())).is_err());
}

#[test]
fn scope_returns_what_its_closure_returns() {
    assert_eq!(scope(1, |_| "value"), "value");
}

#[test]
fn scoped_future_does_what_a_future_does() {
    bounded(|| {
        let text = "text".to_owned();
        let (seen, sees) = mpsc::channel();
        let gate = Gate::new();
        let event = gate.event();
        scope(1, |s| {
            let (started, starts) = mpsc::channel();
            let event = &event;
            let busy = s.submit(move || {
                started.send(()).unwrap();
                event.wait();
            });
            let queued = s.submit(|| text.len());
            let to_cancel = s.submit(|| text.as_str());
            starts.recv().unwrap();
            assert!(busy.is_running() && !busy.cancel());
            assert!(!queued.is_done() && !queued.is_running());
            let queued = queued.result_timeout(Duration::ZERO).expect_err("queued");
            to_cancel
                .add_done_callback(move |completed| seen.send(completed.is_cancelled()).unwrap());
            assert!(to_cancel.cancel() && to_cancel.is_cancelled());
            assert_cancelled(to_cancel.result());
            gate.open();
            assert!(busy.exception().is_none());
            assert_eq!(queued.result().unwrap(), 4);

            let failing = s.submit(|| Err::<u8, &str>(&text));
            match failing.result_flat() {
                Err(TryError::Returned(error)) => assert_eq!(error, "text"),
                other => panic!("{other:?}"),
            }
            let text = format!("{:?}", s.submit(|| ()));
            assert!(text.contains(" state="), "{text}");
        });
        assert_eq!(sees.iter().collect::<Vec<_>>(), [true]);
    });
}

#[test]
fn cancelled_scoped_task_drops_its_closure_at_once() {
    bounded(|| {
        let captured = Arc::new(());
        let gate = Gate::new();
        let event = gate.event();
        scope(1, |s| {
            let (started, starts) = mpsc::channel();
            let event = &event;
            drop(s.submit(move || {
                started.send(()).unwrap();
                event.wait();
            }));
            starts.recv().unwrap();
            let held = Arc::clone(&captured);
            let queued = s.submit(move || drop(held));
            assert!(queued.cancel());
            assert_eq!(Arc::strong_count(&captured), 1);
            gate.open();
        });
    });
}

#[test]
fn scopes_nest_and_mix_with_pools() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let base = 10;
        let sum = scope(2, |outer| {
            let inner = outer.submit(|| {
                scope(2, |inner| {
                    inner.submit(|| base + 1).result().unwrap()
                        + pool.submit(|| 2).unwrap().result().unwrap()
                })
            });
            inner.result().unwrap()
        });
        assert_eq!(sum, 13);
    });
}

#[test]
fn scoped_values_need_not_be_static() {
    bounded(|| {
        let text = "a b c".to_owned();
        let words: Vec<&str> =
            scope(1, |s| s.submit(|| text.split(' ').collect()).result().unwrap());
        assert_eq!(words, ["a", "b", "c"]);
        fn is_send_sync_unpin<T: Send + Sync + Unpin>() {}
        is_send_sync_unpin::<ScopedFuture<'_, Cell<u8>>>();
        is_send_sync_unpin::<Scope<'_, '_>>();
    });
}

// ------------------------------------------------------------------------ destructors that panic

/// Asserts that the pool's one worker is still the thread `worker`.
#[track_caller]
fn assert_worker_lives(pool: &ThreadPoolExecutor, worker: thread::ThreadId) {
    let id = pool.submit(|| thread::current().id()).unwrap().result().unwrap();
    assert_eq!(id, worker, "the worker was replaced");
    assert_eq!(pool.metrics().threads, 1);
}

fn one_worker() -> (ThreadPoolExecutor, thread::ThreadId) {
    let pool = ThreadPoolExecutor::new(1).unwrap();
    let id = pool.submit(|| thread::current().id()).unwrap().result().unwrap();
    (pool, id)
}

#[test]
fn panic_in_the_destructor_of_an_unwanted_result_is_contained() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        drop(pool.submit(|| OnDrop::bomb("unwanted result")).unwrap());
        gate.open();
        assert_worker_lives(&pool, worker);
        drop(blockers);
    });
}

#[test]
fn panic_in_the_destructor_of_a_capture_is_the_outcome_of_the_task() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let bomb = OnDrop::bomb("capture");
        let future = pool.submit(move || format!("{bomb:?}")).unwrap();
        assert_panicked(future.result(), "capture");
        assert_worker_lives(&pool, worker);
    });
}

#[test]
fn panic_in_the_destructor_of_an_unwanted_panic_payload_is_contained() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let gate = Gate::new();
        let event = gate.event();
        let failing = move || {
            event.wait();
            panic_any(OnDrop::bomb("payload"))
        };
        let future: Future<()> = pool.submit(failing).unwrap();
        drop(future);
        gate.open();
        assert_worker_lives(&pool, worker);
    });
}

/// Whoever lets go last drops the payload, and that may be the worker.
#[test]
fn panic_in_the_destructor_of_a_panic_payload_that_was_given_out_is_contained() {
    bounded(|| {
        let (pool, worker) = one_worker();
        for _ in 0..20 {
            let outcome = pool.submit(|| panic_any(OnDrop::bomb("payload"))).unwrap().result();
            assert!(matches!(outcome, Err(TaskError::Panicked(_))));
            // Where it is the caller, the panic is the caller's own.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(outcome)));
        }
        assert_worker_lives(&pool, worker);
    });
}

#[test]
fn panic_in_the_destructor_of_a_cancelled_closure_does_not_undo_the_cancellation() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let bomb = OnDrop::bomb("cancelled");
        let future = pool.submit(move || drop(bomb)).unwrap();
        let (seen, sees) = mpsc::channel();
        future.add_done_callback(move |completed| seen.send(completed.is_cancelled()).unwrap());
        assert!(future.cancel(), "the destructor's panic is not the canceller's");
        assert!(future.is_cancelled());
        assert_eq!(sees.recv(), Ok(true));
        assert_cancelled(future.result());
        assert_eq!(pool.metrics().queued, 0);
        gate.open();
        assert_worker_lives(&pool, worker);
        drop(blockers);
    });
}

#[test]
fn panicking_destructors_do_not_stop_a_cancelling_shutdown() {
    bounded(|| {
        let (pool, _) = one_worker();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let queued: Vec<_> = (0..5)
            .map(|_| {
                let bomb = OnDrop::bomb("cancelled by shutdown");
                pool.submit(move || drop(bomb)).unwrap()
            })
            .collect();
        pool.shutdown(Shutdown::CancelPendingNoWait);
        assert!(queued.iter().all(Future::is_cancelled), "{queued:?}");
        gate.open();
        pool.shutdown(Shutdown::Wait);
        drop(blockers);
    });
}

#[test]
fn panicking_destructors_do_not_stop_a_breaking_pool() {
    bounded(|| {
        let gate = Gate::new();
        let event = gate.event();
        let pool = ThreadPoolExecutor::builder()
            .max_workers(1)
            .initializer(move || {
                event.wait();
                Err("broken")
            })
            .build()
            .unwrap();
        let queued: Vec<_> = (0..5)
            .map(|_| {
                let bomb = OnDrop::bomb("failed by the pool");
                pool.submit(move || drop(bomb)).unwrap()
            })
            .collect();
        gate.open();
        for future in queued {
            assert!(matches!(future.result(), Err(TaskError::Broken(_))));
        }
        pool.shutdown(Shutdown::Wait);
        assert_eq!(pool.metrics().threads, 0);
    });
}

#[test]
fn panic_in_the_destructor_of_a_callback_is_contained() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let gate = Gate::new();
        let event = gate.event();
        let future = pool.submit(move || event.wait()).unwrap();
        let bomb = OnDrop::bomb("callback");
        future.add_done_callback(move |_| drop(bomb));
        let (ran, runs) = mpsc::channel();
        future.add_done_callback(move |_| ran.send(()).unwrap());
        gate.open();
        runs.recv().unwrap();
        future.result().unwrap();
        assert_worker_lives(&pool, worker);
    });
}

#[test]
fn panic_in_the_destructor_of_the_value_in_a_chain_is_the_outcome_of_the_chain() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let chained = pool.submit(|| OnDrop::bomb("in a chain")).unwrap().then(drop);
        assert_panicked(chained.result(), "in a chain");
        assert_worker_lives(&pool, worker);
    });
}

#[test]
fn panicking_destructor_of_a_promised_value_is_contained() {
    let (promise, future) = pending();
    drop(future);
    // Nobody can ask for the value, so `set` drops it; the panic is not the setter's.
    promise.set(Ok(OnDrop::bomb("promised")));
}

/// The function of a map is dropped with its last task, and only that one hears of the panic.
#[test]
fn panicking_destructor_of_the_function_of_a_map_is_contained() {
    bounded(|| {
        let (pool, worker) = one_worker();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let bomb = OnDrop::bomb("function of a map");
        let results = pool.map(move |n| (n, format!("{bomb:?}")), 0..3);
        gate.open();
        let [first, second, third] = <[_; 3]>::try_from(results.collect::<Vec<_>>()).unwrap();
        assert_eq!((first.unwrap().0, second.unwrap().0), (0, 1));
        assert_panicked(third, "function of a map");
        assert_worker_lives(&pool, worker);
        drop(blockers);
    });
}

/// A destructor may use the pool it dies in.
#[test]
fn destructor_of_a_result_can_submit() {
    bounded(|| {
        let pool = Arc::new(ThreadPoolExecutor::new(1).unwrap());
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let (ran, runs) = mpsc::channel();
        let inner = Arc::downgrade(&pool);
        drop(
            pool.submit(move || {
                OnDrop::new(move || {
                    let pool = inner.upgrade().unwrap();
                    drop(pool.submit(move || ran.send(()).unwrap()).unwrap());
                })
            })
            .unwrap(),
        );
        gate.open();
        runs.recv().unwrap();
        drop(blockers);
    });
}

/// No lock is held where a destructor runs: one that looks at the future it belongs to is served.
#[test]
fn destructor_of_a_cancelled_closure_can_use_its_future() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let own: Arc<Mutex<Option<Arc<Future<()>>>>> = Arc::default();
        let (seen, sees) = mpsc::channel();
        let later = Arc::clone(&own);
        let guard = OnDrop::new(move || {
            let future = later.lock().unwrap().take().unwrap();
            seen.send((future.is_cancelled(), future.cancel())).unwrap();
        });
        let future = Arc::new(pool.submit(move || drop(guard)).unwrap());
        *own.lock().unwrap() = Some(Arc::clone(&future));
        assert!(future.cancel());
        assert_eq!(sees.recv(), Ok((true, true)));
        drop(blockers);
    });
}

// --------------------------------------------------------------------------------------- payloads

#[test]
fn zero_sized_payloads() {
    #[derive(Debug, PartialEq)]
    struct Zero;
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Counted;
    impl Drop for Counted {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    bounded(|| {
        let pool = ThreadPoolExecutor::new(2).unwrap();
        // A closure that captures nothing and returns nothing still has an identity.
        let futures: Vec<Future<()>> = (0..100).map(|_| pool.submit(|| ()).unwrap()).collect();
        assert_eq!(as_completed(&futures).count(), 100);
        assert_eq!(pool.submit(|| Zero).unwrap().result().unwrap(), Zero);
        assert_eq!(pool.map(|Zero| Zero, [Zero, Zero]).map(Result::unwrap).count(), 2);

        let kept: Vec<Counted> =
            (0..10).map(|_| pool.submit(|| Counted).unwrap().result().unwrap()).collect();
        assert_eq!(DROPS.load(Ordering::Relaxed), 0);
        drop(kept);
        (0..10).for_each(|_| drop(pool.submit(|| Counted).unwrap()));
        pool.shutdown(Shutdown::Wait);
        assert_eq!(DROPS.load(Ordering::Relaxed), 20);
    });
}

#[test]
fn hundred_mebibytes_are_moved_not_copied() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let block = vec![0_u8; 100 << 20];
        let address = block.as_ptr() as usize;
        let future = pool
            .submit(move || {
                let mut block = block;
                block[12345] = 1;
                block
            })
            .unwrap();
        let block = future.then(Result::unwrap).shared();
        let block = block.result().unwrap();
        assert_eq!((block.as_ptr() as usize, block.len(), block[12345]), (address, 100 << 20, 1));
    });
}

#[test]
fn large_values_travel_inline() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let input = [7_u8; 32 << 10];
        let output = pool.submit(move || input.map(|byte| byte + 1)).unwrap().result().unwrap();
        assert!(output.iter().all(|&byte| byte == 8));
    });
}

#[test]
fn overaligned_values_stay_aligned() {
    #[repr(align(128))]
    #[derive(Clone, Copy)]
    struct Aligned(u8);
    fn address(value: &Aligned) -> usize {
        std::ptr::from_ref(value).addr()
    }
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let value = Aligned(9);
        let future = pool.submit(move || (address(&value) % 128, value)).unwrap().shared();
        let (remainder, value) = future.result().unwrap();
        assert_eq!((*remainder, address(value) % 128, value.0), (0, 0, 9));
    });
}

#[test]
fn values_that_are_only_send_travel() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let cell = RefCell::new(vec![1]);
        let future: Future<RefCell<Vec<i32>>> = pool
            .submit(move || {
                cell.borrow_mut().push(2);
                cell
            })
            .unwrap();
        assert_eq!(future.result().unwrap().into_inner(), [1, 2]);
    });
}

/// A future as a value: the outer one is done when the inner one was submitted.
#[test]
fn futures_travel_as_values() {
    bounded(|| {
        let pool = Arc::new(ThreadPoolExecutor::new(1).unwrap());
        let inner = Arc::clone(&pool);
        let nested = pool
            .submit(move || {
                let again = Arc::clone(&inner);
                inner.submit(move || again.submit(|| 3).unwrap()).unwrap()
            })
            .unwrap();
        assert_eq!(nested.result().unwrap().result().unwrap().result().unwrap(), 3);
    });
}

// -------------------------------------------------------------------------------------- the rest

/// A callback holds the last handle of its own future.
#[test]
fn future_can_be_dropped_by_its_own_callback() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let slot: Arc<Mutex<Option<Future<OnDrop>>>> = Arc::default();
        let (gone, goes) = mpsc::channel();
        let future = pool
            .submit(move || {
                event.wait();
                OnDrop::new(move || gone.send(()).unwrap())
            })
            .unwrap();
        let own = Arc::clone(&slot);
        future.add_done_callback(move |_| drop(own.lock().unwrap().take()));
        *slot.lock().unwrap() = Some(future);
        gate.open();
        goes.recv().unwrap();
    });
}

/// The error of a chain of pools tells of the first panic, with its own place.
#[test]
fn panic_can_be_handed_on_through_pools() {
    bounded(|| {
        let (one, two) = (ThreadPoolExecutor::new(1).unwrap(), ThreadPoolExecutor::new(1).unwrap());
        let inner = one.submit(|| -> u8 { panic!("inner") }).unwrap();
        let outer = two
            .submit(move || match inner.result() {
                Err(TaskError::Panicked(panic)) => panic.resume_unwind(),
                other => other,
            })
            .unwrap();
        assert_panicked(outer.result(), "inner");
    });
}

#[test]
fn panic_is_handed_to_every_clone_of_the_error() {
    let error = failed::<u8>("doh!").exception().unwrap();
    let clones = [error.clone(), error];
    let texts = clones.map(|error| match error {
        TaskError::Panicked(panic) => panic.message().to_owned(),
        other => panic!("{other:?}"),
    });
    assert_eq!(texts, ["doh!", "doh!"]);
    assert_eq!(Panic::new(String::from("owned")).message(), "owned");
}

/// The thread-locals of a worker are there for all its tasks, and are destroyed with it.
#[test]
fn thread_locals_of_a_worker_outlive_its_tasks() {
    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let counts = pool.map(|()| COUNT.replace(COUNT.get() + 1), [(); 3]);
        assert_eq!(counts.map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 2]);
    });
}

/// A pool inside a thread-local of a worker of another pool is dropped where nothing of the
/// worker's own state is left.
#[test]
fn pool_in_a_thread_local_of_a_worker_is_dropped_with_it() {
    thread_local! {
        static POOL: RefCell<Option<ThreadPoolExecutor>> = const { RefCell::new(None) };
    }
    bounded(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let runs = Arc::clone(&ran);
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let task = pool.submit(move || {
            let inner = ThreadPoolExecutor::new(1).unwrap();
            drop(inner.map(move |_| runs.fetch_add(1, Ordering::Relaxed), 0..10));
            POOL.set(Some(inner));
        });
        task.unwrap().result().unwrap();
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ran.load(Ordering::Relaxed), 10);
    });
}

/// The same future waited for in every way at once.
#[test]
fn every_way_of_waiting_is_woken() {
    bounded(|| {
        let (promise, future) = pending::<u8>();
        let future = Arc::new(future);
        let (called, calls) = mpsc::channel();
        future.add_done_callback(move |_| called.send(()).unwrap());
        let by = |wait_for: fn(&Future<u8>) -> bool| {
            let future = Arc::clone(&future);
            blocked(move || wait_for(&future))
        };
        let waiters = [
            by(|future| future.exception().is_none()),
            by(|future| future.exception_timeout(Duration::from_secs(3600)).is_ok()),
            by(|future| wait([future], ReturnWhen::FirstCompleted).done.len() == 1),
            by(|future| wait([future], ReturnWhen::AllCompleted).done.len() == 1),
            by(|future| as_completed([future]).count() == 1),
            by(|future| {
                as_completed([future]).timeout(Duration::from_secs(3600)).all(|f| f.is_ok())
            }),
        ];
        promise.set(Ok(1));
        for waiter in waiters {
            assert!(waiter.join().unwrap());
        }
        calls.recv().unwrap();
        assert_eq!(Arc::into_inner(future).unwrap().result().unwrap(), 1);
    });
}

#[test]
fn waiting_twice_on_a_finished_future_is_cheap_and_right() {
    let future = finished(1);
    for _ in 0..100 {
        assert!(future.exception().is_none());
        assert_eq!(as_completed([&future]).count(), 1);
        assert_eq!(wait([&future], ReturnWhen::AllCompleted).done.len(), 1);
    }
    assert_eq!(future.result().unwrap(), 1);
}

#[test]
fn debug_is_implemented_throughout() {
    fn shows<T: std::fmt::Debug>(value: &T, part: &str) {
        let text = format!("{value:?}");
        assert!(text.contains(part), "{text}");
    }
    let pool = ThreadPoolExecutor::new(1).unwrap();
    shows(&pool, "ThreadPoolExecutor");
    shows(&pool.metrics(), "queued");
    shows(&pool.map(|n: u8| n, [1]), "Map");
    shows(&as_completed([finished(1)]), "AsCompleted");
    shows(&as_completed([finished(1)]).timeout(Duration::ZERO), "AsCompleted");
    shows(&finished(1).shared(), "finished returned i32");
    shows(&pending::<u8>().0, "Promise");
    shows(&ThreadPoolExecutor::builder(), "ThreadPoolBuilder");
    shows(&Shutdown::Wait, "Wait");
    shows(&ReturnWhen::FirstErr, "FirstErr");
}
