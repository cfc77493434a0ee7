//! A comparison as a key.

use std::cmp::Ordering;
use std::fmt;

/// Turns a comparison of two values into a function that makes keys, which compare as the values do.
///
/// This is for what asks for keys or for values that are `Ord`: `max_by_key`, `sort_by_cached_key`, `BTreeSet`, `BinaryHeap`. To
/// sort a slice by a comparison there is `sort_by`. A key owns its value, which may be a reference.
///
/// # Examples
///
/// ```
/// use std::collections::BinaryHeap;
///
/// use batteries::functools::cmp_to_key;
///
/// // The shortest is the greatest, and among those of one length the first in the alphabet.
/// let key = cmp_to_key(|a: &&str, b: &&str| b.len().cmp(&a.len()).then(b.cmp(a)));
///
/// let mut heap: BinaryHeap<_> = ["three", "two", "one"].map(&key).into();
/// assert_eq!(heap.pop().map(|key| key.obj), Some("one"));
///
/// let words = ["ham", "and", "eggs"];
/// assert_eq!(words.iter().min_by_key(|word| key(word)), Some(&"eggs"));
/// ```
pub fn cmp_to_key<T, F>(compare: F) -> impl Fn(T) -> KeyWrapper<T, F> + Clone
where
    F: Fn(&T, &T) -> Ordering + Clone,
{
    move |obj| KeyWrapper { obj, compare: compare.clone() }
}

/// A value that compares by a function; made by what [`cmp_to_key`] returns.
///
/// As in Python it has no hash: what is equal to the comparison need not be equal.
#[derive(Clone, Copy)]
pub struct KeyWrapper<T, F> {
    /// The value.
    pub obj: T,
    compare: F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Ord for KeyWrapper<T, F> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        (self.compare)(&self.obj, &other.obj)
    }
}

impl<T, F: Fn(&T, &T) -> Ordering> PartialOrd for KeyWrapper<T, F> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T, F: Fn(&T, &T) -> Ordering> PartialEq for KeyWrapper<T, F> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T, F: Fn(&T, &T) -> Ordering> Eq for KeyWrapper<T, F> {}

impl<T: fmt::Debug, F> fmt::Debug for KeyWrapper<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyWrapper").field("obj", &self.obj).finish_non_exhaustive()
    }
}
