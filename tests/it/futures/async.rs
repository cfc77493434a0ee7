//! Futures of the pool as `std::future::Future`s, on several executors.

use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use ::futures::executor::{LocalPool, ThreadPool, block_on};
use ::futures::future::{self, Either, join_all, try_join_all};
use ::futures::stream::{FuturesUnordered, StreamExt};
use ::futures::task::{LocalSpawnExt, SpawnExt};

use batteries::concurrent::futures::{
    ClosureExecutor, Future, InlineExecutor, Shutdown, TaskError, ThreadPoolExecutor, scope,
};

use super::{
    Gate, assert_cancelled, assert_panicked, bounded, cancelled, failed, finished, occupy, pending,
};

/// A waker that counts how often it was called.
#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Counter {
    fn new() -> (Arc<Self>, Waker) {
        let counter = Arc::new(Self::default());
        (Arc::clone(&counter), Waker::from(counter))
    }

    fn calls(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn poll_with<F: std::future::Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(2).unwrap()
}

fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

fn multi_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

// -------------------------------------------------------------------------------------- executors

#[test]
fn awaited_on_the_executor_of_the_futures_crate() {
    bounded(|| {
        let pool = pool();
        let value = block_on(async { pool.submit(|| 1).unwrap().await.unwrap() + 1 });
        assert_eq!(value, 2);

        let mut local = LocalPool::new();
        let spawner = local.spawner();
        let (sent, received) = mpsc::channel();
        for n in 0..10 {
            let (future, sent) = (pool.submit(move || n).unwrap(), sent.clone());
            spawner.spawn_local(async move { sent.send(future.await.unwrap()).unwrap() }).unwrap();
        }
        drop(sent);
        local.run();
        assert_eq!(received.iter().sum::<i32>(), 45);
    });
}

#[test]
fn awaited_on_the_thread_pool_of_the_futures_crate() {
    bounded(|| {
        let (pool, executor) = (pool(), ThreadPool::builder().pool_size(2).create().unwrap());
        let handles: Vec<_> = (0..50)
            .map(|n| {
                let future = pool.submit(move || n).unwrap();
                executor.spawn_with_handle(async move { future.await.unwrap() }).unwrap()
            })
            .collect();
        assert_eq!(block_on(join_all(handles)), (0..50).collect::<Vec<_>>());
    });
}

#[test]
fn awaited_on_tokio() {
    bounded(|| {
        for runtime in [current_thread(), multi_thread()] {
            let pool = pool();
            let sum = runtime.block_on(async {
                let tasks: Vec<_> = (0..50_u32)
                    .map(|n| {
                        let future = pool.submit(move || n).unwrap();
                        tokio::spawn(async move { future.await.unwrap() })
                    })
                    .collect();
                let mut sum = 0;
                for task in tasks {
                    sum += task.await.unwrap();
                }
                sum
            });
            assert_eq!(sum, 1225);
        }
    });
}

/// An executor of two lines, which parks its thread.
#[test]
fn awaited_on_an_executor_of_ones_own() {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    bounded(|| {
        let pool = pool();
        let mut future = pool.submit(|| "parked").unwrap();
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let value = loop {
            match poll_with(&mut future, &waker) {
                Poll::Ready(value) => break value,
                Poll::Pending => thread::park(),
            }
        };
        assert_eq!(value.unwrap(), "parked");
    });
}

#[test]
fn every_outcome_can_be_awaited() {
    bounded(|| {
        block_on(async {
            assert_eq!(finished(1).await.unwrap(), 1);
            assert_panicked(failed::<u8>("doh!").await, "doh!");
            assert_cancelled(cancelled::<u8>().await);
            let (promise, future) = pending::<u8>();
            drop(promise);
            assert!(matches!(future.await, Err(TaskError::Broken(_))));
            assert_eq!(InlineExecutor::new().submit(|| 2).unwrap().await.unwrap(), 2);
            assert_eq!(pool().submit(|| 3).unwrap().then(|n| n.unwrap() + 1).await.unwrap(), 4);
        });
    });
}

