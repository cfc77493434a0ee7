//! Which results are kept: all but the `Err` of a `Result`, under whatever name the type goes.
//!
//! `(&Kept(&value)).keep()` finds the method of the type itself first, which only `Result` has, and else the one of a
//! reference to it. The type is known where the call is written, so an alias is no obstacle; in a function that is generic
//! over its result it is not, and everything is kept.

/// A result whose type decides.
#[derive(Debug)]
pub struct Kept<'a, T>(pub &'a T);

/// Results of type `Result`.
pub trait KeepOk {
    /// Says whether to keep it.
    fn keep(&self) -> bool;
}

impl<T, E> KeepOk for Kept<'_, Result<T, E>> {
    #[inline]
    fn keep(&self) -> bool {
        self.0.is_ok()
    }
}

/// All other results.
pub trait KeepAll {
    /// Says whether to keep it.
    fn keep(&self) -> bool;
}

impl<T> KeepAll for &Kept<'_, T> {
    #[inline]
    fn keep(&self) -> bool {
        true
    }
}
