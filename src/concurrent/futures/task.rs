//! What code that is generic over executors sees.

use std::any::type_name;
use std::fmt;

use crate::sync::Arc;

use super::error::SubmitError;
use super::future::Future;
use super::map::Map;

/// A plain function as a task, by its address and, where an executor finds tasks by name, by its name.
///
/// [`#[task]`](macro@crate::task) gives a function a name, [`from_fn`](Task::from_fn) takes it without one. Threads call the
/// function. Worker processes find it by its address, and say its name when they die of it; other machines will find it by its
/// name, and no executor of that kind exists yet.
pub struct Task<A, R> {
    run: fn(A) -> R,
    name: Option<&'static str>,
}

impl<A, R> Task<A, R> {
    /// Makes a task without a name.
    #[must_use]
    pub const fn from_fn(run: fn(A) -> R) -> Self {
        Self { run, name: None }
    }

    /// What [`task`](macro@crate::task) writes.
    #[doc(hidden)]
    #[must_use]
    pub const fn __named(name: &'static str, run: fn(A) -> R) -> Self {
        Self { run, name: Some(name) }
    }

    /// Returns the name, if the task has one.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// Runs it, here and now: for executors of your own.
    pub fn run(self, arg: A) -> R {
        (self.run)(arg)
    }

    pub(super) fn function(self) -> fn(A) -> R {
        self.run
    }
}

impl<A, R> Clone for Task<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for Task<A, R> {}

impl<A, R> fmt::Debug for Task<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("name", &self.name)
            .field("argument", &type_name::<A>())
            .field("result", &type_name::<R>())
            .finish()
    }
}

/// Runs plain functions: what every executor can do, wherever its workers are.
///
/// Write a library against this and its user chooses between threads, processes and the caller's own thread, and later
/// machines. What an argument must be able to do (`Send`, serialisation) is each executor's own condition.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{Executor, InlineExecutor, TaskError, ThreadPoolExecutor};
///
/// fn is_prime(n: u64) -> bool {
///     n > 1 && (2..).take_while(|d| d * d <= n).all(|d| n % d != 0)
/// }
///
/// fn count_primes(executor: &impl Executor<u64, bool>, below: u64) -> Result<usize, TaskError> {
///     executor.map_fn(is_prime, 0..below).map(|prime| prime.map(usize::from)).sum()
/// }
///
/// assert_eq!(count_primes(&ThreadPoolExecutor::new(2)?, 30)?, 10);
/// assert_eq!(count_primes(&InlineExecutor::new(), 30)?, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Executor<A, R> {
    /// Hands in a task with its argument.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] with the argument in it, if the executor cannot take it on.
    fn submit_task(&self, task: Task<A, R>, arg: A) -> Result<Future<R>, SubmitError<A>>;

    /// Hands in a function with its argument.
    ///
    /// # Errors
    ///
    /// As [`submit_task`](Self::submit_task).
    fn submit_fn(&self, f: fn(A) -> R, arg: A) -> Result<Future<R>, SubmitError<A>> {
        self.submit_task(Task::from_fn(f), arg)
    }

    /// Runs a task on every argument; all are handed in before this returns.
    fn map_task<I>(&self, task: Task<A, R>, args: I) -> Map<R>
    where
        Self: Sized,
        I: IntoIterator<Item = A>,
    {
        Map::collect(args.into_iter().map(|arg| self.submit_task(task, arg)))
    }

    /// Runs a function on every argument; all are handed in before this returns.
    fn map_fn<I>(&self, f: fn(A) -> R, args: I) -> Map<R>
    where
        Self: Sized,
        I: IntoIterator<Item = A>,
    {
        self.map_task(Task::from_fn(f), args)
    }
}

macro_rules! executors_by_pointer {
    ($($pointer:ty),*) => {$(
        impl<A, R, E: Executor<A, R> + ?Sized> Executor<A, R> for $pointer {
            fn submit_task(&self, task: Task<A, R>, arg: A) -> Result<Future<R>, SubmitError<A>> {
                (**self).submit_task(task, arg)
            }
        }
    )*};
}
executors_by_pointer!(&E, Box<E>, Arc<E>);

/// Runs closures, in this process: threads, and the caller itself.
pub trait ClosureExecutor {
    /// Hands in a closure.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] with the closure in it, if the executor cannot take it on.
    fn submit<F, R>(&self, f: F) -> Result<Future<R>, SubmitError<F>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static;
}

macro_rules! closure_executors_by_pointer {
    ($($pointer:ty),*) => {$(
        impl<E: ClosureExecutor + ?Sized> ClosureExecutor for $pointer {
            fn submit<F, R>(&self, f: F) -> Result<Future<R>, SubmitError<F>>
            where
                F: FnOnce() -> R + Send + 'static,
                R: Send + 'static,
            {
                (**self).submit(f)
            }
        }
    )*};
}
closure_executors_by_pointer!(&E, Box<E>, Arc<E>);
