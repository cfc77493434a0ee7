//! `#[lru_cache]` and `#[cache]`: a function that remembers.

mod expand;
mod parse;
mod part;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

/// Which of the two was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    LruCache,
    Cache,
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::LruCache => "lru_cache",
            Self::Cache => "cache",
        }
    }
}

/// What stands in the place of the function; where something is wrong, the function as it was and one error.
pub(crate) fn attribute(name: Name, options: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = || {
        let options = parse::options(name, options)?;
        let function = parse::function(name, item.clone())?;
        let plan = validate::plan(name, options, function)?;
        Ok(expand::expand(&plan))
    };
    expanded().unwrap_or_else(|error: syn::Error| {
        // With the function callers compile, and the error is the only one.
        let error = error.into_compile_error();
        quote! { #error #item }
    })
}
