//! The cache that one holds in hand.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::sync::atomic::{AtomicUsize, Ordering};

use super::guard::Shared;
use super::info::CacheInfo;
use super::life::Forever;
use super::memo::Memo;
use super::recent::Recent;
use super::store::Store;

/// What `#[lru_cache]` has without being told, and so has [`LruCache::default`].
const DEFAULT_MAXSIZE: usize = 128;

/// The number that stands for no limit: so many entries fit into no memory.
const UNLIMITED: usize = usize::MAX;

/// A map that keeps the entries used last, and counts hits and misses as Python's `lru_cache` does.
///
/// It is the cache behind `#[lru_cache]` as a value: for what is stored and asked for in different places, for an own cache in each
/// instance of a type, or for keys that are no arguments. All methods take `&self`, so that it can stand in a `static` (in a
/// `LazyLock`), in an `Arc`, or in a struct that threads share.
///
/// # What counts, and what is used
///
/// [`get`](Self::get) counts a hit or a miss, and a hit makes the entry the one used last; so do
/// [`get_or_insert_with`](Self::get_or_insert_with) and its twin. [`put`](Self::put) makes its entry the one used last and
/// counts nothing. [`peek`](Self::peek), [`contains`](Self::contains) and [`snapshot`](Self::snapshot) only look. The order is
/// exact: whatever threads did, the entry that goes is the one whose last use is longest ago.
///
/// # Values are cloned
///
/// A lookup clones the value out of the cache, under the cache's lock. Put an [`Arc`](std::sync::Arc) in it for what is large.
///
/// # Keys and values that use the cache
///
/// Hashing and dropping keys and values happen outside of the lock, and so do the functions given to
/// [`get_or_insert_with`](Self::get_or_insert_with): they may do with the cache what they like. Comparing keys and cloning
/// happen under the lock. An `Eq` or `Clone` that comes back to the cache that runs it does not wait for itself, and one that
/// uses another cache does not wait for other threads: the cache then looks empty, keeps nothing that is put in it, and is
/// cleared afterwards if that was asked for.
///
/// # Examples
///
/// ```
/// use batteries::functools::LruCache;
///
/// let populations = LruCache::new(2);
/// populations.put("Rome".to_owned(), 2_750_000);
/// populations.put("Oslo".to_owned(), 720_000);
/// assert_eq!(populations.get("Rome"), Some(2_750_000)); // no `String` is made for this
///
/// populations.put("Bern".to_owned(), 137_000); // there is room for two: Oslo was used longest ago
/// assert_eq!(populations.get("Oslo"), None);
/// let info = populations.cache_info();
/// assert_eq!(info.to_string(), "CacheInfo(hits=1, misses=1, maxsize=2, currsize=2)");
/// ```
#[doc(alias = "lru_cache")]
pub struct LruCache<K, V> {
    /// It knows of no limit: that can change here.
    memo: Memo<Shared<Recent<K, V>>>,
    /// The store's limit, for those who cannot look inside. [`UNLIMITED`] for none.
    maxsize: AtomicUsize,
}

impl<K: Hash + Eq, V> LruCache<K, V> {
    /// Makes an empty cache for at most `maxsize` entries; `None` is no limit.
    ///
    /// A cache of size 0 keeps nothing, and still counts. Memory is taken as entries come, not in advance.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let off = LruCache::new(0);
    /// off.put(1, "one");
    /// assert_eq!(off.get(&1), None);
    /// assert_eq!(off.cache_info().misses, 1);
    ///
    /// assert_eq!(LruCache::<u8, u8>::new(None).maxsize(), None);
    /// ```
    #[must_use]
    pub fn new(maxsize: impl Into<Option<usize>>) -> Self {
        let maxsize = maxsize.into().unwrap_or(UNLIMITED);
        let memo = Memo::new(Recent::new(maxsize), Forever, false);
        Self { memo, maxsize: AtomicUsize::new(maxsize) }
    }

    /// Puts a value in, as the one used last, and returns the value that the key had.
    ///
    /// Where the cache is full, the entry used longest ago is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(128);
    /// assert_eq!(cache.put("port", 80), None);
    /// assert_eq!(cache.put("port", 8080), Some(80));
    /// ```
    pub fn put(&self, key: K, value: V) -> Option<V> {
        let hash = self.hash(&key);
        let (out, own) = self.change(|entries| entries.put(hash, key, value))?;
        out.filter(|_| own).map(|(_, value)| value)
    }

