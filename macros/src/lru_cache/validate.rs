//! What is meant, and what cannot be.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    Error, Expr, FnArg, GenericArgument, GenericParam, ItemFn, Lit, Pat, Path, PathArguments,
    Receiver, ReturnType, Signature, Type, TypeParamBound, TypeTraitObject, UnOp, parse_quote,
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
        // Where it has to be said to the cache of a field, no limit is a size.
        (Name::Cache, _) => (None, true),
        (Name::LruCache, None) => (Some(parse_quote!(128)), false),
        (Name::LruCache, Some(given)) => (self::maxsize(given.value)?, true),
    };
    // What may not leave its thread can be in a thread's cache, and in an instance's.
    let stays = is_on(&options.local) || options.field.is_some();
    let ignored = options.ignore.map(|given| given.value).unwrap_or_default();
    let params = params(&function.sig, &ignored, options.key.is_some(), stays)?;
    let receiver = function.sig.receiver();
    let place = match options.field {
        Some(field) => Place::Field(field.value),
        None if receiver.is_some() || is_on(&options.assoc) => Place::Impl,
        None => Place::Free,
    };
    let output = output(&function.sig, stays)?;
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
    if let Some(ttl) = &options.ttl
        && let Expr::Lit(lit) = &ttl.value
    {
        let message = match &lit.lit {
            Lit::Int(seconds) => format!(
                "`ttl` is a `Duration`: for seconds write `ttl = Duration::from_secs({})`",
                seconds.base10_digits()
            ),
            Lit::Float(seconds) => format!(
                "`ttl` is a `Duration`: for seconds write `ttl = Duration::from_secs_f64({})`",
                seconds.base10_digits()
            ),
            _ => "`ttl` is a `Duration`: write `ttl = Duration::from_secs(60)`".to_owned(),
        };
        return Err(Error::new(lit.span(), message));
    }
    let single_flight = options.single_flight.as_ref().filter(|flag| flag.value);
    if let Some(flag) = single_flight {
        if sig.asyncness.is_some() {
            let message = "`single_flight` is not supported for an `async fn`, whose callers would block their threads: \
                remove it, or return a shared future from a cached `fn` (an example is in the documentation of `lru_cache`)";
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
    let key = whole_key(sig, ignored);
    let mut params = Vec::new();
    for (at, input) in sig.inputs.iter().enumerate() {
        let FnArg::Typed(typed) = input else { continue };
        let written = named(&typed.pat);
        let name = written.cloned().unwrap_or_else(|| local(&format!("argument_{at}")));
        let ty = (*typed.ty).clone();
        let ignored = ignored.contains(&name);
        let part = if ignored || has_key {
            None
        } else {
            refuse_argument(&Argument { name: written, key: &key, local: is_local }, &ty)?;
            let part = Part::of(&ty);
            refuse_borrows(written, &part)?;
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

/// The name of an argument that has one and no pattern.
fn named(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        _ => None,
    }
}

/// What an error about an argument speaks of.
struct Argument<'a> {
    /// `None` where it is a pattern.
    name: Option<&'a Ident>,
    /// A key of all arguments that compiles, as it would be written.
    key: &'a Option<String>,
    local: bool,
}

impl Argument<'_> {
    /// What can be written where the type is no part of a key. What only looks unimportant makes wrong answers if it is ignored,
    /// so that is the last way, with its condition.
    fn ways(&self) -> String {
        match self.name {
            Some(name) => format!(
                "write `key = ..`, an expression of what the result depends on (or `ignore({name})`, but only if the \
                 result does not depend on it)"
            ),
            None => "give the argument a name in place of the pattern and write `key = ..`, an expression of what the \
                     result depends on"
                .to_owned(),
        }
    }

    /// What to write for a float.
    fn float(&self) -> String {
        match (self.name, self.key) {
            (None, _) => {
                "give the argument a name in place of the pattern, and write `key = ..` with `F64Key(..)` around each float"
                    .to_owned()
            }
            (_, Some(key)) => format!("write `key = {key}`"),
            _ => "write `key = ..`, an expression of what the result depends on, with `F64Key(..)` around each float"
                .to_owned(),
        }
    }
}

/// The key of all arguments that the result depends on, where it can be written for sure.
fn whole_key(sig: &Signature, ignored: &[Ident]) -> Option<String> {
    let mut parts = Vec::new();
    for input in &sig.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let name = named(&typed.pat)?;
        if !ignored.contains(name) {
            parts.push(recipe(&name.to_string(), &typed.ty)?);
        }
    }
    match &*parts {
        [one] => Some(one.clone()),
        parts => Some(format!("({})", parts.join(", "))),
    }
}

