//! What the user wrote.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, ItemFn, LitBool, Path, Token, parenthesized};

use super::Name;

/// An option, and where it stands.
#[derive(Clone)]
pub(super) struct Given<T> {
    pub(super) span: Span,
    pub(super) value: T,
}

/// The options, each as given.
#[derive(Default)]
pub(super) struct Options {
    pub(super) maxsize: Option<Given<Expr>>,
    pub(super) typed: Option<Given<bool>>,
    pub(super) local: Option<Given<bool>>,
    pub(super) single_flight: Option<Given<bool>>,
    pub(super) cache_err: Option<Given<bool>>,
    pub(super) ttl: Option<Given<Expr>>,
    pub(super) clock: Option<Given<Expr>>,
    pub(super) ignore: Option<Given<Vec<Ident>>>,
    pub(super) key: Option<Given<Expr>>,
    pub(super) companion: Option<Given<Ident>>,
    pub(super) field: Option<Given<Ident>>,
    pub(super) shared: Option<Given<bool>>,
    pub(super) assoc: Option<Given<bool>>,
    pub(super) root: Option<Given<Path>>,
}

const OPTIONS: &str = "`maxsize`, `typed`, `local`, `single_flight`, `ttl`, `clock`, `cache_err`, `ignore(..)`, `key`, \
    `companion`, `field`, `shared`, `assoc`, `crate`";

pub(super) fn options(name: Name, tokens: TokenStream) -> syn::Result<Options> {
    let parser = |input: ParseStream<'_>| {
        let mut options = Options::default();
        while !input.is_empty() {
            option(name, input, &mut options)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    };
    parser.parse2(tokens)
}

fn option(name: Name, input: ParseStream<'_>, options: &mut Options) -> syn::Result<()> {
    if !input.peek(Ident::peek_any) {
        let what = match name {
            Name::LruCache => "options have names: for the size write `maxsize = ..`",
            Name::Cache => "options have names: for a size write `#[lru_cache(maxsize = ..)]`",
        };
        return Err(input.error(what));
    }
    let option = input.call(Ident::parse_any)?;
    match option.to_string().as_str() {
        "maxsize" => set(&option, &mut options.maxsize, value(&option, input, "128")?),
        "typed" => set(&option, &mut options.typed, flag(input)?),
        "local" => set(&option, &mut options.local, flag(input)?),
        "single_flight" => set(&option, &mut options.single_flight, flag(input)?),
        "cache_err" => set(&option, &mut options.cache_err, flag(input)?),
        "ttl" => set(&option, &mut options.ttl, value(&option, input, "Duration::from_secs(60)")?),
        "clock" => set(&option, &mut options.clock, value(&option, input, "my_clock")?),
        "ignore" => set(&option, &mut options.ignore, names(&option, input)?),
        "key" => set(&option, &mut options.key, value(&option, input, "id")?),
        "companion" => set(&option, &mut options.companion, value(&option, input, "Name")?),
        "field" => set(&option, &mut options.field, value(&option, input, "name_of_the_field")?),
        "shared" => set(&option, &mut options.shared, flag(input)?),
        "assoc" => set(&option, &mut options.assoc, flag(input)?),
        "crate" => {
            input.parse::<Token![=]>()?;
            set(&option, &mut options.root, input.call(Path::parse_mod_style)?)
        }
        _ => Err(Error::new(
            option.span(),
            format!("`{option}` is no option of `#[{}]`; the options are {OPTIONS}", name.as_str()),
        )),
    }
}

fn set<T>(option: &Ident, place: &mut Option<Given<T>>, value: T) -> syn::Result<()> {
    if place.is_some() {
        return Err(Error::new(option.span(), format!("`{option}` is given twice: remove one")));
    }
    *place = Some(Given { span: option.span(), value });
    Ok(())
}

fn value<T: syn::parse::Parse>(
    option: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        let message = format!("`{option}` needs a value: write `{option} = {example}`");
        return Err(Error::new(option.span(), message));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

fn flag(input: ParseStream<'_>) -> syn::Result<bool> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(input.parse::<LitBool>()?.value);
    }
    Ok(true)
}

fn names(option: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        let message = "`ignore` takes names of arguments: write `ignore(name, other)`";
        return Err(Error::new(option.span(), message));
    }
    let inside;
    parenthesized!(inside in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated(&inside)?.into_iter().collect())
}

pub(super) fn function(name: Name, item: TokenStream) -> syn::Result<ItemFn> {
    let first = item.clone().into_iter().next();
    // The compiler has parsed it before: what does not parse as a function is none, or has no body.
    syn::parse2(item).map_err(|_| {
        let span = first.map_or_else(Span::call_site, |token| token.span());
        let name = name.as_str();
        Error::new(
            span,
            format!("`#[{name}]` caches functions: write it above an `fn` with a body"),
        )
    })
}
