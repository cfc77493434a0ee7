//! How an argument becomes a part of the key.
//!
//! The type as it is written decides. `T` is compared as it is and cloned on a miss; `&T`, however deep in tuples and
//! `Option`s, is looked up as it is and owned, by `ToOwned`, on a miss.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, Index, PathArguments, Type};

pub(super) enum Part {
    Value(Type),
    /// What is behind so many references.
    Borrowed(Type, usize),
    Option(Box<Self>),
    Tuple(Vec<Self>),
}

/// Names in what is written.
pub(super) struct Rules<'a> {
    /// `::batteries::__private::functools`.
    pub(super) path: &'a TokenStream,
    /// A local variable of the closures.
    pub(super) state: &'a Ident,
}

impl Part {
    pub(super) fn of(ty: &Type) -> Self {
        let ty = peel(ty);
        if !borrows(ty) {
            return Self::Value(ty.clone());
        }
        match ty {
            Type::Reference(_) => {
                let (mut inside, mut depth) = (ty, 0);
                while let Type::Reference(reference) = peel(inside) {
                    inside = &reference.elem;
                    depth += 1;
                }
                Self::Borrowed(peel(inside).clone(), depth)
            }
            Type::Tuple(tuple) => Self::Tuple(tuple.elems.iter().map(Self::of).collect()),
            _ => match optional(ty) {
                Some(inside) => Self::Option(Box::new(Self::of(inside))),
                None => Self::Value(ty.clone()),
            },
        }
    }

