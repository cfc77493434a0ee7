//! `datetime`: lengths of time made, added, printed, read, and how exact their seconds are.
//!
//! Every type does the same work on the same [`inputs`] through [`deltas::Delta`].

mod deltas;
mod display;
mod new_add_total_seconds;
mod parse;
mod wrong_last_bits;

use std::time::Duration;

use crate::case::{Case, Failure};

/// The CPython side of all cases: one function per operation.
const SCRIPT: &str = include_str!("datetime.py");

/// The inputs of one pass; a round makes as many passes as its size asks for.
const INPUTS: usize = 4_096;

pub(crate) fn cases() -> Vec<Case> {
    vec![new_add_total_seconds::case(), display::case(), parse::case(), wrong_last_bits::case()]
}

/// Days, seconds and microseconds as Python keeps them.
#[derive(Clone, Copy)]
struct Input {
    days: i64,
    seconds: i64,
    microseconds: i64,
}

impl Input {
    /// All of it in microseconds: the inputs are within 285 years, so that it is also exact as a float.
    fn total(self) -> i64 {
        (self.days * 86_400 + self.seconds) * 1_000_000 + self.microseconds
    }
}

/// Random numbers, the same on every run and in the script: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..end`.
    fn below(&mut self, end: u64) -> i64 {
        (self.next() % end) as i64
    }
}

/// Inputs of up to 27 years of either sign.
fn inputs() -> Vec<Input> {
    let mut random = Random(32);
    let input = |_| Input {
        days: random.below(20_000) - 10_000,
        seconds: random.below(86_400),
        microseconds: random.below(1_000_000),
    };
    (0..INPUTS).map(input).collect()
}

/// The passes over all inputs that a round of this size makes.
fn passes(size: u64) -> u64 {
    size.div_ceil(INPUTS as u64)
}

fn nanos_each(elapsed: Duration, passes: u64) -> f64 {
    elapsed.as_nanos() as f64 / (passes * INPUTS as u64) as f64
}

/// Compares sums of floats: all but ours and CPython's are off in last bits.
fn check_close(got: f64, expected: f64) -> Result<(), Failure> {
    if (got - expected).abs() <= expected.abs() * 1e-9 {
        return Ok(());
    }
    Err(Failure::Wrong(format!("expected {expected}, got {got}")))
}
