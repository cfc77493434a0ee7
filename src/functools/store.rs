//! What every store of a memo can do.
//!
//! A store is data: it knows no lock, counter or clock, and calls no user code but the `Eq` of keys, always before it
//! changes anything. What leaves it is handed to the caller, whose lock is released when the user's destructors run.

/// A result that has no place in its store any more, and its key.
pub type Pair<S> = (<S as Store>::Key, <S as Store>::Value);

/// Finished results by their keys, each hashed once by whoever asks.
pub trait Store {
    /// What a result is found by.
    type Key;
    /// A result.
    type Value;
    /// When a result was stored: `()` where nobody wants to know.
    type Moment: Copy;
    /// What a clear leaves to be dropped.
    type Rest;

    /// The number of results.
    fn count(&self) -> usize;

    /// The most results that are kept; `None` is no limit.
    fn maxsize(&self) -> Option<usize>;

    /// Finds a result and makes it the newest one. One that is not `fresh` is taken out and given to the caller.
    fn find(
        &mut self,
        hash: u64,
        is: impl Fn(&Self::Key) -> bool,
        fresh: impl Fn(Self::Moment) -> bool,
    ) -> Result<&Self::Value, Option<Pair<Self>>>;

    /// Says whether there is a fresh result, and changes nothing.
    fn contains(
        &self,
        hash: u64,
        is: impl Fn(&Self::Key) -> bool,
        fresh: impl Fn(Self::Moment) -> bool,
    ) -> bool;

    /// Keeps a result, by CPython's rule where there is one already, and gives back what has no place any more.
    fn insert(
        &mut self,
        hash: u64,
        key: Self::Key,
        value: Self::Value,
        equal: impl Fn(&Self::Key, &Self::Key) -> bool,
        now: Self::Moment,
        fresh: impl Fn(Self::Moment) -> bool,
    ) -> Option<Pair<Self>>;

    /// Takes a result out.
    fn remove(&mut self, hash: u64, is: impl Fn(&Self::Key) -> bool) -> Option<Pair<Self>>;

    /// Takes all results out.
    fn clear(&mut self) -> Self::Rest;
}

/// The room for results that a cleared store keeps for the next ones: what is cleared often and small allocates nothing,
/// and what was cleared to free memory has freed it.
pub(super) const KEPT: usize = 1024;
