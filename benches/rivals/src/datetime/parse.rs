//! Reading back what was printed.

use std::hint::black_box;
use std::str::FromStr;
use std::time::Instant;

use batteries::datetime::TimeDelta;
use jiff::SignedDuration;

use super::deltas::Delta;
use super::{inputs, nanos_each, passes};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "datetime/parse",
        "Read a length of time from the text that the type itself prints; batteries_iso: from the one that jiff prints.\n\
         chrono, time and CPython read no such text.",
        "ns",
        Better::Lower,
        Sizes { full: 400_000, smoke: 4_096 },
    )
    .rounds(31)
    .here(TimeDelta::NAME, round::<TimeDelta, TimeDelta>)
    .here("batteries_iso", round::<TimeDelta, SignedDuration>)
    .here(SignedDuration::NAME, round::<SignedDuration, SignedDuration>)
    .here(hifitime::Duration::NAME, round::<hifitime::Duration, hifitime::Duration>)
    .also_against("batteries_iso", "jiff")
}

/// Reads as `D` what `P` prints.
fn round<D: Delta + FromStr + PartialEq, P: Delta>(size: u64) -> Result<f64, Failure> {
    let inputs = inputs();
    let deltas: Vec<D> = inputs.iter().map(|&input| D::new(input)).collect();
    let texts: Vec<String> = inputs.iter().map(|&input| P::new(input).to_string()).collect();
    let passes = passes(size);
    let mut read = Vec::with_capacity(deltas.len());
    let start = Instant::now();
    for _ in 0..passes {
        read.clear();
        read.extend(black_box(&texts).iter().filter_map(|text| text.parse::<D>().ok()));
    }
    let elapsed = start.elapsed();
    check(read.len(), deltas.len())?;
    check(read == deltas, true)?;
    Ok(nanos_each(elapsed, passes))
}
