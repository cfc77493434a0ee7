//! A function that calls itself, on an empty cache.

use std::hint::black_box;
use std::time::Instant;

use super::SCRIPT;
use super::peers::{
    Batteries, BatteriesInHand, BatteriesLocal, Cached, Memoize, MemoizeShared, MokaStore,
    MutexLruStore, QuickCacheStore, Recursion,
};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "lru/fib_cold",
        "Empty the cache, then fib(90): 91 misses and 88 hits inside of each other; room for 128.",
        "us",
        Better::Lower,
        Sizes { full: 2_000, smoke: 5 },
    )
    .here(Batteries::NAME, round::<Batteries>)
    .here(BatteriesLocal::NAME, round::<BatteriesLocal>)
    .here(BatteriesInHand::NAME, round::<BatteriesInHand>)
    .here(Cached::NAME, round::<Cached>)
    .here(Memoize::NAME, round::<Memoize>)
    .here(MemoizeShared::NAME, round::<MemoizeShared>)
    .here(QuickCacheStore::NAME, round::<QuickCacheStore>)
    .here(MokaStore::NAME, round::<MokaStore>)
    .here(MutexLruStore::NAME, round::<MutexLruStore>)
    .python(SCRIPT, "fib_cold", Sizes { full: 1_000, smoke: 2 })
    .also_against(Batteries::NAME, Memoize::NAME)
}

fn round<P: Recursion>(times: u64) -> Result<f64, Failure> {
    let start = Instant::now();
    for _ in 0..times {
        P::clear();
        check(P::fib(black_box(90)), 2_880_067_194_370_816_120)?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / times as f64)
}
