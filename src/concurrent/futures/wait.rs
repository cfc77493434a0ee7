//! Waiting for many futures: until one, some or all are done, or for each as it comes.
//!
//! Every future that is not done gets an observer that puts its number into one mailbox when it is: a constant cost per
//! completion, no polling, and no matter which executors the futures come from.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

use crate::sync::Arc;
use crate::sync::mailbox::{self, Receiver, Sender};

use super::cell::{Observer, Registration, State, Watch};
use super::error::{TaskError, WaitTimeout};
use super::future::{Future, ScopedFuture, deadline_after};
use super::shared::SharedFuture;
use super::worker::{self, Depth, InPlace};

mod sealed {
    use super::Watch;

    #[expect(unnameable_types, reason = "that is what seals it")]
    pub trait Sealed {
        #[expect(private_interfaces, reason = "the trait is sealed: nobody outside can call this")]
        fn watch(&self) -> &dyn Watch;

        /// Whether another item may stand for the same future.
        fn may_repeat(&self) -> bool;

        /// Whether the value of a done future is a `Result::Err`.
        fn returned_err(&self) -> bool;
    }
}

/// What [`wait`] and [`as_completed`] take: futures of any executor, pairs of a key and a future, and references to them.
///
/// Sealed. For futures of several value types, `&dyn Waitable`.
pub trait Waitable: sealed::Sealed {}

macro_rules! waitable {
    ($([$($generics:tt)*] $type:ty: |$self:ident| $cell:expr;)*) => {$(
        impl<$($generics)*> sealed::Sealed for $type {
            #[expect(private_interfaces, reason = "the trait is sealed: nobody outside can call this")]
            fn watch(&$self) -> &dyn Watch {
                $cell
            }
            fn may_repeat(&self) -> bool {
                false
            }
            fn returned_err(&self) -> bool {
                self.cell().returned_err()
            }
        }
        impl<$($generics)*> Waitable for $type {}
    )*};
}
waitable! {
    [T] Future<T>: |self| self.cell();
    [T] ScopedFuture<'_, T>: |self| self.cell();
}

impl<T> sealed::Sealed for SharedFuture<T> {
    #[expect(private_interfaces, reason = "the trait is sealed: nobody outside can call this")]
    fn watch(&self) -> &dyn Watch {
        self.watch()
    }
    fn may_repeat(&self) -> bool {
        true
    }
    fn returned_err(&self) -> bool {
        self.returned_err()
    }
}
impl<T> Waitable for SharedFuture<T> {}

impl<K, W: Waitable> sealed::Sealed for (K, W) {
    #[expect(private_interfaces, reason = "the trait is sealed: nobody outside can call this")]
    fn watch(&self) -> &dyn Watch {
        self.1.watch()
    }
    fn may_repeat(&self) -> bool {
        self.1.may_repeat()
    }
    fn returned_err(&self) -> bool {
        self.1.returned_err()
    }
}
impl<K, W: Waitable> Waitable for (K, W) {}

impl<W: Waitable + ?Sized> sealed::Sealed for &W {
    #[expect(private_interfaces, reason = "the trait is sealed: nobody outside can call this")]
    fn watch(&self) -> &dyn Watch {
        (**self).watch()
    }
    fn may_repeat(&self) -> bool {
        true
    }
    fn returned_err(&self) -> bool {
        (**self).returned_err()
    }
}
impl<W: Waitable + ?Sized> Waitable for &W {}

/// When [`wait`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReturnWhen {
    /// When any future is done, cancelled ones included.
    #[doc(alias = "FIRST_COMPLETED")]
    FirstCompleted,
    /// When any future has ended with a [`TaskError`], or all are done. A cancelled future is not one that failed, as in
    /// Python. A task that returns an `Err` has given a value: for tasks that return `Result`, `FirstErr` is what Python's
    /// constant means.
    #[doc(alias = "FIRST_EXCEPTION")]
    FirstException,
    /// As `FirstException`, and also when any task has returned an `Err`: Rust's own way to fail.
    FirstErr,
    /// When all futures are done.
    #[doc(alias = "ALL_COMPLETED")]
    AllCompleted,
}

impl ReturnWhen {
    /// Whether this done future ends the wait.
    fn is_met_by(self, item: &impl Waitable) -> bool {
        let failed = || item.watch().error().as_ref().is_some_and(TaskError::is_failure);
        match self {
            Self::FirstCompleted => true,
            Self::FirstException => failed(),
            Self::FirstErr => failed() || item.returned_err(),
            Self::AllCompleted => false,
        }
    }
}

