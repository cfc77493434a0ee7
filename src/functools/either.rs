//! A store whose limit, or the lack of one, is known only at run time.

use super::bounded::{Bounded, BoundedRest};
use super::store::{Pair, Store};
use super::unbounded::{Unbounded, UnboundedRest};

/// With a limit or without one.
#[derive(Debug)]
pub(super) enum Either<K, V, M = ()> {
    /// At most so many results.
    Bounded(Bounded<K, V, M>),
    /// Any number.
    Unbounded(Unbounded<K, V, M>),
}

/// What a clear leaves.
#[derive(Debug)]
#[expect(dead_code, reason = "it is there to be dropped")]
pub(super) enum EitherRest<K, V, M> {
    /// Of a store with a limit.
    Bounded(BoundedRest<K, V, M>),
    /// Of one without.
    Unbounded(UnboundedRest<K, V, M>),
}

impl<K, V, M> Either<K, V, M> {
    /// A store for at most `maxsize` results; `None` is no limit.
    pub(super) fn new(maxsize: Option<usize>) -> Self {
        match maxsize {
            Some(maxsize) => Self::Bounded(Bounded::new(maxsize)),
            None => Self::Unbounded(Unbounded::new()),
        }
    }
}

impl<K, V, M: Copy> Store for Either<K, V, M> {
    type Key = K;
    type Value = V;
    type Moment = M;
    type Rest = EitherRest<K, V, M>;

    fn count(&self) -> usize {
        match self {
            Self::Bounded(store) => store.count(),
            Self::Unbounded(store) => store.count(),
        }
    }

    fn maxsize(&self) -> Option<usize> {
        match self {
            Self::Bounded(store) => store.maxsize(),
            Self::Unbounded(store) => store.maxsize(),
        }
    }

    #[inline]
    fn find(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        fresh: impl Fn(M) -> bool,
    ) -> Result<&V, Option<Pair<Self>>> {
        match self {
            Self::Bounded(store) => store.find(hash, is, fresh),
            Self::Unbounded(store) => store.find(hash, is, fresh),
        }
    }

    fn contains(&self, hash: u64, is: impl Fn(&K) -> bool, fresh: impl Fn(M) -> bool) -> bool {
        match self {
            Self::Bounded(store) => store.contains(hash, is, fresh),
            Self::Unbounded(store) => store.contains(hash, is, fresh),
        }
    }

    fn insert(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        equal: impl Fn(&K, &K) -> bool,
        now: M,
        fresh: impl Fn(M) -> bool,
    ) -> Option<Pair<Self>> {
        match self {
            Self::Bounded(store) => store.insert(hash, key, value, equal, now, fresh),
            Self::Unbounded(store) => store.insert(hash, key, value, equal, now, fresh),
        }
    }

    fn remove(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<Pair<Self>> {
        match self {
            Self::Bounded(store) => store.remove(hash, is),
            Self::Unbounded(store) => store.remove(hash, is),
        }
    }

    fn clear(&mut self) -> Self::Rest {
        match self {
            Self::Bounded(store) => EitherRest::Bounded(store.clear()),
            Self::Unbounded(store) => EitherRest::Unbounded(store.clear()),
        }
    }
}
