//! The peers, each caching the same functions.
//!
//! A store that is no macro is asked first and given the result afterwards, as a macro does it: no peer holds a lock while the
//! body runs.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{LARGE, SMALL};

/// Bodies that have run, in all threads: what was not answered from a cache.
static BODIES: AtomicU64 = AtomicU64::new(0);

/// The bodies that `work` ran.
pub(super) fn bodies(work: impl FnOnce()) -> u64 {
    let before = BODIES.load(Ordering::Relaxed);
    work();
    BODIES.load(Ordering::Relaxed) - before
}

/// What the function of a number computes.
#[inline]
pub(super) fn mixed(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

fn number(n: u64) -> u64 {
    BODIES.fetch_add(1, Ordering::Relaxed);
    mixed(n)
}

/// What the function of a text computes.
#[inline]
pub(super) fn letters(text: &str) -> u64 {
    text.bytes().map(u64::from).sum()
}

fn text(text: &str) -> u64 {
    BODIES.fetch_add(1, Ordering::Relaxed);
    letters(text)
}

/// A function of a number, kept in a cache that all threads share.
pub(super) trait Numbers {
    /// The name in the tables.
    const NAME: &'static str;

    /// Keeps the [`SMALL`] last results.
    fn small(n: u64) -> u64;

    /// Keeps the [`LARGE`] last results.
    fn large(n: u64) -> u64;
}

/// A function of a text that the caller has borrowed.
pub(super) trait Texts {
    /// The name in the tables.
    const NAME: &'static str;

    fn small(name: &str) -> u64;
}

/// A function that calls itself.
pub(super) trait Recursion {
    /// The name in the tables.
    const NAME: &'static str;

    fn fib(n: u64) -> u64;

    fn clear();
}

/// `#[lru_cache]`.
pub(super) struct Batteries;

/// The same with `local`: each thread has a cache of its own.
pub(super) struct BatteriesLocal;

/// `LruCache`, which is given its results as the stores are.
pub(super) struct BatteriesInHand;

mod batteries_functions {
    use std::sync::LazyLock;

    use batteries::functools::{LruCache, lru_cache};

    #[lru_cache(maxsize = 256)]
    pub(super) fn small(n: u64) -> u64 {
        super::number(n)
    }

    #[lru_cache(maxsize = 100_000)]
    pub(super) fn large(n: u64) -> u64 {
        super::number(n)
    }

    #[lru_cache(maxsize = 256)]
    pub(super) fn text(name: &str) -> u64 {
        super::text(name)
    }

    #[lru_cache(maxsize = 128)]
    pub(super) fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }

    #[lru_cache(maxsize = 256, local)]
    pub(super) fn small_local(n: u64) -> u64 {
        super::number(n)
    }

    #[lru_cache(maxsize = 100_000, local)]
    pub(super) fn large_local(n: u64) -> u64 {
        super::number(n)
    }

    #[lru_cache(maxsize = 256, local)]
    pub(super) fn text_local(name: &str) -> u64 {
        super::text(name)
    }

    #[lru_cache(maxsize = 128, local)]
    pub(super) fn fib_local(n: u64) -> u64 {
        if n < 2 { n } else { fib_local(n - 1) + fib_local(n - 2) }
    }

    pub(super) static SMALL: LazyLock<LruCache<u64, u64>> =
        LazyLock::new(|| LruCache::new(Some(super::SMALL)));
    pub(super) static LARGE: LazyLock<LruCache<u64, u64>> =
        LazyLock::new(|| LruCache::new(Some(super::LARGE)));
    pub(super) static TEXTS: LazyLock<LruCache<String, u64>> =
        LazyLock::new(|| LruCache::new(Some(super::SMALL)));
    pub(super) static FIB: LazyLock<LruCache<u64, u64>> =
        LazyLock::new(|| LruCache::new(Some(128)));
}

impl Numbers for Batteries {
    const NAME: &'static str = "batteries";

    fn small(n: u64) -> u64 {
        batteries_functions::small(n)
    }

    fn large(n: u64) -> u64 {
        batteries_functions::large(n)
    }
}

impl Texts for Batteries {
    const NAME: &'static str = "batteries";

    fn small(name: &str) -> u64 {
        batteries_functions::text(name)
    }
}

impl Recursion for Batteries {
    const NAME: &'static str = "batteries";

    fn fib(n: u64) -> u64 {
        batteries_functions::fib(n)
    }

    fn clear() {
        batteries_functions::fib::cache_clear();
    }
}

impl Numbers for BatteriesLocal {
    const NAME: &'static str = "batteries_local";

    fn small(n: u64) -> u64 {
        batteries_functions::small_local(n)
    }

    fn large(n: u64) -> u64 {
        batteries_functions::large_local(n)
    }
}

