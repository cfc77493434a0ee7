//! The cache that one holds in hand.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::num::NonZeroUsize;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::{mem, ptr};

use crate::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::info::CacheInfo;
use super::lock::{Guard, Lock};

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
/// happen under the lock. Where an `Eq` or `Clone` comes back to the cache that runs it, that cache does not wait for itself:
/// it looks empty and keeps nothing that is put in it.
///
/// # Examples
///
/// ```
/// use batteries::functools::LruCache;
///
/// let populations = LruCache::new(Some(2));
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
    hash_builder: foldhash::fast::RandomState,
    /// The counts are written under the lock, so that they agree with the entries; who finds the lock in its own hands reads
    /// them all the same.
    hits: AtomicU64,
    misses: AtomicU64,
    currsize: AtomicUsize,
    /// [`UNLIMITED`] for none.
    maxsize: AtomicUsize,
    entries: Lock<Entries<K, V>>,
}

/// The entries, in the order of their last use.
type Entries<K, V> = lru::LruCache<Hashed<K>, V, BuildHasherDefault<PassThrough>>;

impl<K: Hash + Eq, V> LruCache<K, V> {
    /// Makes an empty cache for at most `maxsize` entries, or for any number of them with `None`.
    ///
    /// A cache of size 0 keeps nothing, and still counts. Memory is taken as entries come, not in advance.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let off = LruCache::new(Some(0));
    /// off.put(1, "one");
    /// assert_eq!(off.get(&1), None);
    /// assert_eq!(off.cache_info().misses, 1);
    ///
    /// assert_eq!(LruCache::<u8, u8>::new(None).maxsize(), None);
    /// ```
    #[must_use]
    pub fn new(maxsize: Option<usize>) -> Self {
        let maxsize = maxsize.unwrap_or(UNLIMITED);
        Self {
            hash_builder: foldhash::fast::RandomState::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            currsize: AtomicUsize::new(0),
            maxsize: AtomicUsize::new(maxsize),
            entries: Lock::new(entries(maxsize)),
        }
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
    /// let cache = LruCache::new(Some(128));
    /// assert_eq!(cache.put("port", 80), None);
    /// assert_eq!(cache.put("port", 8080), Some(80));
    /// ```
    pub fn put(&self, key: K, value: V) -> Option<V> {
        let hash = self.hash_builder.hash_one(&key);
        let mut entries = self.entries.lock()?;
        if self.keeps_nothing() {
            drop(entries);
            return None;
        }
        let out = entries.push(Hashed { hash, key }, value);
        // What comes out is the entry that was used longest ago, or the key's own value with the key that was just given.
        // Only the second compares as equal; different hashes settle it without asking `Eq`.
        let replaced = out
            .as_ref()
            .is_some_and(|(key, _)| entries.peek_mru().is_some_and(|(mru, _)| mru == key));
        self.publish(entries);
        out.filter(|_| replaced).map(|(_, value)| value)
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
    /// let cache = LruCache::new(Some(128));
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
        self.__get(self.hash_builder.hash_one(key), |held| held.borrow() == key)
    }

    /// Returns a clone of the key's value; counts nothing and leaves the order as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(Some(2));
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
        let query =
            Query { hash: self.hash_builder.hash_one(key), is: |held: &K| held.borrow() == key };
        self.entries.lock()?.peek(&query as &dyn Look<K>).cloned()
    }

