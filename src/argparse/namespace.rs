//! What a parse gives.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt::{self, Debug, Write};

use super::error::GetError;
use super::types::ArgType;
use super::value::Value;
use crate::python::Repr;

/// The values of the arguments, by name, in order.
///
/// `{}` is Python's `repr`. Two are equal when they hold equal values under equal names, in any order.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg(["-j", "--jobs"]).of::<i64>().default(1));
/// parser.add(arg(["-o", "--out"]));
/// let args = parser.try_parse_from(["-j8"])?;
/// assert_eq!(args.get::<i64>("jobs"), 8);
/// assert_eq!(args.get::<Option<String>>("out"), None);
/// assert_eq!(args.to_string(), "Namespace(jobs=8, out=None)");
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Clone, Default)]
pub struct Namespace {
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) value: Value,
    /// Which default this still is, untouched; 0 if none. Python asks whether it is the same object.
    pub(super) mark: u32,
}

/// What [`Namespace::get`] can give: an [`ArgType`], one that may be absent, a list, a list of lists.
pub trait FromValue: Sized {
    /// Reads the value; `None` if it is of another type.
    fn from_value(value: &Value) -> Option<Self>;
}

impl<T: ArgType> FromValue for T {
    fn from_value(value: &Value) -> Option<Self> {
        T::from_value(value)
    }
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        if value.is_none() { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::List(items) => items.iter().map(T::from_value).collect(),
            // An `append` that was never used.
            Value::None => Some(Self::new()),
            _ => None,
        }
    }
}

impl Namespace {
    /// Makes an empty namespace, to fill in before a parse.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Returns the value of an argument as a `T`: an [`ArgType`], an `Option` of one where it may be absent, a `Vec`.
    ///
    /// # Panics
    ///
    /// Panics if no argument has the name, or if the value is of another type: the definition and this call do not agree.
    /// [`try_get`](Self::try_get) returns that.
    #[must_use]
    #[track_caller]
    pub fn get<T: FromValue>(&self, name: &str) -> T {
        match self.try_get(name) {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }

    /// Returns the value of an argument as a `T`.
    ///
    /// # Errors
    ///
    /// Says that no argument has the name, or that the value is of another type.
    pub fn try_get<T: FromValue>(&self, name: &str) -> Result<T, GetError> {
        let value =
            self.value(name).ok_or_else(|| GetError { name: name.to_owned(), found: None })?;
        T::from_value(value).ok_or_else(|| GetError {
            name: name.to_owned(),
            found: Some((value.repr(), type_name::<T>())),
        })
    }

    /// Returns the value of an argument, if there is one of this name.
    #[must_use]
    #[doc(alias = "getattr")]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| &entry.value)
    }

    /// Says whether there is an argument of this name.
    #[must_use]
    #[doc(alias = "hasattr")]
    pub fn contains(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Sets a value.
    #[doc(alias = "setattr")]
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.put(name.into(), value.into());
    }

    /// Removes a value, and returns it.
    #[doc(alias = "delattr")]
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.entries.iter().position(|entry| entry.name == name)?;
        Some(self.entries.remove(at).value)
    }

    /// Goes through names and values in order.
    #[doc(alias = "vars")]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|entry| (&*entry.name, &entry.value))
    }

    /// Returns how many values there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Says whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Makes JSON of the values, in the form that [`ArgumentParser::from_json`](super::ArgumentParser::from_json) has them in.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::argparse::{Namespace, Value};
    ///
    /// let args: Namespace = [("jobs", Value::from(4)), ("out", Value::None)].into_iter().collect();
    /// assert_eq!(args.to_json().to_string(), r#"{"jobs": 4, "out": null}"#);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> crate::value::Value {
        let items = self.iter().map(|(name, value)| (name.to_owned(), value.to_json()));
        crate::value::Value::Map(items.collect())
    }

    pub(super) fn put(&mut self, name: Cow<'static, str>, value: Value) {
        match self.entries.iter_mut().find(|entry| entry.name == name) {
            Some(entry) => (entry.value, entry.mark) = (value, 0),
            None => self.entries.push(Entry { name, value, mark: 0 }),
        }
    }
}

impl PartialEq for Namespace {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(name, value)| other.value(name) == Some(value))
    }
}

/// Python's `repr`.
impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Namespace(")?;
        let (plain, others): (Vec<_>, Vec<_>) =
            self.iter().partition(|(name, _)| is_identifier(name));
        for (at, (name, value)) in plain.iter().enumerate() {
            f.write_str(if at > 0 { ", " } else { "" })?;
            write!(f, "{name}=")?;
            value.write_repr(f)?;
        }
        for (at, (name, value)) in others.iter().enumerate() {
            f.write_str(match at {
                0 if plain.is_empty() => "**{",
                0 => ", **{",
                _ => ", ",
            })?;
            write!(f, "{}: ", Repr(name))?;
            value.write_repr(f)?;
        }
        if !others.is_empty() {
            f.write_char('}')?;
        }
        f.write_char(')')
    }
}

/// `str.isidentifier`, by letters and digits of any script.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

impl Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<Value>> FromIterator<(N, V)> for Namespace {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(items: I) -> Self {
        let mut namespace = Self::new();
        for (name, value) in items {
            namespace.set(name, value);
        }
        namespace
    }
}