impl Texts for BatteriesLocal {
    const NAME: &'static str = "batteries_local";

    fn small(name: &str) -> u64 {
        batteries_functions::text_local(name)
    }
}

impl Recursion for BatteriesLocal {
    const NAME: &'static str = "batteries_local";

    fn fib(n: u64) -> u64 {
        batteries_functions::fib_local(n)
    }

    fn clear() {
        batteries_functions::fib_local::cache_clear();
    }
}

impl Numbers for BatteriesInHand {
    const NAME: &'static str = "batteries_in_hand";

    fn small(n: u64) -> u64 {
        batteries_functions::SMALL.get_or_insert_with(&n, |&n| number(n))
    }

    fn large(n: u64) -> u64 {
        batteries_functions::LARGE.get_or_insert_with(&n, |&n| number(n))
    }
}

impl Texts for BatteriesInHand {
    const NAME: &'static str = "batteries_in_hand";

    fn small(name: &str) -> u64 {
        batteries_functions::TEXTS.get_or_insert_with(name, text)
    }
}

impl Recursion for BatteriesInHand {
    const NAME: &'static str = "batteries_in_hand";

    fn fib(n: u64) -> u64 {
        let body = |&n: &u64| if n < 2 { n } else { Self::fib(n - 1) + Self::fib(n - 2) };
        batteries_functions::FIB.get_or_insert_with(&n, body)
    }

    fn clear() {
        batteries_functions::FIB.clear();
    }
}

/// `#[cached]`, whose cache all threads share; every hit takes its lock for writing.
pub(super) struct Cached;

mod cached_functions {
    use cached::macros::cached;

    #[cached(max_size = 256)]
    pub(super) fn small(n: u64) -> u64 {
        super::number(n)
    }

    #[cached(max_size = 100_000)]
    pub(super) fn large(n: u64) -> u64 {
        super::number(n)
    }

    #[cached(max_size = 256, key = "String", convert = r#"{ name.to_owned() }"#)]
    pub(super) fn text(name: &str) -> u64 {
        super::text(name)
    }

    #[cached(max_size = 128)]
    pub(super) fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
}

impl Numbers for Cached {
    const NAME: &'static str = "cached";

    fn small(n: u64) -> u64 {
        cached_functions::small(n)
    }

    fn large(n: u64) -> u64 {
        cached_functions::large(n)
    }
}

impl Texts for Cached {
    const NAME: &'static str = "cached";

    fn small(name: &str) -> u64 {
        cached_functions::text(name)
    }
}

impl Recursion for Cached {
    const NAME: &'static str = "cached";

    fn fib(n: u64) -> u64 {
        cached_functions::fib(n)
    }

    fn clear() {
        cached::Cached::cache_clear(&mut *cached_functions::FIB.write());
    }
}

/// `#[memoize]`: each thread has a cache of its own.
pub(super) struct Memoize;

/// The same with `SharedCache`.
pub(super) struct MemoizeShared;

mod memoize_functions {
    use memoize::memoize;

    #[memoize(Capacity: 256)]
    pub(super) fn small(n: u64) -> u64 {
        super::number(n)
    }

    #[memoize(Capacity: 100_000)]
    pub(super) fn large(n: u64) -> u64 {
        super::number(n)
    }

    #[memoize(Capacity: 256)]
    pub(super) fn text(name: String) -> u64 {
        super::text(&name)
    }

    #[memoize(Capacity: 128)]
    pub(super) fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }

    #[memoize(Capacity: 256, SharedCache)]
    pub(super) fn small_shared(n: u64) -> u64 {
        super::number(n)
    }

    #[memoize(Capacity: 100_000, SharedCache)]
    pub(super) fn large_shared(n: u64) -> u64 {
        super::number(n)
    }

    #[memoize(Capacity: 256, SharedCache)]
    pub(super) fn text_shared(name: String) -> u64 {
        super::text(&name)
    }

    #[memoize(Capacity: 128, SharedCache)]
    pub(super) fn fib_shared(n: u64) -> u64 {
        if n < 2 { n } else { fib_shared(n - 1) + fib_shared(n - 2) }
    }
}

impl Numbers for Memoize {
    const NAME: &'static str = "memoize";

    fn small(n: u64) -> u64 {
        memoize_functions::small(n)
    }

    fn large(n: u64) -> u64 {
        memoize_functions::large(n)
    }
}

impl Texts for Memoize {
    const NAME: &'static str = "memoize";

    fn small(name: &str) -> u64 {
        // It takes no references.
        memoize_functions::text(name.to_owned())
    }
}

impl Recursion for Memoize {
    const NAME: &'static str = "memoize";

    fn fib(n: u64) -> u64 {
        memoize_functions::fib(n)
    }

    fn clear() {
        memoize_functions::memoized_flush_fib();
    }
}

