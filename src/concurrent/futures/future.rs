//! The handle to a task: asked, awaited, cancelled, called back, chained.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::sync::Arc;

use super::cell::{Callback, Handle, Observer, State, Watch};
use super::chain;
use super::error::{TaskError, TryError, WaitTimeout};
use super::promise::Promise;
use super::shared::SharedFuture;
use super::worker::{self, Waited};

/// The result of a task that may not have run yet.
///
/// Ask for it with [`result`](Future::result), which blocks; `.await` it in any async executor; or give it to
/// [`wait`](super::wait) and [`as_completed`](super::as_completed), together with futures of any other executor of this
/// module. Dropping a future does not stop its task: it runs, and its value is dropped. [`cancel`](Future::cancel) does,
/// as long as the task has not started.
///
/// Inside a task, ask with `result`, which cannot keep a pool from going on; an `.await` there, or a wait with a timeout,
/// blocks its worker like any other call.
///
/// `Send` and `Sync` whatever `T` is. The name is Python's, and the standard library's for its trait: a `use` of this type
/// hides the trait of the prelude, which is `std::future::Future` then.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new(2)?;
/// let future = pool.submit(|| 2u64.pow(8))?;
/// assert_eq!(future.result()?, 256);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Differences from Python
///
/// `result` consumes the future and moves the value out; [`shared`](Future::shared) is for asking twice. Futures are
/// completed by [`Promise`], not by methods of their own.
#[must_use = "dropping a Future detaches its task: it still runs, and its result is lost"]
pub struct Future<T> {
    cell: Arc<dyn Handle<T>>,
}

impl<T> Future<T> {
    pub(super) fn new(cell: Arc<dyn Handle<T>>) -> Self {
        Self { cell }
    }

    pub(super) fn cell(&self) -> &dyn Handle<T> {
        &*self.cell
    }

    /// Waits for the task and returns its value.
    ///
    /// On a worker of the task's own pool, a task that has not started is run right here, on top of the one that asks:
    /// tasks may wait for tasks they submitted, whatever the number of workers. Nothing else is ever run in passing.
    ///
    /// # Errors
    ///
    /// What kept the task from giving a value: [`TaskError::Cancelled`], [`TaskError::Panicked`], ... And
    /// [`TaskError::WouldDeadlock`] if the task waits, through any number of others, for the one that asks, or if so many
    /// tasks wait on top of each other that the worker's stack might not hold another: one is allowed for each 8 KiB.
    ///
    /// # Panics
    ///
    /// If the value has already been given to an `.await` through `&mut`.
    #[inline]
    #[track_caller]
    pub fn result(self) -> Result<T, TaskError> {
        result(&*self.cell)
    }

