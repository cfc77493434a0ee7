//! The cache around a closure.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;

use super::either::Either;
use super::guard::Shared;
use super::info::{CacheInfo, CacheParameters};
use super::life::Forever;
use super::memo::Memo;

/// A closure that remembers what it returned: `functools.lru_cache` as a function, for what has no name or captures
/// something.
///
/// It behaves as a function under [`#[lru_cache]`](macro@super::lru_cache) does: least recently used results go first, the
/// counts are exact, nothing is locked while the closure runs, and a panic stores nothing. Every result is kept, also an `Err`.
/// Threads share it by reference or in an [`Arc`](std::sync::Arc).
///
/// A closure that calls itself is made by [`recursive`](Memoized::recursive).
///
/// # Examples
///
/// ```
/// use batteries::functools::Memoized;
///
/// let bonus = 100;
/// let price = Memoized::new(Some(128), move |item: &String| item.len() * 10 + bonus);
/// assert_eq!(price.call("spam"), 140); // no `String` is made for what is there
/// assert_eq!(price.call("spam"), 140);
/// assert_eq!(price.cache_info().to_string(), "CacheInfo(hits=1, misses=1, maxsize=128, currsize=1)");
/// ```
#[doc(alias = "lru_cache")]
#[doc(alias = "cache")]
pub struct Memoized<F, K, V> {
    function: F,
    memo: Cache<K, V>,
}

impl<F, K, V> Memoized<F, K, V>
where
    F: Fn(&K) -> V,
    K: Hash + Eq,
    V: Clone,
{
    /// Wraps `function` into a cache for `maxsize` results; `None` is no limit, 0 keeps nothing.
    #[must_use]
    pub fn new(maxsize: impl Into<Option<usize>>, function: F) -> Self {
        Self { function, memo: memo(maxsize.into()) }
    }

    /// Returns what the closure returns for `key`, which is called if that is not in the cache.
    ///
    /// # Panics
    ///
    /// If the closure does; nothing is stored then.
    #[doc(alias = "__call__")]
    pub fn call<Q>(&self, key: &Q) -> V
    where
        K: Borrow<Q>,
        Q: ToOwned<Owned = K> + Hash + Eq + ?Sized,
    {
        call(&self.memo, key, |key| (self.function)(key))
    }
}

impl<F, K, V> Memoized<F, K, V> {
    /// The closure, past the cache.
    #[doc(alias = "__wrapped__")]
    pub fn wrapped(&self) -> &F {
        &self.function
    }
}

impl<F, K, V> Memoized<F, K, V>
where
    K: Hash + Eq,
    V: Clone,
{
    /// Wraps a closure that calls itself: it is given the cached function, and the key.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::Memoized;
    ///
    /// let fib = Memoized::recursive(None, |fib, &n: &u32| {
    ///     if n < 2 { u64::from(n) } else { fib(&(n - 1)) + fib(&(n - 2)) }
    /// });
    /// assert_eq!(fib.call(&90), 2_880_067_194_370_816_120);
    /// assert_eq!(fib.cache_info().to_string(), "CacheInfo(hits=88, misses=91, maxsize=None, currsize=91)");
    /// ```
    #[must_use]
    pub fn recursive(maxsize: impl Into<Option<usize>>, function: F) -> MemoizedRecursive<F, K, V>
    where
        F: Fn(&dyn Fn(&K) -> V, &K) -> V,
    {
        MemoizedRecursive { function, memo: memo(maxsize.into()) }
    }
}

/// A closure that calls itself and remembers what it returned; [`Memoized::recursive`] makes it.
pub struct MemoizedRecursive<F, K, V> {
    function: F,
    memo: Cache<K, V>,
}

impl<F, K, V> MemoizedRecursive<F, K, V>
where
    F: Fn(&dyn Fn(&K) -> V, &K) -> V,
    K: Hash + Eq + Clone,
    V: Clone,
{
    /// Returns what the closure returns for `key`, which is called if that is not in the cache.
    ///
    /// # Panics
    ///
    /// If the closure does; nothing is stored then.
    pub fn call<Q>(&self, key: &Q) -> V
    where
        K: Borrow<Q>,
        Q: ToOwned<Owned = K> + Hash + Eq + ?Sized,
    {
        call(&self.memo, key, |key| (self.function)(&|key| self.call::<K>(key), key))
    }
}

type Cache<K, V> = Memo<Shared<Either<K, V>>, Forever>;

fn memo<K, V>(maxsize: Option<usize>) -> Cache<K, V> {
    Memo::new(Either::new(maxsize), Forever, false)
}

fn call<K, V, Q>(memo: &Cache<K, V>, key: &Q, function: impl FnOnce(&K) -> V) -> V
where
    K: Borrow<Q> + Eq,
    V: Clone,
    Q: ToOwned<Owned = K> + Hash + Eq + ?Sized,
{
    let hash = memo.hash(|hasher| key.hash(hasher));
    if let Some(value) = memo.lookup(hash, |stored| stored.borrow() == key, V::clone) {
        return value;
    }
    let key = key.to_owned();
    let value = function(&key);
    memo.store(hash, key, K::eq, || value.clone());
    value
}

macro_rules! control {
    ($name:ident) => {
        impl<F, K, V> $name<F, K, V> {
            /// Tells how the cache has done.
            pub fn cache_info(&self) -> CacheInfo {
                self.memo.cache_info()
            }

            /// Forgets all results and sets the counters to zero.
            pub fn cache_clear(&self) {
                self.memo.cache_clear();
            }

            /// Tells how the cache was set up.
            pub fn cache_parameters(&self) -> CacheParameters {
                self.memo.cache_parameters()
            }

            /// Says whether the result for `key` is in the cache, and counts nothing.
            pub fn cache_contains<Q>(&self, key: &Q) -> bool
            where
                K: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                let hash = self.memo.hash(|hasher| key.hash(hasher));
                self.memo.contains(hash, |stored| stored.borrow() == key)
            }

            /// Forgets the result for `key`, and says whether there was one.
            pub fn cache_remove<Q>(&self, key: &Q) -> bool
            where
                K: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                let hash = self.memo.hash(|hasher| key.hash(hasher));
                self.memo.remove(hash, |stored| stored.borrow() == key)
            }
        }

        impl<F, K, V> fmt::Debug for $name<F, K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Not the results: printing them would be user code inside of the cache.
                f.debug_struct(stringify!($name))
                    .field("cache_info", &self.cache_info())
                    .finish_non_exhaustive()
            }
        }
    };
}

control!(Memoized);
control!(MemoizedRecursive);
