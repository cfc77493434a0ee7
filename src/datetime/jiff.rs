//! To and from the types of the crate `jiff`.

use ::jiff::{SignedDuration, tz::Offset};

use super::error::Error;
use super::{TimeDelta, TimeZone};

/// Converts exactly: every time delta is in range there.
///
/// # Examples
///
/// ```
/// use batteries::datetime::TimeDelta;
///
/// let theirs: jiff::SignedDuration = TimeDelta::from_milliseconds(-1_500).into();
/// assert_eq!(theirs, jiff::SignedDuration::from_millis(-1_500));
/// ```
impl From<TimeDelta> for SignedDuration {
    #[inline]
    fn from(delta: TimeDelta) -> Self {
        Self::new(delta.whole_seconds, delta.microseconds.cast_signed() * 1_000)
    }
}

/// Converts, rounding nanoseconds to the nearest microsecond, half to even; fails when it is out of range.
impl TryFrom<SignedDuration> for TimeDelta {
    type Error = Error;

    #[inline]
    fn try_from(duration: SignedDuration) -> Result<Self, Error> {
        Self::from_nanoseconds(duration.as_secs(), duration.subsec_nanos())
    }
}

/// Converts offsets of whole seconds, and fails for others. The name is lost.
impl TryFrom<&TimeZone> for Offset {
    type Error = Error;

    fn try_from(zone: &TimeZone) -> Result<Self, Error> {
        Ok(Self::from_seconds(zone.offset_seconds()?).expect("`jiff` has wider limits"))
    }
}

/// Fails for offsets of 24 hours and more, which `jiff` allows.
impl TryFrom<Offset> for TimeZone {
    type Error = Error;

    fn try_from(offset: Offset) -> Result<Self, Error> {
        Self::new(TimeDelta::from_seconds(offset.seconds().into()))
    }
}
