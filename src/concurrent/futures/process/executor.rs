//! The process pool.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sync::Arc;

use super::super::cell::{Observer, TaskCell, Watch, Work};
use super::super::crew::Crew;
use super::super::error::{BuildError, ShutdownTimeout, SubmitError};
use super::super::future::Future;
use super::super::map::Map;
use super::super::task::{Executor, Task};
use super::super::thread::{Metrics, Shutdown};
use super::builder::ProcessPoolBuilder;
use super::map::ProcessMapBuilder;
use super::office::{End, Office, Switch};
use super::remote::{Remote, RemoteChunk, Terms};

/// Runs tasks in worker processes.
///
/// The workers are this program, started again: [`batteries::init()`](crate::init) must be the first line of `main`. In a
/// worker it never returns; everywhere else it returns at once.
///
/// A task is a plain function and its argument: a function item, an instance of a generic one, or a closure that captures
/// nothing; several arguments are a tuple. A closure that captures something is refused by the compiler, since what it captured
/// stays in this process: give it as the argument.
///
/// ```compile_fail,E0308
/// # use batteries::concurrent::futures::ProcessPoolExecutor;
/// # let pool = ProcessPoolExecutor::new(1).unwrap();
/// let factor = 3;
/// let future = pool.submit(|n: u64| n * factor, 14); // expected fn pointer, found closure
/// ```
///
/// ```
/// use batteries::concurrent::futures::ProcessPoolExecutor;
///
/// batteries::init();
/// let pool = ProcessPoolExecutor::new(1)?;
/// let factor = 3;
/// let future = pool.submit(|(n, factor): (u64, u64)| n * factor, (14, factor))?;
/// assert_eq!(future.result()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Everything else is as with a [`ThreadPoolExecutor`](super::super::ThreadPoolExecutor): the futures are the same type and
/// can be waited for together with those of threads, tasks start in the order in which they were submitted, workers start
/// when tasks need them, dropping the pool waits until every task has run.
///
/// # Arguments and results
///
/// They go through serde, so types of your own derive `Serialize` and `Deserialize`:
///
/// ```toml
/// serde = { version = "1", features = ["derive"] }
/// ```
///
/// - They are owned: `String` instead of `&str`, `Vec` instead of a slice, [`Bytes`](super::Bytes) for many bytes.
/// - The format (postcard) writes values without their fields' names. Types that decide while writing or reading what comes next
///   cannot be sent: `#[serde(flatten)]`, `untagged`, `skip_serializing_if`, `serde_json::Value`. Trying gives an error that says
///   so. Send such a value as a `String` of JSON.
/// - Errors are results like any other: `Result<T, String>`, or an enum that derives both; `Box<dyn Error>` and `io::Error` do
///   not, `map_err(|e| e.to_string())` helps.
/// - A closure that only panics needs its result's type: `|_: u32| -> () { panic!() }`.
///
/// # What a worker is
///
/// It has this program's arguments, and its environment and current directory as they are when the worker starts. Its standard
/// output and error are this program's. Its standard input is empty. `main` has not run in it beyond the first line: no runtime, no
/// logger, no settings, unless the [initializer](ProcessPoolBuilder::initializer) makes them. Under `#[tokio::main]` the first
/// line would already be inside of the runtime: write a plain `main` that calls `init` and then starts the runtime.
///
/// Each worker has a process group of its own in the terminal's background. So a Ctrl-C is for this program, and ends the workers
/// with it. A task must not read from the terminal (`/dev/tty`, a prompt for a password): it would be stopped, and only a
/// deadline ends that; with `stty tostop` the same goes for printing. When this program ends in whatever way, SIGKILL included,
/// its workers are killed at once, and with them the processes that their tasks have started. The same happens when a worker is
/// killed, overruns a deadline or dies. At a normal end of the pool, what a task has left running goes on.
///
/// # When a worker dies
///
/// By default the task it ran fails with [`TaskError::WorkerDied`](super::super::TaskError::WorkerDied), which says how, and
/// the worker is replaced; every other task goes on. Only if very many die and not one task comes to its end in between, the
/// pool breaks ([`crash_budget`](ProcessPoolBuilder::crash_budget)). [`CrashPolicy::Break`](super::CrashPolicy::Break) is what Python does.
/// A task that may safely run twice can be [retried](TaskBuilder::retry).
///
/// # Differences from Python
///
/// Workers are always started anew (`spawn`), never forked. A future may be cancelled until its task really starts: no
/// worker is given a task ahead of time. Errors of encoding and decoding fail one future, never the pool.
pub struct ProcessPoolExecutor {
    crew: Arc<Crew>,
    office: Arc<Office>,
    terms: Terms,
    detached: bool,
}

