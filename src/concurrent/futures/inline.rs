//! An executor without threads.

use crate::panic_hook::{self, Notes};
use crate::sync::Arc;

use super::cell::{Call, TaskCell, Work};
use super::error::SubmitError;
use super::future::Future;
use super::pool;
use super::task::{ClosureExecutor, Executor, Task};

/// Runs each task in the thread that submits it, before `submit` returns.
///
/// For tests of code that takes an executor: the order of everything is the order of the calls. Futures are done when they
/// are returned; a panic is in the future, as with threads.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{ClosureExecutor, InlineExecutor};
///
/// let future = InlineExecutor::new().submit(|| 6 * 7)?;
/// assert!(future.is_done());
/// assert_eq!(future.result()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct InlineExecutor(());

impl InlineExecutor {
    /// Makes an executor.
    ///
    /// Puts the panic hook in place, as the first pool does.
    #[must_use]
    pub fn new() -> Self {
        panic_hook::install();
        Self(())
    }

    fn run<W: Work<R> + 'static, R: Send + 'static>(work: W) -> Future<R> {
        let cell = Arc::new(TaskCell::new(0, work));
        pool::run_here(&*cell, Notes::Place);
        Future::new(cell)
    }
}

impl Default for InlineExecutor {
    fn default() -> Self {
        Self::new()
    }
}

impl ClosureExecutor for InlineExecutor {
    fn submit<F, R>(&self, f: F) -> Result<Future<R>, SubmitError<F>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        Ok(Self::run(f))
    }
}

impl<A: Send + 'static, R: Send + 'static> Executor<A, R> for InlineExecutor {
    fn submit_task(&self, task: Task<A, R>, arg: A) -> Result<Future<R>, SubmitError<A>> {
        Ok(Self::run(Call { run: task.function(), argument: arg }))
    }
}
