//! Who may be inside a store: one at a time, and nobody twice.
//!
//! The `Eq` of keys and the `Clone` of results run inside, and may do anything, also call the cached function. So whoever is
//! inside of any store never waits for another one: `enter` gives up, and the caller goes on without the cache. That is the
//! whole reason why no order of locks can hang, neither in one thread nor in a circle of several.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::sync::{Mutex, MutexGuard, thread_local};

thread_local! {
    /// Whether this thread is inside of a shared store.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A store, and the way into it.
pub trait Guard {
    /// What is guarded.
    type Inside;

    /// The right to be inside, until dropped.
    ///
    /// A value and not an argument of a closure: what a hit returns then stays in registers.
    type Entered<'a>: DerefMut<Target = Self::Inside>
    where
        Self: 'a;

    /// Guards `inside`.
    fn new(inside: Self::Inside) -> Self;

    /// Goes inside; `None` if this thread might wait for itself.
    fn enter(&self) -> Option<Self::Entered<'_>>;
}

/// Marks this thread as being inside, until dropped.
#[derive(Debug)]
pub(super) struct Mark {
    /// Whether the thread had the mark already.
    again: bool,
}

impl Mark {
    #[inline]
    pub(super) fn set() -> Self {
        Self { again: INSIDE.with(|inside| inside.replace(true)) }
    }

    pub(super) fn is_set() -> bool {
        INSIDE.with(Cell::get)
    }
}

impl Drop for Mark {
    #[inline]
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(self.again));
    }
}

/// For all threads.
#[derive(Debug)]
pub struct Shared<I>(Mutex<I>);

/// The right to be inside of what all threads share.
// Dropped in this order: first the lock is released, then the mark is gone.
pub struct SharedEntered<'a, I> {
    inside: MutexGuard<'a, I>,
    _mark: Mark,
}

impl<I> Guard for Shared<I> {
    type Inside = I;
    type Entered<'a>
        = SharedEntered<'a, I>
    where
        I: 'a;

    fn new(inside: I) -> Self {
        Self(Mutex::new(inside))
    }

    #[inline]
    fn enter(&self) -> Option<SharedEntered<'_, I>> {
        let mark = Mark::set();
        let inside = if mark.again { self.enter_again()? } else { self.0.lock() };
        Some(SharedEntered { inside, _mark: mark })
    }
}

impl<I> Shared<I> {
    /// From inside of a store, perhaps this one.
    #[cold]
    fn enter_again(&self) -> Option<MutexGuard<'_, I>> {
        self.0.try_lock()
    }
}

impl<I> Deref for SharedEntered<'_, I> {
    type Target = I;

    #[inline]
    fn deref(&self) -> &I {
        &self.inside
    }
}

impl<I> DerefMut for SharedEntered<'_, I> {
    #[inline]
    fn deref_mut(&mut self) -> &mut I {
        &mut self.inside
    }
}

impl<I> fmt::Debug for SharedEntered<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedEntered").finish_non_exhaustive()
    }
}

/// For one thread.
#[derive(Debug)]
pub struct Local<I>(RefCell<I>);

impl<I> Guard for Local<I> {
    type Inside = I;
    type Entered<'a>
        = RefMut<'a, I>
    where
        I: 'a;

    fn new(inside: I) -> Self {
        Self(RefCell::new(inside))
    }

    #[inline]
    fn enter(&self) -> Option<RefMut<'_, I>> {
        self.0.try_borrow_mut().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_inside_is_refused_every_time() {
        let guard = Shared::new(1);
        let mut inside = guard.enter().expect("nobody is inside");
        *inside += 1;
        assert!(guard.enter().is_none());
        assert!(guard.enter().is_none());
        drop(inside);
        assert_eq!(guard.enter().as_deref(), Some(&2));
    }
}
