//! What arguments and results have to be, and how arguments are looked up without being owned.

use std::hash::Hash;

/// A part of a key: an argument, owned.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "this argument is looked up by value: it needs `Clone + Eq + Hash + Send + 'static`",
    note = "floats: `key = F64Key(x)`; maps and sets: take a `BTreeMap` or `BTreeSet`; `Rc`: add `local`; what does not change the result: `ignore(..)`; all others: `key = ..`, an expression of what the result depends on"
)]
pub trait CacheKey: Clone + Eq + Hash + Send + 'static {}

impl<T: Clone + Eq + Hash + Send + 'static> CacheKey for T {}

/// A part of a key that stays in its thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "this argument is looked up by value: it needs `Clone + Eq + Hash + 'static`",
    note = "floats: `key = F64Key(x)`; maps and sets: take a `BTreeMap` or `BTreeSet`; what does not change the result: `ignore(..)`; all others: `key = ..`, an expression of what the result depends on"
)]
pub trait LocalKey: Clone + Eq + Hash + 'static {}

impl<T: Clone + Eq + Hash + 'static> LocalKey for T {}

/// A part of a key that is looked up by reference.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be part of a cache key",
    label = "this argument is looked up by reference: what it refers to needs `Clone` (or `ToOwned`), `Eq`, `Hash`, `Send` and `'static`",
    note = "floats: `key = F64Key(x)`; maps and sets: take a `BTreeMap` or `BTreeSet`; what does not change the result: `ignore(..)`; all others: `key = ..`, an expression of what the result depends on"
)]
pub trait BorrowedKey: ToOwned<Owned: CacheKey> + Eq + Hash {}

impl<T: ToOwned<Owned: CacheKey> + Eq + Hash + ?Sized> BorrowedKey for T {}

/// A part of a key that is looked up by reference and stays in its thread.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be part of a cache key",
    label = "this argument is looked up by reference: what it refers to needs `Clone` (or `ToOwned`), `Eq`, `Hash` and `'static`",
    note = "floats: `key = F64Key(x)`; maps and sets: take a `BTreeMap` or `BTreeSet`; what does not change the result: `ignore(..)`; all others: `key = ..`, an expression of what the result depends on"
)]
pub trait LocalBorrowedKey: ToOwned<Owned: LocalKey> + Eq + Hash {}

impl<T: ToOwned<Owned: LocalKey> + Eq + Hash + ?Sized> LocalBorrowedKey for T {}

/// A result.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "a result is kept and handed out again: it needs `Clone + Send + 'static`",
    note = "what is large or has no `Clone`: return it in an `Arc<..>`; `Rc`: add `local`, or return an `Arc`"
)]
pub trait CacheValue: Clone + Send + 'static {}

impl<T: Clone + Send + 'static> CacheValue for T {}

/// A result that stays in its thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "a result is kept and handed out again: it needs `Clone + 'static`",
    note = "what is large or has no `Clone`: return it in an `Rc<..>`"
)]
pub trait LocalValue: Clone + 'static {}

impl<T: Clone + 'static> LocalValue for T {}
