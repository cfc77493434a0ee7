//! What can go wrong: with a task, with handing one in, with waiting, with building a pool.

use std::any::Any;
use std::backtrace::Backtrace;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error as ThisError;

use crate::panic_hook::{self, Caught};
use crate::sync::{Arc, Mutex, OnceLock, thread};

/// Why a task has no value to give.
///
/// The same type for tasks on threads, in other processes and on other machines. Only the first four happen with threads;
/// `WorkerLost` and `UnknownTask` belong to executors past one machine, which are still to come. Clones share what they carry.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{TaskError, ThreadPoolExecutor};
///
/// let pool = ThreadPoolExecutor::new(1)?;
/// match pool.submit(|| [1, 2, 3].iter().sum::<u32>())?.result() {
///     Ok(sum) => assert_eq!(sum, 6),
///     Err(TaskError::Panicked(panic)) => println!("a bug: {panic}"),
///     Err(TaskError::Cancelled) => println!("somebody cancelled it"),
///     Err(other) => println!("the pool's fault: {other}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum TaskError {
    /// The task was cancelled before it started.
    #[doc(alias = "CancelledError")]
    #[error("the task was cancelled")]
    Cancelled,
    /// The task panicked.
    #[error("the task panicked: {0}")]
    Panicked(Panic),
    /// The task could not be run: its executor's initializer failed, no thread could be started, a `map` came to an executor
    /// that is shut down, a promise was dropped. The text says which.
    #[doc(alias = "BrokenExecutor")]
    #[doc(alias = "BrokenThreadPool")]
    #[error("{0}")]
    Broken(Reason),
    /// The task that asks and the task it asks for wait for each other, or more tasks wait on top of each other than the
    /// worker's [stack](super::ThreadPoolBuilder::stack_size) is reckoned to hold.
    #[error(
        "waiting for the task might never end: it waits for the task that asks, or too many wait on this worker's stack"
    )]
    WouldDeadlock,
    /// The task overran its own deadline and was stopped. (A wait that takes too long is [`WaitTimeout`], or gives the
    /// future back.)
    #[error("the task overran its deadline and was stopped")]
    TimedOut,
    /// The worker process that ran the task ended without an answer.
    #[doc(alias = "BrokenProcessPool")]
    #[error("{0}")]
    WorkerDied(WorkerDeath),
    /// The worker that ran the task has not been heard of for too long; whether the task ran is not known.
    #[error("the worker was lost: {0}")]
    WorkerLost(Reason),
    /// The worker knows no task of this name.
    #[error("the worker knows no task named {0}")]
    UnknownTask(Reason),
    /// The argument or the result could not be written for the way between processes.
    #[error("cannot encode: {0}")]
    Encode(Reason),
    /// The argument or the result could not be read after the way between processes.
    #[error("cannot decode: {0}")]
    Decode(Reason),
}

// Every queued future keeps its result's place, so this size is every future's size.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<TaskError>() == 16);

impl TaskError {
    /// The variant's name, as Python would name the exception's class.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Cancelled => "Cancelled",
            Self::Panicked(_) => "Panicked",
            Self::Broken(_) => "Broken",
            Self::WouldDeadlock => "WouldDeadlock",
            Self::TimedOut => "TimedOut",
            Self::WorkerDied(_) => "WorkerDied",
            Self::WorkerLost(_) => "WorkerLost",
            Self::UnknownTask(_) => "UnknownTask",
            Self::Encode(_) => "Encode",
            Self::Decode(_) => "Decode",
        }
    }

    /// Tells whether the task ended by an error of its own: Python does not count a cancelled future as failed.
    pub(super) fn is_failure(&self) -> bool {
        !matches!(self, Self::Cancelled)
    }
}

