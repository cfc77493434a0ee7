//! A store with its counters: what the attributes, [`Memoized`](super::Memoized) and the parts below work with.

use std::fmt;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::{FoldHasher, RandomState};

use crate::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::guard::Guard;
use super::info::{CacheInfo, CacheParameters};
use super::life::{Forever, Life};
use super::store::Store;

/// Finished results of one function.
///
/// A call goes [`hash`](Self::hash), [`lookup`](Self::lookup) and, where that finds nothing, the function, then
/// [`store`](Self::store). Nothing is held in between, so the function may do anything.
pub struct Memo<G, L = Forever> {
    pub(super) guard: G,
    pub(super) counters: Counters,
    hasher: RandomState,
    pub(super) life: L,
    maxsize: Option<usize>,
    typed: bool,
}

/// What is counted. Changed only inside of the store, but for `bypassed` and `clear`; kept outside, where they can be read by
/// who cannot go in.
#[derive(Debug, Default)]
pub(super) struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    currsize: AtomicUsize,
    /// Calls that came from inside of a store and had to do without: misses.
    bypassed: AtomicU64,
    /// A clear that came from inside of a store: whoever goes in next does it.
    clear: AtomicBool,
}

impl Counters {
    #[inline]
    pub(super) fn hit(&self) {
        add_one(&self.hits);
    }

    #[inline]
    pub(super) fn miss(&self) {
        add_one(&self.misses);
    }

    #[inline]
    pub(super) fn size(&self, currsize: usize) {
        self.currsize.store(currsize, Ordering::Relaxed);
    }

    #[cold]
    pub(super) fn bypass(&self) {
        self.bypassed.fetch_add(1, Ordering::Relaxed);
    }

    /// Reads all of it, for the cache whose limit is `maxsize`.
    pub(super) fn info(&self, maxsize: Option<usize>) -> CacheInfo {
        let Self { hits, misses, currsize, bypassed, .. } = self;
        CacheInfo {
            hits: hits.load(Ordering::Relaxed),
            misses: misses.load(Ordering::Relaxed) + bypassed.load(Ordering::Relaxed),
            maxsize,
            currsize: currsize.load(Ordering::Relaxed),
        }
    }

    fn reset(&self) {
        // `clear` first: one that comes now is not lost.
        self.clear.store(false, Ordering::Relaxed);
        self.hits.store(0, Ordering::Relaxed);
        self.misses.store(0, Ordering::Relaxed);
        self.bypassed.store(0, Ordering::Relaxed);
        self.currsize.store(0, Ordering::Relaxed);
    }
}

/// Relaxed, and no atomic addition: the lock around the store orders these.
#[inline]
fn add_one(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

impl<G, S, L> Memo<G, L>
where
    G: Guard<Inside = S>,
    S: Store<Moment = L::Moment>,
    L: Life,
{
    /// A memo over an empty store.
    pub fn new(store: S, life: L, typed: bool) -> Self {
        let maxsize = store.maxsize();
        Self {
            guard: G::new(store),
            counters: Counters::default(),
            hasher: RandomState::default(),
            life,
            maxsize,
            typed,
        }
    }

    /// Hashes what `feed` feeds.
    #[inline]
    pub fn hash(&self, feed: impl FnOnce(&mut FoldHasher<'static>)) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        feed(&mut hasher);
        hasher.finish()
    }

    /// Goes inside of the store; `None` if this thread might wait for itself.
    #[inline]
    pub(super) fn enter(&self) -> Option<G::Entered<'_>> {
        let store = self.guard.enter()?;
        if self.counters.clear.load(Ordering::Relaxed) {
            return self.enter_cleared(store);
        }
        Some(store)
    }

    /// Does the clear that came from inside.
    #[cold]
    fn enter_cleared<'a>(&'a self, mut store: G::Entered<'a>) -> Option<G::Entered<'a>> {
        let rest = self.clear_inside(&mut store);
        drop(store);
        drop(rest);
        self.enter()
    }

    /// Works inside of the store; `None` if this thread might wait for itself.
    #[inline]
    pub(super) fn within<R>(&self, work: impl FnOnce(&mut S) -> R) -> Option<R> {
        let mut store = self.enter()?;
        Some(work(&mut store))
    }

    #[cold]
    fn clear_inside(&self, store: &mut S) -> S::Rest {
        self.counters.reset();
        store.clear()
    }

    /// Finds the result of the key that hashes to `hash` and that `is` knows, and counts.
    #[inline]
    pub fn lookup(
        &self,
        hash: u64,
        is: impl Fn(&S::Key) -> bool,
        clone: impl Fn(&S::Value) -> S::Value,
    ) -> Option<S::Value> {
        let now = self.life.now();
        let Some(mut store) = self.enter() else {
            self.counters.bypass();
            return None;
        };
        match store.find(hash, is, |stored| self.life.is_fresh(stored, now)) {
            Ok(value) => {
                self.counters.hit();
                Some(clone(value))
            }
            Err(expired) => {
                self.counters.miss();
                if expired.is_some() {
                    self.counters.size(store.count());
                }
                // What has expired is dropped when nobody is inside.
                drop(store);
                drop(expired);
                None
            }
        }
    }

    /// Keeps a result, by CPython's rule where there is one already.
    #[cold]
    #[inline(never)]
    pub fn store(
        &self,
        hash: u64,
        key: S::Key,
        equal: impl Fn(&S::Key, &S::Key) -> bool,
        value: impl FnOnce() -> S::Value,
    ) {
        if self.maxsize == Some(0) {
            return;
        }
        // The clone may be the user's code: not inside.
        let value = value();
        let now = self.life.now();
        // In a variable: what has no place any more is dropped when nobody is inside.
        let _left = self.within(|store| {
            let left = store
                .insert(hash, key, value, equal, now, |stored| self.life.is_fresh(stored, now));
            self.counters.size(store.count());
            left
        });
    }

    /// Says whether there is a result, and neither counts nor makes it newer.
    pub fn contains(&self, hash: u64, is: impl Fn(&S::Key) -> bool) -> bool {
        let now = self.life.now();
        let found =
            self.within(|store| store.contains(hash, is, |stored| self.life.is_fresh(stored, now)));
        found.unwrap_or(false)
    }

    /// Takes a result out, and says whether there was one.
    pub fn remove(&self, hash: u64, is: impl Fn(&S::Key) -> bool) -> bool {
        let removed = self.within(|store| {
            let removed = store.remove(hash, is);
            self.counters.size(store.count());
            removed
        });
        removed.flatten().is_some()
    }

    /// Tells how the memo has done.
    pub fn cache_info(&self) -> CacheInfo {
        let read = || self.counters.info(self.maxsize);
        // From inside nothing changes but by other threads, if it is another store.
        self.within(|_| read()).unwrap_or_else(read)
    }

    /// Forgets all results and sets the counters to zero.
    pub fn cache_clear(&self) {
        let rest = self.within(|store| self.clear_inside(store));
        if rest.is_none() {
            self.counters.clear.store(true, Ordering::Relaxed);
        }
    }

    /// Tells how the memo was set up.
    pub fn cache_parameters(&self) -> CacheParameters {
        CacheParameters { maxsize: self.maxsize, typed: self.typed }
    }
}

impl<G, L> fmt::Debug for Memo<G, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the results: printing them would be user code inside of the store.
        f.debug_struct("Memo")
            .field("counters", &self.counters)
            .field("maxsize", &self.maxsize)
            .field("typed", &self.typed)
            .finish_non_exhaustive()
    }
}