    /// Returns a clone of the key's value, counts the hit or miss, and makes a hit the entry used last.
    ///
    /// The key may be given in any borrowed form: `&str` for `String`, `&[u8]` for `Vec<u8>`.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(128);
    /// cache.put(vec![1, 2, 3], "abc");
    /// assert_eq!(cache.get(&[1, 2, 3][..]), Some("abc"));
    /// assert_eq!(cache.get(&[][..]), None);
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.memo.lookup(self.hash(key), |held| held.borrow() == key, V::clone)
    }

    /// Returns a clone of the key's value; counts nothing and leaves the order as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(2);
    /// cache.put(1, "one");
    /// cache.put(2, "two");
    /// assert_eq!(cache.peek(&1), Some("one"));
    /// cache.put(3, "three"); // 1 was only looked at: it goes
    /// assert_eq!(cache.peek(&1), None);
    /// assert_eq!((cache.cache_info().hits, cache.cache_info().misses), (0, 0));
    /// ```
    pub fn peek<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        let hash = self.hash(key);
        self.memo.within(|entries| entries.peek(hash, |held| held.borrow() == key).cloned())?
    }

    /// Tells whether the key has a value; counts nothing and leaves the order as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(128);
    /// cache.put(1, "one");
    /// assert!(cache.contains(&1));
    /// assert!(!cache.contains(&2));
    /// ```
    #[doc(alias = "__contains__")]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.memo.contains(self.hash(key), |held| held.borrow() == key)
    }

    /// Takes the key's value out; counts nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(128);
    /// cache.put(1, "one");
    /// assert_eq!(cache.remove(&1), Some("one"));
    /// assert_eq!(cache.remove(&1), None);
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hash(key);
        let out = self.change(|entries| entries.remove(hash, |held| held.borrow() == key))?;
        out.map(|(_, value)| value)
    }

    /// Takes out the entry whose last use is longest ago: the one that would have to go next.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(None);
    /// cache.put(1, "one");
    /// cache.put(2, "two");
    /// cache.get(&1);
    /// assert_eq!(cache.pop_lru(), Some((2, "two")));
    /// ```
    pub fn pop_lru(&self) -> Option<(K, V)> {
        self.change(Recent::pop)?
    }

    /// Returns the key's value, or calls `make` for it and puts it in.
    ///
    /// A value that is there is a hit, and no key is made for it; otherwise this is a miss, and the key is cloned. `make` runs
    /// without the lock: it may use the cache, and threads that miss the same key at the same time each call it. Then CPython's
    /// rules hold. With a limit the value that came first stays, and is not used again by this; without one the value
    /// that came last stays. Either way each caller is given what its own `make` returned.
    ///
    /// # Panics
    ///
    /// Panics when `make` does; nothing is stored then, and the miss stays counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let lengths: LruCache<String, usize> = LruCache::new(128);
    /// assert_eq!(lengths.get_or_insert_with("four", str::len), 4);
    /// assert_eq!(lengths.get_or_insert_with("four", |_| unreachable!()), 4);
    /// assert_eq!((lengths.cache_info().hits, lengths.cache_info().misses), (1, 1));
    /// ```
    pub fn get_or_insert_with<Q>(&self, key: &Q, make: impl FnOnce(&Q) -> V) -> V
    where
        K: Borrow<Q>,
        Q: ToOwned<Owned = K> + Hash + Eq + ?Sized,
        V: Clone,
    {
        let made = self.get_or_try_insert_with(key, |key| Ok::<V, Infallible>(make(key)));
        made.unwrap_or_else(|never| match never {})
    }

    /// Returns the key's value, or calls `make` for it and puts it in, unless that is an error.
    ///
    /// An error is a miss and is not stored: the next caller tries again. All else is as with
    /// [`get_or_insert_with`](Self::get_or_insert_with).
    ///
    /// # Errors
    ///
    /// What `make` returned.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::num::ParseIntError;
    ///
    /// use batteries::functools::LruCache;
    ///
    /// let numbers: LruCache<String, u8> = LruCache::new(128);
    /// assert!(numbers.get_or_try_insert_with("many", str::parse).is_err());
    /// assert_eq!(numbers.get_or_try_insert_with("7", str::parse)?, 7);
    /// assert_eq!(numbers.len(), 1);
    /// # Ok::<(), ParseIntError>(())
    /// ```
    pub fn get_or_try_insert_with<Q, E>(
        &self,
        key: &Q,
        make: impl FnOnce(&Q) -> Result<V, E>,
    ) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: ToOwned<Owned = K> + Hash + Eq + ?Sized,
        V: Clone,
    {
        let hash = self.hash(key);
        if let Some(value) = self.memo.lookup(hash, |held| held.borrow() == key, V::clone) {
            return Ok(value);
        }
        let value = make(key)?;
        let (key, kept) = (key.to_owned(), value.clone());
        // In a variable: what has no place is dropped when the lock is free.
        let _out = self.change(|entries| entries.insert(hash, key, kept, K::eq, (), |()| true));
        Ok(value)
    }

    /// Drops all entries, and counts from 0 again.
    ///
    /// A call of [`get_or_insert_with`](Self::get_or_insert_with) that is on its way meanwhile still puts its value in.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::{CacheInfo, LruCache};
    ///
    /// let cache = LruCache::new(None);
    /// cache.put(1, "one");
    /// cache.get(&1);
    /// cache.clear();
    /// assert_eq!(cache.cache_info(), CacheInfo::default());
    /// ```
    #[doc(alias = "cache_clear")]
    pub fn clear(&self) {
        self.memo.cache_clear();
    }

    /// Sets another limit, and drops the entries used longest ago that are too many for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(None);
    /// for n in 0..10 {
    ///     cache.put(n, n * n);
    /// }
    /// cache.resize(2);
    /// assert_eq!(cache.snapshot(), [(9, 81), (8, 64)]);
    /// ```
    pub fn resize(&self, maxsize: impl Into<Option<usize>>) {
        let maxsize = maxsize.into().unwrap_or(UNLIMITED);
        // In a variable: what has no place any more is dropped when the lock is free.
        let _out = self.change(|entries| {
            self.maxsize.store(maxsize, Ordering::Relaxed);
            entries.resize(maxsize)
        });
    }

    /// Returns a copy of all entries, the one used last first; counts nothing and leaves the order as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(128);
    /// cache.put(1, "one");
    /// cache.put(2, "two");
    /// cache.get(&1);
    /// assert_eq!(cache.snapshot(), [(1, "one"), (2, "two")]);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<(K, V)>
    where
        K: Clone,
        V: Clone,
    {
        self.memo
            .within(|entries| {
                entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
            })
            .unwrap_or_default()
    }
}

