//! The store that forgets what was not used for longest.
//!
//! The results lie in one block, and a hash table of their indices finds them. Each knows its neighbours in a ring that is
//! ordered by use; `head` is the newest one, and the one before it, the other way round the ring, the oldest. So a full store
//! takes a new result by writing it over the oldest and turning the ring by one: nothing is linked, allocated or freed.

use std::mem;

use hashbrown::HashTable;

use super::store::{KEPT, Store};

/// One result. The hash is its key's, so that the table can grow, and the result leave, without asking the key.
#[derive(Debug)]
struct Entry<K, V, M> {
    hash: u64,
    newer: u32,
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
    /// The newest entry; anything while there is none.
    head: u32,
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
        Self { table: HashTable::new(), entries: Vec::new(), head: 0, maxsize }
    }

    fn position(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<usize> {
        let entries = &self.entries;
        let found = self.table.find(hash, |&at| is(&entries[at as usize].key));
        found.map(|&at| at as usize)
    }

    /// Makes the entry the newest one.
    fn promote(&mut self, at: usize) {
        let head = self.head;
        if at == head as usize {
            return;
        }
        let oldest = self.entries[head as usize].newer;
        // The oldest stands beside the newest: the ring only turns.
        if at != oldest as usize {
            self.unlink(at);
            self.link(at);
        }
        self.head = index(at);
    }

    /// Joins the neighbours of the entry, which is not the only one.
    fn unlink(&mut self, at: usize) {
        let Entry { newer, older, .. } = self.entries[at];
        self.entries[newer as usize].older = older;
        self.entries[older as usize].newer = newer;
    }

    /// Puts the entry between the oldest and the newest one.
    fn link(&mut self, at: usize) {
        let head = self.head;
        let oldest = self.entries[head as usize].newer;
        self.entries[at].newer = oldest;
        self.entries[at].older = head;
        self.entries[head as usize].newer = index(at);
        self.entries[oldest as usize].older = index(at);
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
        let last = self.entries.len() - 1;
        if last > 0 {
            if at == self.head as usize {
                self.head = self.entries[at].older;
            }
            self.unlink(at);
        }
        if at != last {
            // The last entry moves into the gap, and whoever knows it learns that.
            let Entry { hash, newer, older, .. } = self.entries[last];
            if let Ok(mut slot) = self.table.find_entry(hash, |&other| other as usize == last) {
                *slot.get_mut() = index(at);
            }
            if newer as usize == last {
                // It is alone now.
                self.entries[last].newer = index(at);
                self.entries[last].older = index(at);
            } else {
                self.entries[newer as usize].older = index(at);
                self.entries[older as usize].newer = index(at);
            }
            if self.head as usize == last {
                self.head = index(at);
            }
        }
        let Entry { key, value, .. } = self.entries.swap_remove(at);
        (key, value)
    }

    /// The results from the newest to the oldest.
    #[cfg(test)]
    fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut at = self.head as usize;
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
            if len > 0 {
                self.link(len);
            }
            (at, None)
        } else {
            let at = self.entries[self.head as usize].newer;
            self.erase(at as usize);
            let entry = &mut self.entries[at as usize];
            entry.hash = hash;
            entry.moment = now;
            let key = mem::replace(&mut entry.key, key);
            (at, Some((key, mem::replace(&mut entry.value, value))))
        };
        self.head = at;
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
