//! How often the seconds as a float are not the nearest float.

use batteries::datetime::TimeDelta;

use super::deltas::Delta;
use super::{Input, Random, SCRIPT};
use crate::case::{Better, Case, Failure, Sizes, check};

pub(super) fn case() -> Case {
    let sizes = Sizes { full: 1_000_000, smoke: 10_000 };
    Case::new(
        "datetime/wrong_last_bits",
        "Of 1,000,000 random lengths, a third each up to a second, 100 seconds and 27 years of either sign: how many have\n\
         total seconds that are not the nearest float, which reading the decimal number gives.",
        "wrong",
        Better::Lower,
        sizes,
    )
    .here(TimeDelta::NAME, round::<TimeDelta>)
    .here(chrono::TimeDelta::NAME, round::<chrono::TimeDelta>)
    .here(time::Duration::NAME, round::<time::Duration>)
    .here(jiff::SignedDuration::NAME, round::<jiff::SignedDuration>)
    .here(hifitime::Duration::NAME, round::<hifitime::Duration>)
    .python(SCRIPT, "wrong_last_bits", sizes)
}

/// The `at`th length: the script makes the same ones.
fn input(random: &mut Random, at: u64) -> Input {
    let span = match at % 3 {
        0 => 1_000_000,
        1 => 100_000_000,
        _ => 10_000 * 86_400_000_000,
    };
    let total = random.below(2 * span + 1) - span as i64;
    let seconds = total.div_euclid(1_000_000);
    Input {
        days: seconds.div_euclid(86_400),
        seconds: seconds.rem_euclid(86_400),
        microseconds: total.rem_euclid(1_000_000),
    }
}

/// The nearest float, by way of decimal text: another way than any of the types takes.
fn nearest(total: i64) -> f64 {
    let sign = if total < 0 { "-" } else { "" };
    let total = total.unsigned_abs();
    let text = format!("{sign}{}.{:06}", total / 1_000_000, total % 1_000_000);
    text.parse().expect("a decimal number")
}

fn round<D: Delta>(size: u64) -> Result<f64, Failure> {
    let mut random = Random(8_644);
    let mut wrong = 0_u64;
    for at in 0..size {
        let input = input(&mut random, at);
        let (got, nearest) = (D::new(input).total_seconds(), nearest(input.total()));
        wrong += u64::from(got != nearest);
    }
    if D::NAME == TimeDelta::NAME {
        check(wrong, 0)?;
    }
    Ok(wrong as f64)
}
