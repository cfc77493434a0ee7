//! Lengths of time to the microsecond, and fixed offsets from UTC: `timedelta` and `timezone` of Python's `datetime`.
//!
//! A [`TimeDelta`] is what lies between two moments: made of any mix of units, added, divided, printed and read as in Python,
//! with every result equal to CPython's to the last bit. A [`TimeZone`] is an offset from UTC with a name.
//!
//! ```
//! use batteries::datetime::TimeDelta;
//!
//! let flight = TimeDelta::builder().hours(11).minutes(12.5).build()?;
//! let layover: TimeDelta = "2:45:00".parse()?;
//! let way = 2 * flight + layover;
//!
//! assert_eq!(way.to_string(), "1 day, 1:10:00");
//! assert_eq!(way.total_seconds(), 90_600.0);
//! assert_eq!(way / TimeDelta::from_hours(1), 25.166666666666668);
//! assert_eq!(way.div_mod(TimeDelta::from_days(1)), (1, TimeDelta::from_minutes(70)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which part for what
//!
//! | You want | Use |
//! |---|---|
//! | a length that the program knows | [`TimeDelta::from_hours`] and its siblings, also in a `const` |
//! | one from whole numbers that may be too large | [`TimeDelta::new`], [`TimeDelta::from_total_microseconds`] |
//! | one from fractions, or from other units | [`TimeDelta::builder`], [`TimeDelta::from_total_seconds`] |
//! | one from text | [`str::parse`]: Python's form and ISO 8601 |
//! | seconds as a float, all microseconds as an integer | [`total_seconds`](TimeDelta::total_seconds), [`total_microseconds`](TimeDelta::total_microseconds) |
//! | arithmetic that cannot panic | [`checked_add`](TimeDelta::checked_add) and the other `checked_` methods |
//! | a timeout, a sleep | [`std::time::Duration`], through `try_from` |
//! | points in time, calendars, zones with rules | the crates `jiff`, `chrono` or `time`; see below |
//!
//! # What can be relied on
//!
//! - **The answers are CPython's.** Made of floats, multiplied, divided, printed: rounded where and as CPython's C code rounds,
//!   half to even, once. A million random ones are compared on every operator.
//! - **[`total_seconds`](TimeDelta::total_seconds) is the nearest float**, for every value.
//! - **What is printed can be read**, and gives the same value: `{}` and `{:#}`.
//! - **Twice 64 bits, `Copy`**, ordered and hashed by value; nothing here allocates but what returns a text.
//! - **Operators panic when the result is out of range**, as in the standard library; their `checked_` twins say why.
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `timedelta(days, seconds, microseconds)` | [`TimeDelta::new`], of whole numbers |
//! | `timedelta(hours=2)` | [`TimeDelta::from_hours`], or any other unit |
//! | `timedelta(weeks=1, hours=1.5)` | `TimeDelta::builder().weeks(1).hours(1.5).build()?` |
//! | `timedelta.min`, `max`, `resolution`, `timedelta()` | [`MIN`](TimeDelta::MIN), [`MAX`](TimeDelta::MAX), [`RESOLUTION`](TimeDelta::RESOLUTION), [`ZERO`](TimeDelta::ZERO) |
//! | `td.days`, `td.seconds`, `td.microseconds` | [`days()`](TimeDelta::days), [`seconds()`](TimeDelta::seconds), [`microseconds()`](TimeDelta::microseconds) |
//! | `td.total_seconds()` | [`total_seconds()`](TimeDelta::total_seconds) |
//! | `td + td`, `td - td`, `-td`, `abs(td)` | the operators, [`abs()`](TimeDelta::abs) |
//! | `td * n`, `td / n`, of `int` and `float` | the operators, with any number behind; in front of `*` an `i64` or `f64` |
//! | `td / td` | the operator, an `f64` |
//! | `td // td`, `td // n` | [`floor_div`](TimeDelta::floor_div), [`floor_div_by`](TimeDelta::floor_div_by) |
//! | `td % td`, `divmod(td, td)` | the operator, with Python's sign; [`div_mod`](TimeDelta::div_mod) |
//! | `if td:` | [`is_zero`](TimeDelta::is_zero) |
//! | `str(td)`, `repr(td)` | `{}`, `{:?}` |
//! | `OverflowError`, `ZeroDivisionError`, `ValueError` | [`ErrorKind`], with Python's text |
//! | `timezone.utc`, `timezone(td)`, `timezone(td, name)` | [`TimeZone::UTC`], [`TimeZone::new`] or [`from_hours`](TimeZone::from_hours) in a `const`, [`TimeZone::with_name`] |
//! | `tz.utcoffset(None)`, `tz.tzname(None)` | [`utc_offset()`](TimeZone::utc_offset), [`name()`](TimeZone::name) |
//! | `date`, `time`, `datetime` | not here: `jiff`, `chrono` or `time`, whose lengths and offsets convert |
//!
//! # With other crates
//!
//! The features `chrono`, `jiff` and `time` convert between [`TimeDelta`], [`TimeZone`] and the types of these crates; into theirs
//! always, back where it is in range, nanoseconds rounded half to even. The feature `serde` writes Python's text in formats for
//! people and three numbers in others.
//!
//! # Speed
//!
//! To make one, add another and take the seconds is a few nanoseconds, to print one a few tens; bench ids `datetime/*`, figures
//! and rivals in `docs/benchmarks.md`.

mod arithmetic;
mod builder;
mod convert;
mod error;
mod float;
mod format;
mod parse;
mod timedelta;
mod timezone;

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod offset;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "time")]
mod time;

pub use builder::{Number, TimeDeltaBuilder};
pub use error::{Error, ErrorKind, ParseError, ParseErrorKind};
pub use timedelta::TimeDelta;
pub use timezone::TimeZone;
