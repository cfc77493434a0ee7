//! Fixed offsets from UTC.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::TimeDelta;
use super::error::{Error, ErrorKind};
use crate::python::Repr;

/// A fixed offset from UTC, with or without a name: Python's `datetime.timezone`.
///
/// The offset lies strictly between -24 and 24 hours and may have seconds and microseconds. Two time zones are equal, and
/// hash alike, when their offsets are: the names do not count, as in Python. [`Debug`] writes what Python's `repr` returns,
/// [`Display`](fmt::Display) the [`name`](Self::name).
///
/// # Examples
///
/// ```
/// use batteries::datetime::{TimeDelta, TimeZone};
///
/// let kolkata = TimeZone::new(TimeDelta::from_minutes(5 * 60 + 30))?;
/// assert_eq!(kolkata.to_string(), "UTC+05:30");
///
/// let cet = TimeZone::with_name(TimeDelta::from_hours(1), "CET")?;
/// assert_eq!(cet.name(), "CET");
/// assert_eq!(format!("{cet:?}"), "datetime.timezone(datetime.timedelta(seconds=3600), 'CET')");
/// # Ok::<(), batteries::datetime::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "timezone")]
pub struct TimeZone {
    offset: TimeDelta,
    name: Option<Box<str>>,
}

impl TimeZone {
    /// Coordinated universal time, of offset zero.
    #[doc(alias = "timezone.utc")]
    pub const UTC: Self = Self { offset: TimeDelta::ZERO, name: None };

    /// What Python calls the smallest time zone, -23:59. (Offsets down to a microsecond above -24 hours are fine.)
    #[doc(alias = "timezone.min")]
    pub const MIN: Self = Self { offset: TimeDelta::from_minutes(1 - 24 * 60), name: None };

    /// What Python calls the largest time zone, 23:59. (Offsets up to a microsecond below 24 hours are fine.)
    #[doc(alias = "timezone.max")]
    pub const MAX: Self = Self { offset: TimeDelta::from_minutes(24 * 60 - 1), name: None };

    /// Makes a time zone that is called after its offset.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OffsetOutOfRange`](ErrorKind::OffsetOutOfRange) when the offset is not strictly between -24 and 24
    /// hours.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::{TimeDelta, TimeZone};
    ///
    /// assert!(TimeZone::new(TimeDelta::from_hours(-24)).is_err());
    /// assert_eq!(TimeZone::new(TimeDelta::ZERO)?, TimeZone::UTC);
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    pub const fn new(offset: TimeDelta) -> Result<Self, Error> {
        match Self::check(offset) {
            Ok(()) => Ok(Self { offset, name: None }),
            Err(error) => Err(error),
        }
    }

    /// Makes a time zone of whole hours, for those that the program knows.
    ///
    /// # Panics
    ///
    /// Panics when the offset is not strictly between -24 and 24 hours, in a `const` while compiling.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeZone;
    ///
    /// const TOKYO: TimeZone = TimeZone::from_hours(9);
    /// assert_eq!(TOKYO.to_string(), "UTC+09:00");
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn from_hours(hours: i64) -> Self {
        Self::known(TimeDelta::from_hours(hours))
    }

    /// Makes a time zone of whole minutes, for those that the program knows.
    ///
    /// # Panics
    ///
    /// Panics when the offset is not strictly between -24 and 24 hours, in a `const` while compiling.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeZone;
    ///
    /// const KOLKATA: TimeZone = TimeZone::from_minutes(5 * 60 + 30);
    /// assert_eq!(KOLKATA.to_string(), "UTC+05:30");
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn from_minutes(minutes: i64) -> Self {
        Self::known(TimeDelta::from_minutes(minutes))
    }

    #[track_caller]
    const fn known(offset: TimeDelta) -> Self {
        // Not through `new`: a `Result` of a type with a destructor cannot be taken apart while compiling.
        match Self::check(offset) {
            Ok(()) => Self { offset, name: None },
            Err(_) => {
                panic!("time zone out of range: offsets are strictly between -24 and 24 hours")
            }
        }
    }

    /// Makes a time zone with a name of its own, which may be any text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OffsetOutOfRange`](ErrorKind::OffsetOutOfRange) when the offset is not strictly between -24 and 24
    /// hours.
    pub fn with_name(offset: TimeDelta, name: impl Into<Box<str>>) -> Result<Self, Error> {
        Self::check(offset)?;
        Ok(Self { offset, name: Some(name.into()) })
    }

    const fn check(offset: TimeDelta) -> Result<(), Error> {
        let (seconds, _) = offset.magnitude();
        if seconds < 86_400 {
            Ok(())
        } else {
            Err(Error::unfit(ErrorKind::OffsetOutOfRange, offset))
        }
    }

    /// Returns what is added to UTC to have the local time: Python's `utcoffset(None)`.
    #[must_use]
    #[doc(alias = "utcoffset")]
    pub const fn utc_offset(&self) -> TimeDelta {
        self.offset
    }

    /// Returns the name it was given, else `UTC` or a text like `UTC+05:30`, `UTC-01:06:40` or `UTC+00:00:00.000001`:
    /// Python's `tzname(None)`.
    #[must_use]
    #[doc(alias = "tzname")]
    pub fn name(&self) -> Cow<'_, str> {
        match &self.name {
            Some(name) => Cow::Borrowed(name),
            None if self.offset.is_zero() => Cow::Borrowed("UTC"),
            None => Cow::Owned(self.to_string()),
        }
    }

    /// Returns what Python's `repr` returns; `{:?}` writes the same without a `String`.
    #[must_use]
    pub fn repr(&self) -> String {
        format!("{self:?}")
    }
}

/// Writes the [`name`](TimeZone::name).
impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            return f.write_str(name);
        }
        f.write_str("UTC")?;
        if self.offset.is_zero() {
            return Ok(());
        }
        let sign = if self.offset.is_negative() { '-' } else { '+' };
        let (seconds, microseconds) = self.offset.magnitude();
        write!(f, "{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)?;
        // `timezone_str` in CPython's Modules/_datetimemodule.c leaves out what is zero, from the end.
        if microseconds != 0 {
            write!(f, ":{:02}.{microseconds:06}", seconds % 60)?;
        } else if !seconds.is_multiple_of(60) {
            write!(f, ":{:02}", seconds % 60)?;
        }
        Ok(())
    }
}

/// Writes what Python's `repr` returns.
impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None if self.offset.is_zero() => f.write_str("datetime.timezone.utc"),
            None => write!(f, "datetime.timezone({:?})", self.offset),
            Some(name) => write!(f, "datetime.timezone({:?}, {})", self.offset, Repr(name)),
        }
    }
}

/// [`UTC`](TimeZone::UTC).
impl Default for TimeZone {
    fn default() -> Self {
        Self::UTC
    }
}

impl PartialEq for TimeZone {
    fn eq(&self, other: &Self) -> bool {
        self.offset == other.offset
    }
}

impl Eq for TimeZone {}

impl Hash for TimeZone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.offset.hash(state);
    }
}