    /// Waits for the task for at most `timeout`; gives the future back if that was too short.
    ///
    /// A timeout of zero asks without waiting. The task goes on whether it was waited for or not, and is never run on the
    /// waiting thread.
    ///
    /// # Errors
    ///
    /// The future itself when the time is over; nothing is lost.
    ///
    /// # Panics
    ///
    /// If the value has already been given to an `.await` through `&mut`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use batteries::concurrent::futures::Promise;
    ///
    /// let (promise, future) = Promise::new();
    /// let future = future.result_timeout(Duration::from_millis(1)).unwrap_err();
    /// promise.set(Ok(42));
    /// assert_eq!(future.result_timeout(Duration::from_secs(1)).unwrap()?, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, TaskError>, Self> {
        if wait_timeout(&*self.cell, timeout) { Ok(taken(&*self.cell)) } else { Err(self) }
    }

    /// Waits for the task and returns the error it ended with; `None` if it gave a value, which stays in the future.
    ///
    /// Waits, and runs the task in place, as [`result`](Self::result) does.
    #[must_use]
    pub fn exception(&self) -> Option<TaskError> {
        exception(&*self.cell)
    }

    /// Waits for the task for at most `timeout` and returns the error it ended with, if any.
    ///
    /// # Errors
    ///
    /// [`WaitTimeout`] when the time is over.
    pub fn exception_timeout(&self, timeout: Duration) -> Result<Option<TaskError>, WaitTimeout> {
        exception_timeout(&*self.cell, timeout)
    }

    /// Cancels the task if it has not started, and drops the closure with all it captured before it returns.
    ///
    /// True if the task is cancelled, now or before. False if it runs or is done; a running task's
    /// [`CancelToken`](super::CancelToken) is set. Callbacks are called in the thread that cancels, once.
    pub fn cancel(&self) -> bool {
        worker::cancel(&*self.cell)
    }

    /// Cancels the task if it has not started, and kills the worker process that runs it.
    ///
    /// True if the task gives no value: it is cancelled, or fails with [`TaskError::WorkerDied`] as soon as its worker is
    /// gone. False if it is done, and for a task that runs on a thread, which nobody can stop: it is asked to end, as by
    /// [`cancel`](Self::cancel).
    pub fn kill(&self) -> bool {
        worker::kill(&*self.cell)
    }

    /// Tells whether the task has ended or was cancelled.
    #[doc(alias = "done")]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.cell.state().is_done()
    }

    /// Tells whether the task is being run.
    #[doc(alias = "running")]
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.cell.state() == State::Running
    }

    /// Tells whether the task was cancelled.
    #[doc(alias = "cancelled")]
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell.state() == State::Cancelled
    }

    /// Calls `f` when the task has ended or is cancelled; at once if it has.
    ///
    /// Callbacks are called in the order in which they were added, in the thread that completes the task, never under a
    /// lock: they may submit, cancel, wait and drop pools. They learn how the task ended; its value belongs to whoever asks
    /// for the result ([`then`](Self::then) is a callback that takes it). A callback that panics is reported by the panic
    /// hook, and the next is called.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::concurrent::futures::ThreadPoolExecutor;
    ///
    /// let pool = ThreadPoolExecutor::new(1)?;
    /// let (done, wait_done) = std::sync::mpsc::channel();
    /// let future = pool.submit(|| 1)?;
    /// future.add_done_callback(move |completed| done.send(completed.exception().is_none()).unwrap());
    /// assert!(wait_done.recv()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_done_callback(&self, f: impl FnOnce(&Completed<'_>) + Send + 'static) {
        add_done_callback(&*self.cell, Box::new(f));
    }

    /// Gives the outcome to `f` as soon as it is there, and returns the future of what `f` makes of it.
    ///
    /// `f` runs in the thread that completes the task, or at once in this one. Cancelling the new future cancels the task
    /// as well, if it has not started; waiting for it runs the task in place where waiting for the task would.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::concurrent::futures::ThreadPoolExecutor;
    ///
    /// let pool = ThreadPoolExecutor::new(2)?;
    /// let length = pool.submit(|| String::from("batteries"))?.then(|text| text.map(|text| text.len()));
    /// assert_eq!(length.result_flat()?, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn then<U: Send + 'static>(
        self,
        f: impl FnOnce(Result<T, TaskError>) -> U + Send + 'static,
    ) -> Future<U>
    where
        T: Send + 'static,
    {
        let (mut promise, future) = Promise::from_source(Some(self.cell.clone()));
        let cell = self.cell.clone();
        let step = Observer::Then(Box::new(move || {
            if promise.set_running() {
                let outcome = taken(&*self.cell);
                promise.set_caught(|| f(outcome));
            }
        }));
        if let Err(Observer::Then(step)) = cell.observe(step) {
            chain::call(step);
        }
        future
    }

    /// Turns this into a future that many can ask, each for a reference.
    pub fn shared(self) -> SharedFuture<T>
    where
        T: Send + Sync,
    {
        SharedFuture::new(self)
    }
}

