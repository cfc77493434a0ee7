//! What stands in the place of the function.
//!
//! The function keeps its name, signature, attributes and documentation, and gets a body that looks its arguments up. What it
//! did is in `__wrapped__`, a function of a companion type of the same name; in an `impl`, where no type can stand, all that
//! is in functions beside it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericParam, Generics, Lifetime, Pat, PatIdent, Signature, WherePredicate,
    parse_quote,
};

use super::part::{Rules, at, local};
use super::validate::{Param, Place, Plan};

/// Names that the pieces share.
struct Names {
    /// `::batteries::__private::functools`.
    private: TokenStream,
    state: Ident,
    memo: Ident,
    hash: Ident,
    ticket: Ident,
    key: Ident,
    value: Ident,
    stored: Ident,
    left: Ident,
    right: Ident,
}

pub(super) fn expand(plan: &Plan) -> TokenStream {
    let root = &plan.root;
    let private = quote! { #root::__private::functools };
    let names = Names {
        private,
        state: local("state"),
        memo: local("memo"),
        hash: local("hash"),
        ticket: local("ticket"),
        key: local("key"),
        value: local("value"),
        stored: local("stored"),
        left: local("left"),
        right: local("right"),
    };
    Expansion { plan, names }.tokens()
}

struct Expansion<'a> {
    plan: &'a Plan,
    names: Names,
}

