//! `#[task]`: a function with a name that other processes and machines know it by.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Error, FnArg, Ident, ItemFn, Path, ReturnType, Token, Type, TypeImplTrait, TypeReference,
};

/// What stands in the place of the function; where something is wrong, the function as it was and one error.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = || {
        let options = Options::parse(options)?;
        let function: ItemFn = syn::parse2(item.clone()).map_err(|_| {
            let message = "`#[task]` names functions: write it above an `fn` with a body";
            Error::new(item.span(), message)
        })?;
        let plan = Plan::new(options, function)?;
        Ok(plan.expand())
    };
    expanded().unwrap_or_else(|error: Error| {
        // With the function callers compile, and the error is the only one.
        let error = error.into_compile_error();
        quote! { #error #item }
    })
}

#[derive(Default)]
struct Options {
    companion: Option<Ident>,
    root: Option<Path>,
}

impl Options {
    fn parse(tokens: TokenStream) -> syn::Result<Self> {
        let parser = |input: ParseStream<'_>| {
            let mut options = Self::default();
            while !input.is_empty() {
                if input.peek(Token![crate]) {
                    input.parse::<Token![crate]>()?;
                    input.parse::<Token![=]>()?;
                    options.root = Some(input.call(Path::parse_mod_style)?);
                } else {
                    let option: Ident = input.parse()?;
                    if option != "companion" {
                        let message = format!(
                            "`{option}` is no option of `#[task]`; the options are `companion` and `crate`"
                        );
                        return Err(Error::new(option.span(), message));
                    }
                    if !input.peek(Token![=]) {
                        let message = "`companion` needs a value: write `companion = Name`";
                        return Err(Error::new(option.span(), message));
                    }
                    input.parse::<Token![=]>()?;
                    options.companion = Some(input.parse()?);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(options)
        };
        parser.parse2(tokens)
    }
}

/// What is meant.
struct Plan {
    function: ItemFn,
    companion: Ident,
    root: Path,
    arguments: Vec<Type>,
    result: Type,
}

impl Plan {
    fn new(options: Options, function: ItemFn) -> syn::Result<Self> {
        let sig = &function.sig;
        if let Some(asyncness) = sig.asyncness {
            let message = "a task is run by a thread of its own: write an `fn` that blocks";
            return Err(Error::new(asyncness.span(), message));
        }
        if let Some(unsafety) = sig.unsafety {
            let message = "a task is called by code that keeps no promises: write a safe `fn`";
            return Err(Error::new(unsafety.span(), message));
        }
        if !sig.generics.params.is_empty() {
            let message = "a task's name stands for one function: write one task for each type, \
                           or submit an instance by its address, `pool.submit(f::<u64>, ..)`";
            return Err(Error::new(sig.generics.params.span(), message));
        }
        let mut arguments = Vec::new();
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    let message = "a task is a free function: take the value as an argument";
                    return Err(Error::new(receiver.span(), message));
                }
                FnArg::Typed(argument) => {
                    Owned::check(&argument.ty)?;
                    arguments.push((*argument.ty).clone());
                }
            }
        }
        let result = match &sig.output {
            ReturnType::Default => syn::parse_quote! { () },
            ReturnType::Type(_, ty) => {
                Owned::check(ty)?;
                (**ty).clone()
            }
        };
        let companion = options.companion.unwrap_or_else(|| sig.ident.clone());
        let root = options.root.unwrap_or_else(|| syn::parse_quote! { ::batteries });
        Ok(Self { function, companion, root, arguments, result })
    }

    fn expand(&self) -> TokenStream {
        let Self { function, companion, root, arguments, result } = self;
        let (vis, name) = (&function.vis, &function.sig.ident);
        let text = format!("::{name}");
        let docs = format!(
            "`{name}` as a task, which executors take by its name: its arguments, as one value, \
             and its result."
        );
        let places: Vec<_> = (0..arguments.len()).map(|n| format_ident!("argument_{n}")).collect();
        let (argument, call) = match arguments.as_slice() {
            [] => (quote! { () }, quote! { |()| #name() }),
            [one] => (one.to_token_stream(), name.to_token_stream()),
            _ => (quote! { (#(#arguments,)*) }, quote! { |(#(#places,)*)| #name(#(#places),*) }),
        };
        let conditions = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let conditions: Vec<_> = conditions.collect();
        quote! {
            #function

            #(#conditions)*
            #[doc(hidden)]
            #[allow(
                dead_code,
                missing_debug_implementations,
                non_camel_case_types,
                unnameable_types,
                reason = "written by an attribute"
            )]
            #vis enum #companion {}

            #(#conditions)*
            #[allow(dead_code, reason = "it is offered, not asked for")]
            impl #companion {
                #[doc = #docs]
                #vis const TASK: #root::concurrent::futures::Task<#argument, #result> =
                    #root::concurrent::futures::Task::__named(
                        ::core::concat!(::core::module_path!(), #text),
                        #call,
                    );
            }
        }
    }
}

/// Looks for what cannot go to another process.
struct Owned(Option<Error>);

impl Owned {
    fn check(ty: &Type) -> syn::Result<()> {
        let mut owned = Self(None);
        owned.visit_type(ty);
        owned.0.map_or(Ok(()), Err)
    }
}

impl Visit<'_> for Owned {
    fn visit_type_reference(&mut self, reference: &TypeReference) {
        let is = |name| matches!(&*reference.elem, Type::Path(path) if path.path.is_ident(name));
        let instead = match &*reference.elem {
            _ if is("str") => "`String`",
            _ if is("Path") => "`PathBuf`",
            Type::Slice(_) => "`Vec<..>`, for bytes `Bytes`",
            _ => "the value itself",
        };
        let message = format!("what a reference points to stays in this process: take {instead}");
        self.0.get_or_insert_with(|| Error::new(reference.span(), message));
    }

    fn visit_type_impl_trait(&mut self, ty: &TypeImplTrait) {
        let message = "a task's name stands for one function: name the type";
        self.0.get_or_insert_with(|| Error::new(ty.span(), message));
        visit::visit_type_impl_trait(self, ty);
    }
}
