//! Memoization with Python's counters: Python's `functools`.

mod info;

pub use info::{CacheInfo, CacheParameters};
