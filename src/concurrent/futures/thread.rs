//! The thread pool.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::panic_hook::{self, Notes};
use crate::sync::Arc;
use crate::sync::global::{AtomicUsize, Ordering};

use super::cell::{Call, Observer, TaskCell, Watch, Work};
use super::crew::{Crew, Plan, Station};
use super::error::{BuildError, BuildErrorKind, Panic, ShutdownTimeout, SubmitError, TaskError};
use super::future::Future;
use super::map::{Map, MapBuilder};
use super::task::{ClosureExecutor, Executor, Task};
use super::token::CancelToken;

/// Runs tasks on a pool of threads.
///
/// Threads start when tasks need them, one only if no idle one will come, up to `max_workers`; idle ones are reused. Tasks
/// start in the order in which they were submitted. Dropping the pool waits until every task has run, as leaving Python's
/// `with` block does; on one of the pool's own workers it does not wait, since that worker would wait for itself.
///
/// All methods take `&self`; several owners share a pool in an [`Arc`](std::sync::Arc), tasks that submit tasks among them.
/// For tasks that borrow local variables there is [`scope`](super::scope).
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{ThreadPoolExecutor, as_completed};
///
/// let pool = ThreadPoolExecutor::new(4)?;
/// let squares = (1..=3).map(|n| pool.submit(move || n * n)).collect::<Result<Vec<_>, _>>()?;
/// let mut sum = 0;
/// for square in as_completed(squares) {
///     sum += square.result()?;
/// }
/// assert_eq!(sum, 14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// The process does not wait at its end for a pool that was [detached](Self::detach): Rust has no hook for that. Waiting for
/// a task of the same pool from within a task cannot deadlock; see [`Future::result`].
pub struct ThreadPoolExecutor {
    crew: Arc<Crew>,
    detached: bool,
}

type Initializer = Box<dyn Fn() -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync>;

/// What a thread does before its first task.
struct Prepared(Option<Initializer>);

impl Station for Prepared {
    fn open(&self) -> Result<(), String> {
        let Some(initializer) = &self.0 else { return Ok(()) };
        match panic_hook::catch(initializer) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(format!("initializer failed: {e}")),
            Err(caught) => {
                Err(format!("initializer failed: it panicked: {}", Panic::caught(caught)))
            }
        }
    }

    fn close(&self) {}

    /// Tasks are the user's own code, and belong on the pool's threads.
    fn invite(&self) -> bool {
        false
    }

    fn dismiss(&self) {}
}

impl ThreadPoolExecutor {
    /// Makes a pool of at most `max_workers` threads.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if `max_workers` is 0.
    pub fn new(max_workers: usize) -> Result<Self, BuildError> {
        Self::builder().max_workers(max_workers).build()
    }

    /// Starts to describe a pool.
    pub fn builder() -> ThreadPoolBuilder {
        ThreadPoolBuilder::default()
    }

    /// Hands in a task and returns its future.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] with the closure in it, if the pool is shut down or broken, if its queue is full and the pool was
    /// built to reject then, or if the system would not start the pool's first thread.
    #[inline]
    pub fn submit<F, R>(&self, f: F) -> Result<Future<R>, SubmitError<F>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.submit_work(f)
    }

    /// Hands in a task that is told when its result is not wanted any more.
    ///
    /// See [`CancelToken`].
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn submit_with_token<F, R>(&self, f: F) -> Result<Future<R>, SubmitError<F>>
    where
        F: FnOnce(CancelToken) -> R + Send + 'static,
        R: Send + 'static,
    {
        let token = CancelToken::new();
        let cell = Arc::new(TaskCell::new(self.crew.id(), Tokened { f, token: token.clone() }));
        // Nobody else has seen the cell, so it cannot be done.
        let _ = cell.observe(Observer::Brake(Arc::new(token)));
        self.crew.submit(cell).map_err(|e| e.map(|work| work.f))
    }

    /// Runs `f` on every argument and yields the results in the order of the arguments.
    ///
    /// All arguments are taken and handed in before this returns, whether the results are asked for or not. A task that
    /// fails is an `Err` among the others. See [`map_builder`](Self::map_builder) for chunks and for endless arguments.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::concurrent::futures::ThreadPoolExecutor;
    ///
    /// let pool = ThreadPoolExecutor::new(4)?;
    /// let lengths: Vec<usize> = pool.map(str::len, ["spam", "ham"]).collect::<Result<_, _>>()?;
    /// assert_eq!(lengths, [4, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<A, R, F, I>(&self, f: F, args: I) -> Map<R>
    where
        F: Fn(A) -> R + Send + Sync + 'static,
        I: IntoIterator<Item = A>,
        A: Send + 'static,
        R: Send + 'static,
    {
        Map::submit_each(self, f, args)
    }

    /// Starts to describe a `map` with options: Python's `chunksize` and `buffersize`.
    pub fn map_builder(&self) -> MapBuilder<'_> {
        MapBuilder::new(self)
    }

    /// Refuses tasks from now on, and waits for those handed in if `how` says so.
    ///
    /// May be called again, and from several threads. On one of the pool's own workers it does not wait.
    pub fn shutdown(&self, how: Shutdown) {
        self.crew.shut_down(how);
    }

    /// Refuses tasks from now on, and waits for those handed in for at most `timeout`, whatever `how` says about waiting.
    ///
    /// # Errors
    ///
    /// [`ShutdownTimeout`] if workers are still running then. They go on; the pool can be shut down again, for example to
    /// cancel what is pending. On one of the pool's own workers it does not wait: that worker still runs.
    pub fn shutdown_timeout(
        &self,
        how: Shutdown,
        timeout: Duration,
    ) -> Result<(), ShutdownTimeout> {
        self.crew.shut_down_by(how, timeout)
    }

    /// Gives the pool up without waiting, now or in `Drop`: tasks handed in still run, unless the process ends first.
    pub fn detach(mut self) {
        self.detached = true;
    }

    /// Counts tasks and threads, all at one moment.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.crew.metrics()
    }

    #[inline]
    pub(super) fn submit_work<W, R>(&self, work: W) -> Result<Future<R>, SubmitError<W>>
    where
        W: Work<R> + 'static,
        R: Send + 'static,
    {
        self.crew.submit(Arc::new(TaskCell::new(self.crew.id(), work)))
    }
}