/// What [`wait`] found, both in the order in which the futures were given.
#[doc(alias = "DoneAndNotDoneFutures")]
#[derive(Debug)]
#[must_use]
pub struct Waited<W> {
    /// The futures that are done.
    pub done: Vec<W>,
    /// The others.
    pub not_done: Vec<W>,
}

/// Waits for futures until `when` says so.
///
/// A future given twice counts once, and futures of several executors mix. The futures come back, in two parts; with
/// references to futures, the references do. For tasks that return `Result`, see [`ReturnWhen::FirstErr`].
///
/// On a worker, futures of its own pool that have not started are run right here, as by [`Future::result`]; unlike there,
/// tasks that wait in a circle are not noticed, and tasks may wait on top of each other until the stack ends. Without futures
/// it returns at once.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{ReturnWhen, ThreadPoolExecutor, wait};
///
/// let pool = ThreadPoolExecutor::new(2)?;
/// let futures = [pool.submit(|| 1)?, pool.submit(|| 2)?];
/// let all = wait(futures, ReturnWhen::AllCompleted);
/// assert_eq!(all.done.len(), 2);
/// let sum: i32 = all.done.into_iter().map(|f| f.result().unwrap()).sum();
/// assert_eq!(sum, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn wait<W: Waitable>(futures: impl IntoIterator<Item = W>, when: ReturnWhen) -> Waited<W> {
    wait_until(unique(futures), when, Limit::Never)
}

/// Waits for futures until `when` says so, for at most `timeout`.
///
/// What is done by then is in `done`, the rest in `not_done`: a wait that is over in time or not loses nothing, and is no
/// error. No task is run on the waiting thread.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use batteries::concurrent::futures::{Promise, ReturnWhen, wait_timeout};
///
/// let (promise, soon) = Promise::new();
/// let (_kept, never) = Promise::<u8>::new();
/// promise.set(Ok(1));
/// let waited = wait_timeout([soon, never], ReturnWhen::AllCompleted, Duration::from_millis(1));
/// assert_eq!((waited.done.len(), waited.not_done.len()), (1, 1));
/// ```
pub fn wait_timeout<W: Waitable>(
    futures: impl IntoIterator<Item = W>,
    when: ReturnWhen,
    timeout: Duration,
) -> Waited<W> {
    let limit = Limit::after(timeout);
    wait_until(unique(futures), when, limit)
}

/// How long to wait. A time too far away to be told is still a time: such a wait runs no task in place.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Never,
    Sometime,
    At(Instant),
}

impl Limit {
    fn after(timeout: Duration) -> Self {
        deadline_after(timeout).map_or(Self::Sometime, Self::At)
    }

    fn instant(self) -> Option<Instant> {
        match self {
            Self::At(at) => Some(at),
            Self::Never | Self::Sometime => None,
        }
    }
}

/// The items, each future once.
fn unique<W: Waitable>(futures: impl IntoIterator<Item = W>) -> Vec<W> {
    let mut seen = HashSet::new();
    let mut items: Vec<W> = futures.into_iter().collect();
    // Futures that nobody can name twice need no memory of the others.
    if items.iter().any(sealed::Sealed::may_repeat) {
        items.retain(|item| seen.insert(item.watch().id()));
    }
    items
}

fn wait_until<W: Waitable>(items: Vec<W>, when: ReturnWhen, limit: Limit) -> Waited<W> {
    let met = |item: &W| item.watch().state().is_done() && when.is_met_by(item);
    if !items.iter().any(met) {
        let mut mail = Mail::new();
        for (index, item) in items.iter().enumerate() {
            mail.subscribe(index, item.watch());
        }
        while let Some(index) = mail.next(&items, |item| Some(item.watch()), limit) {
            if when.is_met_by(&items[index]) {
                break;
            }
        }
        mail.unsubscribe(items.iter().map(sealed::Sealed::watch));
    }
    let (mut done, mut not_done) = (Vec::new(), Vec::new());
    for item in items {
        let side = if item.watch().state().is_done() { &mut done } else { &mut not_done };
        side.push(item);
    }
    Waited { done, not_done }
}

/// The numbers of futures that are done, each once: first those that were done when they subscribed.
struct Mail {
    early: VecDeque<usize>,
    to: Arc<Sender<usize>>,
    from: Receiver<usize>,
    /// How many numbers are still to come.
    expected: usize,
    /// No future below this one can be run in place.
    cursor: usize,
}

