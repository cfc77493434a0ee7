//! To and from the types of the crate `time`.

use ::time::{Duration, UtcOffset};

use super::error::Error;
use super::{TimeDelta, TimeZone};

/// Converts exactly: every time delta is in range there.
///
/// # Examples
///
/// ```
/// use batteries::datetime::TimeDelta;
///
/// let theirs: time::Duration = TimeDelta::from_milliseconds(-1_500).into();
/// assert_eq!(theirs, time::Duration::milliseconds(-1_500));
/// ```
impl From<TimeDelta> for Duration {
    #[inline]
    fn from(delta: TimeDelta) -> Self {
        Self::new(delta.whole_seconds, delta.microseconds.cast_signed() * 1_000)
    }
}

/// Converts, rounding nanoseconds to the nearest microsecond, half to even; fails when it is out of range.
impl TryFrom<Duration> for TimeDelta {
    type Error = Error;

    #[inline]
    fn try_from(duration: Duration) -> Result<Self, Error> {
        Self::from_nanoseconds(duration.whole_seconds(), duration.subsec_nanoseconds())
    }
}

/// Converts offsets of whole seconds, and fails for others. The name is lost.
impl TryFrom<&TimeZone> for UtcOffset {
    type Error = Error;

    fn try_from(zone: &TimeZone) -> Result<Self, Error> {
        Ok(Self::from_whole_seconds(zone.offset_seconds()?).expect("`time` has wider limits"))
    }
}

/// Fails for offsets of 24 hours and more, which `time` allows.
impl TryFrom<UtcOffset> for TimeZone {
    type Error = Error;

    fn try_from(offset: UtcOffset) -> Result<Self, Error> {
        Self::new(TimeDelta::from_seconds(offset.whole_seconds().into()))
    }
}
