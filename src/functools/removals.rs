//! Which keys were removed lately, so that a call that was on its way then keeps nothing.
//!
//! Who removes a result knows that it is wrong from now on. A call that began before may have computed with what was true before,
//! and its result would bring the wrong answer back, or take the place of a right one. So a call remembers how many removals
//! there were when it began, and does not keep its result if its key was removed since.
//!
//! The last [`REMEMBERED`] removals are known, by the hashes of their keys. A call that was overtaken by more is taken for
//! removed: what is missing in a cache is computed again, what is wrong in it stays.

use crate::sync::OnceLock;
use crate::sync::atomic::{AtomicU64, Ordering};

const REMEMBERED: usize = 64;

/// How many removals there had been when a call began.
#[derive(Debug, Clone, Copy)]
pub struct Ticket(u64);

/// The removals of one memo. Changed only inside of the store, so nothing here needs an order of its own.
#[derive(Debug, Default)]
pub(super) struct Removals {
    count: AtomicU64,
    /// There are none in a cache of which nothing is ever removed: it takes the place of one word there.
    hashes: OnceLock<Box<[AtomicU64; REMEMBERED]>>,
}

impl Removals {
    /// For a call that begins now. Read from outside it may be too small, which is on the safe side.
    #[inline]
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.count.load(Ordering::Relaxed))
    }

    /// Notes that what hashes to `hash` was removed, whether or not it was there.
    #[cold]
    pub(super) fn note(&self, hash: u64) {
        let count = self.count.load(Ordering::Relaxed);
        let hashes =
            self.hashes.get_or_init(|| Box::new(std::array::from_fn(|_| AtomicU64::new(0))));
        hashes[place(count)].store(hash, Ordering::Relaxed);
        self.count.store(count + 1, Ordering::Relaxed);
    }

    /// Says whether what hashes to `hash` was removed since the call with this ticket began, or may have been.
    #[inline]
    pub(super) fn overtook(&self, ticket: Ticket, hash: u64) -> bool {
        let count = self.count.load(Ordering::Relaxed);
        count != ticket.0 && self.may_have_overtaken(ticket, count, hash)
    }

    #[cold]
    fn may_have_overtaken(&self, ticket: Ticket, count: u64, hash: u64) -> bool {
        let Some(hashes) = self.hashes.get() else { return false };
        count - ticket.0 > REMEMBERED as u64
            || (ticket.0..count).any(|at| hashes[place(at)].load(Ordering::Relaxed) == hash)
    }
}

fn place(at: u64) -> usize {
    // Less than the length, so it fits.
    (at % REMEMBERED as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_removals_since_the_call_began_count_and_many_count_for_all() {
        let removals = Removals::default();
        removals.note(7);
        let ticket = removals.ticket();
        assert!(!removals.overtook(ticket, 7));
        for hash in 100..100 + REMEMBERED as u64 {
            assert!(!removals.overtook(ticket, hash));
            removals.note(hash);
            assert!(removals.overtook(ticket, hash) && removals.overtook(ticket, 100));
            assert!(!removals.overtook(ticket, 7));
            assert!(!removals.overtook(removals.ticket(), hash));
        }
        removals.note(1);
        assert!(removals.overtook(ticket, 7), "it may have been among those forgotten");
        assert!(removals.overtook(ticket, 1));
    }
}
