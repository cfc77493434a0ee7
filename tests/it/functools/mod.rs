//! The tests of `functools` through its public API, a file per file of the module.

mod attribute;
mod cached_property;
mod cmp_to_key;
mod f64_key;
mod flights;
mod lru_cache;
mod memoized;
mod model;
mod parity;
mod reentrancy;
