//! Memoization with Python's counters: Python's `functools`.

mod cached_property;
mod cmp_to_key;
mod f64_key;
mod info;
mod lock;
mod lru_cache;

pub use cached_property::CachedProperty;
pub use cmp_to_key::{KeyWrapper, cmp_to_key};
pub use f64_key::F64Key;
pub use info::{CacheInfo, CacheParameters};
pub use lru_cache::LruCache;
