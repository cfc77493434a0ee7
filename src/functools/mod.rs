//! Memoization with Python's counters: Python's `functools`.
//!
//! [`#[lru_cache]`](macro@lru_cache) above a function keeps what it returned, by its arguments, and returns that the next time.
//! The function stays what it was; beside it stand `cache_info`, `cache_clear` and what else Python has there.
//!
//! ```
//! use batteries::functools::lru_cache;
//!
//! #[lru_cache(maxsize = 256)]
//! fn fib(n: u64) -> u64 {
//!     if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
//! }
//!
//! assert_eq!(fib(90), 2_880_067_194_370_816_120);
//! assert_eq!(fib::cache_info().to_string(), "CacheInfo(hits=88, misses=91, maxsize=256, currsize=91)");
//! fib::cache_clear();
//! assert_eq!(fib::__wrapped__(3), 2); // past the cache
//! ```
//!
//! # Which part for what
//!
//! | You want | Use |
//! |---|---|
//! | a function that remembers the results used last | [`#[lru_cache]`](macro@lru_cache) |
//! | a function that remembers everything | [`#[cache]`](macro@cache) |
//! | a method, an `async fn`, a generic function, a lookup that fails, a result that grows old | the options of [`#[lru_cache]`](macro@lru_cache) |
//! | many threads that ask for the same at once to compute it once | its option `single_flight` |
//! | a closure that remembers, also one that calls itself | [`Memoized`] |
//! | the cache itself, to put in and take out | [`LruCache`] |
//! | a value that is computed once for each instance | [`CachedProperty`] |
//! | floats in a key | [`F64Key`] |
//! | to sort by a comparison in Python's style | [`cmp_to_key`] |
//! | the best hit rate, weights, callbacks | the crates `moka` and `quick_cache`: this is an exact LRU, as Python's is |
//!
//! # What can be relied on
//!
//! - **The order is exact.** What goes is what was used longest ago, whichever threads used it.
//! - **The counters are exact.** Hits and misses together are the calls since the last clear, also when threads call at once.
//! - **A hit allocates nothing.** `&str`, `&[u8]`, `&Path` and every other `&T` are looked up as they are, also within tuples
//!   and `Option`s; what is kept is made on a miss, by `to_owned`.
//! - **Nothing is locked while your function runs.** It may call itself, other cached functions, and clear its own cache.
//! - **Nothing waits for itself.** The `Eq` of keys and the `Clone` of results run inside of the cache, and what they ask of any
//!   cached function is computed, if it cannot be looked up without waiting. What leaves a cache is dropped outside.
//! - **What fails is not kept.** A panic stores nothing and poisons nothing; an `Err` is returned and not kept, whatever its
//!   type is called; `None` is a result like any other.
//!
//! # Cost
//!
//! A hit clones the result, inside of the cache: return an [`Arc`](std::sync::Arc) of what is large. The cache of a function is
//! made by its first call and lives as long as the program (`local`: the thread; `field`: the instance).
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `@lru_cache`, `@lru_cache(maxsize=256)` | `#[lru_cache]` (128, as in Python), `#[lru_cache(maxsize = 256)]` |
//! | `@lru_cache(maxsize=None)`, `@cache` | `#[lru_cache(maxsize = None)]`, `#[cache]` |
//! | `@lru_cache(typed=True)` | `typed`; types are apart anyway |
//! | `f.cache_info()`, `f.cache_clear()`, `f.cache_parameters()` | `f::cache_info()`, `f::cache_clear()`, `f::cache_parameters()` |
//! | `f.__wrapped__(x)` | `f::__wrapped__(x)` |
//! | `lru_cache(maxsize=8)(lambda x: ...)` | `Memoized::new(8, \|x: &u64\| ...)` |
//! | `@lru_cache` on a method, which keeps all instances alive | `field = name`: the cache is in the instance, and goes with it |
//! | `@classmethod @cache`, `@staticmethod @cache` | `#[cache(assoc)]` |
//! | an exception is not kept | an `Err` is not kept; `cache_err = true` keeps it |
//! | `f(1.5)` | `key = F64Key(x)` |
//! | `TypeError: unhashable type` | an error of the compiler, which says what to write |
//! | `cachetools.TTLCache`, `cachetools.keys` | `ttl = Duration::from_secs(60)`; `key = ..`, `ignore(..)` |
//! | `async_lru.alru_cache` | the same attributes on an `async fn` |
//! | `@cached_property` | [`CachedProperty`] |
//! | `@total_ordering` | `#[derive(PartialOrd, Ord)]`, or `Ord` by hand: `Ord::cmp` is all that Rust asks for |
//! | `cmp_to_key(f)` | [`cmp_to_key(f)`](cmp_to_key()); `sort_by` takes a comparison as it is |
//! | `functools.partial`, `reduce`, `singledispatch` | closures, `Iterator::fold`, traits |
//!
//! # Speed
//!
//! A hit costs a hash, a probe and one uncontended lock. Bench ids `functools/*`, figures and rivals in `docs/benchmarks.md`.