impl Mail {
    fn new() -> Self {
        let (to, from) = mailbox::unbounded();
        Self { early: VecDeque::new(), to: Arc::new(to), from, expected: 0, cursor: 0 }
    }

    fn subscribe(&mut self, index: usize, cell: &dyn Watch) {
        self.expected += 1;
        let done = cell.state().is_done()
            || cell.observe(Observer::Mailbox { to: Arc::clone(&self.to), index }).is_err();
        if done {
            self.early.push_back(index);
        }
    }

    fn unsubscribe<'a>(&self, cells: impl Iterator<Item = &'a dyn Watch>) {
        if self.expected > 0 {
            for cell in cells.filter(|cell| !cell.state().is_done()) {
                cell.unobserve(&Registration::Mailbox(&self.to));
            }
        }
    }

    /// The next number; `None` when all have come or the time is over.
    fn next<I>(
        &mut self,
        items: &[I],
        cell: impl Fn(&I) -> Option<&dyn Watch>,
        limit: Limit,
    ) -> Option<usize> {
        if self.expected == 0 {
            return None;
        }
        let index = match self.early.pop_front().or_else(|| self.from.try_recv().ok()) {
            Some(index) => index,
            None => {
                if let Limit::Never = limit {
                    self.run_one_in_place(items, cell);
                }
                mailbox::receive(&self.from, limit.instant())?
            }
        };
        self.expected -= 1;
        Some(index)
    }

    /// On a worker: runs one of the awaited tasks that its own pool has not started, whose number is in the mailbox then.
    fn run_one_in_place<I>(&mut self, items: &[I], cell: impl Fn(&I) -> Option<&dyn Watch>) {
        if !worker::is_worker() {
            return;
        }
        while let Some(item) = items.get(self.cursor) {
            self.cursor += 1;
            let Some(cell) = cell(item) else { continue };
            // A pending task of another pool may become ours to wait for, never ours to run.
            if cell.state() == State::Pending
                && matches!(worker::run_in_place(cell, Depth::Any), InPlace::Ran)
            {
                return;
            }
        }
    }
}

/// Yields futures as they are done: first those that are done already, then the others in the order of their completion.
///
/// Takes futures, pairs of a key and a future (a `HashMap` is such pairs), or references to either; a future given twice is
/// yielded once. On a worker, futures of its own pool that have not started are run right here, as by [`Future::result`];
/// unlike there, tasks that wait in a circle are not noticed.
///
/// Leaving the loop early leaves the other tasks running; [`cancel`](AsCompleted::cancel) does not.
///
/// # Examples
///
/// Python's `{future: url}` dictionary is a list of pairs here:
///
/// ```
/// use batteries::concurrent::futures::{ThreadPoolExecutor, as_completed};
///
/// let pool = ThreadPoolExecutor::new(2)?;
/// let mut lengths = Vec::new();
/// for word in ["spam", "eggs", "ham"] {
///     lengths.push((word, pool.submit(move || word.len())?));
/// }
/// for (word, length) in as_completed(lengths) {
///     assert_eq!(length.result()?, word.len());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn as_completed<W: Waitable>(futures: impl IntoIterator<Item = W>) -> AsCompleted<W> {
    let started = Instant::now();
    let items: Vec<Option<W>> = unique(futures).into_iter().map(Some).collect();
    let mut mail = Mail::new();
    for (index, item) in items.iter().enumerate() {
        mail.subscribe(index, watched(item).unwrap_or_else(|| unreachable!("all are there")));
    }
    AsCompleted { items, mail, started }
}

fn watched<W: Waitable>(item: &Option<W>) -> Option<&dyn Watch> {
    item.as_ref().map(sealed::Sealed::watch)
}

/// The iterator of [`as_completed`].
#[must_use = "futures are only waited for when the iterator is asked"]
pub struct AsCompleted<W: Waitable> {
    items: Vec<Option<W>>,
    mail: Mail,
    started: Instant,
}

