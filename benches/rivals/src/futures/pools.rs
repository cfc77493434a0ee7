//! The pools, behind the one thing they have in common: submit a task, get its value from a handle.

use std::num::NonZeroUsize;
use std::sync::{Arc, Barrier};

use batteries::concurrent::futures::{Future, ThreadPoolExecutor};
use futures_lite::future::block_on;

use super::WORKERS;
use crate::case::Failure;

/// A pool of [`WORKERS`] threads whose tasks return a value through a handle.
pub(super) trait Pool: Send + Sync + Sized {
    /// The name in the tables.
    const NAME: &'static str;

    type Handle: Send;

    /// Builds the pool. Its threads may start later: see [`start`].
    fn new() -> Result<Self, Failure>;

    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle;

    /// Waits for one result.
    fn result(&self, handle: Self::Handle) -> u64;

    /// Waits for all results, in the way that is fastest for this pool, and adds them up.
    fn sum(&self, handles: Vec<Self::Handle>) -> u64 {
        handles.into_iter().map(|handle| self.result(handle)).sum()
    }
}

/// Builds a pool and brings all its workers up, so that no round pays for starting a thread.
pub(super) fn start<P: Pool>() -> Result<P, Failure> {
    let pool = P::new()?;
    Hold::on(&pool).release(&pool);
    Ok(pool)
}

/// All workers of a pool, each kept in a task until it is released.
pub(super) struct Hold<H> {
    release: Arc<Barrier>,
    tasks: Vec<H>,
}

impl<H> Hold<H> {
    /// Returns once every worker is in such a task.
    pub(super) fn on<P: Pool<Handle = H>>(pool: &P) -> Self {
        let held = Arc::new(Barrier::new(WORKERS + 1));
        let release = Arc::new(Barrier::new(WORKERS + 1));
        let tasks = (0..WORKERS)
            .map(|_| {
                let (held, release) = (Arc::clone(&held), Arc::clone(&release));
                pool.submit(move || {
                    held.wait();
                    release.wait();
                    0
                })
            })
            .collect();
        held.wait();
        Self { release, tasks }
    }

    /// Lets the workers go on, and returns once they have.
    pub(super) fn release<P: Pool<Handle = H>>(self, pool: &P) {
        self.release.wait();
        pool.sum(self.tasks);
    }
}

/// Ours.
pub(super) struct Batteries(pub(super) ThreadPoolExecutor);

impl Pool for Batteries {
    const NAME: &'static str = "batteries";

    type Handle = Future<u64>;

    fn new() -> Result<Self, Failure> {
        ThreadPoolExecutor::new(WORKERS)
            .map(Self)
            .map_err(|error| Failure::Wrong(error.to_string()))
    }

    #[inline]
    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> Future<u64> {
        self.0.submit(task).expect("the pool takes work until it is dropped")
    }

    #[inline]
    fn result(&self, handle: Future<u64>) -> u64 {
        handle.result().expect("the task returns")
    }
}

/// rayon's `spawn`, the value sent back through a oneshot channel.
pub(super) struct RayonOneshot(pub(super) rayon::ThreadPool);

/// A rayon pool of our size.
pub(super) fn rayon_pool() -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(WORKERS)
        .build()
        .map_err(|error| Failure::CannotRun(error.to_string()))
}

impl Pool for RayonOneshot {
    const NAME: &'static str = "rayon+oneshot";

    type Handle = oneshot::Receiver<u64>;

    fn new() -> Result<Self, Failure> {
        rayon_pool().map(Self)
    }

    #[inline]
    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> oneshot::Receiver<u64> {
        let (sender, receiver) = oneshot::channel();
        self.0.spawn(move || {
            // A receiver that was dropped wants no value.
            let _ = sender.send(task());
        });
        receiver
    }

    #[inline]
    fn result(&self, handle: oneshot::Receiver<u64>) -> u64 {
        handle.recv().expect("the task returns")
    }
}

/// The threadpool crate, the value sent back through a oneshot channel.
pub(super) struct ThreadpoolOneshot(threadpool::ThreadPool);

impl Pool for ThreadpoolOneshot {
    const NAME: &'static str = "threadpool+oneshot";

    type Handle = oneshot::Receiver<u64>;

    fn new() -> Result<Self, Failure> {
        Ok(Self(threadpool::ThreadPool::new(WORKERS)))
    }

    #[inline]
    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> oneshot::Receiver<u64> {
        let (sender, receiver) = oneshot::channel();
        self.0.execute(move || {
            // A receiver that was dropped wants no value.
            let _ = sender.send(task());
        });
        receiver
    }

    #[inline]
    fn result(&self, handle: oneshot::Receiver<u64>) -> u64 {
        handle.recv().expect("the task returns")
    }
}

/// rusty_pool's `evaluate`.
pub(super) struct RustyPool(rusty_pool::ThreadPool);

impl Pool for RustyPool {
    const NAME: &'static str = "rusty_pool";

    type Handle = rusty_pool::JoinHandle<u64>;

    fn new() -> Result<Self, Failure> {
        Ok(Self(rusty_pool::Builder::new().core_size(WORKERS).max_size(WORKERS).build()))
    }

    #[inline]
    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.evaluate(task)
    }

    #[inline]
    fn result(&self, handle: Self::Handle) -> u64 {
        handle.await_complete()
    }
}

/// tokio's `spawn_blocking`. The runtime has no worker threads of its own: its blocking pool is all
/// that is measured.
pub(super) struct Tokio(pub(super) tokio::runtime::Runtime);

impl Pool for Tokio {
    const NAME: &'static str = "tokio";

    type Handle = tokio::task::JoinHandle<u64>;

    fn new() -> Result<Self, Failure> {
        tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(WORKERS)
            .build()
            .map(Self)
            .map_err(|error| Failure::CannotRun(error.to_string()))
    }

    #[inline]
    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        self.0.spawn_blocking(task)
    }

    #[inline]
    fn result(&self, handle: Self::Handle) -> u64 {
        self.0.handle().block_on(handle).expect("the task returns")
    }

    fn sum(&self, handles: Vec<Self::Handle>) -> u64 {
        // Entering the runtime once is faster than once a handle.
        self.0.handle().block_on(async move {
            let mut sum = 0;
            for handle in handles {
                sum += handle.await.expect("the task returns");
            }
            sum
        })
    }
}

/// The blocking crate, whose one pool is global.
pub(super) struct Blocking;

impl Pool for Blocking {
    const NAME: &'static str = "blocking";

    type Handle = blocking::Task<u64>;

    fn new() -> Result<Self, Failure> {
        // WORKERS is not zero.
        blocking::set_max_blocking_threads(NonZeroUsize::new(WORKERS).unwrap());
        Ok(Self)
    }

    #[inline]
    fn submit(&self, task: impl FnOnce() -> u64 + Send + 'static) -> Self::Handle {
        blocking::unblock(task)
    }

    #[inline]
    fn result(&self, handle: Self::Handle) -> u64 {
        block_on(handle)
    }

    fn sum(&self, handles: Vec<Self::Handle>) -> u64 {
        block_on(async move {
            let mut sum = 0;
            for handle in handles {
                sum += handle.await;
            }
            sum
        })
    }
}
