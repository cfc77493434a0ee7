//! A pool whose tasks may borrow, because it cannot outlive what they borrow from.

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use crate::panic_hook::{self, Notes};
use crate::sync::{Arc, scoped};

use super::cell::TaskCell;
use super::crew::depth_limit;
use super::future::ScopedFuture;
use super::pool::{Admission, Pool};

/// Runs `f` with a pool of `max_workers` threads whose tasks may borrow whatever outlives this call.
///
/// Returns what `f` returns, after every task has run, those included whose futures were dropped: Python's `with` block,
/// checked by the compiler. The threads start at once and end with the scope. If `f` panics, the tasks still run before the
/// panic goes on.
///
/// A task that panics does not make the scope panic, unlike [`std::thread::scope`]'s threads: its future says so, and who
/// drops the future chooses not to know. Ask for the result of work that is done for its effects, too.
///
/// # Panics
///
/// If `max_workers` is 0, or if the system would not start a thread.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures;
///
/// let text = String::from("spam and eggs");
/// let lengths = futures::scope(2, |scope| {
///     let words: Vec<_> = text.split(' ').map(|word| scope.submit(move || word.len())).collect();
///     words.into_iter().map(|f| f.result().unwrap()).collect::<Vec<_>>()
/// });
/// assert_eq!(lengths, [4, 3, 4]);
/// ```
#[doc(alias = "__exit__")]
#[track_caller]
pub fn scope<'env, F, T>(max_workers: usize, f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    assert!(max_workers > 0, "max_workers must be greater than 0");
    panic_hook::install();
    let scope = Scope {
        pool: ManuallyDrop::new(Pool::new(max_workers, None)),
        scope: PhantomData,
        env: PhantomData,
    };
    let pool: &Pool<'_> = &scope.pool;
    let _memory = Memory(pool);
    scoped::scope(|threads| {
        // Before the threads are joined, whether `f` returns or panics.
        let _end = End(pool);
        pool.start_all();
        for number in 0..max_workers {
            let started = scoped::Builder::new()
                .name(format!("scope-{}_{number}", pool.id))
                .spawn_scoped(threads, || {
                    let entered = pool.enter(Notes::Place, depth_limit(None));
                    pool.work(&entered, &|| {});
                });
            if let Err(error) = started {
                for _ in number..max_workers {
                    pool.quit();
                }
                panic!("failed to start a thread of the scope: {error}");
            }
        }
        f(&scope)
    })
}

struct End<'p, 's>(&'p Pool<'s>);

impl Drop for End<'_, '_> {
    fn drop(&mut self) {
        // Tasks may still submit tasks, until none is left.
        self.0.wait_idle();
        self.0.shut_down(false);
    }
}

struct Memory<'p, 's>(&'p Pool<'s>);

impl Drop for Memory<'_, '_> {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// The pool of a [`scope`].
pub struct Scope<'scope, 'env: 'scope> {
    // Never dropped as a whole: tasks may borrow from what lives exactly as long as the scope itself, which a destructor
    // could look at. Nothing is lost, for `free` leaves nothing that owns memory.
    pool: ManuallyDrop<Pool<'scope>>,
    // Invariant in both, as std's own scope: neither may be shortened or lengthened.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

impl<'scope> Scope<'scope, '_> {
    /// Hands in a task; it cannot be refused.
    pub fn submit<F, R>(&'scope self, f: F) -> ScopedFuture<'scope, R>
    where
        F: FnOnce() -> R + Send + 'scope,
        R: Send + 'scope,
    {
        let cell = Arc::new(TaskCell::new(self.pool.id, f));
        match self.pool.admit(cell.clone()) {
            Admission::Queued(_) => ScopedFuture::new(cell),
            Admission::RunHere | Admission::Refused(..) => {
                unreachable!(
                    "a scope has no bound, no initializer, and ends after all who can reach it"
                )
            }
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("max_workers", &self.pool.max_workers).finish_non_exhaustive()
    }
}
