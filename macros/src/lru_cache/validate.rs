//! What is meant, and what cannot be.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    Error, Expr, FnArg, GenericArgument, GenericParam, ItemFn, Lit, Pat, Path, PathArguments,
    Receiver, ReturnType, Signature, Type, UnOp, parse_quote,
};

use super::Name;
use super::parse::{Given, Options};
use super::part::{Part, local, peel};

/// A function to cache, and how.
pub(super) struct Plan {
    pub(super) function: ItemFn,
    pub(super) params: Vec<Param>,
    /// `Err` where the function is one of an `impl`.
    pub(super) place: Place,
    pub(super) companion: Ident,
    /// `None` is no limit.
    pub(super) maxsize: Option<Expr>,
    /// Whether a size was asked for.
    pub(super) sized: bool,
    pub(super) typed: bool,
    pub(super) local: bool,
    pub(super) single_flight: bool,
    pub(super) cache_err: bool,
    pub(super) ttl: Option<Expr>,
    pub(super) clock: Option<Expr>,
    pub(super) key: Option<Expr>,
    pub(super) root: Path,
    pub(super) output: Type,
}

/// Where the function stands, and with it its cache.
pub(super) enum Place {
    /// In a module or a function: its companion is a type of the same name.
    Free,
    /// In an `impl`: its companions are functions beside it.
    Impl,
    /// In an `impl`, with a cache in a field of each instance.
    Field(Ident),
}

/// An argument, without the receiver.
pub(super) struct Param {
    /// Its name in the wrapper.
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// What it is in the key; `None` where it is no part of it.
    pub(super) part: Option<Part>,
    pub(super) ignored: bool,
}

pub(super) fn plan(name: Name, options: Options, function: ItemFn) -> syn::Result<Plan> {
    let attribute = name.as_str();
    refuse_kinds(attribute, &function.sig)?;
    refuse_options(name, &options, &function.sig)?;

    let (maxsize, sized) = match (name, options.maxsize) {
        (Name::Cache, _) => (None, false),
        (Name::LruCache, None) => (Some(parse_quote!(128)), false),
        (Name::LruCache, Some(given)) => (self::maxsize(given.value)?, true),
    };
    let ignored = options.ignore.map(|given| given.value).unwrap_or_default();
    let params = params(&function.sig, &ignored, options.key.is_some(), is_on(&options.local))?;
    let receiver = function.sig.receiver();
    let place = match options.field {
        Some(field) => Place::Field(field.value),
        None if receiver.is_some() || is_on(&options.assoc) => Place::Impl,
        None => Place::Free,
    };
    let output = output(&function.sig, is_on(&options.local))?;
    let companion =
        options.companion.map_or_else(|| function.sig.ident.clone(), |given| given.value);
    Ok(Plan {
        params,
        place,
        companion,
        maxsize,
        sized,
        typed: is_on(&options.typed),
        local: is_on(&options.local),
        single_flight: is_on(&options.single_flight),
        cache_err: is_on(&options.cache_err),
        ttl: options.ttl.map(|given| given.value),
        clock: options.clock.map(|given| given.value),
        key: options.key.map(|given| given.value),
        root: options.root.map_or_else(|| parse_quote!(::batteries), |given| given.value),
        output,
        function,
    })
}

fn is_on(flag: &Option<Given<bool>>) -> bool {
    flag.as_ref().is_some_and(|flag| flag.value)
}

/// Functions that cannot be cached at all.
fn refuse_kinds(attribute: &str, sig: &Signature) -> syn::Result<()> {
    if let Some(word) = &sig.constness {
        let message = format!(
            "a `const fn` cannot be cached, since it may run while compiling: remove `const`, or `#[{attribute}]`"
        );
        return Err(Error::new(word.span, message));
    }
    if let Some(word) = &sig.unsafety {
        let message = "an `unsafe fn` cannot be cached: cache a safe function, which may call it";
        return Err(Error::new(word.span, message));
    }
    if let Some(abi) = &sig.abi {
        let message = "an `extern` function cannot be cached: cache a Rust function that calls it";
        return Err(Error::new(abi.extern_token.span, message));
    }
    Ok(())
}

