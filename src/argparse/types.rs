//! What a word becomes: `type=`.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::sync::Arc;

use super::value::{Complex, Value};
use crate::python::number;

/// A type that arguments can have: how a word is read, and what it is called in an error.
///
/// The integers and floats, `bool`, [`Complex`], `String`, `OsString` and `PathBuf` have it, with Python's grammar: `int` takes
/// `" 1_000 "`, `float` takes `inf`, `bool` is false for the empty text alone. Implement it for your own types; then
/// [`of`](super::Arg::of) and [`get`](super::Namespace::get) take them.
///
/// # Examples
///
/// ```
/// use std::ffi::OsStr;
/// use batteries::argparse::{ArgType, ArgumentParser, TypeError, arg};
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Port(u16);
///
/// impl ArgType for Port {
///     const NAME: &'static str = "port";
///
///     fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
///         Ok(Self(u16::parse_arg(text)?))
///     }
/// }
///
/// let mut parser = ArgumentParser::new().prog("serve");
/// parser.add(arg("--port").of::<Port>());
/// assert_eq!(parser.try_parse_from(["--port", "80"])?.get::<Port>("port"), Port(80));
/// let exit = parser.try_parse_from(["--port", "x"]).unwrap_err();
/// assert!(exit.stderr().ends_with("error: argument --port: invalid port value: 'x'\n"));
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
pub trait ArgType: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// What the type is called: `invalid NAME value: 'x'`, `%(type)s` in a help.
    const NAME: &'static str;

    /// Reads a word.
    ///
    /// # Errors
    ///
    /// Any error makes `invalid NAME value`; [`TypeError::message`] is shown as it is.
    fn parse_arg(text: &OsStr) -> Result<Self, TypeError>;

    /// Makes the value that the namespace holds.
    fn into_value(self) -> Value {
        Value::any(self)
    }

    /// Reads the value back; `None` if it is of another type.
    fn from_value(value: &Value) -> Option<Self> {
        value.downcast_ref::<Self>().cloned()
    }
}

/// Why a word is no value of a type.
///
/// Made from any error, which then is the `source` of what the user sees, or of a text that the user shall see.
#[derive(Debug)]
pub struct TypeError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Shown as it is: Python's `ArgumentTypeError`.
    Message(String),
    /// `invalid NAME value: 'x'`: Python's `ValueError` and `TypeError`.
    Invalid(Option<Arc<dyn Error + Send + Sync>>),
}

impl TypeError {
    /// Makes an error whose text the user sees as it is, as Python's `ArgumentTypeError`.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::argparse::{ArgumentParser, TypeError, arg};
    ///
    /// let mut parser = ArgumentParser::new().prog("tool");
    /// parser.add(arg("--level").type_fn("level", |text: &str| match text.parse::<u8>() {
    ///     Ok(level) if level <= 9 => Ok(level),
    ///     Ok(level) => Err(TypeError::message(format!("{level} is above 9"))),
    ///     Err(error) => Err(error.into()),
    /// }));
    /// let exit = parser.try_parse_from(["--level", "12"]).unwrap_err();
    /// assert!(exit.stderr().ends_with("tool: error: argument --level: 12 is above 9\n"));
    /// ```
    #[doc(alias = "ArgumentTypeError")]
    pub fn message(text: impl Into<String>) -> Self {
        Self { kind: Kind::Message(text.into()) }
    }

    /// Makes an error that says no more than that the value is invalid.
    #[must_use]
    pub const fn invalid() -> Self {
        Self { kind: Kind::Invalid(None) }
    }

