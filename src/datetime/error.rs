//! What can go wrong: with a computation, with a text.

use std::error::Error as StdError;
use std::fmt;

use super::TimeDelta;

/// A computation without a result: out of range, divided by zero, not a number.
///
/// Small and `Copy`. Where CPython raises for the same reason the text is CPython's.
///
/// # Examples
///
/// ```
/// use batteries::datetime::{ErrorKind, TimeDelta};
///
/// let error = TimeDelta::MAX.checked_add(TimeDelta::RESOLUTION).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Overflow);
/// assert_eq!(error.to_string(), "days=1000000000; must have magnitude <= 999999999");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error {
    cause: Cause,
}

/// Why a computation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The result would lie outside [`TimeDelta::MIN`] to [`TimeDelta::MAX`], or a number was infinite (Python:
    /// `OverflowError`).
    #[doc(alias = "OverflowError")]
    Overflow,
    /// The divisor is zero (Python: `ZeroDivisionError`).
    #[doc(alias = "ZeroDivisionError")]
    DivisionByZero,
    /// A number is NaN (Python: `ValueError`).
    NotANumber,
    /// An offset from UTC is not strictly between -24 and 24 hours (Python: `ValueError`).
    OffsetOutOfRange,
    /// A negative time delta was to become a type that has no negative values.
    Negative,
    /// An offset with a fraction of a second was to become a type that has whole seconds only.
    FractionalSecond,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Cause {
    /// How many days the result would have.
    Days(i64),
    /// More days than can be counted.
    TooManyDays,
    Infinite(Use),
    NotANumber(Use),
    DivisionByZero(&'static str),
    /// A time delta that is not what it should be.
    Unfit(ErrorKind, TimeDelta),
}

/// What a float was needed for: CPython's text depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Use {
    Construct,
    Scale,
}

impl Error {
    /// Returns the kind of failure, to decide by.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self.cause {
            Cause::Days(_) | Cause::TooManyDays | Cause::Infinite(_) => ErrorKind::Overflow,
            Cause::NotANumber(_) => ErrorKind::NotANumber,
            Cause::DivisionByZero(_) => ErrorKind::DivisionByZero,
            Cause::Unfit(kind, _) => kind,
        }
    }

    #[cold]
    pub(super) const fn days(days: i128) -> Self {
        let counted = days as i64;
        let cause = if counted as i128 == days { Cause::Days(counted) } else { Cause::TooManyDays };
        Self { cause }
    }

    pub(super) const TOO_MANY_DAYS: Self = Self { cause: Cause::TooManyDays };

    #[cold]
    pub(super) const fn not_finite(number: f64, needed_for: Use) -> Self {
        let cause = if number.is_nan() {
            Cause::NotANumber(needed_for)
        } else {
            Cause::Infinite(needed_for)
        };
        Self { cause }
    }

    #[cold]
    pub(super) const fn division_by_zero(text: &'static str) -> Self {
        Self { cause: Cause::DivisionByZero(text) }
    }

    #[cold]
    pub(super) const fn unfit(kind: ErrorKind, delta: TimeDelta) -> Self {
        Self { cause: Cause::Unfit(kind, delta) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            // `check_delta_day_range` in CPython's Modules/_datetimemodule.c.
            Cause::Days(days) => write!(f, "days={days}; must have magnitude <= 999999999"),
            Cause::TooManyDays => f.write_str("days must have magnitude <= 999999999"),
            Cause::Infinite(Use::Construct) => {
                f.write_str("cannot convert float infinity to integer")
            }
            Cause::Infinite(Use::Scale) => f.write_str("cannot convert Infinity to integer ratio"),
            Cause::NotANumber(Use::Construct) => f.write_str("cannot convert float NaN to integer"),
            Cause::NotANumber(Use::Scale) => f.write_str("cannot convert NaN to integer ratio"),
            Cause::DivisionByZero(text) => f.write_str(text),
            Cause::Unfit(ErrorKind::OffsetOutOfRange, offset) => write!(
                f,
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {offset:?}."
            ),
            Cause::Unfit(ErrorKind::Negative, delta) => {
                write!(f, "a std::time::Duration cannot be negative, as {delta:?} is")
            }
            Cause::Unfit(_, offset) => write!(f, "offset must be whole seconds, not {offset:?}"),
        }
    }
}

// Also what a `main` that returns it prints: so the text is in it.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.kind())
    }
}

impl StdError for Error {}

/// A text that is no time delta.
///
/// # Examples
///
/// ```
/// use batteries::datetime::{ParseErrorKind, TimeDelta};
///
/// let error = "1 day, 2:60:00".parse::<TimeDelta>().unwrap_err();
/// assert_eq!(error.kind(), ParseErrorKind::Syntax);
/// assert_eq!(error.to_string(), r#"invalid time delta "1 day, 2:60:00": minutes from 00 to 59 expected at byte 9"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ParseError {
    input: Box<str>,
    problem: Problem,
}

/// Why a text is no time delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The text has neither Python's nor ISO 8601's form.
    Syntax,
    /// The text counts years or months, which have no fixed length.
    YearsOrMonths,
    /// The text is well formed and its value out of range.
    Overflow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Expected { what: &'static str, at: usize },
    YearsOrMonths { at: usize },
    OutOfRange(Error),
}

/// How much of a refused text is shown.
const SHOWN: usize = 64;

impl ParseError {
    #[cold]
    pub(super) fn new(input: &str, problem: Problem) -> Self {
        Self { input: input.into(), problem }
    }

    /// Returns the kind of failure, to decide by.
    #[must_use]
    pub fn kind(&self) -> ParseErrorKind {
        match self.problem {
            Problem::Expected { .. } => ParseErrorKind::Syntax,
            Problem::YearsOrMonths { .. } => ParseErrorKind::YearsOrMonths,
            Problem::OutOfRange(_) => ParseErrorKind::Overflow,
        }
    }

    /// Returns the text that was refused.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Returns the byte of the text at which it stopped making sense; `None` where the text is well formed.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        match self.problem {
            Problem::Expected { at, .. } | Problem::YearsOrMonths { at } => Some(at),
            Problem::OutOfRange(_) => None,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, more) = match self.input.char_indices().nth(SHOWN) {
            Some((end, _)) => (&self.input[..end], "..."),
            None => (&*self.input, ""),
        };
        write!(f, "invalid time delta {shown:?}{more}: ")?;
        match self.problem {
            Problem::Expected { what, at } => write!(f, "{what} expected at byte {at}"),
            Problem::YearsOrMonths { at } => {
                write!(f, "years and months have no fixed length, give days, at byte {at}")
            }
            Problem::OutOfRange(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParseError({:?}: {self})", self.kind())
    }
}

// The cause is shown as a part of the text; its own source, which it has not, would be next in the chain.
impl StdError for ParseError {}
