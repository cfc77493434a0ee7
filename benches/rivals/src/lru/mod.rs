//! `lru`: a function whose results are kept, asked for what is there, for what is not, and for itself.
//!
//! Every peer caches the same bodies, in the way that its documentation shows; what is the same for all is written once over the
//! traits of [`peers`].

mod build_cpu;
mod fib_cold;
mod hit;
mod miss_evict;
mod peers;

use std::time::Duration;

use crate::case::Case;

/// The CPython side of all cases: one function per operation.
const SCRIPT: &str = include_str!("lru.py");

/// The results that a small cache keeps.
const SMALL: usize = 256;

/// The results that a large one keeps.
const LARGE: usize = 100_000;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        hit::number(),
        hit::text(),
        hit::two_threads(),
        miss_evict::small(),
        miss_evict::large(),
        fib_cold::case(),
        build_cpu::case(),
    ]
}

fn nanos_each(elapsed: Duration, calls: u64) -> f64 {
    elapsed.as_nanos() as f64 / calls as f64
}