/// An expression that owns what is at `place`, with floats as keys. It leaves `place` for the call.
fn recipe(place: &str, ty: &Type) -> Option<String> {
    match peel(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            let inside = peel(&reference.elem);
            match inside {
                Type::Slice(slice) => elements(place, &slice.elem),
                Type::Reference(_) => recipe(&format!("(*{place})"), inside),
                Type::Path(_) if is_plain(inside) => Some(format!("{place}.to_owned()")),
                _ => recipe(&format!("(*{place})"), inside).map(|text| match float(inside) {
                    // No parentheses around what stands in some.
                    Some("f64") => format!("F64Key(*{place})"),
                    _ => text,
                }),
            }
        }
        Type::Array(array) => elements(place, &array.elem),
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().enumerate();
            let parts: Option<Vec<_>> =
                parts.map(|(at, ty)| recipe(&format!("{place}.{at}"), ty)).collect();
            let parts = parts?;
            match &*parts {
                [one] => Some(format!("({one},)")),
                parts => Some(format!("({})", parts.join(", "))),
            }
        }
        ty @ Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            match (float(ty), &*last.ident.to_string()) {
                (Some("f64"), _) => Some(format!("F64Key({place})")),
                (Some(_), _) => Some(format!("F64Key({place}.into())")),
                _ if is_copied(ty) => Some(place.to_owned()),
                (None, "Option") => match (peel(inside(ty)?), inside(ty).and_then(float)) {
                    (_, Some("f64")) => Some(format!("{place}.map(F64Key)")),
                    (_, Some(_)) => Some(format!("{place}.map(|x| F64Key(x.into()))")),
                    (Type::Reference(reference), None) if is_plain(&reference.elem) => {
                        Some(format!("{place}.map(ToOwned::to_owned)"))
                    }
                    (inside, None) if is_copied(inside) => Some(place.to_owned()),
                    (inside, None) => is_plain(inside).then(|| format!("{place}.clone()")),
                },
                (None, "Vec" | "VecDeque") if !is_plain(inside(ty)?) => {
                    elements(place, inside(ty)?)
                }
                _ => is_plain(ty).then(|| format!("{place}.clone()")),
            }
        }
        _ => None,
    }
}

/// A `Vec` of what is in the sequence at `place`.
fn elements(place: &str, ty: &Type) -> Option<String> {
    match float(ty) {
        Some("f64") => Some(format!("{place}.iter().copied().map(F64Key).collect::<Vec<_>>()")),
        Some(_) => Some(format!("{place}.iter().map(|x| F64Key((*x).into())).collect::<Vec<_>>()")),
        None => is_plain(ty).then(|| format!("{place}.to_vec()")),
    }
}

/// Whether a value of this is still there when it was put in a key.
fn is_copied(ty: &Type) -> bool {
    const NUMBERS: &[&str] = &[
        "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
        "i128", "isize",
    ];
    let Type::Path(path) = peel(ty) else { return false };
    NUMBERS.iter().any(|name| path.path.is_ident(name))
}