impl<T, E> Future<Result<T, E>> {
    /// Waits for a task that returns a `Result`, and joins its error with the task's own, for one `?`.
    ///
    /// # Errors
    ///
    /// [`TryError::Returned`] with what the task returned, [`TryError::Task`] with what kept it from returning.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::concurrent::futures::{ThreadPoolExecutor, TryError};
    ///
    /// let pool = ThreadPoolExecutor::new(1)?;
    /// assert_eq!(pool.submit(|| "42".parse::<u8>())?.result_flat()?, 42);
    /// let error = pool.submit(|| "spam".parse::<u8>())?.result_flat().unwrap_err();
    /// assert!(matches!(error, TryError::Returned(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn result_flat(self) -> Result<T, TryError<E>> {
        flat(self.result())
    }
}

impl<T> std::future::Future for Future<T> {
    type Output = Result<T, TaskError>;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        poll(&*self.cell, cx)
    }
}

impl<T> Drop for Future<T> {
    fn drop(&mut self) {
        self.cell.release();
    }
}

/// As Python's `repr`: `<Future at 0x7f3c5c000b70 state=finished returned u64>`.
impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cell.describe(f)
    }
}

/// The result of a task that may borrow from outside its [`scope`](super::scope).
///
/// What [`Future`] is to a pool, with the same methods but for those that would let the value outlive the scope.
#[must_use = "dropping a ScopedFuture detaches its task: it still runs, and its result is lost"]
pub struct ScopedFuture<'scope, T> {
    cell: Arc<dyn Handle<T> + 'scope>,
}

impl<'scope, T> ScopedFuture<'scope, T> {
    pub(super) fn new(cell: Arc<dyn Handle<T> + 'scope>) -> Self {
        Self { cell }
    }

    pub(super) fn cell(&self) -> &(dyn Handle<T> + 'scope) {
        &*self.cell
    }

    /// Waits for the task and returns its value; see [`Future::result`].
    ///
    /// # Errors
    ///
    /// What kept the task from giving a value.
    ///
    /// # Panics
    ///
    /// If the value has already been given to an `.await` through `&mut`.
    #[inline]
    #[track_caller]
    pub fn result(self) -> Result<T, TaskError> {
        result(&*self.cell)
    }

    /// Waits for the task for at most `timeout`; see [`Future::result_timeout`].
    ///
    /// # Errors
    ///
    /// The future itself when the time is over.
    ///
    /// # Panics
    ///
    /// If the value has already been given to an `.await` through `&mut`.
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, TaskError>, Self> {
        if wait_timeout(&*self.cell, timeout) { Ok(taken(&*self.cell)) } else { Err(self) }
    }

    /// Waits for the task and returns the error it ended with; see [`Future::exception`].
    #[must_use]
    pub fn exception(&self) -> Option<TaskError> {
        exception(&*self.cell)
    }

    /// Waits for the task for at most `timeout` and returns the error it ended with; see [`Future::exception_timeout`].
    ///
    /// # Errors
    ///
    /// [`WaitTimeout`] when the time is over.
    pub fn exception_timeout(&self, timeout: Duration) -> Result<Option<TaskError>, WaitTimeout> {
        exception_timeout(&*self.cell, timeout)
    }

    /// Cancels the task if it has not started; see [`Future::cancel`].
    pub fn cancel(&self) -> bool {
        worker::cancel(&*self.cell)
    }

    /// Tells whether the task has ended or was cancelled.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.cell.state().is_done()
    }

    /// Tells whether the task is being run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.cell.state() == State::Running
    }

    /// Tells whether the task was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell.state() == State::Cancelled
    }

    /// Calls `f`, which may not borrow, when the task has ended or is cancelled; see [`Future::add_done_callback`].
    pub fn add_done_callback(&self, f: impl FnOnce(&Completed<'_>) + Send + 'static) {
        add_done_callback(&*self.cell, Box::new(f));
    }
}

impl<T, E> ScopedFuture<'_, Result<T, E>> {
    /// Waits for a task that returns a `Result`, and joins its error with the task's own; see [`Future::result_flat`].
    ///
    /// # Errors
    ///
    /// [`TryError::Returned`] with what the task returned, [`TryError::Task`] with what kept it from returning.
    pub fn result_flat(self) -> Result<T, TryError<E>> {
        flat(self.result())
    }
}

