//! The type, its limits, and what it is made of.

use super::error::Error;

/// A length of time, to the microsecond: Python's `datetime.timedelta`.
///
/// From -999,999,999 days to a microsecond less than 1,000,000,000 days (about 2.7 million years), as in Python. It may be
/// negative. All operations are exact, or rounded once, half to even, as CPython rounds.
///
/// The operators panic where the result is out of range, as those of [`std::time::Duration`] do; each has a `checked_` twin
/// that returns an [`Error`]. `/` and `%` between time deltas follow Python and not Rust's integers: the remainder has the
/// sign of the divisor.
///
/// | format | gives | as in Python |
/// |---|---|---|
/// | `{}` | `-1 day, 23:59:59.900000` | `str(td)` |
/// | `{:?}` | `datetime.timedelta(days=-1, seconds=86399, microseconds=900000)` | `repr(td)` |
/// | `{:#}` | `-PT0.1S` | ISO 8601, which Python lacks |
///
/// [`FromStr`](std::str::FromStr) reads the first and the third.
///
/// # Examples
///
/// ```
/// use batteries::datetime::TimeDelta;
///
/// let film = TimeDelta::from_hours(1) + TimeDelta::from_minutes(57);
/// assert_eq!(film.to_string(), "1:57:00");
/// assert_eq!(film.total_seconds(), 7020.0);
/// assert_eq!((film * 1.5).to_string(), "2:55:30");
/// assert_eq!(film / TimeDelta::from_minutes(90), 1.3);
/// # assert_eq!(TimeDelta::from_days(1).floor_div(film), 12);
/// # assert_eq!(TimeDelta::from_microseconds(-100_000).to_string(), "-1 day, 23:59:59.900000");
/// # assert_eq!(format!("{:?}", TimeDelta::from_microseconds(-100_000)), "datetime.timedelta(days=-1, seconds=86399, microseconds=900000)");
/// # assert_eq!(format!("{:#}", TimeDelta::from_microseconds(-100_000)), "-PT0.1S");
/// ```
// Whole seconds, rounded down, and what is left of a second: comparing the fields in order compares the values. Days and
// their seconds would be what Python keeps; one count is faster to add, to compare and to convert.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "timedelta")]
pub struct TimeDelta {
    /// From [`MIN_SECONDS`] to [`MAX_SECONDS`].
    pub(super) whole_seconds: i64,
    /// Less than a million.
    pub(super) microseconds: u32,
}

pub(super) const MAX_DAYS: i64 = 999_999_999;
pub(super) const SECONDS_PER_DAY: i64 = 86_400;
pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
const MIN_SECONDS: i64 = -MAX_DAYS * SECONDS_PER_DAY;
const MAX_SECONDS: i64 = MAX_DAYS * SECONDS_PER_DAY + SECONDS_PER_DAY - 1;

/// Every count of microseconds up to this many seconds (285 years) is an `f64`: it is below 2^53.
const EXACT_SECONDS: u64 = (1 << 53) / MICROS_PER_SECOND as u64 - 1;

impl TimeDelta {
    /// No time at all.
    pub const ZERO: Self = Self { whole_seconds: 0, microseconds: 0 };

    /// The most negative time delta, -999,999,999 days.
    #[doc(alias = "timedelta.min")]
    pub const MIN: Self = Self { whole_seconds: MIN_SECONDS, microseconds: 0 };

    /// The largest time delta, a microsecond less than 1,000,000,000 days.
    #[doc(alias = "timedelta.max")]
    pub const MAX: Self = Self { whole_seconds: MAX_SECONDS, microseconds: 999_999 };

    /// The smallest difference between two time deltas, a microsecond.
    #[doc(alias = "timedelta.resolution")]
    pub const RESOLUTION: Self = Self { whole_seconds: 0, microseconds: 1 };

    /// Adds up days, seconds and microseconds, each of any size and sign: Python's `timedelta(days, seconds, microseconds)`.
    ///
    /// [`builder`](Self::builder) takes the other units and fractions.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when the sum is out of range.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let delta = TimeDelta::new(1, -1, 0)?;
    /// assert_eq!((delta.days(), delta.seconds(), delta.microseconds()), (0, 86_399, 0));
    ///
    /// // Python keeps seconds and microseconds at zero or above, so that only the days tell the sign.
    /// let delta = TimeDelta::new(0, 0, -1)?;
    /// assert_eq!((delta.days(), delta.seconds(), delta.microseconds()), (-1, 86_399, 999_999));
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    #[inline]
    pub const fn new(days: i64, seconds: i64, microseconds: i64) -> Result<Self, Error> {
        let (mut carry, mut rest) = (0, microseconds);
        // Most callers hand over what is normal already, and a division costs more than all the rest.
        if microseconds < 0 || microseconds >= MICROS_PER_SECOND {
            carry = microseconds.div_euclid(MICROS_PER_SECOND);
            rest = microseconds.rem_euclid(MICROS_PER_SECOND);
        }
        if let Some(of_days) = days.checked_mul(SECONDS_PER_DAY)
            && let Some(sum) = of_days.checked_add(seconds)
            && let Some(sum) = sum.checked_add(carry)
        {
            return Self::in_range(sum, rest as u32);
        }
        // What overflowed may still be taken back by a number of the other sign.
        let sum = days as i128 * SECONDS_PER_DAY as i128 + seconds as i128 + carry as i128;
        Self::in_wide_range(sum, rest as u32)
    }

