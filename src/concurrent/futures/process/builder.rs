//! How a process pool is described.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::panic_hook::{self, Notes};
use crate::sync::Arc;
use crate::sync::global::{AtomicUsize, Ordering};

use super::super::crew::{Crew, Plan};
use super::super::error::{BuildError, BuildErrorKind};
use super::bytes::Bytes;
use super::entry;
use super::executor::ProcessPoolExecutor;
use super::office::{CrashPolicy, Office, Settings};
use super::platform;
use super::raw::Callee;
use super::remote::Terms;
use super::wire::{self, Kind, Setup};

/// Describes a [`ProcessPoolExecutor`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use batteries::concurrent::futures::ProcessPoolExecutor;
///
/// batteries::init();
/// let pool = ProcessPoolExecutor::builder()
///     .max_workers(2)
///     .max_tasks_per_child(1000)
///     .deadline(Duration::from_secs(60))
///     .initializer(|name: String| std::env::set_current_dir(name), "/".to_owned())
///     .build()?;
/// let folder = pool.submit(|()| std::env::current_dir().unwrap(), ())?;
/// assert_eq!(folder.result()?.to_str(), Some("/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct ProcessPoolBuilder {
    max_workers: Option<usize>,
    executable: Option<PathBuf>,
    initializer: Option<Result<(Callee, Bytes), BuildErrorKind>>,
    startup_timeout: Duration,
    max_tasks_per_child: Option<usize>,
    max_rss_per_child: Option<u64>,
    memory_limit: Option<u64>,
    crash_policy: CrashPolicy,
    crash_budget: Option<usize>,
    capture_backtraces: bool,
    terms: Terms,
}

impl Default for ProcessPoolBuilder {
    fn default() -> Self {
        Self {
            max_workers: None,
            executable: None,
            initializer: None,
            startup_timeout: Duration::from_secs(60),
            max_tasks_per_child: None,
            max_rss_per_child: None,
            memory_limit: None,
            crash_policy: CrashPolicy::default(),
            crash_budget: None,
            capture_backtraces: false,
            terms: Terms::default(),
        }
    }
}

impl ProcessPoolBuilder {
    /// Sets how many worker processes there may be, at least 1; without it the number of processors this process may use.
    pub fn max_workers(mut self, n: usize) -> Self {
        self.max_workers = Some(n);
        self
    }

