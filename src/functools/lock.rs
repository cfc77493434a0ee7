//! The lock of a cache: one that notices who comes back to it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr;

use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Mutex, MutexGuard, thread_local};

/// A lock that its holder may ask for again, and is refused.
///
/// Comparing and cloning what a cache holds is foreign code that has to run under the cache's lock, and may call whatever is
/// cached there. It must not wait for itself.
#[derive(Default)]
pub(super) struct Lock<T> {
    inner: Mutex<T>,
    /// [`current`] of the thread that holds the lock, 0 while nobody does.
    holder: AtomicUsize,
}

impl<T> Lock<T> {
    pub(super) fn new(value: T) -> Self {
        Self { inner: Mutex::new(value), holder: AtomicUsize::new(0) }
    }

    /// Waits for the lock; `None` if the calling thread holds it.
    #[inline]
    pub(super) fn lock(&self) -> Option<Guard<'_, T>> {
        let guard = match self.inner.try_lock() {
            Some(guard) => guard,
            None => self.lock_contended()?,
        };
        // Relaxed, here and below: a thread looks for its own number, which only it writes and takes away.
        self.holder.store(current(), Ordering::Relaxed);
        Some(Guard { holder: &self.holder, guard })
    }

    #[cold]
    fn lock_contended(&self) -> Option<MutexGuard<'_, T>> {
        (self.holder.load(Ordering::Relaxed) != current()).then(|| self.inner.lock())
    }
}

// A panic gives the lock back, and what it protects is whole at every point where foreign code runs.
impl<T: UnwindSafe> UnwindSafe for Lock<T> {}
impl<T: UnwindSafe> RefUnwindSafe for Lock<T> {}

impl<T> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").finish_non_exhaustive()
    }
}

/// The right to what a [`Lock`] protects.
pub(super) struct Guard<'a, T> {
    holder: &'a AtomicUsize,
    guard: MutexGuard<'a, T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // Before the unlock, which follows: after it another thread's number may stand here.
        self.holder.store(0, Ordering::Relaxed);
    }
}

/// A number that no other living thread has, and that is not 0.
#[inline]
fn current() -> usize {
    thread_local! {
        static ANCHOR: u8 = const { 0 };
    }
    ANCHOR.with(|anchor| ptr::from_ref(anchor).addr())
}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};

    use super::*;

    #[test]
    fn the_holder_is_refused() {
        let lock = Lock::new(1);
        let mut guard = lock.lock().expect("nobody holds it");
        assert!(lock.lock().is_none());
        *guard = 2;
        drop(guard);
        assert_eq!(lock.lock().as_deref(), Some(&2));
    }

    #[test]
    fn a_panic_gives_the_lock_back() {
        let lock = Lock::new(());
        let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.lock();
            panic::resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err());
        assert!(lock.lock().is_some());
    }
}