/// Options that contradict each other, or the function.
fn refuse_options(name: Name, options: &Options, sig: &Signature) -> syn::Result<()> {
    if let (Name::Cache, Some(given)) = (name, &options.maxsize) {
        let message = "`#[cache]` has no limit: write `#[lru_cache(maxsize = ..)]`";
        return Err(Error::new(given.span, message));
    }
    if let (Some(clock), None) = (&options.clock, &options.ttl) {
        let message = "`clock` is what `ttl` is counted on: add `ttl = ..`, or remove `clock`";
        return Err(Error::new(clock.span, message));
    }
    let single_flight = options.single_flight.as_ref().filter(|flag| flag.value);
    if let Some(flag) = single_flight {
        if sig.asyncness.is_some() {
            let message = "`single_flight` is not supported for an `async fn`, whose callers would block their threads: \
                remove it, or return a shared future from a cached `fn`";
            return Err(Error::new(flag.span, message));
        }
        if is_on(&options.local) {
            let message = "in a `local` cache a thread has nobody to wait for: remove `single_flight` or `local`";
            return Err(Error::new(flag.span, message));
        }
    }
    receiver(options, sig)?;
    if let Some(field) = &options.field {
        for (option, given) in [
            ("single_flight", single_flight.map(|flag| flag.span)),
            ("local", options.local.as_ref().filter(|flag| flag.value).map(|flag| flag.span)),
            ("ttl", options.ttl.as_ref().map(|ttl| ttl.span)),
            ("typed", options.typed.as_ref().filter(|flag| flag.value).map(|flag| flag.span)),
        ] {
            if let Some(span) = given {
                let message = format!(
                    "the cache in `self.{}` knows no `{option}`: remove it, or write `shared` or `key = ..` instead of \
                     `field`",
                    field.value
                );
                return Err(Error::new(span, message));
            }
        }
    }
    Ok(())
}

/// What a method's receiver is to its cache has to be said: each answer that could be guessed is a trap for somebody.
fn receiver(options: &Options, sig: &Signature) -> syn::Result<()> {
    let policy = [
        options.field.as_ref().map(|given| given.span),
        options.shared.as_ref().filter(|flag| flag.value).map(|flag| flag.span),
    ];
    let policy = policy.into_iter().flatten().next();
    let assoc = options.assoc.as_ref().filter(|flag| flag.value);
    let Some(receiver) = sig.receiver() else {
        if let Some(span) = policy {
            let message = "this is about `self`, which the function does not have: in an `impl` write `assoc` instead, \
                elsewhere remove it";
            return Err(Error::new(span, message));
        }
        if assoc.is_none() {
            return refuse_self_type(sig);
        }
        return Ok(());
    };
    if let Some(flag) = assoc {
        let message =
            "`assoc` is for functions without `self`: write `field = ..`, `shared` or `key = ..`";
        return Err(Error::new(flag.span, message));
    }
    if let Receiver { reference: Some(_), mutability: Some(word), .. } = receiver {
        let message = "a method that changes `self` cannot be cached: take `&self`";
        return Err(Error::new(word.span, message));
    }
    if let (Some(field), Some(shared)) =
        (&options.field, options.shared.as_ref().filter(|flag| flag.value))
    {
        let message = format!(
            "`shared` is one cache for all instances, `field = {}` one for each: remove one of them",
            field.value
        );
        return Err(Error::new(shared.span, message));
    }
    if policy.is_none() && options.key.is_none() {
        let message = "a method needs to say what `self` is to its cache: `field = name` keeps one in that field of each \
            instance (an `LruCache`), `shared` keeps one for all instances and does not look at `self`, \
            `key = (self.id, ..)` puts an expression in the key";
        return Err(Error::new(receiver.self_token.span, message));
    }
    Ok(())
}

/// A function without `self` that names `Self` stands in an `impl`, where a companion type cannot.
fn refuse_self_type(sig: &Signature) -> syn::Result<()> {
    fn find(tokens: TokenStream) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(name) if name == "Self" => Some(name.span()),
            TokenTree::Group(group) => find(group.stream()),
            _ => None,
        })
    }
    let types = sig.inputs.to_token_stream().into_iter().chain(sig.output.to_token_stream());
    match find(types.collect()) {
        Some(span) => Err(Error::new(span, "a function in an `impl`: write `#[lru_cache(assoc)]`")),
        None => Ok(()),
    }
}

