//! Who may be inside a store: one at a time, and nobody twice.
//!
//! The `Eq` of keys and the `Clone` of results run inside, and may do anything, also call the cached function. So whoever is
//! inside of any store never waits for another one: `enter` gives up, and the caller goes on without the cache. That is the
//! whole reason why no order of locks can hang, neither in one thread nor in a circle of several.

use std::cell::{Cell, RefCell};

use crate::sync::{Mutex, thread_local};

thread_local! {
    /// Whether this thread is inside of a shared store.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A store, and the way into it.
pub trait Guard {
    /// What is guarded.
    type Inside;

    /// Guards `inside`.
    fn new(inside: Self::Inside) -> Self;

    /// Works inside; `None` if this thread might wait for itself.
    fn enter<R>(&self, work: impl FnOnce(&mut Self::Inside) -> R) -> Option<R>;
}

/// Marks this thread as being inside, until dropped.
#[derive(Debug)]
pub(super) struct Mark(());

impl Mark {
    /// `None` if the thread has the mark.
    #[inline]
    pub(super) fn set() -> Option<Self> {
        // Not `then_some`: a mark that is made and dropped takes the other one away.
        INSIDE.with(|inside| (!inside.replace(true)).then(|| Self(())))
    }

    pub(super) fn is_set() -> bool {
        INSIDE.with(Cell::get)
    }
}

impl Drop for Mark {
    #[inline]
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(false));
    }
}

/// For all threads.
#[derive(Debug)]
pub struct Shared<I>(Mutex<I>);

impl<I> Guard for Shared<I> {
    type Inside = I;

    fn new(inside: I) -> Self {
        Self(Mutex::new(inside))
    }

    #[inline]
    fn enter<R>(&self, work: impl FnOnce(&mut I) -> R) -> Option<R> {
        // Dropped in the opposite order: first the lock is released, then the mark is gone.
        let Some(_mark) = Mark::set() else {
            return self.enter_again(work);
        };
        let mut inside = self.0.lock();
        Some(work(&mut inside))
    }
}

impl<I> Shared<I> {
    /// From inside of a store, perhaps this one.
    #[cold]
    fn enter_again<R>(&self, work: impl FnOnce(&mut I) -> R) -> Option<R> {
        let mut inside = self.0.try_lock()?;
        Some(work(&mut inside))
    }
}

/// For one thread.
#[derive(Debug)]
pub struct Local<I>(RefCell<I>);

impl<I> Guard for Local<I> {
    type Inside = I;

    fn new(inside: I) -> Self {
        Self(RefCell::new(inside))
    }

    #[inline]
    fn enter<R>(&self, work: impl FnOnce(&mut I) -> R) -> Option<R> {
        let mut inside = self.0.try_borrow_mut().ok()?;
        Some(work(&mut inside))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_inside_is_refused_every_time() {
        let guard = Shared::new(1);
        let inside = guard.enter(|value| {
            *value += 1;
            [guard.enter(|value| *value), guard.enter(|value| *value)]
        });
        assert_eq!(inside, Some([None, None]));
        assert_eq!(guard.enter(|value| *value), Some(2));
    }
}