impl Drop for ThreadPoolExecutor {
    fn drop(&mut self) {
        self.shutdown(if self.detached { Shutdown::NoWait } else { Shutdown::Wait });
    }
}

/// A pool of [`default_max_workers`] threads.
impl Default for ThreadPoolExecutor {
    fn default() -> Self {
        Self::builder().finish()
    }
}

impl fmt::Debug for ThreadPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPoolExecutor")
            .field("thread_name_prefix", &self.crew.name_prefix())
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}

impl ClosureExecutor for ThreadPoolExecutor {
    fn submit<F, R>(&self, f: F) -> Result<Future<R>, SubmitError<F>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.submit_work(f)
    }
}

impl<A: Send + 'static, R: Send + 'static> Executor<A, R> for ThreadPoolExecutor {
    fn submit_task(&self, task: Task<A, R>, arg: A) -> Result<Future<R>, SubmitError<A>> {
        self.submit_work(Call { run: task.function(), argument: arg })
            .map_err(|e| e.map(|c| c.argument))
    }
}

struct Tokened<F> {
    f: F,
    token: CancelToken,
}

impl<F: FnOnce(CancelToken) -> R + Send, R> Work<R> for Tokened<F> {
    fn run(self) -> Result<R, TaskError> {
        (move || (self.f)(self.token)).run()
    }
}

/// How many threads a pool may have by default: the processors this process may use, and four, but at most 32.
///
/// Counts the processors that the affinity mask and the control group allow. The formula is Python's since 3.8: enough for
/// tasks that wait, without hundreds of threads on large machines.
#[must_use]
pub fn default_max_workers() -> usize {
    (num_cpus::get() + 4).min(32)
}

/// What a shutdown does with tasks that have not started, and whether it waits. Running tasks always finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shutdown {
    /// Runs them all and waits: `shutdown()`.
    Wait,
    /// Runs them all and does not wait: `shutdown(wait=False)`. Dropping the pool still waits, unless it is
    /// [detached](ThreadPoolExecutor::detach).
    NoWait,
    /// Cancels them and waits for those running: `shutdown(cancel_futures=True)`. Sets no [`CancelToken`].
    #[doc(alias = "cancel_futures")]
    CancelPending,
    /// Cancels them and does not wait: `shutdown(wait=False, cancel_futures=True)`.
    CancelPendingNoWait,
}

impl Shutdown {
    pub(super) fn waits(self) -> bool {
        matches!(self, Self::Wait | Self::CancelPending)
    }

    pub(super) fn cancels(self) -> bool {
        matches!(self, Self::CancelPending | Self::CancelPendingNoWait)
    }
}

/// What `submit` does when the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenFull {
    /// Waits for a place. One of the pool's own workers does not wait, it runs the task itself: if all workers waited,
    /// nobody would make room.
    Block,
    /// Gives the task back with [`SubmitErrorKind::QueueFull`](super::SubmitErrorKind::QueueFull); `map` has an `Err` in its place.
    Reject,
    /// Runs the task in the thread that submits it.
    CallerRuns,
}

/// The tasks and threads of a pool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Tasks that wait for a worker.
    pub queued: usize,
    /// Workers that run a task.
    pub running: usize,
    /// Tasks that have been run to their end, by a value, a panic, or their worker's death. Cancelled ones do not count.
    pub done: u64,
    /// Threads that have been started and have not ended.
    pub threads: usize,
    /// How many threads there may be.
    pub max_workers: usize,
}