mod info;
mod lru_cache;

mod cached_property;
mod cmp_to_key;
mod f64_key;

mod bounded;
mod recent;
mod store;
mod unbounded;

mod clock;
#[cfg(target_os = "linux")]
mod coarse;
mod either;
mod flight;
mod guard;
mod keep;
mod key;
mod life;
mod memo;
mod memoized;
mod registry;

#[cfg(not(target_os = "linux"))]
use clock as machine;
#[cfg(target_os = "linux")]
use coarse as machine;

#[doc(hidden)]
pub mod private;

/// Keeps everything that a function returned: Python's `functools.cache`, which is [`#[lru_cache(maxsize = None)]`](macro@lru_cache).
///
/// It takes the options of [`#[lru_cache]`](macro@lru_cache), but `maxsize`. Without a limit nothing is kept in order, which makes
/// it faster, and nothing goes.
///
/// # Examples
///
/// ```
/// use batteries::functools::cache;
///
/// #[cache]
/// fn paths(width: u32, height: u32) -> u64 {
///     if width == 0 || height == 0 { 1 } else { paths(width - 1, height) + paths(width, height - 1) }
/// }
///
/// assert_eq!(paths(16, 16), 601_080_390);
/// assert_eq!(paths::cache_info().to_string(), "CacheInfo(hits=225, misses=288, maxsize=None, currsize=288)");
/// ```
pub use batteries_macros::cache;
/// Keeps what a function returned, by its arguments, and returns it the next time: Python's `functools.lru_cache`.
///
/// The results that were used last are kept, 128 of them unless `maxsize` says something else. The function keeps its name,
/// signature, documentation and attributes.
///
/// ```
/// use batteries::functools::lru_cache;
/// # fn query(_: &str) -> Result<String, std::io::Error> { Ok("Eric".to_owned()) }
///
/// /// Looks a user up in the database.
/// #[lru_cache(maxsize = 1000)]
/// fn user(id: u32) -> Result<String, std::io::Error> {
///     query(&format!("select name from users where id = {id}"))
/// }
/// # fn main() -> Result<(), std::io::Error> {
/// assert_eq!(user(7)?, "Eric");
/// assert_eq!(user(7)?, "Eric"); // no query
/// assert_eq!(user::cache_info().hits, 1);
/// # Ok(())
/// # }
/// ```
///
/// # Beside the function
///
/// A type of the same name has the rest, for a generic function with its types: `show::<u8>::cache_info()`.
///
/// | | |
/// |---|---|
/// | `f::cache_info()` | a [`CacheInfo`]: `hits`, `misses`, `maxsize`, `currsize` |
/// | `f::cache_clear()` | forgets all results, and counts from zero |
/// | `f::cache_parameters()` | a [`CacheParameters`]: `maxsize`, `typed` |
/// | `f::__wrapped__(..)` | calls the function past its cache |
/// | `f::cache_contains(..)` | says whether there is a result for these arguments |
/// | `f::cache_remove(..)` | forgets the result for these arguments, and says whether there was one |
///
/// In an `impl` these are functions beside the method: `f_cache_info()`, `f_cache_clear()`, `f_cache_parameters()`,
/// `f_cache_contains(..)`, `f_cache_remove(..)` and, for `__wrapped__`, `f_uncached(..)`.
///
/// # Options
///
/// | Option | What it does |
/// |---|---|
/// | `maxsize = 256` | the most results that are kept, any expression of type `usize`; `None` is no limit, 0 keeps nothing and counts |
/// | `typed` | is told by `cache_parameters`; different types never share results here |
/// | `ignore(a, b)` | these arguments are not part of the key; they may be of any type |
/// | `key = expr` | this is the whole key: an expression of the arguments (and `self`) that owns what it is made of |
/// | `cache_err = true` | keeps an `Err` as well |
/// | `single_flight` | who asks for what is being computed waits for it; see below |
/// | `ttl = duration` | a result is good for so long, counted from when it was stored |
/// | `clock = f` | what `ttl` is counted on, a `fn() -> Duration` since any fixed moment: for tests |
/// | `local` | one cache for each thread, with no lock; arguments and results may be `Rc` |
/// | `field = name` | for a method: the cache is this field of `self`, an [`LruCache`] |
/// | `shared` | for a method: one cache for all instances, which does not look at `self` |
/// | `assoc` | for a function without `self` in an `impl` |
/// | `companion = Name` | another name for the type beside the function, or for the functions beside a method |
/// | `crate = path` | where this crate is, if not at `::batteries` |
///
/// # Arguments and results
///
/// Arguments are `Clone + Eq + Hash + 'static`, results `Clone + 'static` (of a `Result` only what is kept has to be `Clone`), and
/// both are `Send` unless the cache is `local`. References are looked up as they are, and owned when they are stored; what they refer to has to meet the same. Everything else
/// (floats, maps, what borrows) needs `key = ..` or `ignore(..)`.
///
/// ```
/// use batteries::functools::{F64Key, lru_cache};
///
/// #[lru_cache(key = (F64Key(x), F64Key(y)))]
/// fn hypot(x: f64, y: f64) -> f64 {
///     x.hypot(y)
/// }
///
/// #[lru_cache(ignore(log))]
/// fn length(text: &str, log: &mut Vec<String>) -> usize {
///     log.push(format!("measuring {text}"));
///     text.len()
/// }
///
/// assert_eq!(hypot(3.0, 4.0), 5.0);
/// let mut log = Vec::new();
/// assert_eq!((length("spam", &mut log), length("spam", &mut log)), (4, 4));
/// assert_eq!(log, ["measuring spam"]);
/// assert!(length::cache_contains("spam"));
/// ```
///
/// # Methods
///
/// What `self` is to a cache has to be said. With `field` every instance has its own cache, which goes when the instance goes;
/// its key is the argument, or a tuple of several. `maxsize` sets its size; without it the field has the size that it was
/// made with.
///
/// ```
/// use batteries::functools::{LruCache, lru_cache};
///
/// #[derive(Default)]
/// struct Model {
///     id: u32,
///     weight: usize,
///     predictions: LruCache<String, usize>,
/// }
///
/// impl Model {
///     #[lru_cache(maxsize = 64, field = predictions)]
///     fn predict(&self, text: &str) -> usize {
///         text.len() * self.weight
///     }
///
///     // One cache for all models, by what the result depends on.
///     #[lru_cache(key = (self.id, n))]
///     fn sample(&self, n: u32) -> u32 {
///         self.id.wrapping_mul(0x9E37_79B9).wrapping_add(n)
///     }
///
///     #[lru_cache(assoc)]
///     fn vocabulary(language: &str) -> Option<usize> {
///         (language == "en").then_some(170_000)
///     }
/// }
///
/// let model = Model { id: 1, weight: 3, ..Model::default() };
/// assert_eq!((model.predict("spam"), model.predict("spam")), (12, 12));
/// assert_eq!(model.predict_cache_info().hits, 1);
/// assert_eq!(Model::sample_cache_info().currsize, 0);
/// assert_eq!(Model::vocabulary("en"), Some(170_000));
/// ```
///
/// # Async functions
///
/// What is kept is what the future comes to. No lock is held across an `.await`, and the future is `Send` where it was before. A
/// call whose future is dropped on its way was a miss and stores nothing. `single_flight` is not supported.
///
/// ```
/// use batteries::functools::lru_cache;
///
/// #[lru_cache]
/// async fn fetch(url: &str) -> Result<String, String> {
///     // ...
/// #   std::future::ready(()).await;
///     Ok(format!("the page at {url}"))
/// }
/// # let mut future = std::pin::pin!(fetch("https://example.org"));
/// # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(future.as_mut().poll(&mut cx).is_ready());
/// ```
///
/// # Many threads
///
/// By default threads that miss the same key at the same time each compute it, as in Python: with a limit the result that was
/// first is kept, without one the last. With `single_flight` the first one computes and the others wait for its result, which
/// counts as a hit, also if it is an `Err` that can be cloned. If it panics, they ask again, and one of them computes. Nobody waits who would wait
/// for itself: a call that asks for its own key, and threads whose calls wait for each other in a circle, compute on their own. A
/// function that waits for another thread by other means (a channel, a join) must not wait for one that asks for its own key.
///
/// # Macros below
///
/// As in Python, an attribute macro below this one sees only the calls that get through.
///
/// # Differences from Python
///
/// See [the module](self#coming-from-python).
pub use batteries_macros::lru_cache;
pub use cached_property::CachedProperty;
pub use cmp_to_key::{KeyWrapper, cmp_to_key};
pub use f64_key::F64Key;
pub use info::{CacheInfo, CacheParameters};
pub use lru_cache::LruCache;
pub use memoized::{Memoized, MemoizedRecursive};
