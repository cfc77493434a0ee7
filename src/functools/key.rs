//! What arguments and results have to be, and how arguments are looked up without being owned.
//!
//! The attributes do not know the types that they write code for. Each use of one goes through a [`Probe`] of it, whose
//! methods exist twice: for types that have what is needed, and, found by the compiler only where the first does not fit, for
//! all types, with a bound that no type meets and that says what to write. So a type that cannot be a part of a key is one
//! error, where the user wrote the type, however many traits it lacks and however often it is used.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::mem;

/// No type has this: it is what is said about types that cannot be a part of a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "an argument is looked up by value: it needs `Clone + Eq + Hash + 'static`",
    note = "floats: `key = F64Key(x)`; maps and sets: take a `BTreeMap` or `BTreeSet`; what does not change the result: `ignore(..)`; all others: `key = ..`, an expression of what the result depends on"
)]
pub trait CacheKey {}

/// No type has this: it is what is said about types whose references cannot be a part of a key.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be part of a cache key",
    label = "what an argument refers to is looked up by value: it needs `Clone` (or `ToOwned`) `+ Eq + Hash + 'static`",
    note = "floats: `key = F64Key(x)`; maps and sets: take a `BTreeMap` or `BTreeSet`; what does not change the result: `ignore(..)`; all others: `key = ..`, an expression of what the result depends on"
)]
pub trait BorrowedCacheKey {}

/// No type has this: it is what is said about types that cannot be kept.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "a result is kept and handed out again: it needs `Clone + 'static`",
    note = "what is large or has no `Clone`: return it in an `Arc<..>`"
)]
pub trait CacheValue {}

/// Stands for a type.
pub struct Probe<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Probe<T> {
    /// For a type that can be named.
    pub const NEW: Self = Self(PhantomData);

    /// For the type of `_value`.
    #[inline]
    pub fn of(_value: &T) -> Self {
        Self::NEW
    }
}

impl<T: ?Sized> std::fmt::Debug for Probe<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Probe")
    }
}

/// Feeds the variant of an `Option` to the hasher, as its own `Hash` does.
#[inline]
pub fn hash_variant<T>(part: &Option<T>, state: &mut impl Hasher) {
    mem::discriminant(part).hash(state);
}

/// Types that can be a part of a key.
pub trait IsKey<T> {
    /// Feeds a part to the hasher.
    fn hash_part(&self, part: &T, state: &mut impl Hasher);

    /// Compares two parts.
    fn same_part(&self, stored: &T, part: &T) -> bool;

    /// Makes a part of a key.
    fn own_part(&self, part: &T) -> T;
}

impl<T: Clone + Eq + Hash> IsKey<T> for Probe<T> {
    #[inline]
    fn hash_part(&self, part: &T, state: &mut impl Hasher) {
        part.hash(state);
    }

    #[inline]
    fn same_part(&self, stored: &T, part: &T) -> bool {
        stored == part
    }

    #[inline]
    fn own_part(&self, part: &T) -> T {
        part.clone()
    }
}

/// All other types.
pub trait NoKey<T> {
    /// What cannot be hashed.
    fn hash_part(&self, _part: &T, _state: &mut impl Hasher)
    where
        T: CacheKey,
    {
    }

    /// What cannot be compared.
    fn same_part(&self, _stored: &T, _part: &T) -> bool
    where
        T: CacheKey,
    {
        false
    }

    /// What cannot be cloned.
    fn own_part(&self, _part: &T) -> T
    where
        T: CacheKey,
    {
        unreachable!("no type is a `CacheKey`")
    }
}

impl<T> NoKey<T> for &Probe<T> {}

/// Types that can be a part of a key by reference.
pub trait IsBorrowedKey<T: ToOwned + ?Sized> {
    /// Feeds a part to the hasher, as its owned form would.
    fn hash_borrowed(&self, part: &T, state: &mut impl Hasher);

    /// Compares a part of a stored key with an argument.
    fn same_borrowed(&self, stored: &T::Owned, part: &T) -> bool;

    /// Compares parts of two keys.
    fn same_owned(&self, left: &T::Owned, right: &T::Owned) -> bool;

    /// Makes a part of a key.
    fn own_borrowed(&self, part: &T) -> T::Owned;
}

impl<T: ToOwned<Owned: Clone + Eq> + Eq + Hash + ?Sized> IsBorrowedKey<T> for Probe<T> {
    #[inline]
    fn hash_borrowed(&self, part: &T, state: &mut impl Hasher) {
        part.hash(state);
    }

    #[inline]
    fn same_borrowed(&self, stored: &T::Owned, part: &T) -> bool {
        Borrow::<T>::borrow(stored) == part
    }

    #[inline]
    fn same_owned(&self, left: &T::Owned, right: &T::Owned) -> bool {
        left == right
    }

    #[inline]
    fn own_borrowed(&self, part: &T) -> T::Owned {
        part.to_owned()
    }
}

/// All other types.
pub trait NoBorrowedKey<T: ?Sized> {
    /// What cannot be hashed.
    fn hash_borrowed(&self, _part: &T, _state: &mut impl Hasher)
    where
        T: BorrowedCacheKey,
    {
    }

    /// What cannot be compared.
    fn same_borrowed<O>(&self, _stored: &O, _part: &T) -> bool
    where
        T: BorrowedCacheKey,
    {
        false
    }

    /// What cannot be compared.
    fn same_owned<O>(&self, _left: &O, _right: &O) -> bool
    where
        T: BorrowedCacheKey,
    {
        false
    }

    /// What cannot be owned.
    fn own_borrowed<O>(&self, _part: &T) -> O
    where
        T: BorrowedCacheKey,
    {
        unreachable!("no type is a `BorrowedCacheKey`")
    }
}

impl<T: ?Sized> NoBorrowedKey<T> for &Probe<T> {}

/// Types of results that can be kept: tried first.
pub trait IsValue<T> {
    /// Clones a result.
    fn clone_value(&self, value: &T) -> T;

    /// Clones a result for somebody else, if that can be.
    fn share_value(&self, value: &T) -> Option<T>;
}

impl<T: Clone> IsValue<T> for &Probe<T> {
    #[inline]
    fn clone_value(&self, value: &T) -> T {
        value.clone()
    }

    #[inline]
    fn share_value(&self, value: &T) -> Option<T> {
        Some(value.clone())
    }
}

/// Types of results of which all that is kept can be cloned: tried second, and not in scope where an `Err` is kept.
pub trait IsOkValue<T> {
    /// Clones a result.
    fn clone_value(&self, value: &T) -> T;

    /// Clones a result for somebody else, if that can be.
    fn share_value(&self, value: &T) -> Option<T>;
}

impl<T: Clone, E> IsOkValue<Result<T, E>> for &&Probe<Result<T, E>> {
    #[inline]
    fn clone_value(&self, value: &Result<T, E>) -> Result<T, E> {
        self.share_value(value).expect("an `Err` is neither kept nor shared")
    }

    #[inline]
    fn share_value(&self, value: &Result<T, E>) -> Option<Result<T, E>> {
        value.as_ref().ok().map(|value| Ok(value.clone()))
    }
}

/// All other types.
pub trait NoValue<T> {
    /// What cannot be cloned.
    fn clone_value(&self, _value: &T) -> T
    where
        T: CacheValue,
    {
        unreachable!("no type is a `CacheValue`")
    }

    /// What cannot be cloned.
    fn share_value(&self, _value: &T) -> Option<T>
    where
        T: CacheValue,
    {
        None
    }
}

impl<T> NoValue<T> for Probe<T> {}