/// Describes a [`ThreadPoolExecutor`].
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{ThreadPoolExecutor, WhenFull};
///
/// let pool = ThreadPoolExecutor::builder()
///     .max_workers(8)
///     .thread_name_prefix("fetch")
///     .queue_bound(1000, WhenFull::Block)
///     .build()?;
/// let name = pool.submit(|| std::thread::current().name().map(str::to_owned))?;
/// assert_eq!(name.result()?.as_deref(), Some("fetch_0"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
#[must_use]
pub struct ThreadPoolBuilder {
    max_workers: Option<usize>,
    thread_name_prefix: Option<String>,
    initializer: Option<Initializer>,
    stack_size: Option<usize>,
    bound: Option<(usize, WhenFull)>,
    capture_backtraces: bool,
}

impl ThreadPoolBuilder {
    /// Sets how many threads there may be, at least 1; without it [`default_max_workers`].
    pub fn max_workers(mut self, n: usize) -> Self {
        self.max_workers = Some(n);
        self
    }

    /// Names the threads `prefix_0`, `prefix_1`, ...; without it `ThreadPoolExecutor-0_0` and so on, counting pools.
    ///
    /// Linux shows the first 15 bytes of a name outside the process.
    pub fn thread_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name_prefix = Some(prefix.into());
        self
    }

    /// Calls `f` in each thread before its first task.
    ///
    /// If it fails or panics the pool is broken: tasks that have not started fail with [`TaskError::Broken`], which carries
    /// the cause, and none is taken on any more.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::convert::Infallible;
    /// use batteries::concurrent::futures::ThreadPoolExecutor;
    ///
    /// thread_local!(static READY: Cell<bool> = const { Cell::new(false) });
    ///
    /// let pool = ThreadPoolExecutor::builder()
    ///     .initializer(|| {
    ///         READY.set(true);
    ///         Ok::<(), Infallible>(())
    ///     })
    ///     .build()?;
    /// assert!(pool.submit(|| READY.get())?.result()?);
    ///
    /// let broken = ThreadPoolExecutor::builder().initializer(|| Err("no database")).build()?;
    /// let error = broken.submit(|| 1)?.result().unwrap_err();
    /// assert_eq!(error.to_string(), "the executor is broken: initializer failed: no database");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "initargs")]
    pub fn initializer<E>(mut self, f: impl Fn() -> Result<(), E> + Send + Sync + 'static) -> Self
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.initializer = Some(Box::new(move || f().map_err(Into::into)));
        self
    }

    /// Sets the stack size of the threads in bytes; without it std's default, 2 MiB or `RUST_MIN_STACK`.
    ///
    /// One more level of tasks that wait for tasks of their own is allowed for each 8 KiB.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.stack_size = Some(bytes);
        self
    }

    /// Lets at most `n` tasks wait for a worker, at least 1, and says what happens to one more. Without it there is no bound.
    ///
    /// Tasks that a free worker will take at once do not count.
    pub fn queue_bound(mut self, n: usize, when_full: WhenFull) -> Self {
        self.bound = Some((n, when_full));
        self
    }

    /// Captures a backtrace with every panic, whatever `RUST_BACKTRACE` says; see [`Panic::backtrace`](super::Panic::backtrace).
    pub fn capture_backtraces(mut self) -> Self {
        self.capture_backtraces = true;
        self
    }

    /// Makes the pool; threads start with its tasks.
    ///
    /// The first pool of a process puts a panic hook in front of the program's own, to learn where tasks panic; the
    /// program's is still called.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a setting is out of range.
    pub fn build(self) -> Result<ThreadPoolExecutor, BuildError> {
        if self.max_workers == Some(0) {
            return Err(BuildError::new(BuildErrorKind::MaxWorkers));
        }
        if matches!(self.bound, Some((0, _))) {
            return Err(BuildError::new(BuildErrorKind::QueueBound));
        }
        if self.thread_name_prefix.as_ref().is_some_and(|p| p.contains('\0')) {
            return Err(BuildError::new(BuildErrorKind::ThreadNamePrefix));
        }
        Ok(self.finish())
    }

    fn finish(self) -> ThreadPoolExecutor {
        static POOLS: AtomicUsize = AtomicUsize::new(0);
        panic_hook::install();
        let crew = Crew::new(
            Plan {
                max_workers: self.max_workers.unwrap_or_else(default_max_workers),
                bound: self.bound,
                name_prefix: self.thread_name_prefix.filter(|p| !p.is_empty()).unwrap_or_else(
                    || format!("ThreadPoolExecutor-{}", POOLS.fetch_add(1, Ordering::Relaxed)),
                ),
                stack_size: self.stack_size,
                notes: if self.capture_backtraces { Notes::Backtrace } else { Notes::Place },
            },
            Box::new(Prepared(self.initializer)),
        );
        ThreadPoolExecutor { crew, detached: false }
    }
}

impl fmt::Debug for ThreadPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPoolBuilder")
            .field("max_workers", &self.max_workers)
            .field("thread_name_prefix", &self.thread_name_prefix)
            .field("initializer", &self.initializer.as_ref().map(|_| "fn"))
            .field("stack_size", &self.stack_size)
            .field("queue_bound", &self.bound)
            .field("capture_backtraces", &self.capture_backtraces)
            .finish()
    }
}
