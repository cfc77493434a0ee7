//! To and from the types of the crate `chrono`.

use ::chrono::{self as theirs, FixedOffset};

use super::error::Error;
use super::{TimeDelta, TimeZone};

/// Converts exactly: every time delta is in range there.
///
/// # Examples
///
/// ```
/// use batteries::datetime::TimeDelta;
///
/// let theirs: chrono::TimeDelta = TimeDelta::from_milliseconds(-1_500).into();
/// assert_eq!(theirs, chrono::TimeDelta::milliseconds(-1_500));
/// ```
impl From<TimeDelta> for theirs::TimeDelta {
    #[inline]
    fn from(delta: TimeDelta) -> Self {
        // Whole seconds rounded down and nanoseconds above zero are what it keeps as well.
        Self::new(delta.whole_seconds, delta.microseconds * 1_000)
            .expect("`chrono` has wider limits")
    }
}

/// Converts, rounding nanoseconds to the nearest microsecond, half to even; fails when it is out of range.
impl TryFrom<theirs::TimeDelta> for TimeDelta {
    type Error = Error;

    #[inline]
    fn try_from(duration: theirs::TimeDelta) -> Result<Self, Error> {
        Self::from_nanoseconds(duration.num_seconds(), duration.subsec_nanos())
    }
}

/// Converts offsets of whole seconds, and fails for others. The name is lost.
impl TryFrom<&TimeZone> for FixedOffset {
    type Error = Error;

    fn try_from(zone: &TimeZone) -> Result<Self, Error> {
        Ok(Self::east_opt(zone.offset_seconds()?).expect("`chrono` has the same limits"))
    }
}

/// Makes a time zone without a name.
impl From<FixedOffset> for TimeZone {
    fn from(offset: FixedOffset) -> Self {
        Self::new(TimeDelta::from_seconds(offset.local_minus_utc().into()))
            .expect("`chrono` has the same limits")
    }
}