    /// The type of the part in the key.
    pub(super) fn owned(&self) -> TokenStream {
        match self {
            Self::Value(ty) => quote! { #ty },
            Self::Borrowed(ty, _) => {
                quote_spanned! { ty.span() => <#ty as ::std::borrow::ToOwned>::Owned }
            }
            Self::Option(part) => {
                let owned = part.owned();
                quote! { ::core::option::Option<#owned> }
            }
            Self::Tuple(parts) => {
                let owned = parts.iter().map(Self::owned);
                quote! { (#(#owned,)*) }
            }
        }
    }

    /// Feeds `place`, an expression for the place of the argument, to the hasher: as its owned form would.
    pub(super) fn hash(&self, place: &TokenStream, rules: &Rules<'_>) -> TokenStream {
        let Rules { path, state } = rules;
        match self {
            Self::Value(ty) => {
                let place = at(place, ty);
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).hash_part(&#place, #state); }
            }
            Self::Borrowed(ty, depth) => {
                let target = at(&target(place, *depth), ty);
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).hash_borrowed(#target, #state); }
            }
            Self::Option(part) => {
                let name = local("part");
                let inside = part.hash(&inside("part"), rules);
                quote! {
                    #path::hash_variant(&#place, #state);
                    if let ::core::option::Option::Some(#name) = &#place { #inside }
                }
            }
            Self::Tuple(parts) => {
                fields(parts).map(|(at, part)| part.hash(&quote! { #place.#at }, rules)).collect()
            }
        }
    }

    /// Compares `stored`, a place in a key, with the argument.
    pub(super) fn same(
        &self,
        stored: &TokenStream,
        place: &TokenStream,
        rules: &Rules<'_>,
    ) -> TokenStream {
        let path = rules.path;
        match self {
            Self::Value(ty) => {
                let place = at(place, ty);
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).same_part(&#stored, &#place) }
            }
            Self::Borrowed(ty, depth) => {
                let target = at(&target(place, *depth), ty);
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).same_borrowed(&#stored, #target) }
            }
            Self::Option(part) => {
                let (held, given) = (local("stored"), local("part"));
                let inside = part.same(&inside("stored"), &inside("part"), rules);
                quote! {
                    match (&#stored, &#place) {
                        (::core::option::Option::Some(#held), ::core::option::Option::Some(#given)) => #inside,
                        (::core::option::Option::None, ::core::option::Option::None) => true,
                        _ => false,
                    }
                }
            }
            Self::Tuple(parts) => {
                let same = fields(parts).map(|(at, part)| {
                    part.same(&quote! { #stored.#at }, &quote! { #place.#at }, rules)
                });
                quote! { (true #(&& #same)*) }
            }
        }
    }

    /// Makes the part of the key.
    pub(super) fn own(&self, place: &TokenStream, rules: &Rules<'_>) -> TokenStream {
        let path = rules.path;
        match self {
            Self::Value(ty) => {
                let place = at(place, ty);
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).own_part(&#place) }
            }
            Self::Borrowed(ty, depth) => {
                let target = at(&target(place, *depth), ty);
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).own_borrowed(#target) }
            }
            Self::Option(part) => {
                let name = local("part");
                let inside = part.own(&inside("part"), rules);
                quote! {
                    match &#place {
                        ::core::option::Option::Some(#name) => ::core::option::Option::Some(#inside),
                        ::core::option::Option::None => ::core::option::Option::None,
                    }
                }
            }
            Self::Tuple(parts) => {
                let own = fields(parts).map(|(at, part)| part.own(&quote! { #place.#at }, rules));
                quote! { (#(#own,)*) }
            }
        }
    }

    /// Compares two keys' parts.
    pub(super) fn equal(
        &self,
        left: &TokenStream,
        right: &TokenStream,
        rules: &Rules<'_>,
    ) -> TokenStream {
        let path = rules.path;
        match self {
            Self::Value(ty) => {
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).same_part(&#left, &#right) }
            }
            Self::Borrowed(ty, _) => {
                quote_spanned! { ty.span() => (&#path::Probe::<#ty>::NEW).same_owned(&#left, &#right) }
            }
            Self::Option(part) => {
                let (one, other) = (local("left"), local("right"));
                let inside = part.equal(&inside("left"), &inside("right"), rules);
                quote! {
                    match (&#left, &#right) {
                        (::core::option::Option::Some(#one), ::core::option::Option::Some(#other)) => #inside,
                        (::core::option::Option::None, ::core::option::Option::None) => true,
                        _ => false,
                    }
                }
            }
            Self::Tuple(parts) => {
                let equal = fields(parts).map(|(at, part)| {
                    part.equal(&quote! { #left.#at }, &quote! { #right.#at }, rules)
                });
                quote! { (true #(&& #equal)*) }
            }
        }
    }
}

/// A local variable that no argument can be mixed up with.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The place that such a variable refers to.
fn inside(name: &str) -> TokenStream {
    let name = local(name);
    quote! { (*#name) }
}

fn fields(parts: &[Part]) -> impl Iterator<Item = (Index, &Part)> {
    parts.iter().enumerate().map(|(at, part)| (Index::from(at), part))
}

/// The same tokens as if they stood where the type stands: errors about the type point there.
pub(super) fn at(tokens: &TokenStream, place: &impl Spanned) -> TokenStream {
    let move_one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &mut token {
            let mut moved = Group::new(group.delimiter(), at(&group.stream(), place));
            moved.set_span(group.span().located_at(place.span()));
            return TokenTree::Group(moved);
        }
        // Only the location: what a name means stays.
        token.set_span(token.span().located_at(place.span()));
        token
    };
    tokens.clone().into_iter().map(move_one).collect()
}

/// What is behind `depth` references, by reference.
fn target(place: &TokenStream, depth: usize) -> TokenStream {
    let stars = (0..depth).map(|_| quote! { * });
    quote! { &#(#stars)* #place }
}

/// The type without what only groups it.
pub(super) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => peel(&paren.elem),
        Type::Group(group) => peel(&group.elem),
        ty => ty,
    }
}

/// Whether the type has a reference that the key cannot have, where this file can do something about it.
fn borrows(ty: &Type) -> bool {
    match peel(ty) {
        Type::Reference(reference) => {
            reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static")
        }
        Type::Tuple(tuple) => tuple.elems.iter().any(borrows),
        ty => optional(ty).is_some_and(borrows),
    }
}

/// The `T` of an `Option<T>`.
fn optional(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = peel(ty) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inside) if last.ident == "Option" && arguments.args.len() == 1 => {
            Some(inside)
        }
        _ => None,
    }
}
