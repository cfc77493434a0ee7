//! To and from the standard library's `Duration`.

use std::time::Duration;

use super::TimeDelta;
use super::error::{Error, ErrorKind};

/// Converts what is not negative, exactly.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use batteries::datetime::{ErrorKind, TimeDelta};
///
/// let second = TimeDelta::from_seconds(1);
/// assert_eq!(Duration::try_from(second), Ok(Duration::from_secs(1)));
/// assert_eq!(Duration::try_from(-second).unwrap_err().kind(), ErrorKind::Negative);
/// ```
impl TryFrom<TimeDelta> for Duration {
    type Error = Error;

    #[inline]
    fn try_from(delta: TimeDelta) -> Result<Self, Error> {
        match u64::try_from(delta.whole_seconds) {
            Ok(seconds) => Ok(Self::new(seconds, delta.microseconds * 1_000)),
            Err(_) => Err(Error::unfit(ErrorKind::Negative, delta)),
        }
    }
}

/// Converts, rounding nanoseconds to the nearest microsecond, half to even.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use batteries::datetime::TimeDelta;
///
/// let delta = TimeDelta::try_from(Duration::from_nanos(1_500))?;
/// assert_eq!(delta, TimeDelta::from_microseconds(2));
/// # Ok::<(), batteries::datetime::Error>(())
/// ```
impl TryFrom<Duration> for TimeDelta {
    type Error = Error;

    #[inline]
    fn try_from(duration: Duration) -> Result<Self, Error> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| Error::TOO_MANY_DAYS)?;
        Self::from_nanoseconds(seconds, duration.subsec_nanos().cast_signed())
    }
}

impl TimeDelta {
    /// Makes the time delta nearest to a number of seconds and nanoseconds, of which the latter are less than a second, of
    /// either sign.
    #[inline]
    pub(super) const fn from_nanoseconds(
        mut seconds: i64,
        nanoseconds: i32,
    ) -> Result<Self, Error> {
        let mut microseconds = nanoseconds.div_euclid(1_000);
        let rest = nanoseconds.rem_euclid(1_000);
        // Whether the whole is even does not depend on the seconds: each has an even number of microseconds.
        if rest > 500 || (rest == 500 && microseconds % 2 != 0) {
            microseconds += 1;
        }
        if microseconds < 0 {
            (seconds, microseconds) = (seconds.saturating_sub(1), microseconds + 1_000_000);
        } else if microseconds == 1_000_000 {
            (seconds, microseconds) = (seconds.saturating_add(1), 0);
        }
        Self::in_range(seconds, microseconds as u32)
    }
}