impl Numbers for MemoizeShared {
    const NAME: &'static str = "memoize_shared";

    fn small(n: u64) -> u64 {
        memoize_functions::small_shared(n)
    }

    fn large(n: u64) -> u64 {
        memoize_functions::large_shared(n)
    }
}

impl Texts for MemoizeShared {
    const NAME: &'static str = "memoize_shared";

    fn small(name: &str) -> u64 {
        memoize_functions::text_shared(name.to_owned())
    }
}

impl Recursion for MemoizeShared {
    const NAME: &'static str = "memoize_shared";

    fn fib(n: u64) -> u64 {
        memoize_functions::fib_shared(n)
    }

    fn clear() {
        memoize_functions::memoized_flush_fib_shared();
    }
}

/// Declares a store that is no macro: its caches, and how each is asked, given, and emptied.
macro_rules! store {
    (
        $(#[$doc:meta])*
        $peer:ident, $name:literal, $cache:ident<$value:ty>, $new:expr,
        get($get_cache:ident, $get_key:ident) $get:expr,
        put($put_cache:ident, $put_key:ident, $put_value:ident) $put:expr,
        clear($clear_cache:ident) $clear:expr $(,)?
    ) => {
        $(#[$doc])*
        pub(super) struct $peer;

        const _: () = {
            type Cache<K> = $cache<K, $value>;

            fn new<K: Eq + std::hash::Hash + Send + Sync + 'static>(size: usize) -> Cache<K> {
                let new: fn(usize) -> Cache<K> = $new;
                new(size)
            }

            fn number($get_cache: &Cache<u64>, n: u64) -> u64 {
                let $get_key = &n;
                if let Some(value) = $get {
                    return value;
                }
                let value = self::number(n);
                let ($put_cache, $put_key, $put_value) = ($get_cache, n, value);
                $put;
                value
            }

            static SMALL_ONE: LazyLock<Cache<u64>> = LazyLock::new(|| new(SMALL));
            static LARGE_ONE: LazyLock<Cache<u64>> = LazyLock::new(|| new(LARGE));
            static TEXTS: LazyLock<Cache<String>> = LazyLock::new(|| new(SMALL));
            static FIB: LazyLock<Cache<u64>> = LazyLock::new(|| new(128));

            impl Numbers for $peer {
                const NAME: &'static str = $name;

                fn small(n: u64) -> u64 {
                    number(&SMALL_ONE, n)
                }

                fn large(n: u64) -> u64 {
                    number(&LARGE_ONE, n)
                }
            }

            impl Texts for $peer {
                const NAME: &'static str = $name;

                fn small($get_key: &str) -> u64 {
                    let $get_cache = &*TEXTS;
                    if let Some(value) = $get {
                        return value;
                    }
                    let value = text($get_key);
                    let ($put_cache, $put_key, $put_value) = (&*TEXTS, $get_key.to_owned(), value);
                    $put;
                    value
                }
            }

            impl Recursion for $peer {
                const NAME: &'static str = $name;

                fn fib(n: u64) -> u64 {
                    let ($get_cache, $get_key) = (&*FIB, &n);
                    if let Some(value) = $get {
                        return value;
                    }
                    let value = if n < 2 { n } else { Self::fib(n - 1) + Self::fib(n - 2) };
                    let ($put_cache, $put_key, $put_value) = (&*FIB, n, value);
                    $put;
                    value
                }

                fn clear() {
                    let $clear_cache = &*FIB;
                    $clear;
                }
            }
        };
    };
}

type QuickCache<K, V> = quick_cache::sync::Cache<K, V>;
type Moka<K, V> = moka::sync::Cache<K, V>;
type MutexLru<K, V> = parking_lot::Mutex<lru::LruCache<K, V>>;

store! {
    /// Shards with an order that is nearly LRU; a hit takes a lock for reading.
    QuickCacheStore, "quick_cache", QuickCache<u64>, QuickCache::new,
    get(cache, key) cache.get(key),
    put(cache, key, value) cache.insert(key, value),
    clear(cache) cache.clear(),
}

store! {
    /// A hit is written to a log, from which the order follows later.
    MokaStore, "moka", Moka<u64>, |size| Moka::new(size as u64),
    get(cache, key) cache.get(key),
    put(cache, key, value) cache.insert(key, value),
    clear(cache) cache.invalidate_all(),
}

store! {
    /// What one would write by hand.
    MutexLruStore, "lru+parking_lot", MutexLru<u64>,
    |size| MutexLru::new(lru::LruCache::new(size.try_into().expect("a size above 0"))),
    get(cache, key) cache.lock().get(key).copied(),
    put(cache, key, value) cache.lock().put(key, value),
    clear(cache) cache.lock().clear(),
}