/// What an executor says about a failure, in one pointer; reads as a `str`.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{Reason, TaskError};
///
/// let error = TaskError::Broken("the disk is gone".into());
/// let TaskError::Broken(reason) = &error else { panic!() };
/// assert!(reason.contains("disk"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
// Twice boxed: an `Arc<str>` is two pointers wide.
pub struct Reason(Arc<Box<str>>);

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<S: Into<Box<str>>> From<S> for Reason {
    fn from(text: S) -> Self {
        Self(Arc::new(text.into()))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// A panic, as a value: what was said, where, and by which thread.
///
/// Cheap to clone; clones share the payload, which [`resume_unwind`](Panic::resume_unwind) gives to whoever asks first.
#[derive(Clone)]
pub struct Panic {
    inner: Arc<PanicInner>,
}

struct PanicInner {
    message: Box<str>,
    location: Option<Box<str>>,
    backtrace: Option<Backtrace>,
    /// The backtrace in words, once somebody has asked, or as it came from another process.
    rendered: OnceLock<Box<str>>,
    thread: Option<Box<str>>,
    /// The other process it came from.
    pid: Option<u32>,
    payload: Mutex<Option<Box<dyn Any + Send>>>,
}

/// The payload is a stranger's, its destructor may panic, and whoever drops the last clone may be a worker.
impl Drop for PanicInner {
    fn drop(&mut self) {
        if let Some(payload) = self.payload.lock().take() {
            panic_hook::shield(|| drop(payload));
        }
    }
}

impl Panic {
    /// Makes a panic that says `message` and was caught nowhere, for futures completed by hand.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self::from_payload(Box::new(message.into()))
    }

    /// Wraps what [`std::panic::catch_unwind`] caught.
    #[must_use]
    pub fn from_payload(payload: Box<dyn Any + Send>) -> Self {
        Self::with_details(payload, None, None, None)
    }

    /// Wraps a panic caught on this thread.
    pub(super) fn caught(caught: Caught) -> Self {
        let thread = thread::current().name().map(Into::into);
        Self::with_details(
            caught.payload,
            caught.location.map(Into::into),
            caught.backtrace,
            thread,
        )
    }

    fn with_details(
        payload: Box<dyn Any + Send>,
        location: Option<Box<str>>,
        backtrace: Option<Backtrace>,
        thread: Option<Box<str>>,
    ) -> Self {
        let message = if let Some(text) = payload.downcast_ref::<&'static str>() {
            (*text).into()
        } else if let Some(text) = payload.downcast_ref::<String>() {
            text.as_str().into()
        } else {
            // The words of std's own hook for a payload that is no text.
            "Box<dyn Any>".into()
        };
        Self {
            inner: Arc::new(PanicInner {
                message,
                location,
                backtrace,
                rendered: OnceLock::new(),
                thread,
                pid: None,
                payload: Mutex::new(Some(payload)),
            }),
        }
    }

    /// Returns what the panic said; `Box<dyn Any>` when its payload was no text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Returns where it happened, as `file:line:column`.
    ///
    /// `None` when the panic was resumed rather than raised, when the program set a panic hook that does not call the one
    /// before it, since only a hook is told the place, and for panics made by hand.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.inner.location.as_deref()
    }

    /// Returns the backtrace, if `RUST_BACKTRACE` or the pool's builder asked for one.
    ///
    /// Renders it when asked for the first time, which may take a tenth of a second.
    #[must_use]
    pub fn backtrace(&self) -> Option<&str> {
        match &self.inner.backtrace {
            Some(backtrace) => {
                Some(self.inner.rendered.get_or_init(|| backtrace.to_string().into()))
            }
            None => self.inner.rendered.get().map(|text| &**text),
        }
    }

    /// Returns the name of the thread that panicked, if it had one.
    #[must_use]
    pub fn thread(&self) -> Option<&str> {
        self.inner.thread.as_deref()
    }

    /// Returns the process id of the worker that panicked; `None` if it was a thread of this process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.inner.pid
    }

    /// Goes on panicking in this thread, with the task's own payload; one from a worker process is its message.
    ///
    /// The payload is given once: of several clones, the first to be resumed has it, the others resume with the message
    /// as a `String`. The panic hook is not called again.
    pub fn resume_unwind(self) -> ! {
        let payload = self.inner.payload.lock().take();
        std::panic::resume_unwind(payload.unwrap_or_else(|| Box::new(String::from(self.message()))))
    }
}

