//! Names with numbers, in order: found by a look at each while they are few, by a hash table when they are many.

use std::borrow::Cow;

/// How many names are looked at one by one.
const FEW: usize = 16;

#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    entries: Vec<(Cow<'static, str>, u32)>,
    /// Places in `entries` plus one, 0 for none; its length is a power of two, at least twice that of `entries`, or 0.
    table: Vec<u32>,
}

impl Index {
    pub(super) fn with_capacity(names: usize) -> Self {
        Self { entries: Vec::with_capacity(names), table: Vec::new() }
    }

    /// Where a name stands.
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        if self.table.is_empty() {
            return self.entries.iter().position(|(known, _)| known.as_bytes() == name);
        }
        let mask = self.table.len() - 1;
        let mut at = hash(name) & mask;
        loop {
            match self.table[at] {
                0 => return None,
                place => {
                    let place = place as usize - 1;
                    if self.entries[place].0.as_bytes() == name {
                        return Some(place);
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of a name.
    #[inline]
    pub(super) fn get(&self, name: &[u8]) -> Option<usize> {
        self.find(name).map(|place| self.entries[place].1 as usize)
    }

    pub(super) fn entry(&self, place: usize) -> (&Cow<'static, str>, usize) {
        let (name, number) = &self.entries[place];
        (name, *number as usize)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Cow<'static, str>, usize)> {
        self.entries.iter().map(|(name, number)| (name, *number as usize))
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a name that is not there, behind all others.
    pub(super) fn push(&mut self, name: Cow<'static, str>, number: usize) {
        // Each name was added by a call of its own: memory ends long before there are 2^32.
        self.entries.push((name, u32::try_from(number).expect("fewer arguments than 2^32")));
        if self.entries.len() > FEW {
            if self.table.len() < 2 * self.entries.len() {
                self.rebuild();
            } else {
                self.insert(self.entries.len() - 1);
            }
        }
    }

    /// Takes a name out.
    pub(super) fn remove(&mut self, name: &str) {
        self.entries.retain(|(known, _)| known != name);
        self.rebuild();
    }

    fn rebuild(&mut self) {
        let size =
            if self.entries.len() > FEW { (4 * self.entries.len()).next_power_of_two() } else { 0 };
        self.table.clear();
        self.table.resize(size, 0);
        if size > 0 {
            (0..self.entries.len()).for_each(|place| self.insert(place));
        }
    }

    fn insert(&mut self, place: usize) {
        let mask = self.table.len() - 1;
        let mut at = hash(self.entries[place].0.as_bytes()) & mask;
        while self.table[at] != 0 {
            at = (at + 1) & mask;
        }
        // As in `push`, which has put it there.
        self.table[at] = u32::try_from(place + 1).expect("fewer arguments than 2^32");
    }
}

/// FNV-1a. The names are the program's own, so nobody can choose them to collide.
fn hash(name: &[u8]) -> usize {
    let hash = name.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    (hash ^ (hash >> 32)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_found_like_few() {
        let mut index = Index::default();
        for number in 0..1000 {
            let name = format!("--option-{number}");
            assert_eq!(index.get(name.as_bytes()), None);
            index.push(name.clone().into(), number);
            assert_eq!(index.get(name.as_bytes()), Some(number));
        }
        index.remove("--option-7");
        assert_eq!(index.get(b"--option-7"), None);
        assert_eq!(index.find(b"--option-8"), Some(7));
        assert!(
            (0..1000)
                .filter(|n| *n != 7)
                .all(|n| index.get(format!("--option-{n}").as_bytes()) == Some(n))
        );
    }
}
