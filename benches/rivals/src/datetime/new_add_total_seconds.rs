//! The arithmetic of a program that adds measurements up.

use std::hint::black_box;
use std::time::Instant;

use batteries::datetime::TimeDelta;

use super::deltas::Delta;
use super::{SCRIPT, check_close, inputs, nanos_each, passes};
use crate::case::{Better, Case, Failure, Sizes};

pub(super) fn case() -> Case {
    Case::new(
        "datetime/new_add_total_seconds",
        "Make a length of time from days, seconds and microseconds, add another one, take the seconds as a float.",
        "ns",
        Better::Lower,
        Sizes { full: 2_000_000, smoke: 4_096 },
    )
    .rounds(31)
    .here(TimeDelta::NAME, round::<TimeDelta>)
    .here(chrono::TimeDelta::NAME, round::<chrono::TimeDelta>)
    .here(time::Duration::NAME, round::<time::Duration>)
    .here(jiff::SignedDuration::NAME, round::<jiff::SignedDuration>)
    .here(hifitime::Duration::NAME, round::<hifitime::Duration>)
    .python(SCRIPT, "new_add_total_seconds", Sizes { full: 100_000, smoke: 4_096 })
    .also_against("batteries", "chrono")
}

fn round<D: Delta>(size: u64) -> Result<f64, Failure> {
    let (inputs, passes) = (inputs(), passes(size));
    let first = inputs[0];
    let sum = inputs.iter().map(|input| (input.total() + first.total()) as f64 / 1e6).sum::<f64>();

    let first = D::new(first);
    let mut total = 0.0;
    let start = Instant::now();
    for _ in 0..passes {
        // Opaque, so that no pass is the one before.
        for &input in black_box(&inputs) {
            total += (D::new(input) + first).total_seconds();
        }
    }
    let elapsed = start.elapsed();
    check_close(total, sum * passes as f64)?;
    Ok(nanos_each(elapsed, passes))
}