    /// Calls `f` with `arg` in each worker before its first task.
    ///
    /// If it fails or panics the pool is broken: what has not started fails with
    /// [`TaskError::Broken`](super::super::TaskError::Broken), which carries the cause, and nothing is taken on any more.
    #[doc(alias = "initargs")]
    pub fn initializer<A, E>(mut self, f: fn(A) -> Result<(), E>, arg: A) -> Self
    where
        A: Serialize + DeserializeOwned + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let encode = || {
            let callee = Callee::new(f, entry::initializer::<A, E>)
                .ok_or(BuildErrorKind::NotInMainProgram)?;
            let mut bytes = Vec::new();
            wire::encode(&arg, &mut bytes).map_err(|_| BuildErrorKind::InitializerArgument)?;
            Ok((callee, Bytes::from(bytes)))
        };
        self.initializer = Some(encode());
        self
    }

    /// Replaces a worker after `n` tasks, at least 1.
    pub fn max_tasks_per_child(mut self, n: usize) -> Self {
        self.max_tasks_per_child = Some(n);
        self
    }

    /// Replaces a worker whose resident memory is above so many bytes after a task, at least 1. On Linux.
    ///
    /// For tasks that leak: nothing stops a task while it runs, as [`memory_limit`](Self::memory_limit) does.
    pub fn max_rss_per_child(mut self, bytes: u64) -> Self {
        self.max_rss_per_child = Some(bytes);
        self
    }

    /// Limits each worker's address space to so many bytes (`RLIMIT_AS`), at least 1.
    ///
    /// A task that asks for more than that is aborted by the allocator, and fails with
    /// [`TaskError::WorkerDied`](super::super::TaskError::WorkerDied). The program itself, its libraries and the stacks of
    /// its threads count as well: some tens of megabytes before the first task.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Sets what happens when a worker dies.
    pub fn crash_policy(mut self, policy: CrashPolicy) -> Self {
        self.crash_policy = policy;
        self
    }

    /// Breaks the pool when `n` tasks in a row have cost a worker its life, at least 1; without it 100, or three for each worker
    /// if that is more.
    ///
    /// Keeps a pool whose workers cannot live from starting them for ever. A task that comes to its end, by a value or a panic,
    /// starts the count anew; [retries](Self::retry) of one task count once.
    pub fn crash_budget(mut self, n: usize) -> Self {
        self.crash_budget = Some(n);
        self
    }

    /// Sets how long a worker may take to come up, its initializer included; without it a minute. Then the pool is broken.
    pub fn startup_timeout(mut self, timeout: Duration) -> Self {
        self.startup_timeout = timeout;
        self
    }

    /// Sets the deadline of tasks that do not set their own: see [`TaskBuilder::deadline`](super::TaskBuilder::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.terms.deadline = Some(deadline);
        self
    }

    /// Sets the retries of tasks that do not set their own: see [`TaskBuilder::retry`](super::TaskBuilder::retry).
    pub fn retry(mut self, n: usize) -> Self {
        self.terms.retries = n;
        self
    }

    /// Captures a backtrace with every panic in a worker, whatever `RUST_BACKTRACE` says.
    pub fn capture_backtraces(mut self) -> Self {
        self.capture_backtraces = true;
        self
    }

    /// Starts workers from this file instead of the one that runs.
    ///
    /// It must be that same file, by another name: for systems without `/proc`, where a program may have been started by a
    /// name that leads elsewhere by now. A worker from any other file is turned away.
    pub fn executable(mut self, path: impl Into<PathBuf>) -> Self {
        self.executable = Some(path.into());
        self
    }

    /// Makes the pool; workers start with its tasks.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a setting is out of range, if [`batteries::init`](crate::init) has not been called, if this crate
    /// is not part of the program itself but of a library it has loaded (an extension module of Python, for one), or if
    /// this platform has no worker processes.
    pub fn build(self) -> Result<ProcessPoolExecutor, BuildError> {
        static POOLS: AtomicUsize = AtomicUsize::new(0);

        let max_workers = self.max_workers.unwrap_or_else(num_cpus::get);
        let zero = [
            (max_workers == 0, BuildErrorKind::MaxWorkers),
            (self.max_tasks_per_child == Some(0), BuildErrorKind::MaxTasksPerChild),
            (self.max_rss_per_child == Some(0), BuildErrorKind::MaxRssPerChild),
            (self.memory_limit == Some(0), BuildErrorKind::MemoryLimit),
            (self.crash_budget == Some(0), BuildErrorKind::CrashBudget),
        ];
        if let Some((_, kind)) = zero.into_iter().find(|(out_of_range, _)| *out_of_range) {
            return Err(BuildError::new(kind));
        }
        let (words, argument) = match self.initializer {
            Some(Ok((callee, argument))) => (callee.to_words(), argument),
            Some(Err(kind)) => return Err(BuildError::new(kind)),
            None => ([0; 3], Bytes::default()),
        };
        let setup: Setup =
            (platform::identity(), self.capture_backtraces, self.memory_limit, argument);
        let mut frame = wire::open(64);
        // Numbers and bytes, which cannot fail to be encoded.
        let _ = wire::encode(&setup, &mut frame);
        wire::close(&mut frame, Kind::Setup, words);
        let settings = Settings {
            executable: self.executable,
            test: platform::test(),
            setup: frame,
            startup_timeout: self.startup_timeout,
            max_tasks_per_child: self.max_tasks_per_child,
            max_rss_per_child: self.max_rss_per_child,
            crash_policy: self.crash_policy,
            crash_budget: self
                .crash_budget
                .unwrap_or_else(|| max_workers.saturating_mul(3).max(100)),
        };
        platform::check(&settings).map_err(BuildError::new)?;
        panic_hook::install();
        let office = Arc::new(Office::new(settings, max_workers));
        let number = POOLS.fetch_add(1, Ordering::Relaxed);
        let plan = Plan {
            max_workers,
            bound: None,
            name_prefix: format!("ProcessPoolExecutor-{number}"),
            stack_size: None,
            notes: Notes::Place,
        };
        let crew = Crew::new(plan, Box::new(Arc::clone(&office)));
        office.serve(&crew);
        Ok(ProcessPoolExecutor::assemble(crew, office, self.terms))
    }
}

impl fmt::Debug for ProcessPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPoolBuilder")
            .field("max_workers", &self.max_workers)
            .field("executable", &self.executable)
            .field("initializer", &self.initializer.as_ref().map(|_| "fn"))
            .field("startup_timeout", &self.startup_timeout)
            .field("max_tasks_per_child", &self.max_tasks_per_child)
            .field("max_rss_per_child", &self.max_rss_per_child)
            .field("memory_limit", &self.memory_limit)
            .field("crash_policy", &self.crash_policy)
            .field("crash_budget", &self.crash_budget)
            .field("capture_backtraces", &self.capture_backtraces)
            .field("deadline", &self.terms.deadline)
            .field("retry", &self.terms.retries)
            .finish()
    }
}
