//! The store that forgets nothing: a hash table, and no order.

use std::mem;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

use super::store::{KEPT, Store};

#[derive(Debug)]
struct Entry<K, V, M> {
    /// The key's, so that the table can grow without asking it.
    hash: u64,
    moment: M,
    key: K,
    value: V,
}

/// Any number of results.
#[derive(Debug)]
pub struct Unbounded<K, V, M = ()> {
    table: HashTable<Entry<K, V, M>>,
}

/// What a clear of an [`Unbounded`] store leaves.
#[derive(Debug)]
pub struct UnboundedRest<K, V, M>(
    #[expect(dead_code, reason = "it is there to be dropped")] HashTable<Entry<K, V, M>>,
);

impl<K, V, M> Unbounded<K, V, M> {
    /// A store without a limit.
    pub const fn new() -> Self {
        Self { table: HashTable::new() }
    }
}

impl<K, V, M> Default for Unbounded<K, V, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V, M: Copy> Store for Unbounded<K, V, M> {
    type Key = K;
    type Value = V;
    type Moment = M;
    type Rest = UnboundedRest<K, V, M>;

    fn count(&self) -> usize {
        self.table.len()
    }

    fn maxsize(&self) -> Option<usize> {
        None
    }

    #[inline]
    fn find(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        fresh: impl Fn(M) -> bool,
    ) -> Result<&V, Option<(K, V)>> {
        let Ok(slot) = self.table.find_entry(hash, |entry| is(&entry.key)) else {
            return Err(None);
        };
        if fresh(slot.get().moment) {
            return Ok(&slot.into_mut().value);
        }
        let (Entry { key, value, .. }, _) = slot.remove();
        Err(Some((key, value)))
    }

    fn contains(&self, hash: u64, is: impl Fn(&K) -> bool, fresh: impl Fn(M) -> bool) -> bool {
        self.table.find(hash, |entry| is(&entry.key)).is_some_and(|entry| fresh(entry.moment))
    }

    /// What is there is written over: of two who compute the same at once, the last one's result is kept.
    fn insert(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        equal: impl Fn(&K, &K) -> bool,
        now: M,
        _fresh: impl Fn(M) -> bool,
    ) -> Option<(K, V)> {
        match self.table.entry(hash, |entry| equal(&entry.key, &key), |entry| entry.hash) {
            Slot::Occupied(mut slot) => {
                let entry = slot.get_mut();
                entry.moment = now;
                Some((key, mem::replace(&mut entry.value, value)))
            }
            Slot::Vacant(slot) => {
                slot.insert(Entry { hash, moment: now, key, value });
                None
            }
        }
    }

    fn remove(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<(K, V)> {
        let slot = self.table.find_entry(hash, |entry| is(&entry.key)).ok()?;
        let (Entry { key, value, .. }, _) = slot.remove();
        Some((key, value))
    }

    fn clear(&mut self) -> Self::Rest {
        let capacity = self.table.capacity();
        if mem::needs_drop::<(K, V)>() || capacity > KEPT {
            let room = HashTable::with_capacity(capacity.min(KEPT));
            UnboundedRest(mem::replace(&mut self.table, room))
        } else {
            // No destructor is run by this.
            self.table.clear();
            UnboundedRest(HashTable::new())
        }
    }
}
