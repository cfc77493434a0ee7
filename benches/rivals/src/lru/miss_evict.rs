//! Calls with arguments that have never been seen, on a cache that is full.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::peers::{
    self, Batteries, BatteriesInHand, BatteriesLocal, Cached, Memoize, MemoizeShared, MokaStore,
    MutexLruStore, Numbers, QuickCacheStore,
};
use super::{LARGE, SCRIPT, SMALL, nanos_each};
use crate::case::{Better, Case, Failure, Sizes, check};

const CALLS: Sizes = Sizes { full: 200_000, smoke: 1_000 };
const PYTHON_CALLS: Sizes = Sizes { full: 100_000, smoke: 1_000 };

pub(super) fn small() -> Case {
    Case::new(
        "lru/miss_evict_256",
        "A call that is a miss and takes the place of the oldest of 256 results; numbers in ascending order.",
        "ns",
        Better::Lower,
        CALLS,
    )
    .here(Batteries::NAME, |calls| round(calls, SMALL, Batteries::small))
    .here(BatteriesLocal::NAME, |calls| round(calls, SMALL, BatteriesLocal::small))
    .here(BatteriesInHand::NAME, |calls| round(calls, SMALL, BatteriesInHand::small))
    .here(Cached::NAME, |calls| round(calls, SMALL, Cached::small))
    .here(Memoize::NAME, |calls| round(calls, SMALL, Memoize::small))
    .here(MemoizeShared::NAME, |calls| round(calls, SMALL, MemoizeShared::small))
    .here(QuickCacheStore::NAME, |calls| round(calls, SMALL, QuickCacheStore::small))
    .here(MokaStore::NAME, |calls| round(calls, SMALL, MokaStore::small))
    .here(MutexLruStore::NAME, |calls| round(calls, SMALL, MutexLruStore::small))
    .python(SCRIPT, "miss_evict_256", PYTHON_CALLS)
    .also_against(Batteries::NAME, Cached::NAME)
    .also_against(Batteries::NAME, QuickCacheStore::NAME)
}

pub(super) fn large() -> Case {
    Case::new(
        "lru/miss_evict_100k",
        "A call that is a miss and takes the place of the oldest of 100,000 results; numbers in ascending order.",
        "ns",
        Better::Lower,
        CALLS,
    )
    .here(Batteries::NAME, |calls| round(calls, LARGE, Batteries::large))
    .here(BatteriesLocal::NAME, |calls| round(calls, LARGE, BatteriesLocal::large))
    .here(BatteriesInHand::NAME, |calls| round(calls, LARGE, BatteriesInHand::large))
    .here(Cached::NAME, |calls| round(calls, LARGE, Cached::large))
    .here(Memoize::NAME, |calls| round(calls, LARGE, Memoize::large))
    .here(MemoizeShared::NAME, |calls| round(calls, LARGE, MemoizeShared::large))
    .here(QuickCacheStore::NAME, |calls| round(calls, LARGE, QuickCacheStore::large))
    .here(MokaStore::NAME, |calls| round(calls, LARGE, MokaStore::large))
    .here(MutexLruStore::NAME, |calls| round(calls, LARGE, MutexLruStore::large))
    .python(SCRIPT, "miss_evict_100k", PYTHON_CALLS)
    .also_against(Batteries::NAME, Cached::NAME)
    .also_against(Batteries::NAME, QuickCacheStore::NAME)
}

fn round(calls: u64, size: usize, function: fn(u64) -> u64) -> Result<f64, Failure> {
    // No number twice in the life of this process.
    static NEXT: AtomicU64 = AtomicU64::new(1_000);
    let filling = size as u64;
    let first = NEXT.fetch_add(filling + calls, Ordering::Relaxed);
    (first..first + filling).for_each(|n| _ = function(n));
    let numbers = first + filling..first + filling + calls;
    let expected: u64 = numbers.clone().map(peers::mixed).sum();
    let (mut sum, mut nanos) = (0, 0.0);
    let bodies = peers::bodies(|| {
        let start = Instant::now();
        sum = numbers.map(function).sum();
        nanos = nanos_each(start.elapsed(), calls);
    });
    check(sum, expected)?;
    check(bodies, calls)?;
    Ok(nanos)
}