    /// Makes a time delta of weeks.
    ///
    /// # Panics
    ///
    /// Panics when it is out of range, in a `const` while compiling. This constructor and its siblings are for numbers that
    /// the program knows; for others there are [`new`](Self::new) and [`builder`](Self::builder).
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn from_weeks(weeks: i64) -> Self {
        Self::of(weeks, 7 * SECONDS_PER_DAY)
    }

    /// Makes a time delta of days.
    ///
    /// # Panics
    ///
    /// Panics when it is out of range, in a `const` while compiling.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// const LEAP_YEAR: TimeDelta = TimeDelta::from_days(366);
    /// assert_eq!(LEAP_YEAR.to_string(), "366 days, 0:00:00");
    /// ```
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn from_days(days: i64) -> Self {
        Self::of(days, SECONDS_PER_DAY)
    }

    /// Makes a time delta of hours.
    ///
    /// # Panics
    ///
    /// Panics when it is out of range, in a `const` while compiling.
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn from_hours(hours: i64) -> Self {
        Self::of(hours, 3_600)
    }

    /// Makes a time delta of minutes.
    ///
    /// # Panics
    ///
    /// Panics when it is out of range, in a `const` while compiling.
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn from_minutes(minutes: i64) -> Self {
        Self::of(minutes, 60)
    }