#[test]
fn join_all_gives_the_values_in_order() {
    bounded(|| {
        let pool = pool();
        let futures = (0..100).map(|n| pool.submit(move || n).unwrap());
        let values = block_on(try_join_all(futures)).unwrap();
        assert_eq!(values, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn futures_unordered_yields_in_the_order_of_completion() {
    bounded(|| {
        let (promises, futures): (Vec<_>, Vec<_>) = (0..10).map(|_| pending()).unzip();
        let mut unordered: FuturesUnordered<Future<usize>> = futures.into_iter().collect();
        block_on(async {
            // Polled once, so that every future has a waker.
            poll_fn(|cx| {
                assert!(unordered.poll_next_unpin(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            for (n, promise) in promises.into_iter().enumerate().rev() {
                promise.set(Ok(n));
                assert_eq!(unordered.next().await.unwrap().unwrap(), n);
            }
            assert!(unordered.next().await.is_none());
        });
    });
}

#[test]
fn select_takes_the_first_and_leaves_the_other() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let slow = pool
            .submit(move || {
                event.wait();
                "slow"
            })
            .unwrap();
        block_on(async {
            let first = future::select(slow, finished("quick")).await;
            let Either::Right((Ok("quick"), rest)) = first else { panic!("the gate is closed") };
            gate.open();
            assert_eq!(rest.await.unwrap(), "slow");
        });
    });
}

#[test]
fn select_macros_take_futures_by_reference() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let mut slow = pool
            .submit(move || {
                event.wait();
                "slow"
            })
            .unwrap();
        current_thread().block_on(async {
            for _ in 0..3 {
                tokio::select! {
                    biased;
                    _ = &mut slow => panic!("the gate is closed"),
                    () = ready(()) => {}
                }
            }
            gate.open();
            let mut other = finished("other");
            let first = tokio::select! {
                biased;
                value = &mut slow => value,
                value = async { (&mut other).await } , if false => value,
            };
            assert_eq!(first.unwrap(), "slow");
        });
        let (one, two) = (finished(1), pending::<i32>().1);
        block_on(async {
            let (mut one, mut two) =
                (::futures::FutureExt::fuse(one), ::futures::FutureExt::fuse(two));
            let value = ::futures::select_biased! {
                value = one => value,
                value = two => value,
            };
            assert_eq!(value.unwrap(), 1);
        });
    });
}

#[test]
fn awaiting_does_not_hold_the_executor_up() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let slow = pool.submit(move || event.wait()).unwrap();
        current_thread().block_on(async {
            // On one thread: if the first blocked, the second would never open the gate.
            let waiting = async { slow.await.unwrap() };
            let opening = async { gate.open() };
            future::join(waiting, opening).await;
        });
    });
}

#[test]
fn cancelled_while_awaited() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let blockers = occupy(&pool, 1, &gate);
        let future = pool.submit(|| 1).unwrap();
        let executor = ThreadPool::builder().pool_size(1).create().unwrap();
        let (counter, waker) = Counter::new();
        let mut future = future;
        assert!(poll_with(&mut future, &waker).is_pending());
        assert!(future.cancel());
        assert_eq!(counter.calls(), 1, "the cancellation wakes the task");
        let handle = executor.spawn_with_handle(future).unwrap();
        assert_cancelled(block_on(handle));

        let future = pool.submit(|| 1).unwrap();
        let handle = executor.spawn_with_handle(future).unwrap();
        pool.shutdown(Shutdown::CancelPendingNoWait);
        assert_cancelled(block_on(handle));
        drop(blockers);
    });
}

/// A task on the pool may drive futures of its own, also of another pool.
#[test]
fn block_on_inside_a_task() {
    bounded(|| {
        let (one, two) = (pool(), Arc::new(pool()));
        let inner = Arc::clone(&two);
        let value =
            one.submit(move || block_on(async { inner.submit(|| 5).unwrap().await.unwrap() }));
        assert_eq!(value.unwrap().result().unwrap(), 5);
    });
}

// ----------------------------------------------------------------------------------------- wakers

#[test]
fn waker_is_called_once_on_completion() {
    let (promise, mut future) = pending();
    let (counter, waker) = Counter::new();
    assert!(poll_with(&mut future, &waker).is_pending());
    assert_eq!(counter.calls(), 0);
    promise.set(Ok(1));
    assert_eq!(counter.calls(), 1);
    assert!(matches!(poll_with(&mut future, &waker), Poll::Ready(Ok(1))));
    assert_eq!(counter.calls(), 1);
}

