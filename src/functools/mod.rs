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
//!   type is called; `None` is a result like any other. (A [`Memoized`] closure's `Err` is a result like any other, too.)
//!
//! # Cost
//!
//! A hit clones the result, inside of the cache: return an [`Arc`](std::sync::Arc) of what is large. The cache of a function is
//! made by its first call and lives as long as the program (`local`: the thread; `field`: the instance).
//!
//! A cached function that calls itself uses the stack as any other does, and some more: 80 to 200 bytes a level were measured in
//! optimized programs, up to 450 in others. There is no `RecursionError` in Rust, the program ends. The main thread has 8 MiB on
//! most Linux systems, others have 2 unless [`stack_size`](std::thread::Builder::stack_size) says more; or ask for the small
//! arguments first, so that the large ones find them.
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
//! | `lru_cache(maxsize=8)(lambda x: ...)` | `Memoized::new(8, \|x: &u64\| ...)`, which keeps an `Err` as well |
//! | `@lru_cache` on a method, which keeps all instances alive | `field = name`: the cache is in the instance, and goes with it |
//! | `@classmethod @cache`, `@staticmethod @cache` | `#[cache(assoc)]` |
//! | an exception is not kept | an `Err` is not kept; `cache_err = true` keeps it |
//! | `f(1.5)`, `f(2, 1.5)` | `key = F64Key(x)`, `key = (n, F64Key(x))`: the whole key, with all arguments |
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
//! A hit costs a hash, a probe and one uncontended lock. Figures and rivals are in the repository's `docs/benchmarks.md`, bench ids
//! are `functools/*`.

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
mod removals;

#[cfg(not(target_os = "linux"))]
use clock as machine;
#[cfg(target_os = "linux")]
use coarse as machine;

#[doc(hidden)]
pub mod private;

