//! The store of a cache that one holds in hand: entries in the order of their use, by the crate `lru`.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::num::NonZeroUsize;
use std::{mem, ptr};

use super::store::{Pair, Store};

/// At most `maxsize` entries, exactly in the order of use.
pub struct Recent<K, V> {
    entries: Entries<K, V>,
    /// `usize::MAX` for none.
    maxsize: usize,
}

type Entries<K, V> = lru::LruCache<Hashed<K>, V, BuildHasherDefault<PassThrough>>;

/// Not the entries: printing them would be foreign code inside of the store.
impl<K, V> fmt::Debug for Recent<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").field("maxsize", &self.maxsize).finish_non_exhaustive()
    }
}

impl<K: Eq, V> Recent<K, V> {
    /// An empty store for `maxsize` entries; with 0 it keeps none.
    pub(super) fn new(maxsize: usize) -> Self {
        // Told a limit from the start, `lru` would take the memory for that many at once.
        let mut entries = Entries::unbounded_with_hasher(BuildHasherDefault::default());
        entries.resize(limit(maxsize));
        Self { entries, maxsize }
    }

    /// Finds a value and leaves it where it is.
    pub(super) fn peek(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&V> {
        self.entries.peek(&Query { hash, is } as &dyn Look<K>)
    }

    /// Puts a value in as the newest one. Returns what has no place any more, and whether it is what the key had.
    pub(super) fn put(&mut self, hash: u64, key: K, value: V) -> (Option<Pair<Self>>, bool) {
        if self.maxsize == 0 {
            return (Some((key, value)), false);
        }
        let out = self.entries.push(Hashed { hash, key }, value);
        // What comes out is the oldest entry, or the key's own value with the key that was just given. Only the second is equal
        // to the newest one; different hashes settle it without asking `Eq`.
        let newest = self.entries.peek_mru();
        let own = out.as_ref().zip(newest).is_some_and(|(out, newest)| out.0 == *newest.0);
        (out.map(pair), own)
    }

    /// Takes the oldest entry out.
    pub(super) fn pop(&mut self) -> Option<Pair<Self>> {
        self.entries.pop_lru().map(pair)
    }

    /// Sets another limit, and takes out what is too much for it.
    pub(super) fn resize(&mut self, maxsize: usize) -> Vec<Pair<Self>> {
        let mut out = Vec::with_capacity(self.entries.len().saturating_sub(maxsize));
        while self.entries.len() > maxsize {
            out.extend(self.pop());
        }
        self.entries.resize(limit(maxsize));
        self.maxsize = maxsize;
        out
    }

    /// The entries from the newest to the oldest.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(Hashed { key, .. }, value)| (key, value))
    }
}

/// The limit in the words of `lru`, which knows none that keeps nothing: `maxsize` does.
fn limit(maxsize: usize) -> NonZeroUsize {
    NonZeroUsize::new(maxsize).unwrap_or(NonZeroUsize::MIN)
}

fn pair<K, V>((Hashed { key, .. }, value): (Hashed<K>, V)) -> (K, V) {
    (key, value)
}

impl<K: Eq, V> Store for Recent<K, V> {
    type Key = K;
    type Value = V;
    type Moment = ();
    type Rest = Self;

    fn count(&self) -> usize {
        self.entries.len()
    }

    /// Not the one that `resize` changes: a memo asks once.
    fn maxsize(&self) -> Option<usize> {
        None
    }

    #[inline]
    fn find(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        _fresh: impl Fn(()) -> bool,
    ) -> Result<&V, Option<Pair<Self>>> {
        self.entries.get(&Query { hash, is } as &dyn Look<K>).ok_or(None)
    }

    fn contains(&self, hash: u64, is: impl Fn(&K) -> bool, _fresh: impl Fn(()) -> bool) -> bool {
        self.entries.contains(&Query { hash, is } as &dyn Look<K>)
    }

    /// With a limit what is there stays, where it is in the order; without one it is written over.
    fn insert(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        _equal: impl Fn(&K, &K) -> bool,
        (): (),
        _fresh: impl Fn(()) -> bool,
    ) -> Option<Pair<Self>> {
        let key = Hashed { hash, key };
        let stays = || self.maxsize != usize::MAX && self.entries.contains(&key);
        if self.maxsize == 0 || stays() {
            return Some((key.key, value));
        }
        self.entries.push(key, value).map(pair)
    }

    fn remove(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<Pair<Self>> {
        self.entries.pop_entry(&Query { hash, is } as &dyn Look<K>).map(pair)
    }

    fn clear(&mut self) -> Self {
        let empty = Self::new(self.maxsize);
        mem::replace(self, empty)
    }
}

/// A key with its hash: a key is hashed once for each use, and never to make room.
struct Hashed<K> {
    hash: u64,
    key: K,
}

impl<K> Hash for Hashed<K> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl<K: Eq> PartialEq for Hashed<K> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // An entry that goes is looked up by its own key: that is no question for foreign code.
        ptr::eq(self, other) || (self.hash == other.hash && self.key == other.key)
    }
}

impl<K: Eq> Eq for Hashed<K> {}

/// A key, or what is looked for in its place. The table of entries asks for both through this one type.
trait Look<K> {
    fn hash(&self) -> u64;

    /// The key, if it is one.
    fn held(&self) -> Option<&Hashed<K>>;

    /// Whether this is, or stands for, `key`.
    fn is(&self, key: &K) -> bool;
}

impl<K: Eq> Look<K> for Hashed<K> {
    #[inline]
    fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    fn held(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline]
    fn is(&self, key: &K) -> bool {
        self.key == *key
    }
}

/// What is looked for: the key's hash, and how to know the key.
struct Query<F> {
    hash: u64,
    is: F,
}

impl<K, F: Fn(&K) -> bool> Look<K> for Query<F> {
    #[inline]
    fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    fn held(&self) -> Option<&Hashed<K>> {
        None
    }

    #[inline]
    fn is(&self, key: &K) -> bool {
        (self.is)(key)
    }
}

impl<'a, K: Eq + 'a> Borrow<dyn Look<K> + 'a> for Hashed<K> {
    #[inline]
    fn borrow(&self) -> &(dyn Look<K> + 'a) {
        self
    }
}

impl<K> Hash for dyn Look<K> + '_ {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(Look::hash(self));
    }
}

impl<K> PartialEq for dyn Look<K> + '_ {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // One of both is an entry's key; which one is up to the table.
        let is = |query: &Self, held: &Hashed<K>| held.hash == query.hash() && query.is(&held.key);
        match (self.held(), other.held()) {
            (_, Some(held)) => is(self, held),
            (Some(held), None) => is(other, held),
            (None, None) => false,
        }
    }
}

impl<K> Eq for dyn Look<K> + '_ {}

/// Hands on the hash that a key already has.
#[derive(Default)]
struct PassThrough(u64);

impl Hasher for PassThrough {
    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("keys write their hash whole");
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
