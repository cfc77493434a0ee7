//! The store that forgets what was not used for longest.
//!
//! The results lie in one block, and a hash table of their indices finds them. Each knows its neighbours in the order of use. So
//! a full store takes a new result by writing it over the oldest: nothing is allocated or freed.
//!
//! A hit makes its result the newest one. That is four stores, and the place of each is known as soon as the result is found: a
//! ring, or a list between two sentinels, would have to look up its own end first, in the middle of the lock.

use std::mem;

use hashbrown::HashTable;

use super::store::{KEPT, Store};

/// One result. The hash is its key's, so that the table can grow, and the result leave, without asking the key.
#[derive(Debug)]
struct Entry<K, V, M> {
    hash: u64,
    /// Anything in the newest entry.
    newer: u32,
    /// Anything in the oldest entry.
    older: u32,
    moment: M,
    key: K,
    value: V,
}

/// At most `maxsize` results, exactly in the order of use.
#[derive(Debug)]
pub struct Bounded<K, V, M = ()> {
    table: HashTable<u32>,
    entries: Vec<Entry<K, V, M>>,
    /// The newest and the oldest entry; anything while there are none.
    newest: u32,
    oldest: u32,
    maxsize: usize,
}

/// What a clear of a [`Bounded`] store leaves.
#[derive(Debug)]
pub struct BoundedRest<K, V, M>(
    #[expect(dead_code, reason = "it is there to be dropped")] Vec<Entry<K, V, M>>,
);

impl<K, V, M> Bounded<K, V, M> {
    /// A store for `maxsize` results; with 0 it keeps none.
    pub const fn new(maxsize: usize) -> Self {
        Self { table: HashTable::new(), entries: Vec::new(), newest: 0, oldest: 0, maxsize }
    }

    #[inline]
    fn position(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<usize> {
        let entries = &self.entries;
        let found = self.table.find(hash, |&at| is(&entries[at as usize].key));
        found.map(|&at| at as usize)
    }

    /// Makes the entry the newest one.
    #[inline]
    fn promote(&mut self, at: usize) {
        if at == self.newest as usize {
            return;
        }
        self.unlink(at);
        self.link(at);
    }

    /// Makes neighbours of the entry's neighbours.
    #[inline]
    fn unlink(&mut self, at: usize) {
        let (is_newest, is_oldest) = (at == self.newest as usize, at == self.oldest as usize);
        let Entry { newer, older, .. } = self.entries[at];
        if is_newest {
            self.newest = older;
        } else {
            self.entries[newer as usize].older = older;
        }
        if is_oldest {
            self.oldest = newer;
        } else {
            self.entries[older as usize].newer = newer;
        }
    }

    /// Puts the entry, which has no neighbours, before the newest one.
    #[inline]
    fn link(&mut self, at: usize) {
        let second = mem::replace(&mut self.newest, index(at));
        self.entries[at].older = second;
        self.entries[second as usize].newer = index(at);
    }

    /// Forgets where the entry is.
    fn erase(&mut self, at: usize) {
        let hash = self.entries[at].hash;
        if let Ok(slot) = self.table.find_entry(hash, |&other| other as usize == at) {
            slot.remove();
        }
    }

    fn take(&mut self, at: usize) -> (K, V) {
        self.erase(at);
        self.unlink(at);
        let last = self.entries.len() - 1;
        if at != last {
            // The last entry moves into the gap, and whoever knows it learns that.
            let Entry { hash, newer, older, .. } = self.entries[last];
            if let Ok(mut slot) = self.table.find_entry(hash, |&other| other as usize == last) {
                *slot.get_mut() = index(at);
            }
            if last == self.newest as usize {
                self.newest = index(at);
            } else {
                self.entries[newer as usize].older = index(at);
            }
            if last == self.oldest as usize {
                self.oldest = index(at);
            } else {
                self.entries[older as usize].newer = index(at);
            }
        }
        let Entry { key, value, .. } = self.entries.swap_remove(at);
        (key, value)
    }

    /// The results from the newest to the oldest.
    #[cfg(test)]
    fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut at = self.newest as usize;
        (0..self.entries.len()).map(move |_| {
            let entry = &self.entries[at];
            at = entry.older as usize;
            (&entry.key, &entry.value)
        })
    }
}

/// Entries are counted in 32 bits: `insert` lets no more in.
fn index(at: usize) -> u32 {
    debug_assert!(u32::try_from(at).is_ok());
    at as u32
}

impl<K, V, M: Copy> Store for Bounded<K, V, M> {
    type Key = K;
    type Value = V;
    type Moment = M;
    type Rest = BoundedRest<K, V, M>;

    fn count(&self) -> usize {
        self.entries.len()
    }

    fn maxsize(&self) -> Option<usize> {
        Some(self.maxsize)
    }

    #[inline]
    fn find(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        fresh: impl Fn(M) -> bool,
    ) -> Result<&V, Option<(K, V)>> {
        let Some(at) = self.position(hash, is) else {
            return Err(None);
        };
        if !fresh(self.entries[at].moment) {
            return Err(Some(self.take(at)));
        }
        self.promote(at);
        Ok(&self.entries[at].value)
    }

