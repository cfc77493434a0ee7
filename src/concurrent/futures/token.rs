//! Cooperative cancellation: a flag that a running task looks at.

use crate::sync::Arc;
use crate::sync::atomic::{AtomicBool, Ordering};

use super::cell::Brake;

/// Tells a running task that its result is not wanted any more.
///
/// A thread cannot be stopped from outside; a task that may run long takes a token
/// ([`submit_with_token`](super::ThreadPoolExecutor::submit_with_token)) and looks at it from time to time.
/// [`Future::cancel`](super::Future::cancel) on the running task sets it. Clones are the same token, so one made with
/// [`new`](CancelToken::new) can stop a whole group of tasks.
///
/// Nothing else sets it: neither dropping the future, which detaches the task, nor a shutdown, which lets running tasks
/// finish. A task that runs until its token is set has to be cancelled before its pool is dropped.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new(1)?;
/// let (started, wait_started) = std::sync::mpsc::channel();
/// let future = pool.submit_with_token(move |token| {
///     started.send(()).unwrap();
///     let mut rounds = 0u64;
///     while !token.is_cancelled() {
///         rounds += 1;
///     }
///     rounds
/// })?;
/// wait_started.recv()?;
/// assert!(!future.cancel(), "it runs, so it is not cancelled: it is asked to end");
/// assert!(future.result().is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    cancelled: Arc<AtomicBool>,
}

impl CancelToken {
    /// Makes a token that nobody has set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the token, for good.
    pub fn cancel(&self) {
        // Release, with the Acquire below: what was written before the cancel is seen by the task that notices it.
        self.cancelled.store(true, Ordering::Release);
    }

    /// Tells whether the token is set.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

impl Brake for CancelToken {
    fn ask(&self) {
        self.cancel();
    }

    fn stop(&self) -> bool {
        self.cancel();
        false
    }
}
