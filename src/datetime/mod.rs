//! Lengths of time to the microsecond, and fixed offsets from UTC.

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