    /// The text to show, or what the value was invalid for.
    pub(super) fn into_parts(self) -> Result<String, Option<Arc<dyn Error + Send + Sync>>> {
        match self.kind {
            Kind::Message(text) => Ok(text),
            Kind::Invalid(source) => Err(source),
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for TypeError {
    fn from(error: E) -> Self {
        Self { kind: Kind::Invalid(Some(Arc::new(error))) }
    }
}

/// How an argument's words are read.
#[derive(Clone, Default)]
pub(super) enum Conversion {
    /// They stay what they are.
    #[default]
    None,
    /// By a function of a type.
    Type { name: &'static str, parse: fn(&OsStr) -> Result<Value, TypeError> },
    /// By anything else that has a name.
    Named(Arc<Named>),
    /// By what is registered under this name.
    Registered(String),
}

pub(super) struct Named {
    pub(super) name: String,
    #[expect(clippy::type_complexity, reason = "it is named nowhere else")]
    pub(super) parse: Box<dyn Fn(&OsStr) -> Result<Value, TypeError> + Send + Sync>,
}

impl Conversion {
    pub(super) fn of<T: ArgType>() -> Self {
        Self::Type { name: T::NAME, parse: |text| T::parse_arg(text).map(T::into_value) }
    }

    pub(super) fn named(
        name: impl Into<String>,
        parse: impl Fn(&OsStr) -> Result<Value, TypeError> + Send + Sync + 'static,
    ) -> Self {
        Self::Named(Arc::new(Named { name: name.into(), parse: Box::new(parse) }))
    }

    /// What `type.__name__` is; `None` where there is no type.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Type { name, .. } => Some(name),
            Self::Named(named) => Some(&named.name),
            Self::Registered(name) => Some(name),
        }
    }
}

impl Debug for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().unwrap_or("None"))
    }
}

/// The text of a word for a grammar of numbers.
fn utf8(text: &OsStr) -> Result<&str, TypeError> {
    text.to_str().ok_or(TypeError::invalid())
}

macro_rules! integers {
    ($($int:ty)*) => {$(
        impl ArgType for $int {
            const NAME: &'static str = "int";

            #[inline]
            fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
                let number = number::int(utf8(text)?).ok_or(TypeError::invalid())?;
                Ok(Self::try_from(number)?)
            }

            fn into_value(self) -> Value {
                // Only a `u128` or a `usize` of such a size is beyond.
                i128::try_from(self).map_or_else(|_| Value::any(self), Value::Int)
            }

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(number) => Self::try_from(*number).ok(),
                    Value::Bool(truth) => Some(Self::from(*truth)),
                    _ => value.downcast_ref::<Self>().copied(),
                }
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl ArgType for f64 {
    const NAME: &'static str = "float";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        number::float(utf8(text)?).ok_or(TypeError::invalid())
    }

    fn into_value(self) -> Value {
        Value::Float(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Float(number) => Some(*number),
            Value::Int(number) => Some(*number as Self),
            _ => None,
        }
    }
}

impl ArgType for f32 {
    const NAME: &'static str = "float";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        Ok(f64::parse_arg(text)? as Self)
    }

    fn into_value(self) -> Value {
        Value::Float(self.into())
    }

    fn from_value(value: &Value) -> Option<Self> {
        f64::from_value(value).map(|number| number as Self)
    }
}

impl ArgType for Complex {
    const NAME: &'static str = "complex";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        let (real, imag) = number::complex(utf8(text)?).ok_or(TypeError::invalid())?;
        Ok(Self { real, imag })
    }

    fn into_value(self) -> Value {
        Value::Complex(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Complex(number) => Some(*number),
            _ => f64::from_value(value).map(|real| Self { real, imag: 0.0 }),
        }
    }
}

impl ArgType for bool {
    const NAME: &'static str = "bool";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        Ok(!text.is_empty())
    }

    fn into_value(self) -> Value {
        Value::Bool(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Bool(truth) = value { Some(*truth) } else { None }
    }
}

impl ArgType for OsString {
    const NAME: &'static str = "str";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        Ok(text.to_owned())
    }

    fn into_value(self) -> Value {
        Value::Str(self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_os_str().map(OsStr::to_owned)
    }
}

impl ArgType for String {
    const NAME: &'static str = "str";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        Ok(utf8(text)?.to_owned())
    }

    fn into_value(self) -> Value {
        Value::Str(self.into())
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl ArgType for PathBuf {
    const NAME: &'static str = "Path";

    fn parse_arg(text: &OsStr) -> Result<Self, TypeError> {
        Ok(text.into())
    }

    fn into_value(self) -> Value {
        Value::Str(self.into())
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_os_str().map(Self::from)
    }
}
