//! A future with many owners.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::sync::global::{AtomicUsize, Ordering};
use crate::sync::{Arc, OnceLock};

use super::cell::{Handle, Observer, Registration, State, Watch, is_err};
use super::error::{TaskError, WaitTimeout};
use super::future::{self, Future};
use super::worker::{self, Waited};

/// A future that can be cloned and asked any number of times; each answer is a reference.
///
/// Made by [`Future::shared`]. Clones ask for the same task: cancelling one cancels all. Awaiting gives a clone of the
/// value.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new(1)?;
/// let words = pool.submit(|| vec!["a", "b"])?.shared();
/// let same = words.clone();
/// assert_eq!(words.result().unwrap(), &["a", "b"]);
/// assert_eq!(same.result().unwrap().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping the last SharedFuture detaches its task: it still runs, and its result is lost"]
pub struct SharedFuture<T> {
    inner: Arc<Inner<T>>,
    /// Tells this handle's waker from those of its clones.
    key: usize,
}

struct Inner<T> {
    future: Future<T>,
    outcome: OnceLock<Result<T, TaskError>>,
}

impl<T: Send + Sync> SharedFuture<T> {
    pub(super) fn new(future: Future<T>) -> Self {
        Self { inner: Arc::new(Inner { future, outcome: OnceLock::new() }), key: next_key() }
    }
}

fn next_key() -> usize {
    // 0 is the key of futures that have one handle.
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

static WOULD_DEADLOCK: TaskError = TaskError::WouldDeadlock;

impl<T> SharedFuture<T> {
    /// Waits for the task and returns a reference to its value; see [`Future::result`].
    ///
    /// # Errors
    ///
    /// What kept the task from giving a value.
    pub fn result(&self) -> Result<&T, &TaskError> {
        match worker::wait_for(self.watch(), None) {
            Waited::WouldDeadlock => Err(&WOULD_DEADLOCK),
            _ => self.outcome(),
        }
    }

    /// Waits for the task for at most `timeout`; see [`Future::result_timeout`].
    ///
    /// # Errors
    ///
    /// [`WaitTimeout`] when the time is over.
    pub fn result_timeout(&self, timeout: Duration) -> Result<Result<&T, &TaskError>, WaitTimeout> {
        if future::wait_timeout(self.watch(), timeout) {
            Ok(self.outcome())
        } else {
            Err(WaitTimeout { unfinished: 1, total: 1 })
        }
    }

    /// Cancels the task if it has not started; see [`Future::cancel`].
    pub fn cancel(&self) -> bool {
        worker::cancel(self.watch())
    }

    /// Tells whether the task has ended or was cancelled.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.watch().state().is_done()
    }

    /// Tells whether the task is being run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.watch().state() == State::Running
    }

    /// Tells whether the task was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.watch().state() == State::Cancelled
    }

    pub(super) fn watch(&self) -> &dyn Watch {
        self.inner.future.cell()
    }

    /// Whether the value is a `Result::Err`; it may be in the cell still or here.
    pub(super) fn returned_err(&self) -> bool {
        match self.inner.outcome.get() {
            Some(outcome) => outcome.as_ref().is_ok_and(is_err),
            None => self.watch().returned_err(),
        }
    }

    /// The outcome of a task that is done.
    fn outcome(&self) -> Result<&T, &TaskError> {
        self.inner.outcome.get_or_init(|| taken(self.inner.future.cell())).as_ref()
    }
}

fn taken<T>(cell: &dyn Handle<T>) -> Result<T, TaskError> {
    // The future is ours alone and the outcome is asked for once.
    cell.take().unwrap_or_else(|| unreachable!("nobody else can take a shared future's value"))
}

impl<T> Clone for SharedFuture<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), key: next_key() }
    }
}

impl<T> Drop for SharedFuture<T> {
    fn drop(&mut self) {
        if !self.is_done() {
            self.watch().unobserve(&Registration::Waker(self.key));
        }
    }
}

impl<T: Clone> std::future::Future for SharedFuture<T> {
    type Output = Result<T, TaskError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.is_done() {
            let waker = Observer::Waker { key: self.key, waker: cx.waker().clone() };
            if self.watch().observe(waker).is_ok() {
                return Poll::Pending;
            }
        }
        Poll::Ready(self.outcome().cloned().map_err(Clone::clone))
    }
}

/// As Python's `repr`, like [`Future`]'s.
impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.watch().describe(f)
    }
}
