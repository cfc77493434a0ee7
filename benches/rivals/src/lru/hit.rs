//! Calls that are answered from the cache.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use super::peers::{
    self, Batteries, BatteriesInHand, BatteriesLocal, Cached, Memoize, MemoizeShared, MokaStore,
    MutexLruStore, Numbers, QuickCacheStore, Texts,
};
use super::{SCRIPT, nanos_each};
use crate::case::{Better, Case, Failure, Sizes, check};

/// The arguments that are asked for; half as many as a small cache has room for.
const KEYS: u64 = 128;

/// The calls of one pass.
const CALLS: usize = 4_096;

/// Passes over all calls.
const PASSES: Sizes = Sizes { full: 400, smoke: 2 };
const PYTHON_PASSES: Sizes = Sizes { full: 40, smoke: 1 };

pub(super) fn number() -> Case {
    Case::new(
        "lru/hit_u64",
        "A call that is a hit: one of 128 numbers, in random order; room for 256.",
        "ns",
        Better::Lower,
        PASSES,
    )
    .here(<Batteries as Numbers>::NAME, number_round::<Batteries>)
    .here(<BatteriesLocal as Numbers>::NAME, number_round::<BatteriesLocal>)
    .here(<BatteriesInHand as Numbers>::NAME, number_round::<BatteriesInHand>)
    .here(<Cached as Numbers>::NAME, number_round::<Cached>)
    .here(<Memoize as Numbers>::NAME, number_round::<Memoize>)
    .here(<MemoizeShared as Numbers>::NAME, number_round::<MemoizeShared>)
    .here(<QuickCacheStore as Numbers>::NAME, number_round::<QuickCacheStore>)
    .here(<MokaStore as Numbers>::NAME, number_round::<MokaStore>)
    .here(<MutexLruStore as Numbers>::NAME, number_round::<MutexLruStore>)
    .python(SCRIPT, "hit_u64", PYTHON_PASSES)
    .also_against(<Batteries as Numbers>::NAME, <Cached as Numbers>::NAME)
    .also_against(<Batteries as Numbers>::NAME, "cpython")
}

pub(super) fn text() -> Case {
    Case::new(
        "lru/hit_str",
        "A call that is a hit: one of 128 texts of 21 bytes that the caller lends, in random order; room for 256.",
        "ns",
        Better::Lower,
        PASSES,
    )
    .here(<Batteries as Texts>::NAME, text_round::<Batteries>)
    .here(<BatteriesLocal as Texts>::NAME, text_round::<BatteriesLocal>)
    .here(<BatteriesInHand as Texts>::NAME, text_round::<BatteriesInHand>)
    .here(<Cached as Texts>::NAME, text_round::<Cached>)
    .here(<Memoize as Texts>::NAME, text_round::<Memoize>)
    .here(<MemoizeShared as Texts>::NAME, text_round::<MemoizeShared>)
    .here(<QuickCacheStore as Texts>::NAME, text_round::<QuickCacheStore>)
    .here(<MokaStore as Texts>::NAME, text_round::<MokaStore>)
    .here(<MutexLruStore as Texts>::NAME, text_round::<MutexLruStore>)
    .python(SCRIPT, "hit_str", PYTHON_PASSES)
    .also_against(<Batteries as Texts>::NAME, <Cached as Texts>::NAME)
    .also_against(<Batteries as Texts>::NAME, "cpython")
}

pub(super) fn two_threads() -> Case {
    Case::new(
        "lru/hit_2threads",
        "A call that is a hit, on each of two threads that ask one cache for the same 128 numbers: the time of one thread.",
        "ns",
        Better::Lower,
        PASSES,
    )
    .here(<Batteries as Numbers>::NAME, two_threads_round::<Batteries>)
    .here(<BatteriesInHand as Numbers>::NAME, two_threads_round::<BatteriesInHand>)
    .here(<Cached as Numbers>::NAME, two_threads_round::<Cached>)
    .here(<MemoizeShared as Numbers>::NAME, two_threads_round::<MemoizeShared>)
    .here(<QuickCacheStore as Numbers>::NAME, two_threads_round::<QuickCacheStore>)
    .here(<MokaStore as Numbers>::NAME, two_threads_round::<MokaStore>)
    .here(<MutexLruStore as Numbers>::NAME, two_threads_round::<MutexLruStore>)
    .python(SCRIPT, "hit_2threads", PYTHON_PASSES)
    .also_against(<Batteries as Numbers>::NAME, <Cached as Numbers>::NAME)
}

/// Which arguments are asked for, the same on every run and in the script.
fn order() -> Vec<u64> {
    let mut state = 88_172_645_463_325_252_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % KEYS
    };
    (0..CALLS).map(next).collect()
}

fn number_round<P: Numbers>(passes: u64) -> Result<f64, Failure> {
    let order = order();
    (0..KEYS).for_each(|n| _ = P::small(n));
    let expected = order.iter().map(|&n| peers::mixed(n)).sum();
    timed(passes, expected, || black_box(&order).iter().map(|&n| P::small(n)).sum())
}

fn text_round<P: Texts>(passes: u64) -> Result<f64, Failure> {
    let texts: Vec<String> = (0..KEYS).map(|n| format!("name {n:05} of a user.")).collect();
    let order: Vec<&str> = order().into_iter().map(|n| &*texts[n as usize]).collect();
    texts.iter().for_each(|text| _ = P::small(text));
    let expected = order.iter().map(|text| peers::letters(text)).sum();
    timed(passes, expected, || black_box(&order).iter().map(|text| P::small(text)).sum())
}

/// Nanoseconds a call of `pass`, which makes them all and adds up what they return.
fn timed(passes: u64, expected: u64, pass: impl Fn() -> u64) -> Result<f64, Failure> {
    let (mut sum, mut nanos) = (0, 0.0);
    let bodies = peers::bodies(|| {
        let start = Instant::now();
        sum = (0..passes).map(|_| pass()).sum();
        nanos = nanos_each(start.elapsed(), passes * CALLS as u64);
    });
    check(sum, expected * passes)?;
    check(bodies, 0)?;
    Ok(nanos)
}

fn two_threads_round<P: Numbers>(passes: u64) -> Result<f64, Failure> {
    let order = order();
    let expected = order.iter().map(|&n| peers::mixed(n)).sum::<u64>();
    (0..KEYS).for_each(|n| _ = P::small(n));
    let (start, sum) = (Barrier::new(2), AtomicU64::new(0));
    let mut nanos = 0.0;
    let bodies = peers::bodies(|| {
        let work = || {
            start.wait();
            let begin = Instant::now();
            let pass = |_| black_box(&order).iter().map(|&n| P::small(n)).sum::<u64>();
            sum.fetch_add((0..passes).map(pass).sum(), Ordering::Relaxed);
            begin.elapsed()
        };
        // The later end counts: until then both were at it, but for the start of the one that ends first.
        let elapsed = thread::scope(|scope| {
            let other = scope.spawn(work);
            let this = work();
            this.max(other.join().expect("a thread of calls"))
        });
        nanos = nanos_each(elapsed, passes * CALLS as u64);
    });
    check(sum.into_inner(), 2 * passes * expected)?;
    check(bodies, 0)?;
    Ok(nanos)
}
