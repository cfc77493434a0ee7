//! Reading back what was printed.

use std::hint::black_box;
use std::str::FromStr;
use std::time::Instant;

use batteries::datetime::TimeDelta;

use super::deltas::Delta;
use super::{inputs, nanos_each, passes};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "datetime/parse",
        "Read a length of time from the text that the type itself prints; batteries_iso: from ISO 8601, which jiff reads.\n\
         chrono, time and CPython read no such text.",
        "ns",
        Better::Lower,
        Sizes { full: 400_000, smoke: 4_096 },
    )
    .rounds(31)
    .here(TimeDelta::NAME, |size| round::<TimeDelta>(size, TimeDelta::to_string))
    .here("batteries_iso", |size| round::<TimeDelta>(size, |delta| format!("{delta:#}")))
    .here(jiff::SignedDuration::NAME, |size| {
        round::<jiff::SignedDuration>(size, jiff::SignedDuration::to_string)
    })
    .here(hifitime::Duration::NAME, |size| {
        round::<hifitime::Duration>(size, hifitime::Duration::to_string)
    })
}

fn round<D: Delta + FromStr + PartialEq>(
    size: u64,
    print: impl Fn(&D) -> String,
) -> Result<f64, Failure> {
    let deltas: Vec<D> = inputs().into_iter().map(D::new).collect();
    let texts: Vec<String> = deltas.iter().map(print).collect();
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
