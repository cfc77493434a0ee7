//! The types, each by the shortest way from days, seconds and microseconds that it has.

use std::fmt;
use std::ops::Add;

use batteries::datetime::TimeDelta;

use super::Input;

/// What every type can do.
pub(super) trait Delta: Copy + Add<Output = Self> + fmt::Display {
    const NAME: &'static str;

    fn new(input: Input) -> Self;
    fn total_seconds(self) -> f64;
}

impl Delta for TimeDelta {
    const NAME: &'static str = "batteries";

    #[inline]
    fn new(input: Input) -> Self {
        Self::new(input.days, input.seconds, input.microseconds).expect("in range")
    }

    #[inline]
    fn total_seconds(self) -> f64 {
        self.total_seconds()
    }
}

impl Delta for chrono::TimeDelta {
    const NAME: &'static str = "chrono";

    #[inline]
    fn new(input: Input) -> Self {
        Self::new(input.days * 86_400 + input.seconds, input.microseconds as u32 * 1_000)
            .expect("in range")
    }

    #[inline]
    fn total_seconds(self) -> f64 {
        self.as_seconds_f64()
    }
}

impl Delta for time::Duration {
    const NAME: &'static str = "time";

    #[inline]
    fn new(input: Input) -> Self {
        Self::new(input.days * 86_400 + input.seconds, input.microseconds as i32 * 1_000)
    }

    #[inline]
    fn total_seconds(self) -> f64 {
        self.as_seconds_f64()
    }
}

impl Delta for jiff::SignedDuration {
    const NAME: &'static str = "jiff";

    #[inline]
    fn new(input: Input) -> Self {
        Self::new(input.days * 86_400 + input.seconds, input.microseconds as i32 * 1_000)
    }

    #[inline]
    fn total_seconds(self) -> f64 {
        self.as_secs_f64()
    }
}

impl Delta for hifitime::Duration {
    const NAME: &'static str = "hifitime";

    #[inline]
    fn new(input: Input) -> Self {
        Self::from_truncated_nanoseconds(input.total() * 1_000)
    }

    #[inline]
    fn total_seconds(self) -> f64 {
        self.to_seconds()
    }
}