    /// Tells whether the key has a value; counts nothing and leaves the order as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(Some(128));
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
        self.__contains(self.hash_builder.hash_one(key), |held| held.borrow() == key)
    }

    /// Takes the key's value out; counts nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(Some(128));
    /// cache.put(1, "one");
    /// assert_eq!(cache.remove(&1), Some("one"));
    /// assert_eq!(cache.remove(&1), None);
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.__remove(self.hash_builder.hash_one(key), |held| held.borrow() == key)
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
        let mut entries = self.entries.lock()?;
        let out = entries.pop_lru();
        self.publish(entries);
        out.map(|(Hashed { key, .. }, value)| (key, value))
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
    /// let lengths: LruCache<String, usize> = LruCache::new(Some(128));
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
    /// let numbers: LruCache<String, u8> = LruCache::new(Some(128));
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
        let hash = self.hash_builder.hash_one(key);
        if let Some(value) = self.__get(hash, |held| held.borrow() == key) {
            return Ok(value);
        }
        let value = make(key)?;
        self.__keep(hash, key.to_owned(), value.clone());
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
        let Some(mut entries_now) = self.entries.lock() else { return };
        let out = mem::replace(&mut *entries_now, entries(self.maxsize.load(Ordering::Relaxed)));
        self.hits.store(0, Ordering::Relaxed);
        self.misses.store(0, Ordering::Relaxed);
        self.publish(entries_now);
        drop(out);
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
    /// cache.resize(Some(2));
    /// assert_eq!(cache.snapshot(), [(9, 81), (8, 64)]);
    /// ```
    pub fn resize(&self, maxsize: Option<usize>) {
        let maxsize = maxsize.unwrap_or(UNLIMITED);
        let Some(mut entries) = self.entries.lock() else { return };
        self.maxsize.store(maxsize, Ordering::Relaxed);
        let mut out = Vec::with_capacity(entries.len().saturating_sub(maxsize));
        while entries.len() > maxsize {
            out.extend(entries.pop_lru());
        }
        entries.resize(limit(maxsize));
        self.publish(entries);
        drop(out);
    }

    /// Returns a copy of all entries, the one used last first; counts nothing and leaves the order as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(Some(128));
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
        let Some(entries) = self.entries.lock() else { return Vec::new() };
        entries.iter().map(|(Hashed { key, .. }, value)| (key.clone(), value.clone())).collect()
    }
}

impl<K, V> LruCache<K, V> {
    /// Tells hits, misses, limit and number of entries, as of one moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::LruCache;
    ///
    /// let cache = LruCache::new(Some(128));
    /// cache.put(1, "one");
    /// cache.get(&1);
    /// assert_eq!(cache.cache_info().to_string(), "CacheInfo(hits=1, misses=0, maxsize=128, currsize=1)");
    /// ```
    #[must_use]
    pub fn cache_info(&self) -> CacheInfo {
        // Whoever holds the lock already sees the counts as they are.
        let _entries = self.entries.lock();
        CacheInfo {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            maxsize: self.maxsize(),
            currsize: self.len(),
        }
    }

    /// Returns the most entries that are kept; `None` is no limit.
    #[must_use]
    pub fn maxsize(&self) -> Option<usize> {
        let maxsize = self.maxsize.load(Ordering::Relaxed);
        (maxsize != UNLIMITED).then_some(maxsize)
    }

    /// Returns the number of entries.
    #[must_use]
    #[doc(alias = "currsize")]
    #[doc(alias = "__len__")]
    pub fn len(&self) -> usize {
        self.currsize.load(Ordering::Relaxed)
    }

    /// Tells whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What `#[lru_cache(field = ..)]` expands to. A key that is no value of `K` yet is given as its hash and a comparison.
impl<K: Hash + Eq, V> LruCache<K, V> {
    /// Hashes what a key would be made of. A tuple of references hashes as a tuple of what they borrow from would.
    #[doc(hidden)]
    #[inline]
    pub fn __hash(&self, key: &(impl Hash + ?Sized)) -> u64 {
        self.hash_builder.hash_one(key)
    }