#[cfg(feature = "process")]
impl Panic {
    /// A panic that was caught in process `pid`, in words.
    pub(super) fn in_process(
        pid: u32,
        message: String,
        location: Option<String>,
        backtrace: Option<String>,
        thread: Option<String>,
    ) -> Self {
        let rendered = OnceLock::new();
        if let Some(backtrace) = backtrace {
            // New, so nobody has been here before.
            let _ = rendered.set(backtrace.into());
        }
        Self {
            inner: Arc::new(PanicInner {
                message: message.clone().into(),
                location: location.map(Into::into),
                backtrace: None,
                rendered,
                thread: thread.map(Into::into),
                pid: Some(pid),
                payload: Mutex::new(Some(Box::new(message))),
            }),
        }
    }
}

/// Equal if they say the same, from the same place and thread.
impl PartialEq for Panic {
    fn eq(&self, other: &Self) -> bool {
        let words = |panic: &Self| {
            let PanicInner { message, location, thread, pid, .. } = &*panic.inner;
            (message.clone(), location.clone(), thread.clone(), *pid)
        };
        Arc::ptr_eq(&self.inner, &other.inner) || words(self) == words(other)
    }
}

impl Eq for Panic {}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panic")
            .field("message", &self.inner.message)
            .field("location", &self.inner.location)
            .field("thread", &self.inner.thread)
            .field("pid", &self.inner.pid)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        match self.location() {
            Some(place) => write!(f, " (at {place})"),
            None => Ok(()),
        }
    }
}

/// How a worker process ended while it ran a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerDeath {
    inner: Arc<WorkerDeathInner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct WorkerDeathInner {
    pid: u32,
    status: Option<ExitStatus>,
    task: Option<Box<str>>,
    running_time: Option<Duration>,
}

impl WorkerDeath {
    /// Describes the end of process `pid`, of whose exit status nothing is known yet.
    #[must_use]
    pub fn new(pid: u32) -> Self {
        Self {
            inner: Arc::new(WorkerDeathInner { pid, status: None, task: None, running_time: None }),
        }
    }

    /// Adds how it ended.
    #[must_use]
    pub fn with_status(self, status: ExitStatus) -> Self {
        self.with(|inner| inner.status = Some(status))
    }

    /// Adds the name of the task it ran.
    #[must_use]
    pub fn with_task(self, task: &str) -> Self {
        self.with(|inner| inner.task = Some(task.into()))
    }

    /// Adds how long that task had been running.
    #[must_use]
    pub fn with_running_time(self, time: Duration) -> Self {
        self.with(|inner| inner.running_time = Some(time))
    }

    fn with(mut self, change: impl FnOnce(&mut WorkerDeathInner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    /// Returns the process id the worker had.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.inner.pid
    }

    /// Returns the exit status, if it is known.
    #[must_use]
    pub fn status(&self) -> Option<ExitStatus> {
        self.inner.status
    }

    /// Returns the code the worker exited with; `None` when a signal ended it.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.inner.status.and_then(|s| s.code())
    }

    /// Returns the signal that ended the worker; always `None` where there are no signals.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        self.inner.status.and_then(exit::signal)
    }

    /// Returns the name of the task it ran: that of [`#[task]`](macro@crate::task), or the function's path, or, in a program
    /// without a table of names, the function's type.
    #[must_use]
    pub fn task(&self) -> Option<&str> {
        self.inner.task.as_deref()
    }

    /// Returns how long that task had been running.
    #[must_use]
    pub fn running_time(&self) -> Option<Duration> {
        self.inner.running_time
    }
}

#[cfg(unix)]
mod exit {
    use std::os::unix::process::ExitStatusExt;

    pub(super) fn signal(status: super::ExitStatus) -> Option<i32> {
        status.signal()
    }
}

#[cfg(not(unix))]
mod exit {
    pub(super) fn signal(_: super::ExitStatus) -> Option<i32> {
        None
    }
}