#[test]
fn last_waker_wins_and_the_former_is_dropped() {
    let (promise, mut future) = pending();
    let (first, waker) = Counter::new();
    assert!(poll_with(&mut future, &waker).is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&first), 2);
    let (second, waker) = Counter::new();
    assert!(poll_with(&mut future, &waker).is_pending());
    assert_eq!(Arc::strong_count(&first), 1, "the future keeps one waker");
    promise.set(Ok(1));
    assert_eq!((first.calls(), second.calls()), (0, 1));
    drop(waker);
    assert_eq!(Arc::strong_count(&second), 1);
    assert!(matches!(poll_with(&mut future, Waker::noop()), Poll::Ready(Ok(1))));
}

#[test]
fn polling_again_and_again_keeps_one_waker() {
    let (_promise, mut future) = pending::<u8>();
    let (counter, waker) = Counter::new();
    for _ in 0..100 {
        assert!(poll_with(&mut future, &waker).is_pending());
    }
    assert_eq!(Arc::strong_count(&counter), 3, "this, the waker, and one inside");
    drop((future, waker));
    assert_eq!(Arc::strong_count(&counter), 1);
}

/// An `.await` that is given up, as `select!` and timeouts do, leaves no waker behind.
#[test]
fn waker_goes_with_a_future_dropped_while_awaited() {
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let (ran, runs) = mpsc::channel();
        let mut future = pool
            .submit(move || {
                event.wait();
                ran.send(()).unwrap();
            })
            .unwrap();
        let (counter, waker) = Counter::new();
        assert!(poll_with(&mut future, &waker).is_pending());
        drop(waker);
        drop(future);
        assert_eq!(Arc::strong_count(&counter), 1, "the waker is gone at once");
        gate.open();
        runs.recv().unwrap();
        pool.shutdown(Shutdown::Wait);
        assert_eq!(counter.calls(), 0);
    });
}

#[test]
fn future_polled_once_can_be_asked_the_blocking_way() {
    bounded(|| {
        let (promise, mut future) = pending();
        let (counter, waker) = Counter::new();
        assert!(poll_with(&mut future, &waker).is_pending());
        let waiter = super::blocked(move || future.result());
        promise.set(Ok(7));
        assert_eq!(waiter.join().unwrap().unwrap(), 7);
        drop(waker);
        assert_eq!(Arc::strong_count(&counter), 1);
    });
}

#[test]
fn waker_that_panics_disturbs_nobody() {
    struct Bomb;
    impl Wake for Bomb {
        fn wake(self: Arc<Self>) {
            panic!("in a waker");
        }
    }
    bounded(|| {
        let pool = ThreadPoolExecutor::new(1).unwrap();
        let gate = Gate::new();
        let event = gate.event();
        let mut future = pool
            .submit(move || {
                event.wait();
                thread::current().id()
            })
            .unwrap();
        let (called, calls) = mpsc::channel();
        future.add_done_callback(move |_| called.send(()).unwrap());
        assert!(poll_with(&mut future, &Waker::from(Arc::new(Bomb))).is_pending());
        gate.open();
        calls.recv().unwrap();
        let worker = future.result().unwrap();
        assert_eq!(pool.submit(|| thread::current().id()).unwrap().result().unwrap(), worker);
    });
}

/// A waker that polls the future again right away, as some executors do.
#[test]
fn waker_may_poll_in_place() {
    use std::sync::Mutex;
    struct InPlace {
        future: Mutex<Option<Future<u8>>>,
        value: mpsc::Sender<Result<u8, TaskError>>,
    }
    impl Wake for InPlace {
        fn wake(self: Arc<Self>) {
            let mut future = self.future.lock().unwrap().take().unwrap();
            match poll_with(&mut future, Waker::noop()) {
                Poll::Ready(value) => self.value.send(value).unwrap(),
                Poll::Pending => panic!("woken before it was done"),
            }
        }
    }
    bounded(|| {
        let (promise, future) = pending();
        let (value, values) = mpsc::channel();
        let task = Arc::new(InPlace { future: Mutex::new(Some(future)), value });
        let waker = Waker::from(Arc::clone(&task));
        {
            let mut slot = task.future.lock().unwrap();
            assert!(poll_with(slot.as_mut().unwrap(), &waker).is_pending());
        }
        promise.set(Ok(3));
        assert_eq!(values.try_recv().unwrap().unwrap(), 3);
    });
}

