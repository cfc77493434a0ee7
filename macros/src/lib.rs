//! The attributes of the crate `batteries`.
//!
//! This crate is a part of `batteries`, which says where each attribute is found and what it does, and works with exactly the
//! version of it that names this one. An attribute is parsed into what the user wrote, validated into what is meant, and
//! expanded; what it writes is a thin shell around `batteries::__private`.

mod lru_cache;
mod task;

use proc_macro::TokenStream;

/// Caches what a function returns, by its arguments. `batteries::functools` has the documentation.
#[proc_macro_attribute]
pub fn lru_cache(options: TokenStream, item: TokenStream) -> TokenStream {
    lru_cache::attribute(lru_cache::Name::LruCache, options.into(), item.into()).into()
}

/// Caches everything that a function returns. `batteries::functools` has the documentation.
#[proc_macro_attribute]
pub fn cache(options: TokenStream, item: TokenStream) -> TokenStream {
    lru_cache::attribute(lru_cache::Name::Cache, options.into(), item.into()).into()
}

/// Names a function, so that executors take it as `function::TASK` and other processes know it. `batteries::task` has the
/// documentation.
#[proc_macro_attribute]
pub fn task(options: TokenStream, item: TokenStream) -> TokenStream {
    task::attribute(options.into(), item.into()).into()
}