/// Python's sizes: a negative one is 0.
fn maxsize(expr: Expr) -> syn::Result<Option<Expr>> {
    match &expr {
        // What a macro hands on comes in an invisible group.
        Expr::Group(group) => maxsize((*group.expr).clone()),
        Expr::Paren(paren) => maxsize((*paren.expr).clone()),
        Expr::Path(path) if path.path.is_ident("None") => Ok(None),
        Expr::Call(call)
            if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Some"))
                && call.args.len() == 1 =>
        {
            maxsize(call.args[0].clone())
        }
        Expr::Unary(unary)
            if matches!(unary.op, UnOp::Neg(_))
                && matches!(&*unary.expr, Expr::Lit(lit) if matches!(lit.lit, Lit::Int(_))) =>
        {
            Ok(Some(parse_quote!(0)))
        }
        Expr::Lit(lit) if !matches!(lit.lit, Lit::Int(_)) => Err(Error::new(
            expr.span(),
            "`maxsize` is a number of entries, or `None`: write `maxsize = 128`",
        )),
        _ => Ok(Some(expr)),
    }
}

fn params(
    sig: &Signature,
    ignored: &[Ident],
    has_key: bool,
    is_local: bool,
) -> syn::Result<Vec<Param>> {
    let mut params = Vec::new();
    for (at, input) in sig.inputs.iter().enumerate() {
        let FnArg::Typed(typed) = input else { continue };
        let name = match &*typed.pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.ident.clone(),
            _ => local(&format!("argument_{at}")),
        };
        let ty = (*typed.ty).clone();
        let ignored = ignored.contains(&name);
        let part = if ignored || has_key {
            None
        } else {
            refuse_argument(&name, &ty, is_local)?;
            let part = Part::of(&ty);
            refuse_borrows(&name, &part)?;
            Some(part)
        };
        params.push(Param { name, ty, part, ignored });
    }
    if let Some(unknown) = ignored.iter().find(|name| params.iter().all(|p| p.name != **name)) {
        let names: Vec<_> = params.iter().map(|param| format!("`{}`", param.name)).collect();
        let message = if names.is_empty() {
            format!("there is no argument `{unknown}`: remove it")
        } else {
            format!("there is no argument `{unknown}`: the arguments are {}", names.join(", "))
        };
        return Err(Error::new(unknown.span(), message));
    }
    Ok(params)
}

/// Types that cannot be a part of a key, where that shows.
fn refuse_argument(name: &Ident, ty: &Type, local: bool) -> syn::Result<()> {
    let ways = format!("`ignore({name})` or `key = ..`");
    match peel(ty) {
        Type::Reference(reference) => match &reference.mutability {
            Some(word) => Err(Error::new(
                word.span,
                format!(
                    "what a function changes cannot be part of a cache key: take `&`, or write {ways}"
                ),
            )),
            None => refuse_argument(name, &reference.elem, local),
        },
        Type::ImplTrait(ty) => Err(Error::new_spanned(
            ty,
            format!("`impl Trait` has no name to make a key of: name the type, or write {ways}"),
        )),
        Type::Slice(slice) => refuse_argument(name, &slice.elem, local),
        Type::Array(array) => refuse_argument(name, &array.elem, local),
        Type::Tuple(tuple) => {
            tuple.elems.iter().try_for_each(|ty| refuse_argument(name, ty, local))
        }
        Type::Path(path) if path.qself.is_none() => {
            let Some(last) = path.path.segments.last() else { return Ok(()) };
            let written = last.ident.to_string();
            let message = match written.as_str() {
                "f32" | "f64" => format!(
                    "`{written}` cannot be part of a cache key, since NaN differs from itself: write `key = F64Key({name})`"
                ),
                "HashMap" => format!(
                    "a `HashMap` cannot be part of a cache key, since it has no order to hash: take a `BTreeMap`, or write {ways}"
                ),
                "HashSet" => format!(
                    "a `HashSet` cannot be part of a cache key, since it has no order to hash: take a `BTreeSet`, or write {ways}"
                ),
                "Rc" if !local => format!(
                    "an `Rc` stays in its thread, and so must its cache: add `local`, or take an `Arc`, or write {ways}"
                ),
                // What these hold is a part of the key with them.
                "Option" | "Vec" | "VecDeque" | "Box" | "Arc" | "Rc" => {
                    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                        return Ok(());
                    };
                    return arguments.args.iter().try_for_each(|argument| match argument {
                        GenericArgument::Type(ty) => refuse_argument(name, ty, local),
                        _ => Ok(()),
                    });
                }
                _ => return Ok(()),
            };
            Err(Error::new_spanned(path, message))
        }
        _ => Ok(()),
    }
}

