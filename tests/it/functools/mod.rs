//! The tests of `functools` through its public API, a file per file of the module.

mod lru_cache;