impl Expansion<'_> {
    fn tokens(&self) -> TokenStream {
        let plan = self.plan;
        let wrapper = self.wrapper();
        let companions = self.companions();
        if !matches!(plan.place, Place::Free) {
            return quote! { #wrapper #companions };
        }
        let companion = &plan.companion;
        let vis = &plan.function.vis;
        let conditions = conditions(&plan.function.attrs);
        let generics = self.generics();
        let (implement, arguments, bounds) = generics.split_for_impl();
        let quiet = quiet();
        let declared = generics.params.iter().map(|param| match param {
            GenericParam::Type(param) => {
                let name = &param.ident;
                quote! { #name: ?::core::marker::Sized }
            }
            GenericParam::Const(param) => {
                let (name, ty) = (&param.ident, &param.ty);
                quote! { const #name: #ty }
            }
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        // It has no value, and so no place among the values, where the function stands.
        let declaration = if generics.params.is_empty() {
            quote! { enum #companion {} }
        } else {
            let used = generics.type_params().map(|param| {
                let name = &param.ident;
                quote! { *const #name }
            });
            quote! {
                struct #companion<#(#declared),*> {
                    never: ::core::convert::Infallible,
                    types: ::core::marker::PhantomData<(#(#used,)*)>,
                }
            }
        };
        quote! {
            #wrapper

            #(#conditions)*
            #[doc(hidden)]
            #quiet
            #vis #declaration

            #(#conditions)*
            #quiet
            impl #implement #companion #arguments #bounds {
                #companions
            }
        }
    }

    /// The generic parameters of the function that its cache depends on: all but lifetimes.
    fn generics(&self) -> Generics {
        let mut generics = self.plan.function.sig.generics.clone();
        split_lifetimes(&mut generics);
        generics
    }

    /// `::<T, N>`, with one more argument where that is given.
    fn turbofish(&self, more: Option<TokenStream>) -> TokenStream {
        let generics = self.generics();
        let arguments = generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(param.ident.to_token_stream()),
            GenericParam::Const(param) => Some(param.ident.to_token_stream()),
            GenericParam::Lifetime(_) => None,
        });
        let arguments: Vec<_> = arguments.chain(more).collect();
        if arguments.is_empty() {
            TokenStream::new()
        } else {
            quote! { ::<#(#arguments),*> }
        }
    }

    /// The path to a companion function, from the function itself and from other companions.
    fn path(&self, free: &str, beside: &str, more: Option<TokenStream>) -> TokenStream {
        if matches!(self.plan.place, Place::Free) {
            let companion = &self.plan.companion;
            let arguments = self.turbofish(None);
            let name = Ident::new(free, Span::call_site());
            let more = more.map(|more| quote! { ::<#more> });
            quote! { <#companion #arguments>::#name #more }
        } else {
            let name = self.beside(beside);
            let arguments = self.turbofish(more);
            quote! { Self::#name #arguments }
        }
    }

    /// The name of a companion function.
    fn name(&self, free: &str, beside: &str) -> Ident {
        if matches!(self.plan.place, Place::Free) {
            Ident::new(free, Span::call_site())
        } else {
            self.beside(beside)
        }
    }

    fn beside(&self, name: &str) -> Ident {
        let hidden = name.starts_with("__");
        let name = format!("{}_{}", self.plan.companion, name.trim_start_matches('_'));
        let name = if hidden { format!("__{name}") } else { name };
        Ident::new(&name, Span::call_site())
    }

    /// The types that a registry tells the function's caches apart by.
    fn tag(&self) -> TokenStream {
        if matches!(self.plan.place, Place::Free) {
            return quote! { Self };
        }
        let generics = self.generics();
        let types = generics.type_params().map(|param| {
            let name = &param.ident;
            quote! { *const #name }
        });
        let constants = generics.const_params().map(|param| {
            let (name, ty) = (&param.ident, &param.ty);
            let private = &self.names.private;
            // Only `usize` can be the length of an array; other types say so here.
            quote_spanned! { ty.span() => #private::Constant<{ #name }> }
        });
        quote! { ::core::marker::PhantomData<(*const Self, #(#types,)* #(#constants,)*)> }
    }

    /// The key's type; `expr` is the name of the type of a key expression.
    fn key_type(&self) -> TokenStream {
        if self.plan.key.is_some() {
            return key_param().to_token_stream();
        }
        let parts = self.parts().map(|(_, part)| part.owned());
        quote! { (#(#parts,)*) }
    }

    fn parts(&self) -> impl Iterator<Item = (&Param, &super::part::Part)> {
        self.plan.params.iter().filter_map(|param| Some((param, param.part.as_ref()?)))
    }

    fn rules(&self) -> Rules<'_> {
        Rules { path: &self.names.private, state: &self.names.state }
    }

    /// The place of a part in a key: a field of the tuple, or the key itself where a field's key is one part.
    fn place_in(&self, key: &Ident, at: usize) -> TokenStream {
        if self.is_bare() {
            return quote! { (*#key) };
        }
        let at = syn::Index::from(at);
        quote! { #key.#at }
    }

    /// A cache in a field has Python's keys: one argument is the key, several are a tuple.
    fn is_bare(&self) -> bool {
        matches!(self.plan.place, Place::Field(_)) && self.parts().count() == 1
    }

    /// Feeds the arguments to the hasher.
    fn feed(&self) -> TokenStream {
        let Names { private, state, key, .. } = &self.names;
        let feed: TokenStream = match &self.plan.key {
            Some(expr) => {
                let key = at(&quote! { #key }, expr);
                quote_spanned! { here(expr) => (&#private::Probe::of(&#key)).hash_part(&#key, #state); }
            }
            None => self
                .parts()
                .map(|(param, part)| part.hash(&param.name.to_token_stream(), &self.rules()))
                .collect(),
        };
        quote! { |#state| { let _ = &#state; #feed } }
    }

    /// Compares a key in the cache with the arguments.
    fn same(&self) -> TokenStream {
        let Names { private, stored, key, .. } = &self.names;
        let same = match &self.plan.key {
            Some(expr) => {
                quote_spanned! { here(expr) => (&#private::Probe::of(&#key)).same_part(#stored, &#key) }
            }
            None => {
                let same = self.parts().enumerate().map(|(at, (param, part))| {
                    let place = self.place_in(stored, at);
                    part.same(&place, &param.name.to_token_stream(), &self.rules())
                });
                quote! { true #(&& #same)* }
            }
        };
        quote! { |#stored| { let _ = &#stored; #same } }
    }

    /// Makes a key of the arguments.
    fn own(&self) -> TokenStream {
        let Names { private, key, .. } = &self.names;
        if let Some(expr) = &self.plan.key {
            return quote_spanned! { here(expr) => (&#private::Probe::of(&#key)).own_part(&#key) };
        }
        let own = self
            .parts()
            .map(|(param, part)| part.own(&param.name.to_token_stream(), &self.rules()));
        if self.is_bare() {
            quote! { #(#own)* }
        } else {
            quote! { (#(#own,)*) }
        }
    }

    /// Compares two keys.
    fn equal(&self) -> TokenStream {
        let Names { private, left, right, .. } = &self.names;
        let equal = match &self.plan.key {
            Some(expr) => {
                quote_spanned! { here(expr) => (&#private::Probe::of(#left)).same_part(#left, #right) }
            }
            None => {
                let equal = self.parts().enumerate().map(|(at, (_, part))| {
                    part.equal(&self.place_in(left, at), &self.place_in(right, at), &self.rules())
                });
                quote! { true #(&& #equal)* }
            }
        };
        quote! { |#left, #right| { let _ = (&#left, &#right); #equal } }
    }

    /// Clones a result.
    fn clone(&self) -> TokenStream {
        self.on_value(&quote! { clone_value })
    }

    /// Clones a result for those who wait for it, if that can be.
    fn share(&self) -> TokenStream {
        self.on_value(&quote! { share_value })
    }

    fn on_value(&self, method: &TokenStream) -> TokenStream {
        let Names { private, value, .. } = &self.names;
        let output = &self.plan.output;
        let (value, method) = (at(&quote! { #value }, output), at(method, output));
        quote_spanned! { here(output) =>
            |#value: &#output| (&&#private::Probe::<#output>::NEW).#method(#value)
        }
    }

    /// What the probes of types need to be in scope.
    fn imports(&self) -> TokenStream {
        let private = &self.names.private;
        // Where an `Err` is kept it has to be cloned as well.
        let ok = (!self.plan.cache_err).then(|| quote! { IsOkValue as _, });
        quote! {
            #[allow(unused_imports, reason = "which of them is used depends on the types")]
            use #private::{
                IsBorrowedKey as _, IsKey as _, IsValue as _, #ok NoBorrowedKey as _, NoKey as _, NoValue as _,
            };
        }
    }

    /// Whether to keep the result.
    fn keep(&self) -> TokenStream {
        let Names { private, value, .. } = &self.names;
        if self.plan.cache_err {
            return quote! { true };
        }
        quote! {
            {
                #[allow(unused_imports, reason = "which of them is used depends on the type")]
                use #private::{KeepAll as _, KeepOk as _};
                (&#private::Kept(&#value)).keep()
            }
        }
    }

    /// The cache, from where the key is known.
    fn fetch(&self) -> TokenStream {
        let key = &self.names.key;
        if let Some(cache) = self.field_cache() {
            return quote! { #cache.__memo() };
        }
        let more = self.plan.key.is_some().then(|| quote! { _ });
        let argument = self.plan.key.is_some().then(|| quote! { &#key });
        let memo = self.path("__memo", "__memo", more);
        quote! { #memo(#argument) }
    }

    /// The cache in a field, with the size that the attribute has.
    fn field_cache(&self) -> Option<TokenStream> {
        let Place::Field(field) = &self.plan.place else { return None };
        let cache = if self.plan.key.is_some() {
            quote_spanned! { field.span() => &self.#field }
        } else {
            // With its type, so that another one is one error.
            let (name, arguments) = (self.beside("__cache"), self.turbofish(None));
            quote! { self.#name #arguments() }
        };
        Some(if self.plan.sized {
            let maxsize = self.maxsize();
            quote! { (#cache).__fit(#maxsize) }
        } else {
            quote! { (#cache) }
        })
    }

    /// Computes the key where it is an expression.
    fn key_expr(&self) -> TokenStream {
        let key = &self.names.key;
        self.plan
            .key
            .as_ref()
            .map(|expr| quote_spanned! { expr.span() => let #key = #expr; })
            .unwrap_or_default()
    }

    fn wrapper(&self) -> TokenStream {
        let function = &self.plan.function;
        let mut sig = function.sig.clone();
        let mut params = self.plan.params.iter();
        for input in &mut sig.inputs {
            match input {
                FnArg::Receiver(receiver) if receiver.reference.is_none() => {
                    receiver.mutability = None;
                }
                FnArg::Receiver(_) => {}
                FnArg::Typed(typed) => {
                    if let Some(param) = params.next() {
                        *typed.pat = Pat::Ident(PatIdent {
                            attrs: Vec::new(),
                            by_ref: None,
                            mutability: None,
                            ident: param.name.clone(),
                            subpat: None,
                        });
                    }
                }
            }
        }
        let attributes = function.attrs.iter().filter_map(for_wrapper);
        let imports = self.imports();
        let documentation = self.documentation();
        let vis = &function.vis;
        let body = self.body();
        quote! {
            #(#attributes)*
            #documentation
            #vis #sig {
                #imports
                #body
            }
        }
    }

    /// What the documentation of the function says about its cache, where there is documentation.
    fn documentation(&self) -> TokenStream {
        let documented = self.plan.function.attrs.iter().any(|a| a.path().is_ident("doc"));
        if !documented {
            return TokenStream::new();
        }
        let text = match &self.plan.place {
            Place::Free => format!(
                "Results are cached: see `{0}::cache_info()`, `{0}::cache_clear()` and `{0}::__wrapped__`.",
                self.plan.companion
            ),
            Place::Impl | Place::Field(_) => format!(
                "Results are cached: see `{}`, `{}` and `{}`.",
                self.beside("cache_info"),
                self.beside("cache_clear"),
                self.beside("uncached")
            ),
        };
        quote! {
            #[doc = ""]
            #[doc = "# Caching"]
            #[doc = ""]
            #[doc = #text]
        }
    }

    fn body(&self) -> TokenStream {
        let plan = self.plan;
        let Names { private, memo, hash, ticket, key, value, .. } = &self.names;
        let (fetch, key_expr, feed, same, clone, own, equal, keep) = (
            self.fetch(),
            self.key_expr(),
            self.feed(),
            self.same(),
            self.clone(),
            self.own(),
            self.equal(),
            self.keep(),
        );
        let call = {
            let wrapped = self.path("__wrapped__", "uncached", None);
            let receiver = plan.function.sig.receiver().map(|receiver| {
                let word = receiver.self_token;
                quote! { #word, }
            });
            let arguments = plan.params.iter().map(|param| &param.name);
            let wait = plan.function.sig.asyncness.map(|_| quote! { .await });
            quote! { #wrapped(#receiver #(#arguments),*) #wait }
        };
        let own_key = plan.key.is_none().then(|| quote! { let #key = #own; });

        let store = quote! {
            #memo.store(#hash, #ticket, #key, #equal, || (#clone)(&#value));
        };
        if plan.single_flight {
            let share = self.share();
            return quote! {
                #key_expr
                let #memo = #fetch;
                let #hash = #memo.hash(#feed);
                match #memo.board(#hash, #same, || #own, #clone) {
                    #private::Boarding::Found(#value) => #value,
                    #private::Boarding::Lead(#memo) => {
                        let #value = #call;
                        #memo.land(&#value, #keep, #equal, #share);
                        #value
                    }
                    #private::Boarding::Alone(#key, #ticket) => {
                        let #value = #call;
                        if #keep {
                            #store
                        }
                        #value
                    }
                }
            };
        }
        if plan.local {
            // Not held meanwhile: it is no value for other threads, where the future may go.
            return quote! {
                #key_expr
                let (#hash, #ticket) = {
                    let #memo = #fetch;
                    let #hash = #memo.hash(#feed);
                    let #ticket = match #memo.lookup(#hash, #same, #clone) {
                        ::core::result::Result::Ok(#value) => return #value,
                        ::core::result::Result::Err(#ticket) => #ticket,
                    };
                    (#hash, #ticket)
                };
                #own_key
                let #value = #call;
                if #keep {
                    let #memo = #fetch;
                    #store
                }
                #value
            };
        }
        quote! {
            #key_expr
            let #memo = #fetch;
            let #hash = #memo.hash(#feed);
            let #ticket = match #memo.lookup(#hash, #same, #clone) {
                ::core::result::Result::Ok(#value) => return #value,
                ::core::result::Result::Err(#ticket) => #ticket,
            };
            #own_key
            let #value = #call;
            if #keep {
                #store
            }
            #value
        }
    }

    fn maxsize(&self) -> TokenStream {
        match &self.plan.maxsize {
            None => quote! { ::core::option::Option::None },
            Some(expr) => quote! { ::core::option::Option::Some(#expr) },
        }
    }

    /// The type of the cache.
    fn memo_type(&self) -> TokenStream {
        let private = &self.names.private;
        let (key, value) = (self.key_type(), &self.plan.output);
        let (moment, life) = match self.plan.ttl {
            Some(_) => (quote! { ::core::time::Duration }, quote! { #private::Ttl }),
            None => (quote! { () }, quote! { #private::Forever }),
        };
        let store = match self.plan.maxsize {
            None => quote! { #private::Unbounded<#key, #value, #moment> },
            Some(_) => quote! { #private::Bounded<#key, #value, #moment> },
        };
        let store = if self.plan.single_flight {
            quote! { #private::Flights<#store> }
        } else {
            store
        };
        let guard = if self.plan.local {
            quote! { Local }
        } else {
            quote! { Shared }
        };
        quote! { #private::Memo<#private::#guard<#store>, #life> }
    }

    /// Makes the cache.
    fn make(&self) -> TokenStream {
        let private = &self.names.private;
        let store = match &self.plan.maxsize {
            None => quote! { #private::Unbounded::new() },
            Some(expr) => quote! { #private::Bounded::new(#expr) },
        };
        let store = if self.plan.single_flight {
            quote! { #private::Flights::new(#store) }
        } else {
            store
        };
        let life = match (&self.plan.ttl, &self.plan.clock) {
            (None, _) => quote! { #private::Forever },
            (Some(ttl), None) => quote! { #private::Ttl::new(#ttl) },
            (Some(ttl), Some(clock)) => quote! { #private::Ttl::with_clock(#ttl, #clock) },
        };
        let typed = self.plan.typed;
        quote! { #private::Memo::new(#store, #life, #typed) }
    }

    /// The functions that find the cache.
    fn finders(&self) -> TokenStream {
        let plan = self.plan;
        let Names { private, .. } = &self.names;
        if let Place::Field(field) = &plan.place {
            if plan.key.is_some() {
                return TokenStream::new();
            }
            let (quiet, name, root) = (quiet(), self.beside("__cache"), &plan.root);
            let generics = self.generics();
            let (declared, _, bounds) = generics.split_for_impl();
            let key = if self.is_bare() {
                self.parts().map(|(_, part)| part.owned()).collect()
            } else {
                self.key_type()
            };
            let value = &plan.output;
            let cache = quote_spanned! { field.span() => &self.#field };
            return quote! {
                #quiet
                fn #name #declared(&self) -> &#root::functools::LruCache<#key, #value> #bounds {
                    #cache
                }
            };
        }
        let memo = self.name("__memo", "__memo");
        let registry = self.name("__registry", "__registry");
        let registry_path = quote! { Self::#registry };
        let (memo_type, make, tag) = (self.memo_type(), self.make(), self.tag());
        let quiet = quiet();
        let mut generics =
            if matches!(plan.place, Place::Free) { Generics::default() } else { self.generics() };
        let argument = plan.key.as_ref().map(|_| {
            let param = key_param();
            let send = (!plan.local).then(|| quote! { ::core::marker::Send + });
            generics.params.push(parse_quote!(#param: #send 'static));
            quote! { _: &#param }
        });
        let (declared, _, bounds) = generics.split_for_impl();
        match (plan.has_registry(), plan.local) {
            (false, false) => quote! {
                #quiet
                fn #memo() -> &'static #memo_type {
                    static MEMO: ::std::sync::LazyLock<#memo_type> =
                        ::std::sync::LazyLock::new(|| #make);
                    &MEMO
                }
            },
            (false, true) => quote! {
                #quiet
                fn #memo() -> ::std::rc::Rc<#memo_type> {
                    ::std::thread_local! {
                        static MEMO: ::std::rc::Rc<#memo_type> = ::std::rc::Rc::new(#make);
                    }
                    // While the thread ends there is none any more.
                    MEMO.try_with(::std::rc::Rc::clone).unwrap_or_else(|_| ::std::rc::Rc::new(#make))
                }
            },
            (true, false) => quote! {
                #quiet
                fn #registry() -> &'static #private::Registry {
                    static REGISTRY: #private::Registry = #private::Registry::new();
                    &REGISTRY
                }

                #quiet
                fn #memo #declared(#argument) -> &'static #memo_type #bounds {
                    #registry_path().get::<#tag, #memo_type>(|| #make)
                }
            },
            (true, true) => quote! {
                #quiet
                fn #registry<R>(work: impl ::core::ops::FnOnce(&#private::LocalRegistry) -> R) -> ::core::option::Option<R> {
                    ::std::thread_local! {
                        static REGISTRY: #private::LocalRegistry = const { #private::LocalRegistry::new() };
                    }
                    REGISTRY.try_with(work).ok()
                }

                #quiet
                fn #memo #declared(#argument) -> ::std::rc::Rc<#memo_type> #bounds {
                    #registry_path(|registry| registry.get::<#tag, #memo_type>(|| #make))
                        .unwrap_or_else(|| ::std::rc::Rc::new(#make))
                }
            },
        }
    }

    fn companions(&self) -> TokenStream {
        let plan = self.plan;
        let Names { memo, hash, .. } = &self.names;
        let root = &plan.root;
        let function = &plan.function;
        let vis = &function.vis;
        let conditions = if matches!(plan.place, Place::Free) {
            Vec::new()
        } else {
            conditions(&function.attrs)
        };
        let quiet = quiet();
        let wrapped = self.wrapped();
        let finders = self.finders();
        let imports = self.imports();
        let generics =
            if matches!(plan.place, Place::Free) { Generics::default() } else { self.generics() };
        let (declared, _, bounds) = generics.split_for_impl();

        // With an instance's cache, all of these are about an instance.
        let is_field = matches!(plan.place, Place::Field(_));
        let receiver = is_field.then(|| quote! { &self });
        let (info, clear, parameters) = (self.info(), self.clear(), self.parameters());

        let asked_sig = self.asked_signature();
        let key_expr = self.key_expr();
        let (fetch, feed, same) = (self.fetch(), self.feed(), self.same());
        let (info_name, clear_name, parameters_name, contains_name, remove_name) = (
            self.name("cache_info", "cache_info"),
            self.name("cache_clear", "cache_clear"),
            self.name("cache_parameters", "cache_parameters"),
            self.name("cache_contains", "cache_contains"),
            self.name("cache_remove", "cache_remove"),
        );
        let (contains_generics, contains_inputs, contains_bounds) = asked_sig;
        let title = &function.sig.ident;
        let info_doc = format!("Tells how the cache of `{title}` has done.");
        let clear_doc =
            format!("Forgets what `{title}` has returned, and sets the counters to zero.");
        let parameters_doc = format!("Tells how the cache of `{title}` was set up.");
        let contains_doc = format!(
            "Says whether the result for these arguments is in the cache of `{title}`. Counts nothing."
        );
        let remove_doc = format!(
            "Forgets the result for these arguments, and says whether the cache of `{title}` had it."
        );
        quote! {
            #wrapped

            #(#conditions)*
            #[doc = #info_doc]
            #quiet
            #vis fn #info_name #declared(#receiver) -> #root::functools::CacheInfo #bounds {
                #info
            }

            #(#conditions)*
            #[doc = #clear_doc]
            #quiet
            #vis fn #clear_name #declared(#receiver) #bounds {
                #clear
            }

            #(#conditions)*
            #[doc = #parameters_doc]
            #quiet
            #vis fn #parameters_name #declared(#receiver) -> #root::functools::CacheParameters #bounds {
                #parameters
            }

            #(#conditions)*
            #[doc = #contains_doc]
            #quiet
            #vis fn #contains_name #contains_generics(#contains_inputs) -> bool #contains_bounds {
                #imports
                #key_expr
                let #memo = #fetch;
                let #hash = #memo.hash(#feed);
                #memo.contains(#hash, #same)
            }

            #(#conditions)*
            #[doc = #remove_doc]
            #quiet
            #vis fn #remove_name #contains_generics(#contains_inputs) -> bool #contains_bounds {
                #imports
                #key_expr
                let #memo = #fetch;
                let #hash = #memo.hash(#feed);
                #memo.remove(#hash, #same)
            }

            #finders
        }
    }

    /// What the function did.
    fn wrapped(&self) -> TokenStream {
        let function = &self.plan.function;
        let mut sig: Signature = function.sig.clone();
        sig.ident = self.name("__wrapped__", "uncached");
        if matches!(self.plan.place, Place::Free) {
            sig.generics = split_lifetimes(&mut sig.generics.clone());
        }
        let attributes = function.attrs.iter().filter(|attribute| for_wrapped(attribute));
        let text = format!("Calls `{}` past its cache.", function.sig.ident);
        let (vis, block) = (&function.vis, &function.block);
        quote! {
            #(#attributes)*
            #[doc = #text]
            #[allow(dead_code, clippy::must_use_candidate, reason = "it is offered, not asked for")]
            #vis #sig #block
        }
    }

    /// Generics, inputs and bounds of the companions that take the function's arguments.
    fn asked_signature(&self) -> (TokenStream, TokenStream, TokenStream) {
        let plan = self.plan;
        let sig = &plan.function.sig;
        let mut generics = sig.generics.clone();
        if matches!(plan.place, Place::Free) {
            generics = split_lifetimes(&mut generics);
        }
        let receiver = sig
            .receiver()
            .filter(|_| matches!(plan.place, Place::Field(_)) || plan.key.is_some())
            .map(|receiver| {
                let mut receiver = receiver.clone();
                if receiver.reference.is_none() {
                    receiver.mutability = None;
                }
                quote! { #receiver, }
            });
        let inputs = plan.asked().map(|param| {
            let Param { name, ty, .. } = param;
            quote! { #name: #ty }
        });
        let inputs = quote! { #receiver #(#inputs),* };
        let (declared, _, bounds) = generics.split_for_impl();
        (declared.to_token_stream(), inputs, bounds.to_token_stream())
    }

    fn info(&self) -> TokenStream {
        let private = &self.names.private;
        let maxsize = self.maxsize();
        self.control(
            &quote! { cache_info() },
            &quote! { #private::unused_info(#maxsize) },
            &quote! { cache_info() },
        )
    }

    fn clear(&self) -> TokenStream {
        self.control(&quote! { cache_clear() }, &quote! { () }, &quote! { clear() })
    }

    fn parameters(&self) -> TokenStream {
        let private = &self.names.private;
        let (maxsize, typed) = (self.maxsize(), self.plan.typed);
        let parameters = quote! { #private::parameters(#maxsize, #typed) };
        if let Some(cache) = self.field_cache() {
            return quote! { #private::parameters(#cache.maxsize(), false) };
        }
        self.control(&quote! { cache_parameters() }, &parameters, &TokenStream::new())
    }

    /// Does something with the cache where the key is not known.
    fn control(
        &self,
        call: &TokenStream,
        unused: &TokenStream,
        field_call: &TokenStream,
    ) -> TokenStream {
        let plan = self.plan;
        if let Some(cache) = self.field_cache() {
            return quote! { #cache.#field_call };
        }
        if plan.key.is_none() {
            let fetch = self.fetch();
            return quote! { #fetch.#call };
        }
        // The type of the key is not known here, and before the first call there is no cache.
        let registry = self.name("__registry", "__registry");
        let tag = self.tag();
        let found = if plan.local {
            quote! { Self::#registry(|registry| registry.find::<#tag>()).flatten() }
        } else {
            quote! { Self::#registry().find::<#tag>() }
        };
        quote! {
            match #found {
                ::core::option::Option::Some(memo) => memo.#call,
                ::core::option::Option::None => #unused,
            }
        }
    }
}

/// Where the tokens stand, for names that are ours.
fn here(tokens: &impl Spanned) -> Span {
    Span::mixed_site().located_at(tokens.span())
}

/// The type parameter that stands for the type of a key expression.
fn key_param() -> Ident {
    Ident::new("__Key", Span::mixed_site())
}

/// Takes the lifetimes, and the bounds that name them, out of `generics`, and returns them.
fn split_lifetimes(generics: &mut Generics) -> Generics {
    let lifetimes: Vec<Lifetime> =
        generics.lifetimes().map(|param| param.lifetime.clone()).collect();
    let mut taken = Generics::default();
    let params = std::mem::take(&mut generics.params);
    for param in params {
        match param {
            GenericParam::Lifetime(param) => taken.params.push(GenericParam::Lifetime(param)),
            param => generics.params.push(param),
        }
    }
    if let Some(bounds) = generics.where_clause.take() {
        let names_lifetime = |predicate: &WherePredicate| {
            let text = predicate.to_token_stream().to_string();
            lifetimes.iter().any(|lifetime| text.contains(&lifetime.to_string()))
        };
        let (with, without): (Vec<_>, Vec<_>) =
            bounds.predicates.into_iter().partition(names_lifetime);
        if !with.is_empty() {
            taken.make_where_clause().predicates.extend(with);
        }
        if !without.is_empty() {
            generics.make_where_clause().predicates.extend(without);
        }
    }
    taken
}

/// What companions may do without a warning: not be used, for one.
fn quiet() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            missing_debug_implementations,
            non_camel_case_types,
            single_use_lifetimes,
            unnameable_types,
            unused_variables,
            clippy::all,
            clippy::pedantic,
            clippy::restriction,
            reason = "written by an attribute"
        )]
    }
}

/// Attributes that the compiler knows and that are about the function that is called.
const OUTSIDE: &[&str] = &[
    "cold",
    "deprecated",
    "doc",
    "inline",
    "must_use",
    "track_caller",
    "no_mangle",
    "export_name",
];

/// Attributes about both.
const BOTH: &[&str] = &["allow", "cfg", "cfg_attr", "deny", "forbid", "warn"];

/// An attribute as it stands on the function that is called.
fn for_wrapper(attribute: &Attribute) -> Option<TokenStream> {
    let is = |names: &[&str]| names.iter().any(|name| attribute.path().is_ident(name));
    if is(OUTSIDE) || is(BOTH) {
        return Some(attribute.to_token_stream());
    }
    // What is expected is in the body, and perhaps also in the signature.
    if attribute.path().is_ident("expect")
        && let syn::Meta::List(list) = &attribute.meta
    {
        // With the reason that the user gave, if he gave one.
        let lints = &list.tokens;
        return Some(quote! { #[allow(#lints)] });
    }
    None
}

/// Whether an attribute stands on the function inside. Macros do: as in Python, what is below sees the calls that get through.
fn for_wrapped(attribute: &Attribute) -> bool {
    !OUTSIDE.iter().any(|name| attribute.path().is_ident(name))
}

fn conditions(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}