/// Parts that would have to borrow in the key.
fn refuse_borrows(name: &Ident, part: &Part) -> syn::Result<()> {
    fn find(ty: &Type) -> Option<Span> {
        match peel(ty) {
            Type::Reference(reference) => match &reference.lifetime {
                Some(lifetime) if lifetime.ident == "static" => find(&reference.elem),
                _ => Some(reference.span()),
            },
            Type::Tuple(tuple) => tuple.elems.iter().find_map(find),
            Type::Array(array) => find(&array.elem),
            Type::Slice(slice) => find(&slice.elem),
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
                arguments.args.iter().find_map(|argument| match argument {
                    GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
                        Some(lifetime.span())
                    }
                    GenericArgument::Type(ty) => find(ty),
                    _ => None,
                })
            }
            _ => None,
        }
    }
    match part {
        Part::Value(ty) | Part::Borrowed(ty, _) => find(ty).map_or(Ok(()), |span| {
            Err(Error::new(
                span,
                format!(
                    "a key outlives the call, and this borrows: write `key = ..` with what `{name}` owns, or `ignore({name})`"
                ),
            ))
        }),
        Part::Option(part) => refuse_borrows(name, part),
        Part::Tuple(parts) => parts.iter().try_for_each(|part| refuse_borrows(name, part)),
    }
}

/// The type of the result.
fn output(sig: &Signature, local: bool) -> syn::Result<Type> {
    let ReturnType::Type(_, ty) = &sig.output else { return Ok(parse_quote!(())) };
    refuse_result(ty, local)?;
    Ok((**ty).clone())
}

/// Types that cannot be kept, where that shows.
fn refuse_result(ty: &Type, local: bool) -> syn::Result<()> {
    match peel(ty) {
        Type::Reference(reference) => {
            let is_static = |lifetime: &syn::Lifetime| lifetime.ident == "static";
            if let Some(word) = &reference.mutability {
                return Err(Error::new(
                    word.span,
                    "a `&mut` cannot be cached: return an owned value",
                ));
            }
            if reference.lifetime.as_ref().is_some_and(is_static) {
                return Ok(());
            }
            Err(Error::new_spanned(
                reference,
                "a reference does not live as long as the cache: return an owned value, or an `Arc<..>`",
            ))
        }
        Type::ImplTrait(ty) => Err(Error::new_spanned(
            ty,
            "`impl Trait` has no name to make a cache for: name the type, or return a `Vec` or an `Arc<dyn ..>`",
        )),
        Type::Never(ty) => {
            Err(Error::new_spanned(ty, "a function that never returns has nothing to cache"))
        }
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(|ty| refuse_result(ty, local)),
        Type::Array(array) => refuse_result(&array.elem, local),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Ok(()) };
            if last.ident == "Rc" && !local {
                return Err(Error::new_spanned(
                    path,
                    "an `Rc` stays in its thread, and so must its cache: add `local`, or return an `Arc`",
                ));
            }
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Ok(()) };
            arguments.args.iter().try_for_each(|argument| match argument {
                GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => Err(Error::new(
                    lifetime.span(),
                    "what borrows does not live as long as the cache: return an owned value, or an `Arc<..>`",
                )),
                GenericArgument::Type(ty) => refuse_result(ty, local),
                _ => Ok(()),
            })
        }
        _ => Ok(()),
    }
}

impl Plan {
    /// The parameters that the key depends on.
    pub(super) fn asked(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| !param.ignored)
    }

    /// Whether the cache is found by types: the function, or its key, has more than one.
    pub(super) fn has_registry(&self) -> bool {
        let is_type = |param: &GenericParam| !matches!(param, GenericParam::Lifetime(_));
        matches!(self.place, Place::Impl)
            || self.key.is_some()
            || self.function.sig.generics.params.iter().any(is_type)
    }
}