    #[doc(hidden)]
    #[inline]
    pub fn __get(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<V>
    where
        V: Clone,
    {
        let query = Query { hash, is };
        let Some(mut entries) = self.entries.lock() else {
            self.misses.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        // Misses are also counted by who comes back to the lock it holds, in the middle of this; hits are not.
        let Some(value) = entries.get(&query as &dyn Look<K>) else {
            add(&self.misses, 1);
            return None;
        };
        add(&self.hits, 1);
        Some(value.clone())
    }

    #[doc(hidden)]
    pub fn __contains(&self, hash: u64, is: impl Fn(&K) -> bool) -> bool {
        let query = Query { hash, is };
        self.entries.lock().is_some_and(|entries| entries.contains(&query as &dyn Look<K>))
    }

    #[doc(hidden)]
    pub fn __remove(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<V> {
        let query = Query { hash, is };
        let mut entries = self.entries.lock()?;
        let out = entries.pop_entry(&query as &dyn Look<K>);
        self.publish(entries);
        out.map(|(_, value)| value)
    }

    /// Stores what was computed after a miss, by CPython's rules.
    #[doc(hidden)]
    pub fn __keep(&self, hash: u64, key: K, value: V) {
        let key = Hashed { hash, key };
        let Some(mut entries) = self.entries.lock() else { return };
        // Another call was first: CPython leaves its value, and its place, where there is a limit.
        let is_late = || self.maxsize().is_some() && entries.contains(&key);
        let out = if self.keeps_nothing() || is_late() {
            Some((key, value))
        } else {
            entries.push(key, value)
        };
        self.publish(entries);
        drop(out);
    }
}

impl<K: Hash + Eq, V> Default for LruCache<K, V> {
    /// Makes an empty cache for 128 entries, as `#[lru_cache]` does.
    fn default() -> Self {
        Self::new(Some(DEFAULT_MAXSIZE))
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
        let CacheInfo { hits, misses, maxsize, currsize } = self.cache_info();
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

impl<K, V> LruCache<K, V> {
    fn keeps_nothing(&self) -> bool {
        self.maxsize.load(Ordering::Relaxed) == 0
    }
}

impl<K: Hash + Eq, V> LruCache<K, V> {
    /// Ends a change of the entries: from here on everybody sees their number, and the lock is free.
    fn publish(&self, entries: Guard<'_, Entries<K, V>>) {
        self.currsize.store(entries.len(), Ordering::Relaxed);
    }
}

/// Adds to a count that only the holder of the lock changes.
#[inline]
fn add(count: &AtomicU64, more: u64) {
    count.store(count.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}

fn entries<K: Hash + Eq, V>(maxsize: usize) -> Entries<K, V> {
    // With a limit from the start it would take the memory for that many at once.
    let mut entries = Entries::unbounded_with_hasher(BuildHasherDefault::default());
    entries.resize(limit(maxsize));
    entries
}

/// The limit in the words of the crate `lru`, which has none that keeps nothing: who asks it has seen to that.
fn limit(maxsize: usize) -> NonZeroUsize {
    NonZeroUsize::new(maxsize).unwrap_or(NonZeroUsize::MIN)
}

/// A key with its hash: a key is hashed once for each use, and never to make room.
struct Hashed<K> {
    hash: u64,
    key: K,
}

impl<K> Hash for Hashed<K> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl<K: Eq> PartialEq for Hashed<K> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // An entry that goes is looked up by its own key: that is no question for foreign code.
        ptr::eq(self, other) || (self.hash == other.hash && self.key == other.key)
    }
}

impl<K: Eq> Eq for Hashed<K> {}

/// A key, or what is looked for in its place. The table of entries asks for both through this one type.
trait Look<K> {
    fn hash(&self) -> u64;

    /// The key, if it is one.
    fn held(&self) -> Option<&Hashed<K>>;

    /// Whether this is, or stands for, `key`.
    fn is(&self, key: &K) -> bool;
}

impl<K: Eq> Look<K> for Hashed<K> {
    #[inline]
    fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    fn held(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline]
    fn is(&self, key: &K) -> bool {
        self.key == *key
    }
}

/// What is looked for: the key's hash, and how to know the key.
struct Query<F> {
    hash: u64,
    is: F,
}

impl<K, F: Fn(&K) -> bool> Look<K> for Query<F> {
    #[inline]
    fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    fn held(&self) -> Option<&Hashed<K>> {
        None
    }

    #[inline]
    fn is(&self, key: &K) -> bool {
        (self.is)(key)
    }
}

impl<'a, K: Eq + 'a> Borrow<dyn Look<K> + 'a> for Hashed<K> {
    #[inline]
    fn borrow(&self) -> &(dyn Look<K> + 'a) {
        self
    }
}

impl<K> Hash for dyn Look<K> + '_ {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(Look::hash(self));
    }
}

impl<K> PartialEq for dyn Look<K> + '_ {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // One of both is an entry's key; which one is up to the table.
        let is = |query: &Self, held: &Hashed<K>| held.hash == query.hash() && query.is(&held.key);
        match (self.held(), other.held()) {
            (_, Some(held)) => is(self, held),
            (Some(held), None) => is(other, held),
            (None, None) => false,
        }
    }
}

impl<K> Eq for dyn Look<K> + '_ {}

/// Hands on the hash that a key already has.
#[derive(Default)]
struct PassThrough(u64);

impl Hasher for PassThrough {
    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("keys write their hash whole");
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
