//! Reads and writes time deltas in any format that serde knows.

use std::fmt;

use ::serde::de::{Error, Visitor};
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::TimeDelta;

/// Writes Python's text in human-readable formats such as JSON, and days, seconds and microseconds in binary ones.
impl Serialize for TimeDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.days(), self.seconds(), self.microseconds()).serialize(serializer)
        }
    }
}

/// Reads what [`Serialize`] writes; as a text every form that [`FromStr`](std::str::FromStr) reads.
impl<'de> Deserialize<'de> for TimeDelta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Text)
        } else {
            let (days, seconds, microseconds) = <(i32, u32, u32)>::deserialize(deserializer)?;
            Self::new(days.into(), seconds.into(), microseconds.into()).map_err(Error::custom)
        }
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = TimeDelta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time delta, such as \"1 day, 2:03:04\" or \"P1DT2H3M4S\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TimeDelta, E> {
        text.parse().map_err(E::custom)
    }
}