fn float(ty: &Type) -> Option<&'static str> {
    let Type::Path(path) = peel(ty) else { return None };
    ["f32", "f64"]
        .into_iter()
        .find(|name| path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// The type in the angle brackets of one that has one.
fn inside(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = peel(ty) else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.iter().collect::<Vec<_>>()[..] {
        [GenericArgument::Type(ty)] => Some(ty),
        _ => None,
    }
}

/// Whether a clone of this can be a part of a key, as far as that shows.
fn is_plain(ty: &Type) -> bool {
    match peel(ty) {
        Type::Slice(slice) => is_plain(&slice.elem),
        Type::Array(array) => is_plain(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        Type::Path(path) if path.qself.is_none() => {
            let Some(last) = path.path.segments.last() else { return false };
            let unfit =
                ["f32", "f64", "HashMap", "HashSet", "Rc"].iter().any(|name| last.ident == name);
            !unfit
                && match &last.arguments {
                    PathArguments::None => true,
                    PathArguments::AngleBracketed(arguments) => arguments.args.iter().all(
                        |argument| matches!(argument, GenericArgument::Type(ty) if is_plain(ty)),
                    ),
                    PathArguments::Parenthesized(_) => false,
                }
        }
        _ => false,
    }
}

/// Types that cannot be a part of a key, where that shows.
fn refuse_argument(argument: &Argument<'_>, ty: &Type) -> syn::Result<()> {
    let ways = argument.ways();
    match peel(ty) {
        Type::Reference(reference) => match &reference.mutability {
            Some(word) => Err(Error::new(
                word.span,
                match argument.name {
                    Some(name) => format!(
                        "what a function changes cannot be part of a cache key: take `&`; only if the result does not \
                         depend on it, write `ignore({name})`"
                    ),
                    None => {
                        "what a function changes cannot be part of a cache key: take `&`".to_owned()
                    }
                },
            )),
            None => refuse_argument(argument, &reference.elem),
        },
        Type::ImplTrait(ty) => Err(Error::new_spanned(
            ty,
            format!("`impl Trait` has no name to make a key of: name the type, or {ways}"),
        )),
        Type::Slice(slice) => refuse_argument(argument, &slice.elem),
        Type::Array(array) => refuse_argument(argument, &array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(|ty| refuse_argument(argument, ty)),
        Type::Path(path) if path.qself.is_none() => {
            let Some(last) = path.path.segments.last() else { return Ok(()) };
            let written = last.ident.to_string();
            let message = match written.as_str() {
                "f32" | "f64" => format!(
                    "`{written}` cannot be part of a cache key, since NaN differs from itself: {}",
                    argument.float()
                ),
                "HashMap" => format!(
                    "a `HashMap` cannot be part of a cache key, since it has no order to hash: take a `BTreeMap`, or {ways}"
                ),
                "HashSet" => format!(
                    "a `HashSet` cannot be part of a cache key, since it has no order to hash: take a `BTreeSet`, or {ways}"
                ),
                "Rc" if !argument.local => format!(
                    "an `Rc` stays in its thread, and so must its cache: add `local`, or take an `Arc`, or {ways}"
                ),
                // What these hold is a part of the key with them.
                "Option" | "Vec" | "VecDeque" | "Box" | "Arc" | "Rc" => {
                    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                        return Ok(());
                    };
                    return arguments.args.iter().try_for_each(|inside| match inside {
                        GenericArgument::Type(ty) => refuse_argument(argument, ty),
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
fn refuse_borrows(name: Option<&Ident>, part: &Part) -> syn::Result<()> {
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
            let message = match name {
                Some(name) => format!(
                    "a key outlives the call, and this borrows: write `key = ..` with what `{name}` owns (or \
                     `ignore({name})`, but only if the result does not depend on it)"
                ),
                None => "a key outlives the call, and this borrows: give the argument a name in place of the pattern and \
                         write `key = ..` with what it owns"
                    .to_owned(),
            };
            Err(Error::new(span, message))
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
        Type::TraitObject(object) if !local => refuse_staying(object),
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

/// Trait objects that may not leave their thread, of traits that do not say otherwise themselves.
fn refuse_staying(object: &TypeTraitObject) -> syn::Result<()> {
    const OPEN: &[&str] = &["Any", "Debug", "Display", "Error", "Fn"];
    let traits: Vec<_> = object
        .bounds
        .iter()
        .filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path.segments.last()?.ident),
            _ => None,
        })
        .collect();
    let is_open = traits.iter().any(|name| OPEN.iter().any(|open| *name == open));
    if !is_open || traits.iter().any(|name| *name == "Send") {
        return Ok(());
    }
    let written = object.bounds.to_token_stream().to_string().replace(" :: ", "::");
    let message = format!(
        "a `dyn {written}` may have to stay in its thread, and so would its cache: write `dyn {written} + Send + Sync`, or \
         add `local`"
    );
    Err(Error::new_spanned(object, message))
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
