//! Memoization with Python's counters: Python's `functools`.

mod info;
mod lock;
mod lru_cache;

pub use info::{CacheInfo, CacheParameters};
pub use lru_cache::LruCache;