impl<W: Waitable> AsCompleted<W> {
    /// Waits for at most `timeout` in all, counted from the call of [`as_completed`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use batteries::concurrent::futures::{Promise, as_completed};
    ///
    /// let (promise, soon) = Promise::new();
    /// let (_kept, never) = Promise::<u8>::new();
    /// promise.set(Ok(1));
    /// let mut futures = as_completed([soon, never]).timeout(Duration::from_millis(1));
    /// for future in futures.by_ref() {
    ///     match future {
    ///         Ok(future) => assert_eq!(future.result()?, 1),
    ///         Err(timeout) => assert_eq!(timeout.to_string(), "1 (of 2) futures unfinished"),
    ///     }
    /// }
    /// assert_eq!(futures.into_unfinished().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn timeout(self, timeout: Duration) -> AsCompletedTimeout<W> {
        let limit = self.started.checked_add(timeout).map_or(Limit::Sometime, Limit::At);
        AsCompletedTimeout { inner: self, limit }
    }

    /// Returns the futures that have not been yielded, in the order in which they were given.
    #[must_use]
    pub fn into_unfinished(mut self) -> Vec<W> {
        self.unsubscribe();
        std::mem::take(&mut self.items).into_iter().flatten().collect()
    }

    /// Cancels the futures that have not been yielded, as [`Future::cancel`] does, and drops them.
    pub fn cancel(self) {
        for cell in self.items.iter().filter_map(watched) {
            worker::cancel(cell);
        }
    }

    fn unsubscribe(&self) {
        self.mail.unsubscribe(self.items.iter().filter_map(watched));
    }

    fn next_until(&mut self, limit: Limit) -> Option<W> {
        let index = self.mail.next(&self.items, watched, limit)?;
        self.items[index].take()
    }
}

impl<W: Waitable> Iterator for AsCompleted<W> {
    type Item = W;

    fn next(&mut self) -> Option<W> {
        self.next_until(Limit::Never)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.mail.expected, Some(self.mail.expected))
    }
}

impl<W: Waitable> ExactSizeIterator for AsCompleted<W> {}
impl<W: Waitable> std::iter::FusedIterator for AsCompleted<W> {}

impl<W: Waitable> Drop for AsCompleted<W> {
    fn drop(&mut self) {
        self.unsubscribe();
    }
}

impl<W: Waitable> fmt::Debug for AsCompleted<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted")
            .field("unfinished", &self.mail.expected)
            .finish_non_exhaustive()
    }
}

/// The iterator of [`AsCompleted::timeout`].
///
/// An `Err` ends it when the time is over; what was not yielded is still there, in
/// [`into_unfinished`](AsCompletedTimeout::into_unfinished).
#[must_use = "futures are only waited for when the iterator is asked"]
#[derive(Debug)]
pub struct AsCompletedTimeout<W: Waitable> {
    inner: AsCompleted<W>,
    limit: Limit,
}

impl<W: Waitable> AsCompletedTimeout<W> {
    /// Returns the futures that have not been yielded, in the order in which they were given.
    #[must_use]
    pub fn into_unfinished(self) -> Vec<W> {
        self.inner.into_unfinished()
    }

    /// Cancels the futures that have not been yielded, as [`Future::cancel`] does, and drops them.
    pub fn cancel(self) {
        self.inner.cancel();
    }
}

impl<W: Waitable> Iterator for AsCompletedTimeout<W> {
    type Item = Result<W, WaitTimeout>;

    /// # Errors
    ///
    /// [`WaitTimeout`], once, when the time is over and futures are left.
    fn next(&mut self) -> Option<Self::Item> {
        let unfinished = self.inner.mail.expected;
        if unfinished == 0 {
            return None;
        }
        match self.inner.next_until(self.limit) {
            Some(item) => Some(Ok(item)),
            None => {
                self.inner.unsubscribe();
                self.inner.mail.expected = 0;
                Some(Err(WaitTimeout { unfinished, total: self.inner.items.len() }))
            }
        }
    }
}

impl<W: Waitable> std::iter::FusedIterator for AsCompletedTimeout<W> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concurrent::futures::Promise;

    /// A wait that is over leaves its mailbox in no future.
    #[track_caller]
    fn check(wait: impl FnOnce(&Future<()>) -> AsCompletedTimeout<&Future<()>>) {
        let (_promise, future) = Promise::new();
        let iterator = wait(&future);
        let mailbox = Arc::downgrade(&iterator.inner.mail.to);
        drop(iterator);
        assert_eq!(mailbox.strong_count(), 0);
    }

    #[test]
    fn a_wait_that_ends_early_leaves_nothing_in_its_futures() {
        check(|future| as_completed([future]).timeout(Duration::ZERO));
        check(|future| {
            let mut iterator = as_completed([future, future]).timeout(Duration::ZERO);
            assert!(matches!(iterator.next(), Some(Err(WaitTimeout { unfinished: 1, total: 1 }))));
            iterator
        });
    }
}
