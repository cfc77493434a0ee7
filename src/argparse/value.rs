//! The values of arguments, as Python has and prints them.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Debug, Write};
use std::sync::Arc;

use crate::python::ReprBytes;
use crate::python::float::{ComplexRepr, FloatRepr};
use crate::python::percent::Item;
use crate::value::Value as Json;

/// Stands where Python's `argparse.SUPPRESS` does: no default, no help, no usage.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, SUPPRESS, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("--level").default(SUPPRESS));
/// parser.add(arg("--secret").help(SUPPRESS));
/// let args = parser.try_parse_from(["--secret", "x"])?;
/// assert_eq!(args.to_string(), "Namespace(secret='x')");
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppress;

/// The only [`Suppress`].
pub const SUPPRESS: Suppress = Suppress;

/// What Python's text for [`SUPPRESS`] is, where it shows.
pub(super) const SUPPRESS_TEXT: &str = "==SUPPRESS==";

/// A value of an argument: what a namespace holds, a default, a constant, a choice.
///
/// `{}` is Python's `str` of it, [`repr`](Self::repr) Python's `repr`. Two values are equal as in Python: `1`, `1.0` and
/// `True` are.
///
/// # Examples
///
/// ```
/// use batteries::argparse::Value;
///
/// let value = Value::from(vec![Value::from("it's"), Value::from(1e16), Value::None]);
/// assert_eq!(value.repr(), r#"["it's", 1e+16, None]"#);
/// assert_eq!(Value::from(1), Value::from(1.0));
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    #[default]
    None,
    /// `SUPPRESS`.
    Suppress,
    /// A truth value.
    Bool(bool),
    /// An `int` of up to 128 bits.
    Int(i128),
    /// A `float`.
    Float(f64),
    /// A `complex` number.
    Complex(Complex),
    /// A text, which need not be UTF-8: an argument as the system gave it.
    Str(OsString),
    /// A list.
    List(Vec<Self>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// Any other value: see [`Value::any`].
    Any(AnyValue),
}

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imag: f64,
}

/// A value of a type that Python's argparse does not know: shared, compared and printed by its own rules.
#[derive(Clone)]
pub struct AnyValue(Arc<dyn Object>);

/// What can be asked of such a value.
trait Object: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Any) -> bool;
    fn repr(&self) -> String;
}

struct Plain<T>(T);

impl<T: Any + Debug + PartialEq + Send + Sync> Object for Plain<T> {
    fn as_any(&self) -> &dyn Any {
        &self.0
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>().is_some_and(|other| self.0 == *other)
    }

    fn repr(&self) -> String {
        format!("{:?}", self.0)
    }
}

impl Value {
    /// Makes a value of anything: a function for `set_default`, a constant of a type of one's own.
    ///
    /// It shows as `{:?}` of it. [`downcast_ref`](Self::downcast_ref) gives it back.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::argparse::{ArgumentParser, Namespace, Value};
    ///
    /// fn run(_: &Namespace) -> i32 {
    ///     7
    /// }
    ///
    /// let mut parser = ArgumentParser::new().prog("tool");
    /// parser.set_default("func", Value::any(run as fn(&Namespace) -> i32));
    /// let args = parser.try_parse_from([""; 0])?;
    /// let func = args.value("func").and_then(Value::downcast_ref::<fn(&Namespace) -> i32>);
    /// assert_eq!(func.map(|func| func(&args)), Some(7));
    /// # Ok::<(), batteries::argparse::Exit>(())
    /// ```
    #[must_use]
    pub fn any<T: Any + Debug + PartialEq + Send + Sync>(value: T) -> Self {
        Self::Any(AnyValue(Arc::new(Plain(value))))
    }