impl ProcessPoolExecutor {
    /// Makes a pool of at most `max_workers` worker processes.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if `max_workers` is 0, or if this program cannot be started as a worker: see
    /// [`ProcessPoolBuilder::build`].
    pub fn new(max_workers: usize) -> Result<Self, BuildError> {
        Self::builder().max_workers(max_workers).build()
    }

    /// Starts to describe a pool.
    pub fn builder() -> ProcessPoolBuilder {
        ProcessPoolBuilder::default()
    }

    pub(super) fn assemble(crew: Arc<Crew>, office: Arc<Office>, terms: Terms) -> Self {
        Self { crew, office, terms, detached: false }
    }

    /// Hands in a function with its argument and returns its future.
    ///
    /// The argument is encoded before this returns, so it need not be [`Send`].
    ///
    /// # Errors
    ///
    /// [`SubmitError`] with the argument in it, if it cannot be encoded, if the function is not part of this program itself
    /// but of a library it has loaded, if the pool is shut down or broken, or if the system would not start the pool's first
    /// thread.
    pub fn submit<A, R>(&self, f: fn(A) -> R, arg: A) -> Result<Future<R>, SubmitError<A>>
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.submit_on(self.terms, Task::from_fn(f), arg)
    }

    /// Starts to describe a task with a deadline or retries.
    pub fn task_builder(&self) -> TaskBuilder<'_> {
        TaskBuilder { pool: self, terms: self.terms }
    }

    /// Runs `f` on every argument and yields the results in the order of the arguments.
    ///
    /// All arguments are taken and handed in before this returns, each as a task of its own; see
    /// [`map_builder`](Self::map_builder) for many short ones.
    pub fn map<A, R, I>(&self, f: fn(A) -> R, args: I) -> Map<R>
    where
        I: IntoIterator<Item = A>,
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.map_fn(f, args)
    }

    /// Starts to describe a `map` with options: Python's `chunksize` and `buffersize`, deadlines, retries.
    pub fn map_builder(&self) -> ProcessMapBuilder<'_> {
        ProcessMapBuilder::new(self, self.terms)
    }

    /// Refuses tasks from now on, and waits for those handed in if `how` says so; workers end when the queue is empty.
    ///
    /// May be called again, and from several threads.
    pub fn shutdown(&self, how: Shutdown) {
        self.crew.shut_down(how);
    }

    /// Refuses tasks from now on, and waits for those handed in for at most `timeout`, whatever `how` says about waiting.
    ///
    /// # Errors
    ///
    /// [`ShutdownTimeout`] if workers are still running then. They go on; [`kill`](Self::kill) ends them.
    pub fn shutdown_timeout(
        &self,
        how: Shutdown,
        timeout: Duration,
    ) -> Result<(), ShutdownTimeout> {
        self.crew.shut_down_by(how, timeout)
    }

    /// Gives the pool up without waiting, now or in `Drop`: tasks handed in still run, unless this process ends first, and
    /// its workers with it.
    pub fn detach(mut self) {
        self.detached = true;
    }

    /// Refuses tasks from now on, cancels those that have not started, and ends the workers with SIGTERM.
    ///
    /// Tasks that were running fail with [`TaskError::WorkerDied`](super::super::TaskError::WorkerDied). Does not wait, and
    /// may be called on a pool that is broken or has no workers. A worker that ignores the signal goes on.
    #[doc(alias = "terminate_workers")]
    pub fn terminate(&self) {
        self.end(End::Terminate);
    }

    /// Refuses tasks from now on, cancels those that have not started, and ends the workers with SIGKILL.
    ///
    /// As [`terminate`](Self::terminate), but nothing can withstand it.
    #[doc(alias = "kill_workers")]
    pub fn kill(&self) {
        self.end(End::Kill);
    }

    fn end(&self, end: End) {
        self.crew.shut_down(Shutdown::CancelPendingNoWait);
        self.office.end(end);
    }

    /// Counts tasks and threads, all at one moment. Each thread drives one worker process at most.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.crew.metrics()
    }

    /// Returns the process ids of the workers, in no particular order.
    ///
    /// One that has died while it had nothing to do is among them until the next task finds out.
    #[must_use]
    pub fn worker_pids(&self) -> Vec<u32> {
        self.office.pids()
    }

    pub(super) fn submit_on<A, R>(
        &self,
        terms: Terms,
        task: Task<A, R>,
        arg: A,
    ) -> Result<Future<R>, SubmitError<A>>
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let remote = match Remote::new(&self.office, terms, task, &arg) {
            Ok(remote) => remote,
            Err((kind, reason)) => {
                let error = SubmitError::new(kind, arg);
                return Err(reason.into_iter().fold(error, SubmitError::with_reason));
            }
        };
        let switch = Arc::clone(remote.switch());
        self.hand_in(remote, switch).map_err(|e| e.map(|_| arg))
    }

    /// Hands in a chunk of a map.
    pub(super) fn submit_chunk<R>(
        &self,
        chunk: RemoteChunk<R>,
    ) -> Result<Future<super::map::ChunkOf<R>>, SubmitError<()>>
    where
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let switch = Arc::clone(chunk.switch());
        self.hand_in(chunk, switch).map_err(|e| e.map(drop))
    }

    pub(super) fn office(&self) -> &Arc<Office> {
        &self.office
    }

    fn hand_in<W, R>(&self, work: W, switch: Arc<Switch>) -> Result<Future<R>, SubmitError<W>>
    where
        W: Work<R> + 'static,
        R: Send + 'static,
    {
        let cell = Arc::new(TaskCell::new(self.crew.id(), work));
        // Nobody else has seen the cell, so it cannot be done.
        let _ = cell.observe(Observer::Brake(switch));
        self.crew.submit(cell)
    }
}

