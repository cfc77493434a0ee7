//! The producing half of a future, for results that come from somewhere else than a pool.

use std::fmt;

use crate::panic_hook;
use crate::sync::Arc;

use super::cell::{NoTurn, Promised, State, TaskCell, Watch};
use super::chain;
use super::error::{Panic, TaskError};
use super::future::Future;
use super::worker;

/// Completes a [`Future`] by hand: from a callback, another runtime, a device.
///
/// The future is like any other: it can be waited for together with those of pools, awaited, called back and cancelled.
/// A promise that is dropped without a result completes its future with [`TaskError::Broken`], so nobody waits for ever.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::Promise;
///
/// let (mut promise, future) = Promise::new();
/// std::thread::spawn(move || {
///     // Nobody can cancel what has started.
///     if promise.set_running() {
///         promise.set(Ok(6 * 7));
///     }
/// });
/// assert_eq!(future.result()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// Python's futures complete themselves, and a second `set_result` raises `InvalidStateError`. Here [`set`](Promise::set)
/// consumes the promise: there is no second time.
#[doc(alias = "set_result")]
#[doc(alias = "set_exception")]
#[doc(alias = "InvalidStateError")]
pub struct Promise<T: Send + 'static> {
    cell: Arc<TaskCell<Promised, T>>,
    running: bool,
}

impl<T: Send + 'static> Promise<T> {
    /// Makes a promise and its future.
    pub fn new() -> (Self, Future<T>) {
        Self::from_source(None)
    }

    /// Makes a promise that will be kept when `source` is done.
    pub(super) fn from_source(source: Option<Arc<dyn Watch>>) -> (Self, Future<T>) {
        let cell = Arc::new(TaskCell::new(0, Promised { source }));
        let future = Future::new(cell.clone());
        (Self { cell, running: false }, future)
    }

    /// Marks the future as running, so that it cannot be cancelled any more.
    ///
    /// False if it has been cancelled: do not start. Calling it again changes nothing.
    #[doc(alias = "set_running_or_notify_cancel")]
    pub fn set_running(&mut self) -> bool {
        self.running = self.running || self.cell.claim().is_some();
        self.running
    }

    /// Tells whether the future has been cancelled, so that nobody wants the result.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell.state() == State::Cancelled
    }

    /// Completes the future and runs its callbacks in this thread.
    ///
    /// A result for a future that was cancelled meanwhile is dropped; [`set_running`](Self::set_running) rules that out.
    pub fn set(mut self, result: Result<T, TaskError>) {
        self.complete(result);
    }

    /// Completes the future with what `f` gives, or its panic; for a promise that is set running.
    pub(super) fn set_caught(mut self, f: impl FnOnce() -> T) {
        let on_top = worker::on_top(self.cell.id());
        let result = panic_hook::catch(|| chain::run(f))
            .map_err(|caught| TaskError::Panicked(Panic::caught(caught)));
        drop(on_top);
        chain::publish(|| self.complete(result));
    }

    fn complete(&mut self, result: Result<T, TaskError>) {
        if self.set_running() {
            self.cell.complete(result, &mut NoTurn);
        }
    }
}

impl<T: Send + 'static> Drop for Promise<T> {
    fn drop(&mut self) {
        if !self.cell.state().is_done() {
            self.complete(Err(TaskError::Broken(
                "the promise was dropped without a result".into(),
            )));
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise")
            .field("running", &self.running)
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
