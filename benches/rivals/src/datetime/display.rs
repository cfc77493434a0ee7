//! Printing, each type in its own form, into a buffer that is there already.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use batteries::datetime::TimeDelta;

use super::deltas::Delta;
use super::{INPUTS, Input, SCRIPT, inputs, nanos_each, passes};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    Case::new(
        "datetime/display",
        "Write a length of time into a String that has room: `-3 days, 4:05:06.789012` here and in CPython, where it is\n\
         `str`; `-PT244493.210988S` in chrono, others of the kind in the rest.",
        "ns",
        Better::Lower,
        Sizes { full: 400_000, smoke: 4_096 },
    )
    .rounds(31)
    .here(TimeDelta::NAME, round::<TimeDelta>)
    .here(chrono::TimeDelta::NAME, round::<chrono::TimeDelta>)
    .here(time::Duration::NAME, round::<time::Duration>)
    .here(jiff::SignedDuration::NAME, round::<jiff::SignedDuration>)
    .here(hifitime::Duration::NAME, round::<hifitime::Duration>)
    .python(SCRIPT, "display", Sizes { full: 50_000, smoke: 4_096 })
}

/// What Python's `str` gives, the simple way.
fn python(input: Input) -> String {
    let Input { days, seconds, microseconds } = input;
    let mut text = match days {
        0 => String::new(),
        1 | -1 => format!("{days} day, "),
        _ => format!("{days} days, "),
    };
    text += &format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if microseconds != 0 {
        text += &format!(".{microseconds:06}");
    }
    text
}

fn round<D: Delta>(size: u64) -> Result<f64, Failure> {
    let (inputs, passes) = (inputs(), passes(size));
    let deltas: Vec<D> = inputs.iter().map(|&input| D::new(input)).collect();
    let mut text = String::with_capacity(INPUTS * 64);
    let start = Instant::now();
    for _ in 0..passes {
        text.clear();
        for delta in black_box(&deltas) {
            // Nothing can fail: memory is what it is written to.
            let _ = write!(text, "{delta}");
        }
        black_box(&text);
    }
    let elapsed = start.elapsed();

    if D::NAME == TimeDelta::NAME {
        check(text, inputs.iter().copied().map(python).collect())?;
    } else {
        // The others have forms of their own: that the last text is the last length's must do.
        check(text.ends_with(&deltas[INPUTS - 1].to_string()), true)?;
        check(text.len() > INPUTS * 8, true)?;
    }
    Ok(nanos_each(elapsed, passes))
}