/// Completion and the first poll from two threads: the value comes, by the poll or by the waker.
#[test]
fn poll_and_completion_race_to_no_lost_wake_up() {
    bounded(|| {
        for n in 0..1000 {
            let (promise, future) = pending();
            let start = Barrier::new(2);
            thread::scope(|s| {
                s.spawn(|| {
                    start.wait();
                    promise.set(Ok(n));
                });
                start.wait();
                assert_eq!(block_on(future).unwrap(), n);
            });
        }
    });
}

// ------------------------------------------------------------------------------------------ other

#[test]
fn shared_future_is_awaited_by_many() {
    bounded(|| {
        let (promise, future) = pending::<String>();
        let shared = future.shared();
        let executor = ThreadPool::builder().pool_size(2).create().unwrap();
        let handles: Vec<_> =
            (0..8).map(|_| executor.spawn_with_handle(shared.clone()).unwrap()).collect();
        promise.set(Ok("for all".to_owned()));
        for value in block_on(join_all(handles)) {
            assert_eq!(value.unwrap(), "for all");
        }
        assert_eq!(shared.result().unwrap(), "for all");
    });
}

#[test]
fn every_handle_of_a_shared_future_has_its_own_waker() {
    let (promise, future) = pending::<u8>();
    let mut one = future.shared();
    let mut two = one.clone();
    let mut three = one.clone();
    let counters: Vec<_> = [&mut one, &mut two, &mut three]
        .into_iter()
        .map(|handle| {
            let (counter, waker) = Counter::new();
            assert!(poll_with(handle, &waker).is_pending());
            counter
        })
        .collect();
    drop(two);
    assert_eq!(Arc::strong_count(&counters[1]), 1, "a dropped handle takes its waker along");
    promise.set(Ok(1));
    let calls: Vec<_> = counters.iter().map(|counter| counter.calls()).collect();
    assert_eq!(calls, [1, 0, 1]);
    assert!(matches!(poll_with(&mut one, Waker::noop()), Poll::Ready(Ok(1))));
    assert!(matches!(poll_with(&mut three, Waker::noop()), Poll::Ready(Ok(1))));
    // A shared future may be polled after it was ready.
    assert!(matches!(poll_with(&mut one, Waker::noop()), Poll::Ready(Ok(1))));
}

#[test]
fn scoped_futures_are_awaited_inside_the_scope() {
    bounded(|| {
        let words = ["one", "three"].map(str::to_owned);
        let lengths =
            scope(2, |s| block_on(join_all(words.iter().map(|word| s.submit(|| word.len())))));
        assert_eq!(lengths.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [3, 5]);
    });
}

#[test]
fn futures_are_plain_futures_for_generic_code() {
    fn takes_any<F>(_: &F)
    where
        F: std::future::Future<Output = Result<u8, TaskError>> + Unpin + Send + Sync + 'static,
    {
    }
    takes_any(&finished(1_u8));
    takes_any(&finished(1_u8).shared());
}

/// The value is moved out by the first poll that is ready; like most futures it ends there.
#[test]
fn poll_after_ready_panics() {
    let mut future = finished(1);
    assert!(matches!(poll_with(&mut future, Waker::noop()), Poll::Ready(Ok(1))));
    let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        poll_with(&mut future, Waker::noop()).is_ready()
    }));
    assert!(again.is_err());
    assert!(future.is_done(), "the status is still there");
}

/// However often a future is polled, and with however many wakers, it keeps the last one.
#[test]
#[cfg(target_os = "linux")]
fn polling_leaves_nothing_behind() {
    use super::{assert_passed, here, in_child};

    let child = in_child(here!("polling_leaves_nothing_behind"), || {
        let (_promise, mut future) = pending::<u8>();
        let (_other_promise, other) = pending::<u8>();
        let shared = other.shared();
        super::assert_steady_memory(|| {
            for _ in 0..20_000 {
                let (_counter, waker) = Counter::new();
                assert!(poll_with(&mut future, &waker).is_pending());
                assert!(poll_with(&mut shared.clone(), &waker).is_pending());
            }
        });
    });
    if let Some(output) = child {
        assert_passed(&output);
    }
}
