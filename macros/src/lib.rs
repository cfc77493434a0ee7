//! The attributes of the crate `batteries`.
//!
//! This crate is a part of `batteries`, which says where each attribute is found and what it does, and works with exactly the
//! version of it that names this one. An attribute is parsed into what the user wrote, validated into what is meant, and
//! expanded; what it writes is a thin shell around `batteries::__private`.

#[cfg(feature = "functools")]
mod lru_cache;
#[cfg(feature = "task")]
mod task;

// An entry point has to stand here, so the condition stands on a function.

/// Caches what a function returns, by its arguments. `batteries::functools` has the documentation.
#[cfg(feature = "functools")]
#[proc_macro_attribute]
pub fn lru_cache(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    lru_cache::attribute(lru_cache::Name::LruCache, options.into(), item.into()).into()
}

/// Caches everything that a function returns. `batteries::functools` has the documentation.
#[cfg(feature = "functools")]
#[proc_macro_attribute]
pub fn cache(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    lru_cache::attribute(lru_cache::Name::Cache, options.into(), item.into()).into()
}

/// Names a function, so that executors take it as `function::TASK` and other processes know it. `batteries::task` has the
/// documentation.
#[cfg(feature = "task")]
#[proc_macro_attribute]
pub fn task(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    task::attribute(options.into(), item.into()).into()
}
