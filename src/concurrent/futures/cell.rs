//! A task and its result in one allocation: the state machine under every future.
//!
//! ```text
//! PENDING --claim--> RUNNING --complete--> FINISHED
//!    |---cancel---> CANCELLED
//!    '----fail----> FINISHED            (never started: the pool broke)
//! ```
//!
//! Only these edges. CPython has a fifth state between cancelled and "notified", which a worker must set before `wait`
//! counts the future as done; a cancelled future whose worker never comes hangs there (cpython #92001). Here a cancelled
//! future is done at once.
//!
//! One `Arc` holds it all and is seen through two vtables: the queue holds an `Arc<dyn Run>` that knows nothing of the
//! result's type, the future an `Arc<dyn Handle<T>>` that knows nothing of the closure's. The closure and the result share
//! their place: the closure leaves it when the task starts, or the moment it is cancelled.
//!
//! # Who may do what
//!
//! Every change happens under the cell's lock, and the lock is never held while foreign code runs: closures, callbacks,
//! wakers and the destructors of all of them come after the unlock. `state` repeats the slot's variant (and three flags) in
//! one byte that anyone may read without the lock.

use std::any::type_name;
use std::fmt;
use std::mem;
use std::ptr;
use std::task::Waker;

use crate::panic_hook;
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::mailbox::Sender;
use crate::sync::{Arc, Mutex, Thread};

use super::chain;
use super::error::{Panic, TaskError};
use super::future::Completed;

/// The pool a task was submitted to; 0 for futures that belong to none.
pub(super) type PoolId = u32;

/// What there is to do: a closure, or a function with its argument.
pub(super) trait Work<T>: Send {
    /// Whether any thread may do it as well as a worker: it runs no code of the user's, it waits for somebody who does.
    const IS_ERRAND: bool = false;

    /// Does it; a panic of the user's code is an error.
    fn run(self) -> Result<T, TaskError>;

    /// The future this one is made from, once that is done.
    fn source(&self) -> Option<Arc<dyn Watch>> {
        None
    }
}

impl<F: FnOnce() -> T + Send, T> Work<T> for F {
    #[inline]
    fn run(self) -> Result<T, TaskError> {
        panic_hook::catch(self).map_err(panicked)
    }
}

/// A function and its argument, so that a refused task gives the argument back.
pub(super) struct Call<A, R> {
    pub(super) run: fn(A) -> R,
    pub(super) argument: A,
}

impl<A: Send, R> Work<R> for Call<A, R> {
    #[inline]
    fn run(self) -> Result<R, TaskError> {
        panic_hook::catch(|| (self.run)(self.argument)).map_err(panicked)
    }
}

/// Nothing to run: a promise's value comes from outside, or from another future.
pub(super) struct Promised {
    pub(super) source: Option<Arc<dyn Watch>>,
}

impl<T> Work<T> for Promised {
    fn run(self) -> Result<T, TaskError> {
        unreachable!("a promise is in no queue and belongs to no pool, so nobody runs it")
    }