impl<T> std::future::Future for ScopedFuture<'_, T> {
    type Output = Result<T, TaskError>;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        poll(&*self.cell, cx)
    }
}

impl<T> Drop for ScopedFuture<'_, T> {
    fn drop(&mut self) {
        self.cell.release();
    }
}

impl<T> fmt::Debug for ScopedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cell.describe(f)
    }
}

/// How a task ended, as its callbacks see it.
#[derive(Debug)]
pub struct Completed<'a> {
    error: Option<&'a TaskError>,
}

impl<'a> Completed<'a> {
    pub(super) fn new(error: Option<&'a TaskError>) -> Self {
        Self { error }
    }

    /// Returns the error it ended with; `None` if it gave a value.
    #[must_use]
    pub fn exception(&self) -> Option<&TaskError> {
        self.error
    }

    /// Tells whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.error, Some(TaskError::Cancelled))
    }
}

// What both handles do, once.

#[inline]
#[track_caller]
fn result<'a, T>(cell: &(dyn Handle<T> + 'a)) -> Result<T, TaskError> {
    match worker::wait_for(cell, None) {
        Waited::WouldDeadlock => Err(TaskError::WouldDeadlock),
        _ => taken(cell),
    }
}

#[inline]
#[track_caller]
fn taken<'a, T>(cell: &(dyn Handle<T> + 'a)) -> Result<T, TaskError> {
    match cell.take() {
        Some(result) => result,
        None => panic!("the result of this future has already been taken"),
    }
}

/// A deadline too far away to be told is none.
pub(super) fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// A timed wait stays one even where its deadline cannot be told: it may not run the task in place.
pub(super) fn wait_timeout<'a>(cell: &(dyn Watch + 'a), timeout: Duration) -> bool {
    if cell.state().is_done() {
        return true;
    }
    if timeout.is_zero() {
        return false;
    }
    loop {
        let (deadline, last) = match deadline_after(timeout) {
            Some(at) => (at, true),
            None => (Instant::now() + Duration::from_secs(1 << 30), false),
        };
        match worker::wait_for(cell, Some(deadline)) {
            Waited::Done => return true,
            _ if last => return false,
            _ => {}
        }
    }
}

fn exception<'a, T>(cell: &(dyn Handle<T> + 'a)) -> Option<TaskError> {
    match worker::wait_for(cell, None) {
        Waited::WouldDeadlock => Some(TaskError::WouldDeadlock),
        _ => cell.error(),
    }
}

fn exception_timeout<'a, T>(
    cell: &(dyn Handle<T> + 'a),
    timeout: Duration,
) -> Result<Option<TaskError>, WaitTimeout> {
    if wait_timeout(cell, timeout) {
        Ok(cell.error())
    } else {
        Err(WaitTimeout { unfinished: 1, total: 1 })
    }
}

fn add_done_callback<'a, T>(cell: &(dyn Handle<T> + 'a), callback: Callback) {
    if let Err(Observer::Callback(callback)) = cell.observe(Observer::Callback(callback)) {
        let error = cell.error();
        crate::panic_hook::shield(|| callback(&Completed::new(error.as_ref())));
    }
}

/// The key under which a future that has one handle keeps its waker.
const ONLY_HANDLE: usize = 0;

fn poll<'a, T>(cell: &(dyn Handle<T> + 'a), cx: &mut Context<'_>) -> Poll<Result<T, TaskError>> {
    if !cell.state().is_done() {
        let waker = Observer::Waker { key: ONLY_HANDLE, waker: cx.waker().clone() };
        if cell.observe(waker).is_ok() {
            return Poll::Pending;
        }
    }
    Poll::Ready(taken(cell))
}

fn flat<T, E>(result: Result<Result<T, E>, TaskError>) -> Result<T, TryError<E>> {
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(TryError::Returned(e)),
        Err(e) => Err(TryError::Task(e)),
    }
}