    fn contains(&self, hash: u64, is: impl Fn(&K) -> bool, fresh: impl Fn(M) -> bool) -> bool {
        self.position(hash, is).is_some_and(|at| fresh(self.entries[at].moment))
    }

    /// What is there stays, where it is in the order: of two who compute the same at once, the first one's result is kept.
    fn insert(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        equal: impl Fn(&K, &K) -> bool,
        now: M,
        fresh: impl Fn(M) -> bool,
    ) -> Option<(K, V)> {
        if let Some(at) = self.position(hash, |other| equal(other, &key)) {
            let entry = &mut self.entries[at];
            if fresh(entry.moment) {
                return Some((key, value));
            }
            entry.moment = now;
            let expired = mem::replace(&mut entry.value, value);
            self.promote(at);
            return Some((key, expired));
        }
        let len = self.entries.len();
        if self.maxsize == 0 {
            return Some((key, value));
        }
        let (at, evicted) = if len < self.maxsize && len < u32::MAX as usize {
            let at = index(len);
            self.entries.push(Entry { hash, newer: at, older: at, moment: now, key, value });
            if len == 0 {
                (self.newest, self.oldest) = (at, at);
            }
            self.link(len);
            (at, None)
        } else {
            let at = self.oldest;
            self.erase(at as usize);
            let entry = &mut self.entries[at as usize];
            entry.hash = hash;
            entry.moment = now;
            let key = mem::replace(&mut entry.key, key);
            let value = mem::replace(&mut entry.value, value);
            self.promote(at as usize);
            (at, Some((key, value)))
        };
        let entries = &self.entries;
        self.table.insert_unique(hash, at, |&at| entries[at as usize].hash);
        evicted
    }

    fn remove(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<(K, V)> {
        let at = self.position(hash, is)?;
        Some(self.take(at))
    }

    fn clear(&mut self) -> Self::Rest {
        let room = self.entries.capacity().min(KEPT);
        if self.table.capacity() > 2 * KEPT {
            self.table = HashTable::new();
        } else {
            self.table.clear();
        }
        if mem::needs_drop::<(K, V)>() || self.entries.capacity() > KEPT {
            BoundedRest(mem::replace(&mut self.entries, Vec::with_capacity(room)))
        } else {
            // No destructor is run by this.
            self.entries.clear();
            BoundedRest(Vec::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything is of one hash at times, so that the table has to ask, and everything grows old at times.
    #[test]
    fn the_order_is_that_of_a_list() {
        let mut random = 88_172_645_463_325_252_u64;
        let mut below = |limit: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 11) % limit
        };
        for maxsize in (0..10).chain([40]) {
            let mut store = Bounded::<u64, u64, u64>::new(maxsize);
            // The newest in front: key, value, when.
            let mut model: Vec<(u64, u64, u64)> = Vec::new();
            for now in 0..10_000_u64 {
                let key = below(maxsize as u64 + 3);
                let hash =
                    if now % 3000 < 300 { 7 } else { key.wrapping_mul(0x9E37_79B9_7F4A_7C15) };
                if now % 300 == 0 {
                    // The hash of a key is always the same as long as it is there.
                    drop(store.clear());
                    model.clear();
                }
                let fresh = |stored: u64| now - stored < 100;
                let at = model.iter().position(|entry| entry.0 == key);
                match below(10) {
                    0 => {
                        let removed = at.map(|at| model.remove(at));
                        let removed = removed.map(|(key, value, _)| (key, value));
                        assert_eq!(store.remove(hash, |other| *other == key), removed);
                    }
                    1..5 => {
                        let found = store.find(hash, |other| *other == key, fresh);
                        match at.map(|at| model.remove(at)) {
                            Some(entry) if fresh(entry.2) => {
                                assert_eq!(found, Ok(&entry.1));
                                model.insert(0, entry);
                            }
                            Some((key, value, _)) => assert_eq!(found, Err(Some((key, value)))),
                            None => assert_eq!(found, Err(None)),
                        }
                    }
                    _ => {
                        let out = store.insert(hash, key, now, u64::eq, now, fresh);
                        let expected = match at {
                            Some(at) if fresh(model[at].2) => Some((key, now)),
                            Some(at) => {
                                let (key, old, _) = model.remove(at);
                                model.insert(0, (key, now, now));
                                Some((key, old))
                            }
                            None => {
                                model.insert(0, (key, now, now));
                                let out = (model.len() > maxsize).then(|| model.pop()).flatten();
                                out.map(|(key, value, _)| (key, value))
                            }
                        };
                        assert_eq!(out, expected);
                    }
                }
                let order = model.iter().map(|(key, value, _)| (key, value));
                assert!(store.iter().eq(order), "after operation {now} with room for {maxsize}");
                assert_eq!(store.table.len(), model.len());
            }
        }
    }
}
