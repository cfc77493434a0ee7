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

/// What the attributes do with the parts of keys, and with results.
///
/// Functions with one bound each, called with the type spelled out where the user wrote it: a type that cannot be a part of a
/// key is one error there, and none in what is generated.
pub mod parts {
    use std::borrow::Borrow;
    use std::hash::{Hash, Hasher};
    use std::mem;

    pub use super::CacheKey as Key;
    use super::{BorrowedKey, CacheValue as Value};

    /// Feeds a part to the hasher.
    #[inline]
    pub fn hash<T: Key>(part: &T, state: &mut impl Hasher) {
        part.hash(state);
    }

    /// Feeds the variant of an `Option` to the hasher, as its own `Hash` does.
    #[inline]
    pub fn hash_variant<T>(part: &Option<T>, state: &mut impl Hasher) {
        mem::discriminant(part).hash(state);
    }

    /// Feeds a part to the hasher, as its owned form would.
    #[inline]
    pub fn hash_borrowed<T: BorrowedKey + ?Sized>(part: &T, state: &mut impl Hasher) {
        part.hash(state);
    }

    /// Compares two parts.
    #[inline]
    pub fn same<T: Key>(stored: &T, part: &T) -> bool {
        stored == part
    }

    /// Compares a part of a stored key with an argument.
    #[inline]
    pub fn same_borrowed<T: BorrowedKey + ?Sized>(stored: &T::Owned, part: &T) -> bool {
        Borrow::<T>::borrow(stored) == part
    }

    /// Compares two owned parts.
    #[inline]
    pub fn equal_owned<T: BorrowedKey + ?Sized>(left: &T::Owned, right: &T::Owned) -> bool {
        left == right
    }

    /// Makes a part of a key.
    #[inline]
    pub fn own<T: Key>(part: &T) -> T {
        part.clone()
    }

    /// Makes a part of a key.
    #[inline]
    pub fn own_borrowed<T: BorrowedKey + ?Sized>(part: &T) -> T::Owned {
        part.to_owned()
    }

    /// Clones a result.
    #[inline]
    pub fn clone<T: Value>(value: &T) -> T {
        value.clone()
    }
}

/// The same for caches of one thread.
pub mod local_parts {
    use std::borrow::Borrow;
    use std::hash::{Hash, Hasher};
    use std::mem;

    pub use super::LocalKey as Key;
    use super::{LocalBorrowedKey as BorrowedKey, LocalValue as Value};

    /// Feeds a part to the hasher.
    #[inline]
    pub fn hash<T: Key>(part: &T, state: &mut impl Hasher) {
        part.hash(state);
    }

    /// Feeds the variant of an `Option` to the hasher, as its own `Hash` does.
    #[inline]
    pub fn hash_variant<T>(part: &Option<T>, state: &mut impl Hasher) {
        mem::discriminant(part).hash(state);
    }

    /// Feeds a part to the hasher, as its owned form would.
    #[inline]
    pub fn hash_borrowed<T: BorrowedKey + ?Sized>(part: &T, state: &mut impl Hasher) {
        part.hash(state);
    }

    /// Compares two parts.
    #[inline]
    pub fn same<T: Key>(stored: &T, part: &T) -> bool {
        stored == part
    }

    /// Compares a part of a stored key with an argument.
    #[inline]
    pub fn same_borrowed<T: BorrowedKey + ?Sized>(stored: &T::Owned, part: &T) -> bool {
        Borrow::<T>::borrow(stored) == part
    }

    /// Compares two owned parts.
    #[inline]
    pub fn equal_owned<T: BorrowedKey + ?Sized>(left: &T::Owned, right: &T::Owned) -> bool {
        left == right
    }

    /// Makes a part of a key.
    #[inline]
    pub fn own<T: Key>(part: &T) -> T {
        part.clone()
    }

    /// Makes a part of a key.
    #[inline]
    pub fn own_borrowed<T: BorrowedKey + ?Sized>(part: &T) -> T::Owned {
        part.to_owned()
    }

    /// Clones a result.
    #[inline]
    pub fn clone<T: Value>(value: &T) -> T {
        value.clone()
    }
}
