//! Memoization with Python's counters: Python's `functools`.

mod info;

mod bounded;
mod store;
mod unbounded;

mod clock;
mod flight;
mod guard;
mod keep;
mod key;
mod life;
mod memo;
mod registry;

#[doc(hidden)]
pub mod private;

pub use batteries_macros::{cache, lru_cache};
pub use info::{CacheInfo, CacheParameters};