    fn source(&self) -> Option<Arc<dyn Watch>> {
        self.source.clone()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Running,
    Cancelled,
    Finished,
}

impl State {
    pub(super) fn is_done(self) -> bool {
        matches!(self, Self::Cancelled | Self::Finished)
    }
}

/// `state`'s lower bits; the order makes "done" one comparison.
const PENDING: u8 = 0;
const RUNNING: u8 = 1;
const CANCELLED: u8 = 2;
const FINISHED: u8 = 3;
const STATE: u8 = 3;
/// The future was dropped: nobody will ask for the value.
const DETACHED: u8 = 4;
/// The value was given out.
const TAKEN: u8 = 8;
/// Somebody's closure wants to be called on completion.
const CALLBACK: u8 = 16;

/// A user's closure that waits for a future to be done.
pub(super) type Callback = Box<dyn FnOnce(&Completed<'_>) + Send>;

/// Who wants to know that a future is done.
pub(super) enum Observer {
    /// A thread asleep in `result()`.
    Thread(Thread),
    /// A task of an async executor; the key tells the handles of a shared future apart.
    Waker { key: usize, waker: Waker },
    /// A user's closure.
    Callback(Callback),
    /// What makes another future from this one.
    Then(Box<dyn FnOnce() + Send>),
    /// `wait` or `as_completed`: the future's number goes into the mailbox.
    Mailbox { to: Arc<Sender<usize>>, index: usize },
    /// What can be done about the task while it runs.
    Brake(Arc<dyn Brake>),
}

/// Ends a task that runs, where that can be done.
pub(super) trait Brake: Send + Sync {
    /// Asks the task to end.
    fn ask(&self);
    /// Stops it, or asks at least. True if the task will give no value any more.
    fn stop(&self) -> bool;
}

/// What `unobserve` takes out again.
pub(super) enum Registration<'a> {
    Thread(&'a Thread),
    Waker(usize),
    Mailbox(&'a Arc<Sender<usize>>),
}

impl Registration<'_> {
    fn matches(&self, observer: &Observer) -> bool {
        match (self, observer) {
            (Self::Thread(a), Observer::Thread(b)) => a.id() == b.id(),
            (Self::Waker(a), Observer::Waker { key, .. }) => a == key,
            (Self::Mailbox(a), Observer::Mailbox { to, .. }) => Arc::ptr_eq(a, to),
            _ => false,
        }
    }
}

/// Observers, the newest first: a queued future pays one word for them.
type Observers = Option<Box<Node>>;

struct Node {
    observer: Observer,
    next: Observers,
}

/// Cuts the first observer that `registration` names out of the list.
fn cut(mut at: &mut Observers, registration: &Registration<'_>) -> Option<Box<Node>> {
    while at.as_ref().is_some_and(|node| !registration.matches(&node.observer)) {
        at = &mut at.as_mut()?.next;
    }
    let mut found = at.take()?;
    *at = found.next.take();
    Some(found)
}

/// Drops a list from the front: the compiler's own recursion would need a stack as deep as the list is long.
fn unlink(mut observers: Observers) {
    while let Some(mut node) = observers {
        observers = node.next.take();
    }
}

enum Slot<F, T> {
    Queued(F),
    Running,
    Done(Result<T, TaskError>),
    /// Boxed: two words would not fit beside the tag that the result has room for.
    Taken(Option<Box<TaskError>>),
}

struct Inner<F, T> {
    slot: Slot<F, T>,
    observers: Observers,
}

/// See the module's text.
pub(super) struct TaskCell<F, T> {
    state: AtomicU8,
    pool: PoolId,
    inner: Mutex<Inner<F, T>>,
}

/// What the thread that runs a task does between the task's end and the moment the world sees it.
pub(super) trait Turn {
    /// The task is this thread's to run; `cell` is its id.
    fn started(&mut self, cell: usize);
    /// The task has ended; `calls_out` if foreign code will run on this thread once it is published.
    fn ended(&mut self, calls_out: bool);
    /// Foreign code is about to run although `ended` was told otherwise.
    fn calls_out(&mut self);
}

/// A turn outside a pool's own loop.
pub(super) struct NoTurn;

impl Turn for NoTurn {
    fn started(&mut self, _: usize) {}
    fn ended(&mut self, _: bool) {}
    fn calls_out(&mut self) {}
}

/// A task as its queue sees it.
pub(super) trait Run: Send + Sync {
    /// Runs the task, if it is still pending, and completes its future. False: it was cancelled, or somebody else runs it.
    fn run(&self, turn: &mut dyn Turn) -> bool;
    /// Completes a pending future with an error, without running the task: cancelled, if that is the error. False if it was
    /// not pending any more.
    fn fail(&self, error: TaskError) -> bool;
    fn is_pending(&self) -> bool;
}

/// What can be done with a future without knowing its result's type.
pub(super) trait Watch: Send + Sync {
    fn state(&self) -> State;
    /// Tells this future from every other that exists now.
    fn id(&self) -> usize;
    fn pool(&self) -> PoolId;
    /// The future this one still waits to be made from.
    fn source(&self) -> Option<Arc<dyn Watch>>;
    /// True if the task was pending and is cancelled by this call.
    fn cancel_pending(&self) -> bool;
    /// Asks a running task to end.
    fn request_cancel(&self);
    /// Stops a running task; false if it is not running, or cannot be stopped.
    fn stop(&self) -> bool;
    /// Gives the observer back if the future is done already.
    fn observe(&self, observer: Observer) -> Result<(), Observer>;
    fn unobserve(&self, registration: &Registration<'_>);
    /// The error the task ended with, if it did.
    fn error(&self) -> Option<TaskError>;
    /// Whether the value is a `Result::Err`.
    fn returned_err(&self) -> bool;
    /// Tells whether the thread that waits for the task may carry it out: it is pending, it is an errand, and no code of the
    /// user's will be called when it is done.
    fn is_errand(&self) -> bool;
    /// Runs a pending task on this thread; false if it was not pending any more.
    fn run_here(&self, turn: &mut dyn Turn) -> bool;
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// A future's view of its cell.
pub(super) trait Handle<T>: Watch {
    /// Takes the outcome of a finished task; once.
    fn take(&self) -> Option<Result<T, TaskError>>;
    /// Says that nobody will ask any more.
    fn release(&self);
}

impl<F, T> TaskCell<F, T> {
    pub(super) fn new(pool: PoolId, work: F) -> Self {
        Self {
            state: AtomicU8::new(PENDING),
            pool,
            inner: Mutex::new(Inner { slot: Slot::Queued(work), observers: None }),
        }
    }

    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// Acquire: pairs with the Release in `set`, so that whoever sees a state sees what led to it.
    #[inline]
    fn flags(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }

    /// Writes the flags; only under the lock, so a plain store loses nothing.
    #[inline]
    fn set(&self, flags: u8) {
        self.state.store(flags, Ordering::Release);
    }

    /// PENDING -> RUNNING; the work moves to the caller.
    #[inline]
    pub(super) fn claim(&self) -> Option<F> {
        let mut inner = self.inner.lock();
        let Slot::Queued(_) = inner.slot else { return None };
        let Slot::Queued(work) = mem::replace(&mut inner.slot, Slot::Running) else {
            unreachable!("looked at under the same lock")
        };
        self.set(self.flags() & !STATE | RUNNING);
        Some(work)
    }

    fn brake(&self) -> Option<Arc<dyn Brake>> {
        let inner = self.inner.lock();
        let mut nodes = std::iter::successors(inner.observers.as_deref(), |n| n.next.as_deref());
        nodes.find_map(|node| match &node.observer {
            Observer::Brake(brake) => Some(Arc::clone(brake)),
            _ => None,
        })
    }

    /// Takes the work of a task that no queue took: its future never reaches the user.
    pub(super) fn reclaim(&self) -> Option<F> {
        self.claim()
    }

    /// RUNNING -> FINISHED.
    #[inline]
    pub(super) fn complete(&self, result: Result<T, TaskError>, turn: &mut dyn Turn) {
        let mut inner = self.inner.lock();
        let flags = self.flags();
        let observers = inner.observers.take();
        if flags & (DETACHED | CALLBACK) == 0 {
            inner.slot = Slot::Done(result);
            self.set(flags & !STATE | FINISHED);
            drop(inner);
            if observers.is_some() {
                notify(observers, None);
            }
            return;
        }
        self.complete_calling_out(inner, result, observers, FINISHED, turn);
    }

    /// PENDING -> CANCELLED or FINISHED, without a run. False if it was not pending.
    #[cold]
    fn give_up(&self, error: TaskError) -> bool {
        let mut inner = self.inner.lock();
        let Slot::Queued(_) = inner.slot else { return false };
        let Slot::Queued(work) = mem::replace(&mut inner.slot, Slot::Running) else {
            unreachable!("looked at under the same lock")
        };
        let observers = inner.observers.take();
        let state = if let TaskError::Cancelled = error { CANCELLED } else { FINISHED };
        self.complete_calling_out(inner, Err(error), observers, state, &mut NoTurn);
        // Whoever cancels is not to blame for a stranger's destructor.
        call_out(|| drop(work));
        true
    }

    #[cold]
    fn complete_calling_out(
        &self,
        mut inner: crate::sync::MutexGuard<'_, Inner<F, T>>,
        result: Result<T, TaskError>,
        observers: Observers,
        state: u8,
        turn: &mut dyn Turn,
    ) {
        let flags = self.flags() & !STATE | state;
        let error = result.as_ref().err().cloned();
        let unwanted = if flags & DETACHED == 0 {
            inner.slot = Slot::Done(result);
            self.set(flags);
            None
        } else {
            inner.slot = Slot::Taken(error.clone().map(Box::new));
            self.set(flags | TAKEN);
            Some(result)
        };
        drop(inner);
        if flags & (DETACHED | CALLBACK) != 0 {
            turn.calls_out();
        }
        notify(observers, error.as_ref());
        // The value's destructor is a stranger on a worker's stack.
        call_out(|| drop(unwanted));
    }
}

/// Runs a stranger's code on the thread that publishes: its panic stays here, and the chains that it waits for go on.
fn call_out(f: impl FnOnce()) {
    panic_hook::shield(|| chain::run(f));
}

/// Tells everyone, in the order in which they came.
#[cold]
fn notify(mut observers: Observers, error: Option<&TaskError>) {
    let mut oldest_first: Observers = None;
    while let Some(mut node) = observers {
        observers = mem::replace(&mut node.next, oldest_first);
        oldest_first = Some(node);
    }
    // Whoever only has to be woken goes before closures that may take long.
    let mut calls = Vec::new();
    while let Some(mut node) = oldest_first {
        oldest_first = node.next.take();
        match node.observer {
            Observer::Thread(thread) => thread.unpark(),
            Observer::Waker { waker, .. } => call_out(|| waker.wake()),
            Observer::Callback(_) | Observer::Then(_) => calls.push(node.observer),
            // Err: whoever waited has gone.
            Observer::Mailbox { to, index } => drop(to.send(index)),
            Observer::Brake(_) => {}
        }
    }
    let completed = Completed::new(error);
    for call in calls {
        match call {
            Observer::Callback(callback) => call_out(|| callback(&completed)),
            Observer::Then(step) => chain::call(step),
            _ => {}
        }
    }
}

impl<F: Work<T>, T: Send> Run for TaskCell<F, T> {
    fn run(&self, turn: &mut dyn Turn) -> bool {
        let Some(work) = self.claim() else { return false };
        turn.started(self.address());
        let result = work.run();
        turn.ended(self.flags() & (DETACHED | CALLBACK) != 0);
        self.complete(result, turn);
        true
    }

    fn fail(&self, error: TaskError) -> bool {
        self.give_up(error)
    }

    fn is_pending(&self) -> bool {
        self.flags() & STATE == PENDING
    }
}

#[cold]
fn panicked(caught: panic_hook::Caught) -> TaskError {
    TaskError::Panicked(Panic::caught(caught))
}

impl<F: Work<T>, T: Send> Watch for TaskCell<F, T> {
    #[inline]
    fn state(&self) -> State {
        match self.flags() & STATE {
            PENDING => State::Pending,
            RUNNING => State::Running,
            CANCELLED => State::Cancelled,
            _ => State::Finished,
        }
    }

    fn id(&self) -> usize {
        self.address()
    }

    fn source(&self) -> Option<Arc<dyn Watch>> {
        match &self.inner.lock().slot {
            Slot::Queued(work) => work.source(),
            _ => None,
        }
    }

    fn pool(&self) -> PoolId {
        self.pool
    }

    fn cancel_pending(&self) -> bool {
        self.give_up(TaskError::Cancelled)
    }

    fn request_cancel(&self) {
        if let Some(brake) = self.brake() {
            brake.ask();
        }
    }

    fn stop(&self) -> bool {
        self.brake().is_some_and(|brake| brake.stop())
    }

    fn observe(&self, observer: Observer) -> Result<(), Observer> {
        let mut inner = self.inner.lock();
        let mut flags = self.flags();
        if flags & STATE >= CANCELLED {
            return Err(observer);
        }
        // A waker takes the place of the one before it, in its own node.
        if let Observer::Waker { key, .. } = &observer
            && let Some(mut node) = cut(&mut inner.observers, &Registration::Waker(*key))
        {
            let old = mem::replace(&mut node.observer, observer);
            node.next = inner.observers.take();
            inner.observers = Some(node);
            drop(inner);
            drop(old);
            return Ok(());
        }
        if matches!(observer, Observer::Callback(_) | Observer::Then(_)) {
            flags |= CALLBACK;
            self.set(flags);
        }
        let next = inner.observers.take();
        inner.observers = Some(Box::new(Node { observer, next }));
        Ok(())
    }

    fn unobserve(&self, registration: &Registration<'_>) {
        let node = cut(&mut self.inner.lock().observers, registration);
        drop(node);
    }

    fn error(&self) -> Option<TaskError> {
        match &self.inner.lock().slot {
            Slot::Done(Err(e)) => Some(e.clone()),
            Slot::Taken(Some(e)) => Some(TaskError::clone(e)),
            _ => None,
        }
    }

    fn returned_err(&self) -> bool {
        match &self.inner.lock().slot {
            Slot::Done(Ok(value)) => is_err(value),
            _ => false,
        }
    }

    fn is_errand(&self) -> bool {
        F::IS_ERRAND && self.flags() & (STATE | CALLBACK) == PENDING
    }

    fn run_here(&self, turn: &mut dyn Turn) -> bool {
        Run::run(self, turn)
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Future at {:#x} state=", self.id())?;
        match self.state() {
            State::Pending => f.write_str("pending>"),
            State::Running => f.write_str("running>"),
            State::Cancelled => f.write_str("cancelled>"),
            State::Finished => match self.error() {
                Some(e) => write!(f, "finished raised {}>", e.name()),
                None => write!(f, "finished returned {}>", type_name::<T>()),
            },
        }
    }
}

impl<F: Work<T>, T: Send> Handle<T> for TaskCell<F, T> {
    #[inline]
    fn take(&self) -> Option<Result<T, TaskError>> {
        let mut inner = self.inner.lock();
        let note = match &inner.slot {
            Slot::Done(Ok(_)) => None,
            Slot::Done(Err(e)) => Some(Box::new(e.clone())),
            _ => return None,
        };
        self.set(self.flags() | TAKEN);
        match mem::replace(&mut inner.slot, Slot::Taken(note)) {
            Slot::Done(result) => Some(result),
            _ => None,
        }
    }

    #[inline]
    fn release(&self) {
        if self.flags() & TAKEN == 0 {
            self.detach();
        }
    }
}

impl<F, T> TaskCell<F, T> {
    /// Drops the value of a finished task, here and not on a worker; tells a worker to drop that of an unfinished one.
    #[cold]
    fn detach(&self) {
        let mut inner = self.inner.lock();
        let flags = self.flags();
        let (value, mut rest) = if flags & STATE >= CANCELLED {
            self.set(flags | TAKEN);
            (Some(mem::replace(&mut inner.slot, Slot::Taken(None))), None)
        } else {
            self.set(flags | DETACHED);
            // Wakers belong to the future that is going; callbacks stay.
            (None, take_wakers(&mut inner.observers))
        };
        drop(inner);
        unlink(rest.take());
        drop(value);
    }
}

fn take_wakers(observers: &mut Observers) -> Observers {
    let mut taken = None;
    let mut at = observers;
    while let Some(mut node) = at.take() {
        if matches!(node.observer, Observer::Waker { .. }) {
            *at = node.next.take();
            node.next = taken;
            taken = Some(node);
        } else {
            at = &mut at.insert(node).next;
        }
    }
    taken
}

/// Whether `value` is an `Err` of some `Result`: for `FirstErr`, which must see into any future that holds one.
///
/// `Result` is known by its name and `Err` by its discriminant, both compared with those of a `Result` at hand, so neither
/// is written down here. Aliases such as `io::Result` are the same type and need nothing.
pub(super) fn is_err<T>(value: &T) -> bool {
    fn head(name: &'static str) -> &'static str {
        name.split('<').next().unwrap_or(name)
    }
    head(type_name::<T>()) == head(type_name::<Result<(), ()>>())
        && discriminant_of(value) == discriminant_of(&Err::<(), ()>(()))
}

/// A variant's number, caught on its way into a hasher: the one way to it that is open to any type.
fn discriminant_of<T>(value: &T) -> u64 {
    use std::hash::{Hash, Hasher};

    struct Catch(u64);
    impl Hasher for Catch {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = self.0 << 8 | u64::from(*byte);
            }
        }
    }
    let mut catch = Catch(0);
    mem::discriminant(value).hash(&mut catch);
    catch.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn err_is_seen_in_every_result_and_nowhere_else() {
        type Alias<T> = Result<T, String>;
        assert!(is_err(&Err::<u8, ()>(())));
        assert!(is_err(&Alias::<Vec<u8>>::Err(String::new())));
        assert!(is_err(&Err::<std::convert::Infallible, Box<u8>>(Box::new(1))));
        assert!(is_err(&std::io::Result::<()>::Err(std::io::ErrorKind::Other.into())));
        assert!(!is_err(&Ok::<u8, ()>(1)));
        assert!(!is_err(&Alias::<()>::Ok(())));
        assert!(!is_err(&Some(1)));
        assert!(!is_err(&None::<u8>));
        assert!(!is_err(&true));
        assert!(!is_err(&"text"));
        assert!(!is_err(&Some(Err::<u8, ()>(()))));
    }

    /// A queued future costs this, the queue's and the handle's two words each, and the allocator's share.
    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_task_of_one_word_fits_sixty_four_bytes_with_its_counts() {
        let work = || 1u64;
        fn cell_size<F: FnOnce() -> T, T>(_: &F) -> usize {
            size_of::<TaskCell<F, T>>()
        }
        assert!(cell_size(&work) + 2 * size_of::<usize>() <= 56, "{}", cell_size(&work));
    }
}