    /// Returns the value that [`any`](Self::any) was given, if it is of this type.
    #[must_use]
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        if let Self::Any(value) = self { value.downcast_ref() } else { None }
    }

    /// Returns the text, if this is one that is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { text.to_str() } else { None }
    }

    /// Returns the text, if this is one.
    #[must_use]
    pub fn as_os_str(&self) -> Option<&OsStr> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// Says whether this is `None`.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Returns what Python's `repr` gives.
    #[must_use]
    pub fn repr(&self) -> String {
        let mut out = String::new();
        // A `String` never fails to be written to.
        let _ = self.write_repr(&mut out);
        out
    }

    /// Makes JSON of the value, in the form that [`ArgumentParser::from_json`](super::ArgumentParser::from_json) has values in. A
    /// value of any other type is its [`repr`](Self::repr).
    #[must_use]
    pub fn to_json(&self) -> Json {
        let special = |kind: &str, value: Json| {
            Json::Map(vec![("$".to_owned(), kind.into()), ("v".to_owned(), value)])
        };
        let list = |items: &[Self]| Json::List(items.iter().map(Self::to_json).collect());
        match self {
            Self::None => Json::Null,
            Self::Suppress => Json::Map(vec![("$".to_owned(), "SUPPRESS".into())]),
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Int(number) => Json::Int(*number),
            Self::Float(number) if number.is_finite() => Json::Float(*number),
            Self::Float(_) => special("float", self.to_string().into()),
            Self::Complex(Complex { real, imag }) => {
                let parts = [real, imag].map(|part| Self::Float(*part).to_json());
                special("complex", Json::List(parts.into()))
            }
            Self::Str(text) => match text.to_str() {
                Some(text) => text.into(),
                None => {
                    let bytes = text.as_encoded_bytes().iter();
                    let hex: String = bytes.map(|byte| format!("{byte:02x}")).collect();
                    Json::Map(vec![
                        ("$".to_owned(), "bytes".into()),
                        ("hex".to_owned(), hex.into()),
                    ])
                }
            },
            Self::List(items) => list(items),
            Self::Tuple(items) => special("tuple", list(items)),
            Self::Any(value) => value.0.repr().into(),
        }
    }

    pub(super) fn write_repr(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::Suppress => write!(out, "'{SUPPRESS_TEXT}'"),
            Self::Str(text) => write!(out, "{}", ReprBytes(text.as_encoded_bytes())),
            Self::List(items) | Self::Tuple(items) => {
                let list = matches!(self, Self::List(_));
                out.write_char(if list { '[' } else { '(' })?;
                for (at, item) in items.iter().enumerate() {
                    out.write_str(if at > 0 { ", " } else { "" })?;
                    item.write_repr(out)?;
                }
                out.write_str(match items.len() {
                    _ if list => "]",
                    1 => ",)",
                    _ => ")",
                })
            }
            _ => write!(out, "{self}"),
        }
    }

    /// What `str` gives, in the bytes that the text is made of.
    pub(super) fn str_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Str(text) => Cow::Borrowed(text.as_encoded_bytes()),
            _ => Cow::Owned(self.to_string().into_bytes()),
        }
    }

    /// As `%` formats it.
    pub(super) fn item(&self) -> Item<'_> {
        match self {
            Self::Bool(truth) => {
                Item::Int { value: (*truth).into(), text: Cow::Owned(self.to_string()) }
            }
            Self::Int(number) => Item::Int { value: *number, text: Cow::Owned(number.to_string()) },
            Self::Float(number) => Item::Float(*number),
            Self::Str(text) => Item::Str(text.to_string_lossy()),
            Self::Suppress => Item::Str(SUPPRESS_TEXT.into()),
            _ => Item::Object { str: Cow::Owned(self.to_string()), repr: Cow::Owned(self.repr()) },
        }
    }
}

impl AnyValue {
    /// Returns the value, if it is of this type.
    #[must_use]
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }
}

impl PartialEq for AnyValue {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

impl Debug for AnyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.repr())
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        use Value::{Any, Bool, Complex, Float, Int, List, None, Str, Suppress, Tuple};

        match (self, other) {
            (None, None) | (Suppress, Suppress) => true,
            (Str(a), Str(b)) => a == b,
            (Suppress, Str(text)) | (Str(text), Suppress) => text == SUPPRESS_TEXT,
            (List(a), List(b)) | (Tuple(a), Tuple(b)) => a == b,
            (Any(a), Any(b)) => a == b,
            (Float(a), Float(b)) => a == b,
            (Complex(a), Complex(b)) => a == b,
            (Complex(a), b) | (b, Complex(a)) => a.imag == 0.0 && Float(a.real) == *b,
            (Int(a), Float(b)) | (Float(b), Int(a)) => is_float(*a, *b),
            (Bool(a), Float(b)) | (Float(b), Bool(a)) => is_float((*a).into(), *b),
            (Int(a), Int(b)) => a == b,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Bool(b)) | (Bool(b), Int(a)) => *a == i128::from(*b),
            _ => false,
        }
    }
}

/// Whether a float is exactly this integer.
fn is_float(int: i128, float: f64) -> bool {
    // 2^127 is the first float that is no `i128`.
    float.fract() == 0.0
        && float.abs() < 170_141_183_460_469_231_731_687_303_715_884_105_728.0
        && float as i128 == int
}

/// Python's `str`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Suppress => f.write_str(SUPPRESS_TEXT),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{}", FloatRepr(*number)),
            Self::Complex(Complex { real, imag }) => {
                write!(f, "{}", ComplexRepr { real: *real, imag: *imag })
            }
            Self::Str(text) => write_escaping(f, text.as_encoded_bytes()),
            Self::List(_) | Self::Tuple(_) => self.write_repr(f),
            Self::Any(value) => f.write_str(&value.0.repr()),
        }
    }
}

/// Writes text; bytes that are none are escaped, as Python's stderr escapes the surrogates that stand for them.
pub(super) fn write_escaping(out: &mut impl Write, text: &[u8]) -> fmt::Result {
    for chunk in text.utf8_chunks() {
        out.write_str(chunk.valid())?;
        for byte in chunk.invalid() {
            write!(out, "\\udc{byte:02x}")?;
        }
    }
    Ok(())
}

impl Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_repr(f)
    }
}

impl From<Suppress> for Value {
    fn from(_: Suppress) -> Self {
        Self::Suppress
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

macro_rules! from_integers {
    ($($int:ty)*) => {$(
        impl From<$int> for Value {
            fn from(number: $int) -> Self {
                Self::Int(number.into())
            }
        }
    )*};
}

from_integers!(i8 i16 i32 i64 i128 u8 u16 u32 u64);

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<Complex> for Value {
    fn from(number: Complex) -> Self {
        Self::Complex(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<&OsStr> for Value {
    fn from(text: &OsStr) -> Self {
        Self::Str(text.into())
    }
}

impl From<OsString> for Value {
    fn from(text: OsString) -> Self {
        Self::Str(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Value {
    fn from(items: [T; N]) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}