impl<A, R> Executor<A, R> for ProcessPoolExecutor
where
    A: Serialize + DeserializeOwned + 'static,
    R: Serialize + DeserializeOwned + Send + 'static,
{
    fn submit_task(&self, task: Task<A, R>, arg: A) -> Result<Future<R>, SubmitError<A>> {
        self.submit_on(self.terms, task, arg)
    }
}

impl Drop for ProcessPoolExecutor {
    fn drop(&mut self) {
        self.shutdown(if self.detached { Shutdown::NoWait } else { Shutdown::Wait });
    }
}

impl fmt::Debug for ProcessPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPoolExecutor")
            .field("worker_pids", &self.worker_pids())
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}

/// Describes a task; made by [`ProcessPoolExecutor::task_builder`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use batteries::concurrent::futures::{ProcessPoolExecutor, TaskError};
///
/// fn spin(_: ()) {
///     loop {
///         std::hint::spin_loop();
///     }
/// }
///
/// batteries::init();
/// let pool = ProcessPoolExecutor::new(1)?;
/// let future = pool.task_builder().deadline(Duration::from_millis(50)).submit(spin, ())?;
/// assert_eq!(future.result(), Err(TaskError::TimedOut));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct TaskBuilder<'p> {
    pool: &'p ProcessPoolExecutor,
    terms: Terms,
}

impl TaskBuilder<'_> {
    /// Lets the task run for at most `deadline`, from its start in a worker; then the worker is killed and the task fails
    /// with [`TaskError::TimedOut`](super::super::TaskError::TimedOut).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.terms.deadline = Some(deadline);
        self
    }

    /// Runs the task again, at most `n` times, if its worker dies: for tasks that may safely run twice.
    ///
    /// Neither a panic, nor a deadline that was overrun, nor a kill is a reason to try again.
    pub fn retry(mut self, n: usize) -> Self {
        self.terms.retries = n;
        self
    }

    /// Hands in a function with its argument.
    ///
    /// # Errors
    ///
    /// As [`ProcessPoolExecutor::submit`].
    pub fn submit<A, R>(self, f: fn(A) -> R, arg: A) -> Result<Future<R>, SubmitError<A>>
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.submit_task(Task::from_fn(f), arg)
    }

    /// Hands in a task with its argument.
    ///
    /// # Errors
    ///
    /// As [`ProcessPoolExecutor::submit`].
    pub fn submit_task<A, R>(self, task: Task<A, R>, arg: A) -> Result<Future<R>, SubmitError<A>>
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.pool.submit_on(self.terms, task, arg)
    }
}