impl<K: Hash + Eq, V> LruCache<K, V> {
    /// Tells hits, misses, limit and number of entries, as of one moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(128);
    /// cache.put(1, "one");
    /// cache.get(&1);
    /// assert_eq!(cache.cache_info().to_string(), "CacheInfo(hits=1, misses=0, maxsize=128, currsize=1)");
    /// ```
    #[must_use]
    pub fn cache_info(&self) -> CacheInfo {
        let read = || self.memo.counters.info(self.maxsize());
        // From inside nothing changes but by this thread.
        self.memo.within(|_| read()).unwrap_or_else(read)
    }

    /// Returns the most entries that are kept; `None` is no limit.
    #[must_use]
    pub fn maxsize(&self) -> Option<usize> {
        self.limit()
    }

    /// Returns the number of entries.
    #[must_use]
    #[doc(alias = "currsize")]
    #[doc(alias = "__len__")]
    pub fn len(&self) -> usize {
        self.cache_info().currsize
    }

    /// Tells whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What `#[lru_cache(field = ..)]` works with.
impl<K: Hash + Eq, V> LruCache<K, V> {
    #[doc(hidden)]
    #[inline]
    pub fn __memo(&self) -> &Memo<Shared<Recent<K, V>>> {
        &self.memo
    }

    /// Sets the limit that the attribute has.
    #[doc(hidden)]
    #[inline]
    pub fn __fit(&self, maxsize: Option<usize>) -> &Self {
        if self.maxsize() != maxsize {
            self.resize(maxsize);
        }
        self
    }
}

impl<K: Hash + Eq, V> LruCache<K, V> {
    #[inline]
    fn hash(&self, key: &(impl Hash + ?Sized)) -> u64 {
        self.memo.hash(|hasher| key.hash(hasher))
    }

    /// Works on the entries, and publishes their number; `None` if this thread might wait for itself.
    fn change<R>(&self, work: impl FnOnce(&mut Recent<K, V>) -> R) -> Option<R> {
        self.memo.within(|entries| {
            let result = work(entries);
            self.memo.counters.size(entries.count());
            result
        })
    }
}

impl<K, V> LruCache<K, V> {
    fn limit(&self) -> Option<usize> {
        let maxsize = self.maxsize.load(Ordering::Relaxed);
        (maxsize != UNLIMITED).then_some(maxsize)
    }
}

impl<K: Hash + Eq, V> Default for LruCache<K, V> {
    /// Makes an empty cache for 128 entries, as `#[lru_cache]` does.
    fn default() -> Self {
        Self::new(DEFAULT_MAXSIZE)
    }
}

impl<K: Hash + Eq, V> Clone for LruCache<K, V> {
    /// Makes an empty cache with the same limit.
    ///
    /// A clone of an instance is there to be changed, and what was computed for the one need not be right for the other. All
    /// that a cache holds may be missing at any time.
    fn clone(&self) -> Self {
        Self::new(self.maxsize())
    }
}

/// Shows the counts, and no entries: showing those would be foreign code under the lock.
impl<K, V> fmt::Debug for LruCache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CacheInfo { hits, misses, maxsize, currsize } = self.memo.counters.info(self.limit());
        f.debug_struct("LruCache")
            .field("hits", &hits)
            .field("misses", &misses)
            .field("maxsize", &maxsize)
            .field("currsize", &currsize)
            .finish_non_exhaustive()
    }
}

// A panic in foreign code leaves the entries whole, and the lock knows no poison.
impl<K: UnwindSafe, V: UnwindSafe> UnwindSafe for LruCache<K, V> {}
impl<K: UnwindSafe, V: UnwindSafe> RefUnwindSafe for LruCache<K, V> {}