    /// Makes a time delta of seconds; [`from_total_seconds`](Self::from_total_seconds) takes a fraction.
    ///
    /// # Panics
    ///
    /// Panics when it is out of range, in a `const` while compiling.
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::of(seconds, 1)
    }

    /// Makes a time delta of milliseconds.
    ///
    /// # Panics
    ///
    /// Panics when it is out of range, in a `const` while compiling.
    #[must_use]
    #[track_caller]
    #[inline]
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        let seconds = milliseconds.div_euclid(1_000);
        let microseconds = milliseconds.rem_euclid(1_000) as u32 * 1_000;
        expect(Self::in_range(seconds, microseconds))
    }

    /// Makes a time delta of microseconds. Every `i64` is in range.
    #[must_use]
    #[inline]
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self {
            whole_seconds: microseconds.div_euclid(MICROS_PER_SECOND),
            microseconds: microseconds.rem_euclid(MICROS_PER_SECOND) as u32,
        }
    }

    /// Makes the time delta that has this many microseconds in all.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when it is out of range.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let most = TimeDelta::MAX.total_microseconds();
    /// assert_eq!(most, 86_399_999_999_999_999_999);
    /// assert_eq!(TimeDelta::from_total_microseconds(most), Ok(TimeDelta::MAX));
    /// assert!(TimeDelta::from_total_microseconds(most + 1).is_err());
    /// ```
    #[inline]
    pub const fn from_total_microseconds(microseconds: i128) -> Result<Self, Error> {
        let small = microseconds as i64;
        if small as i128 == microseconds {
            return Ok(Self::from_microseconds(small));
        }
        let seconds = microseconds.div_euclid(MICROS_PER_SECOND as i128);
        let rest = microseconds.rem_euclid(MICROS_PER_SECOND as i128);
        Self::in_wide_range(seconds, rest as u32)
    }

    /// Makes the time delta nearest to a number of seconds: Python's `timedelta(seconds=number)`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotANumber`](super::ErrorKind::NotANumber) for NaN,
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when it is out of range.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// assert_eq!(TimeDelta::from_total_seconds(-0.1)?, TimeDelta::from_milliseconds(-100));
    /// // Halves of a microsecond go to the even neighbour.
    /// assert_eq!(TimeDelta::from_total_seconds(1.0 / 128.0)?, TimeDelta::from_microseconds(7_812));
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    pub fn from_total_seconds(seconds: f64) -> Result<Self, Error> {
        Self::builder().seconds(seconds).build()
    }

    /// Returns the days, rounded down: -999,999,999 to 999,999,999.
    #[must_use]
    #[inline]
    pub const fn days(self) -> i32 {
        self.whole_seconds.div_euclid(SECONDS_PER_DAY) as i32
    }

    /// Returns the seconds of the last, begun day: 0 to 86,399. For all of it as seconds there is
    /// [`total_seconds`](Self::total_seconds).
    #[must_use]
    #[inline]
    pub const fn seconds(self) -> u32 {
        self.whole_seconds.rem_euclid(SECONDS_PER_DAY) as u32
    }

    /// Returns the microseconds of the last, begun second: 0 to 999,999.
    #[must_use]
    #[inline]
    pub const fn microseconds(self) -> u32 {
        self.microseconds
    }

    /// Returns the whole time delta in seconds, the `f64` that is nearest.
    ///
    /// Rounded once from the exact value, half to even, as CPython does it. Adding a fraction to the seconds, as one would
    /// first write it, rounds more than once: one result in five is off in its last bit below a second.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let delta = TimeDelta::from_milliseconds(-100);
    /// assert_eq!(delta.total_seconds(), -0.1);
    /// assert_ne!(f64::from(delta.days()) * 86_400.0 + f64::from(delta.seconds()) + 900_000.0 / 1e6, -0.1);
    /// ```
    #[must_use]
    #[inline]
    pub const fn total_seconds(self) -> f64 {
        if self.whole_seconds.unsigned_abs() <= EXACT_SECONDS {
            // Both numbers are exact, so the division is the one rounding.
            (self.whole_seconds * MICROS_PER_SECOND + self.microseconds as i64) as f64 / 1e6
        } else {
            self.total_seconds_of_centuries()
        }
    }

    /// As [`total_seconds`](Self::total_seconds), from 2^33 seconds on, where the microseconds do not fit an `f64`.
    #[inline(never)]
    const fn total_seconds_of_centuries(self) -> f64 {
        let (seconds, microseconds) = self.magnitude();
        // The 53 bits of the answer: the seconds take 34 to 47 of them, the others are for the fraction.
        let shift = seconds.leading_zeros() - 11;
        let scaled = (microseconds as u64) << shift;
        let (fraction, rest) = (scaled / 1_000_000, scaled % 1_000_000);
        let mut mantissa = (seconds << shift) + fraction;
        // Never exactly half: the scaled number is a multiple of 2^6, which half of a million is not.
        if rest > 500_000 {
            mantissa += 1;
        }
        // Both steps are exact: at most 2^53, and a power of two.
        let magnitude = mantissa as f64 / (1_u64 << shift) as f64;
        if self.is_negative() { -magnitude } else { magnitude }
    }

    /// Returns the whole time delta in microseconds, exactly. It can be more than an `i64` holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// assert_eq!(TimeDelta::from_hours(-1).total_microseconds(), -3_600_000_000);
    /// ```
    #[must_use]
    #[inline]
    pub const fn total_microseconds(self) -> i128 {
        self.whole_seconds as i128 * MICROS_PER_SECOND as i128 + self.microseconds as i128
    }

    /// Returns whether it is no time at all: Python's `not td`.
    #[must_use]
    #[inline]
    #[doc(alias = "__bool__")]
    pub const fn is_zero(self) -> bool {
        self.whole_seconds == 0 && self.microseconds == 0
    }

    /// Returns whether it is less than zero.
    #[must_use]
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.whole_seconds < 0
    }

    /// Returns what Python's `repr` returns; `{:?}` writes the same without a `String`.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// assert_eq!(TimeDelta::from_minutes(1441).repr(), "datetime.timedelta(days=1, seconds=60)");
    /// ```
    #[must_use]
    pub fn repr(self) -> String {
        format!("{self:?}")
    }

    /// Seconds and microseconds without the sign, both counted away from zero.
    #[inline]
    pub(super) const fn magnitude(self) -> (u64, u32) {
        let seconds = self.whole_seconds.unsigned_abs();
        if self.whole_seconds < 0 && self.microseconds > 0 {
            (seconds - 1, MICROS_PER_SECOND as u32 - self.microseconds)
        } else {
            (seconds, self.microseconds)
        }
    }

    /// Makes a time delta of normal fields, if it is in range.
    #[inline]
    pub(super) const fn in_range(whole_seconds: i64, microseconds: u32) -> Result<Self, Error> {
        debug_assert!(microseconds < MICROS_PER_SECOND as u32);
        if whole_seconds >= MIN_SECONDS && whole_seconds <= MAX_SECONDS {
            Ok(Self { whole_seconds, microseconds })
        } else {
            Err(Error::days(whole_seconds.div_euclid(SECONDS_PER_DAY) as i128))
        }
    }

    #[cold]
    const fn in_wide_range(whole_seconds: i128, microseconds: u32) -> Result<Self, Error> {
        let small = whole_seconds as i64;
        if small as i128 == whole_seconds {
            Self::in_range(small, microseconds)
        } else {
            Err(Error::days(whole_seconds.div_euclid(SECONDS_PER_DAY as i128)))
        }
    }

    #[track_caller]
    #[inline]
    const fn of(count: i64, seconds_each: i64) -> Self {
        match count.checked_mul(seconds_each) {
            Some(seconds) => expect(Self::in_range(seconds, 0)),
            None => out_of_range(),
        }
    }
}

#[track_caller]
#[inline]
const fn expect(result: Result<TimeDelta, Error>) -> TimeDelta {
    match result {
        Ok(delta) => delta,
        Err(_) => out_of_range(),
    }
}

#[cold]
#[track_caller]
const fn out_of_range() -> ! {
    panic!("time delta out of range: days must have magnitude <= 999999999")
}
