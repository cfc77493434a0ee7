//! Memoization with Python's counters: Python's `functools`.

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
mod either;
mod flight;
mod guard;
mod keep;
mod key;
mod life;
mod memo;
mod memoized;
mod registry;

#[doc(hidden)]
pub mod private;

pub use batteries_macros::{cache, lru_cache};
pub use cached_property::CachedProperty;
pub use cmp_to_key::{KeyWrapper, cmp_to_key};
pub use f64_key::F64Key;
pub use info::{CacheInfo, CacheParameters};
pub use lru_cache::LruCache;
pub use memoized::{Memoized, MemoizedRecursive};