impl fmt::Display for WorkerDeath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker process {} died", self.pid())?;
        if let Some(status) = self.status() {
            write!(f, " ({status})")?;
        }
        if let Some(task) = self.task() {
            write!(f, " while it ran {task}")?;
        }
        if let Some(time) = self.running_time() {
            write!(f, " after {time:?}")?;
        }
        Ok(())
    }
}

/// Why a task was not taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubmitErrorKind {
    /// The executor is shut down.
    #[doc(alias = "RuntimeError")]
    Shutdown,
    /// The executor is broken: an initializer failed, or workers died too often.
    Broken,
    /// The queue is full, and the executor was built to reject then.
    QueueFull,
    /// The task needed a first worker, and the system would not start one.
    SpawnFailed,
    /// The executor finds tasks by name, and this one has none.
    Unregistered,
    /// The function lies outside the program's own executable, where another process cannot find it.
    NotInMainImage,
    /// The argument could not be written for the way to another process.
    Encode,
}

impl fmt::Display for SubmitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // CPython's words, without its "new".
            Self::Shutdown => "cannot schedule futures after shutdown",
            Self::Broken => "cannot schedule futures: the executor is broken",
            Self::QueueFull => "cannot schedule futures: the queue is full",
            Self::SpawnFailed => "cannot schedule futures: no worker could be started",
            Self::Unregistered => "cannot schedule futures: the task has no name",
            Self::NotInMainImage => "cannot schedule futures: not a function of this executable",
            Self::Encode => "cannot schedule futures: the argument cannot be encoded",
        })
    }
}

/// A task that was not taken on, and the work itself, given back.
///
/// `Send` and `Sync` for every `W: Send`, so that `?` turns it into a `Box<dyn Error + Send + Sync>` whatever a closure
/// captured. Where a function should return [`TaskError`], `?` turns it into that, and the work is dropped.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{Shutdown, SubmitErrorKind, ThreadPoolExecutor};
///
/// let pool = ThreadPoolExecutor::new(1)?;
/// pool.shutdown(Shutdown::Wait);
/// let refused = pool.submit(|| 6 * 7).unwrap_err();
/// assert_eq!(refused.kind(), SubmitErrorKind::Shutdown);
/// assert_eq!(refused.into_work()(), 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SubmitError<W> {
    kind: SubmitErrorKind,
    reason: Option<Reason>,
    // The lock is never contended: it makes a `W` that is only `Send` shareable.
    work: Mutex<W>,
}

impl<W> SubmitError<W> {
    /// Refuses `work`; for executors of your own.
    #[must_use]
    pub fn new(kind: SubmitErrorKind, work: W) -> Self {
        Self { kind, reason: None, work: Mutex::new(work) }
    }

    /// Adds what the system or an initializer said.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Reason>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Returns why.
    #[must_use]
    pub fn kind(&self) -> SubmitErrorKind {
        self.kind
    }

    /// Returns what the system or an initializer said, if that was the cause.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Returns the work that was not taken on.
    #[must_use]
    pub fn into_work(self) -> W {
        self.work.into_inner()
    }

    pub(super) fn map<V>(self, f: impl FnOnce(W) -> V) -> SubmitError<V> {
        SubmitError {
            kind: self.kind,
            reason: self.reason,
            work: Mutex::new(f(self.work.into_inner())),
        }
    }
}

impl<W> fmt::Debug for SubmitError<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitError")
            .field("kind", &self.kind)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<W> fmt::Display for SubmitError<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => write!(f, "{}: {reason}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl<W> Error for SubmitError<W> {}

/// Drops the work and keeps the words, as [`TaskError::Broken`].
impl<W> From<SubmitError<W>> for TaskError {
    fn from(error: SubmitError<W>) -> Self {
        Self::Broken(error.to_string().into())
    }
}

/// What [`Future::result_flat`](super::Future::result_flat) fails with: the task itself, or the error it returned.
///
/// Shown as what it holds, and an error itself for every `E` that can be shown, a `String` or a boxed error too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TryError<E> {
    /// The task gave no value.
    Task(TaskError),
    /// The task returned this error.
    Returned(E),
}