/// Keeps everything that a function returned: Python's `functools.cache`, which is [`#[lru_cache(maxsize = None)]`](macro@lru_cache).
///
/// It takes the options of [`#[lru_cache]`](macro@lru_cache), but `maxsize`. Without a limit nothing is kept in order, which makes
/// it faster, and nothing goes. With `field = name`, `cache_err`, `ttl` and all others it means the same as there: the cache in a
/// field then has no limit either, whatever it was made with.
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
/// | `f::cache_remove(..)` | forgets the result for these arguments, and says whether there was one; see below for calls on their way |
///
/// In an `impl` these are functions beside the method: `f_cache_info()`, `f_cache_clear()`, `f_cache_parameters()`,
/// `f_cache_contains(..)`, `f_cache_remove(..)` and, for `__wrapped__`, `f_uncached(..)`.
///
/// # Options
///
/// | Option | What it does |
/// |---|---|
/// | `maxsize = 256` | the most results that are kept: a number, or any expression of type `usize`, which is asked when the cache is made (with `field`: by every call); `None` is no limit, 0 keeps nothing and counts, and so does a negative number, as in CPython |
/// | `typed` | is told by `cache_parameters`; different types never share results here |
/// | `ignore(a, b)` | these arguments are not part of the key; they may be of any type |
/// | `key = expr` | this is the whole key: an expression of the arguments (and `self`) that owns what it is made of |
/// | `cache_err = true` | keeps an `Err` as well |
/// | `single_flight` | who asks for what is being computed waits for it; see below |
/// | `ttl = duration` | a result is good for so long, counted from when it was stored: any expression of type `Duration`, which is asked when the cache is made; see below |
/// | `clock = f` | what `ttl` is counted on, a `fn() -> Duration` since any fixed moment: for tests |
/// | `local` | one cache for each thread, with no lock; arguments and results may be `Rc` |
/// | `field = name` | for a method: the cache is this field of `self`, an [`LruCache`]; goes with `maxsize`, `key`, `ignore`, `cache_err`, `companion` and `crate`, and with no other option |
/// | `shared` | for a method: one cache for all instances, which does not look at `self` |
/// | `assoc` | for a function without `self` in an `impl` |
/// | `companion = Name` | another name for the type beside the function, where a `mod`, `struct` or `enum` has it already; in an `impl`, another beginning for the names of the functions beside it |
/// | `crate = path` | where this crate is, if not at `::batteries` |
///
/// # Arguments and results
///
/// Arguments are `Clone + Eq + Hash + 'static`, results `Clone + 'static` (of a `Result` only what is kept has to be `Clone`), and
/// both are `Send` unless the cache is `local` or in a `field`. That holds for all of a `Result`: its error is
/// `Box<dyn Error + Send + Sync>`, not `Box<dyn Error>`. References are looked up as they are, and owned when they are stored; what
/// they refer to has to meet the same.
///
/// Everything else (floats, maps, what borrows) needs `key = ..`, which is the whole key: an expression of all that the result
/// depends on. `ignore(..)` is for what the result does not depend on (a connection, a log): calls that differ only there share
/// one result.
///
/// ```
/// use batteries::functools::{F64Key, lru_cache};
///
/// #[lru_cache(key = (F64Key(x), n))]
/// fn power(x: f64, n: i32) -> f64 {
///     x.powi(n)
/// }
///
/// #[lru_cache(ignore(log))]
/// fn length(text: &str, log: &mut Vec<String>) -> usize {
///     log.push(format!("measuring {text}"));
///     text.len()
/// }
///
/// assert_eq!(power(3.0, 4), 81.0);
/// let mut log = Vec::new();
/// assert_eq!((length("spam", &mut log), length("spam", &mut log)), (4, 4));
/// assert_eq!(log, ["measuring spam"]);
/// assert!(length::cache_contains("spam"));
/// ```
///
/// A generic function has one cache for each set of types that it is called with. Its types need the same, as bounds:
///
/// ```
/// use std::fmt::Debug;
/// use std::hash::Hash;
///
/// use batteries::functools::lru_cache;
///
/// #[lru_cache]
/// fn show<T>(value: T) -> String
/// where
///     T: Debug + Clone + Eq + Hash + Send + 'static,
/// {
///     format!("<{value:?}>")
/// }
///
/// assert_eq!((show(7_u8), show('x')), ("<7>".to_owned(), "<'x'>".to_owned()));
/// assert_eq!(show::<u8>::cache_info().misses, 1);
/// ```
///
/// # Names that clash
///
/// What stands beside the function is a type. Where another type or module has the name already, `companion` gives it one:
///
/// ```
/// use batteries::functools::cache;
///
/// mod parser {}
///
/// #[cache(companion = ParserCache)]
/// fn parser(grammar: &str) -> usize {
///     grammar.len()
/// }
///
/// assert_eq!(parser("a = b"), 5);
/// assert_eq!(ParserCache::cache_info().misses, 1);
/// ```
///
/// # Results that grow old
///
/// With `ttl` a result that is too old is no hit: it is computed anew. It is in memory, and in `currsize`, until it is asked for,
/// removed, cleared or, with a limit, until its turn to go comes. Nothing runs in the background, so give a cache with a `ttl` a
/// `maxsize` as well, unless its keys are few. On Linux the time goes in steps of some milliseconds.
///
/// # Methods, traits
///
/// What `self` is to a cache has to be said. With `field` every instance has its own cache, which goes when the instance goes;
/// its key is the argument, or a tuple of several, owned; its value is what the method returns, so that of a method that fails
/// it is `LruCache<K, Result<V, E>>`, in which only `Ok`s are. `maxsize` sets its size; without it the field has the size that it
/// was made with. Every method needs a field of its own: two that name one field, with the same types, answer each other's calls.
///
/// ```
/// use std::num::ParseIntError;
///
/// use batteries::functools::{LruCache, lru_cache};
///
/// #[derive(Default)]
/// struct Model {
///     id: u32,
///     weight: usize,
///     predictions: LruCache<String, usize>,
///     numbers: LruCache<(String, u32), Result<u32, ParseIntError>>,
/// }
///
/// impl Model {
///     #[lru_cache(field = numbers)]
///     fn number(&self, text: &str, radix: u32) -> Result<u32, ParseIntError> {
///         u32::from_str_radix(text, radix)
///     }
///
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
/// assert_eq!(model.number("ff", 16), Ok(255));
/// assert!(model.number("spam", 16).is_err()); // and is not kept
/// assert_eq!(model.number_cache_info().currsize, 1);
/// ```
///
/// A function without `self` in an `impl` looks like any other to the attribute: without `assoc` the compiler says that an `enum` is
/// not supported in an `impl`.
///
/// In an `impl` of a trait the attribute cannot stand, since the functions beside the method are none of the trait's. Cache a function
/// inside of the method, or an inherent method that it calls:
///
/// ```
/// use batteries::functools::{LruCache, cache, lru_cache};
///
/// trait Shape {
///     fn area(&self, scale: u64) -> u64;
///     fn name(&self) -> String;
/// }
///
/// struct Square {
///     side: u64,
///     areas: LruCache<u64, u64>,
/// }
///
/// impl Square {
///     #[lru_cache(field = areas)]
///     fn cached_area(&self, scale: u64) -> u64 {
///         (self.side * scale).pow(2)
///     }
/// }
///
/// impl Shape for Square {
///     fn area(&self, scale: u64) -> u64 {
///         self.cached_area(scale) // this instance's own cache
///     }
///
///     fn name(&self) -> String {
///         #[cache]
///         fn name(side: u64) -> String {
///             format!("square of {side}")
///         }
///         name(self.side) // one for all, by what the result depends on
///     }
/// }
///
/// let square = Square { side: 3, areas: LruCache::default() };
/// assert_eq!((square.area(2), square.area(2)), (36, 36));
/// assert_eq!(square.cached_area_cache_info().hits, 1);
/// assert_eq!(square.name(), "square of 3");
/// ```
///
/// # Async functions
///
/// What is kept is what the future comes to. No lock is held across an `.await`, and the future is `Send` where it was before. A
/// call whose future is dropped on its way was a miss and stores nothing.
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
/// `single_flight` is not supported there. What many tasks ask for at once is computed once if a cached `fn`, not `async`, returns a
/// future that can be cloned, here one of the crate `futures`. It goes on as long as anybody awaits it. What is kept is the future, so
/// that a failure is kept as well, until it is removed:
///
/// ```
/// use std::sync::Arc;
///
/// use batteries::functools::lru_cache;
/// use futures::future::{BoxFuture, FutureExt, Shared};
///
/// type Page = Shared<BoxFuture<'static, Result<String, Arc<std::io::Error>>>>;
///
/// #[lru_cache(maxsize = 100, single_flight)]
/// fn page(url: &str) -> Page {
///     let url = url.to_owned();
///     let download = async move {
///         // ...
///         Ok(format!("the page at {url}"))
///     };
///     download.boxed().shared()
/// }
///
/// async fn fetch(url: &str) -> Result<String, Arc<std::io::Error>> {
///     let result = page(url).await;
///     if result.is_err() {
///         page::cache_remove(url);
///     }
///     result
/// }
/// # futures::executor::block_on(async {
/// let (one, other) = futures::future::join(fetch("https://example.org"), fetch("https://example.org")).await;
/// assert_eq!(one.unwrap(), other.unwrap());
/// assert_eq!(page::cache_info().to_string(), "CacheInfo(hits=1, misses=1, maxsize=100, currsize=1)");
/// # });
/// ```
///
/// # Many threads
///
/// By default threads that miss the same key at the same time each compute it, as in Python: with a limit the result that was
/// first is kept, without one the last. With `single_flight` the first one computes and the others wait for its result, which
/// counts as a hit, also if it is an `Err` that can be cloned. If it panics, they ask again, and one of them computes. If its
/// result cannot be cloned (`Err(io::Error)`), they all compute, at once and each for itself, and count as misses: give the error
/// an `Arc` around it (`Result<T, Arc<io::Error>>`) where one answer should do for all.
///
/// Nobody waits who would wait for itself: a call that asks for its own key, and threads whose calls wait for each other in a
/// circle, compute on their own. A function that waits for another thread by other means (a channel, a join) must not wait for one
/// that asks for its own key.
///
/// # Calls on their way
///
/// A call may be on its way when its result is removed, or all are cleared: in another thread, or further out in the same one.
///
/// - **`cache_remove` overtakes it.** It returns what it computed to its caller and to those who waited already, but that is not
///   kept, whether it ends before or after a newer call; with `single_flight` whoever asks from now on computes anew. So a change
///   of the source, followed by `cache_remove`, is never undone by an older answer. (A call during which there are more than 64 removals
///   of whatever keys keeps nothing either.)
/// - **`cache_clear` does not**, as in CPython: the call still keeps its result, and without a limit that even takes the place of
///   a newer one. With `single_flight` whoever asks from now on computes anew and does not wait for it.
///
/// # Macros below
///
/// As in Python, an attribute macro below this one sees only the calls that get through.
///
/// # Differences from Python
///
/// See [the module](self#coming-from-python), and the repository's `COMPATIBILITY.md`.
pub use batteries_macros::lru_cache;
pub use cached_property::CachedProperty;
pub use cmp_to_key::{KeyWrapper, cmp_to_key};
pub use f64_key::F64Key;
pub use info::{CacheInfo, CacheParameters};
pub use lru_cache::LruCache;
pub use memoized::{Memoized, MemoizedRecursive};
