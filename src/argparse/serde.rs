//! With serde: a namespace becomes a struct of one's own.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor, value};
use serde::forward_to_deserialize_any;

use super::namespace::Namespace;
use super::value::Value;

impl Namespace {
    /// Makes a struct of the values: its fields are named as the arguments, and those that may be absent are `Option`s.
    ///
    /// An enum with `#[serde(tag = "command")]` takes the sub-commands apart.
    ///
    /// # Errors
    ///
    /// Says which field is missing, or which value is of another type.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::argparse::{ArgumentParser, arg};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Args {
    ///     jobs: u32,
    ///     out: Option<String>,
    /// }
    ///
    /// let mut parser = ArgumentParser::new().prog("tool");
    /// parser.add(arg("--jobs").of::<u32>().default(1)).add(arg("--out"));
    /// let args: Args = parser.try_parse_from(["--jobs=4"])?.deserialize()?;
    /// assert_eq!((args.jobs, args.out), (4, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, DeserializeError> {
        let items = self.iter().map(|(name, value)| (name, Borrowed(value)));
        T::deserialize(MapDeserializer::new(items)).map_err(DeserializeError)
    }
}

/// A namespace that does not fit a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct DeserializeError(value::Error);

impl std::fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for DeserializeError {}

struct Borrowed<'a>(&'a Value);

impl<'a> IntoDeserializer<'a> for Borrowed<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Borrowed<'de> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::None => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            // The narrow ones are what visitors know.
            Value::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => visitor.visit_i128(*number),
            },
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Str(text) => match text.to_str() {
                Some(text) => visitor.visit_borrowed_str(text),
                None => visitor.visit_borrowed_bytes(text.as_encoded_bytes()),
            },
            Value::List(items) | Value::Tuple(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(Borrowed)))
            }
            other => {
                Err(value::Error::custom(format_args!("{} has no form in serde", other.repr())))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self.0.as_str() {
            Some(name) => visitor.visit_enum(name.into_deserializer()),
            None => {
                Err(value::Error::custom(format_args!("{} is no name of a variant", self.0.repr())))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