impl<E: fmt::Display> fmt::Display for TryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(e) => e.fmt(f),
            Self::Returned(e) => e.fmt(f),
        }
    }
}

// Without a source: asking `E` for its own would ask `E` to be an error, which the commonest, `Box<dyn Error>`, is not.
impl<E: fmt::Debug + fmt::Display> Error for TryError<E> {}

/// A wait that ended before all it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error("{unfinished} (of {total}) futures unfinished")]
#[doc(alias = "TimeoutError")]
pub struct WaitTimeout {
    /// How many were not done.
    pub unfinished: usize,
    /// How many there were.
    pub total: usize,
}

/// A shutdown whose deadline came before the last worker had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error("workers still running: {threads}")]
pub struct ShutdownTimeout {
    /// How many workers had not ended.
    pub threads: usize,
}

/// Which setting of a builder is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// `max_workers` is 0.
    MaxWorkers,
    /// `queue_bound` is 0.
    QueueBound,
    /// `buffer` is 0.
    Buffer,
    /// `chunk_size` is 0.
    ChunkSize,
    /// `thread_name_prefix` holds a NUL character, which no thread name can.
    ThreadNamePrefix,
    /// `max_tasks_per_child` is 0.
    MaxTasksPerChild,
    /// `max_rss_per_child` is 0.
    MaxRssPerChild,
    /// `memory_limit` is 0.
    MemoryLimit,
    /// `crash_budget` is 0.
    CrashBudget,
    /// The argument of the initializer cannot be encoded.
    InitializerArgument,
    /// [`batteries::init`](crate::init) has not been called, so this program started again would not become a worker.
    NotInitialized,
    /// The crate, or the initializer, is part of a library that the program has loaded: the program started again would not
    /// have it.
    NotInMainProgram,
    /// This platform cannot do it.
    Unsupported,
}

/// A setting out of range, or a pool that this program cannot have.
///
/// `Debug` shows the text as well: `unwrap`, and a `main` that returns it, print that.
#[derive(Clone, PartialEq, Eq, ThisError)]
#[error("{}", self.text())]
pub struct BuildError {
    kind: BuildErrorKind,
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuildError").field("kind", &self.kind).field("text", &self.text()).finish()
    }
}

impl BuildError {
    pub(super) fn new(kind: BuildErrorKind) -> Self {
        Self { kind }
    }

    /// Returns which setting it is.
    #[must_use]
    pub fn kind(&self) -> BuildErrorKind {
        self.kind
    }

    fn text(&self) -> &'static str {
        match self.kind {
            BuildErrorKind::MaxWorkers => "max_workers must be greater than 0",
            BuildErrorKind::QueueBound => "queue_bound must be greater than 0",
            BuildErrorKind::Buffer => "buffer must be greater than 0",
            BuildErrorKind::ChunkSize => "chunk_size must be greater than 0",
            BuildErrorKind::ThreadNamePrefix => "thread_name_prefix must not contain NUL",
            BuildErrorKind::MaxTasksPerChild => "max_tasks_per_child must be greater than 0",
            BuildErrorKind::MaxRssPerChild => "max_rss_per_child must be greater than 0",
            BuildErrorKind::MemoryLimit => "memory_limit must be greater than 0",
            BuildErrorKind::CrashBudget => "crash_budget must be greater than 0",
            BuildErrorKind::InitializerArgument => "the initializer's argument cannot be encoded",
            BuildErrorKind::NotInitialized => {
                "worker processes are this program, started again: add `batteries::init();` as \
                 the first line of `main` (in a test, of the test, on the test's own thread)"
            }
            BuildErrorKind::NotInMainProgram => {
                "worker processes are this program, started again, and this code is part of a \
                 library it has loaded: a process pool needs a program of its own, with \
                 `batteries::init();` as the first line of its `main`"
            }
            BuildErrorKind::Unsupported => "worker processes are not supported on this platform",
        }
    }
}
