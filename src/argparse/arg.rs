//! One argument, before it is added: the keyword arguments of `add_argument`.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::action::{Action, ActionName, Builtin};
use super::file_type::FileType;
use super::types::{ArgType, Conversion, TypeError};
use super::value::{Suppress, Value};

/// Starts the definition of an argument: of a positional one by its name, of an optional one by its option strings.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, Nargs, arg};
///
/// let mut parser = ArgumentParser::new().prog("sum");
/// parser.add(arg("numbers").of::<i64>().nargs(Nargs::OneOrMore));
/// parser.add(arg(["-v", "--verbose"]).store_true());
/// let args = parser.try_parse_from(["1", "2", "-v"])?;
/// assert_eq!(args.get::<Vec<i64>>("numbers"), [1, 2]);
/// assert!(args.get::<bool>("verbose"));
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[doc(alias = "add_argument")]
pub fn arg(names: impl IntoNames) -> Arg {
    Arg { names: names.into_names(), ..<Arg as Default>::default() }
}

/// The definition of an argument; made by [`arg`], added by [`ArgumentParser::add`](super::ArgumentParser::add).
///
/// What does not go together (a number of words for `store_true`, say) is an error of the definition when it is added.
#[derive(Debug, Clone, Default)]
#[must_use = "an argument does nothing until it is added to a parser"]
pub struct Arg {
    pub(super) names: Vec<Cow<'static, str>>,
    pub(super) action: ActionName,
    pub(super) nargs: Option<Nargs>,
    pub(super) constant: Option<Value>,
    pub(super) default: Option<Value>,
    pub(super) conversion: Conversion,
    pub(super) choices: Option<Choices>,
    pub(super) required: Option<bool>,
    pub(super) help: Option<Text>,
    pub(super) metavar: Option<Metavar>,
    pub(super) dest: Option<Text>,
    pub(super) version: Option<Cow<'static, str>>,
    pub(super) deprecated: bool,
}

/// How many words an argument takes. Without one it takes one word, and its value is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Nargs {
    /// So many words; a list, also of one.
    Exactly(usize),
    /// None or one, `?`: the constant where the option stands alone, the default where there is none.
    #[doc(alias = "OPTIONAL")]
    Optional,
    /// Any number, `*`; a list.
    ZeroOrMore,
    /// At least one, `+`; a list.
    OneOrMore,
    /// All that is left, options and all, `...`; a list.
    Remainder,
    /// One, and all that is left, `A...`; a list.
    Parser,
    /// None, and the argument leaves nothing in the namespace.
    Suppress,
}

impl Nargs {
    /// What Python writes for it.
    pub(super) fn item(self) -> Value {
        match self {
            Self::Exactly(count) => Value::Int(count as i128),
            Self::Optional => "?".into(),
            Self::ZeroOrMore => "*".into(),
            Self::OneOrMore => "+".into(),
            Self::Remainder => "...".into(),
            Self::Parser => "A...".into(),
            Self::Suppress => Value::Suppress,
        }
    }
}

impl From<usize> for Nargs {
    fn from(count: usize) -> Self {
        Self::Exactly(count)
    }
}

/// A text for the user, or none on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Text {
    /// This text.
    Str(Cow<'static, str>),
    /// Not to be shown: [`SUPPRESS`](super::SUPPRESS).
    Suppress,
}

impl Text {
    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Cow<'static, str>> for Text {
    fn from(text: Cow<'static, str>) -> Self {
        Self::Str(text)
    }
}

impl From<Suppress> for Text {
    fn from(_: Suppress) -> Self {
        Self::Suppress
    }
}

/// What stands in usage and help for the words of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Metavar {
    /// The same for every word.
    One(Cow<'static, str>),
    /// One for each word.
    Each(Vec<Cow<'static, str>>),
}

impl From<&'static str> for Metavar {
    fn from(text: &'static str) -> Self {
        Self::One(text.into())
    }
}

impl From<String> for Metavar {
    fn from(text: String) -> Self {
        Self::One(text.into())
    }
}

impl<const N: usize> From<[&'static str; N]> for Metavar {
    fn from(texts: [&'static str; N]) -> Self {
        Self::Each(texts.into_iter().map(Cow::Borrowed).collect())
    }
}

impl From<Vec<String>> for Metavar {
    fn from(texts: Vec<String>) -> Self {
        Self::Each(texts.into_iter().map(Cow::Owned).collect())
    }
}

/// The values that an argument may have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Choices {
    /// These values.
    Values(Vec<Value>),
    /// The integers from `start` on, `step` apart, before `stop`: Python's `range`.
    Range {
        /// The first.
        start: i128,
        /// The first that is not among them.
        stop: i128,
        /// The distance, not 0.
        step: i128,
    },
}

impl Choices {
    pub(super) fn contain(&self, value: &Value) -> bool {
        match self {
            Self::Values(values) => values.contains(value),
            Self::Range { start, stop, step } => {
                let number = match value {
                    Value::Int(number) => *number,
                    Value::Bool(truth) => (*truth).into(),
                    // A float that is whole is in a range of its value.
                    Value::Float(float) if *value == Value::Int(*float as i128) => *float as i128,
                    _ => return false,
                };
                let inside = if *step > 0 {
                    (*start..*stop).contains(&number)
                } else {
                    *stop < number && number <= *start
                };
                inside && number.wrapping_sub(*start).wrapping_rem(*step) == 0
            }
        }
    }

    /// Calls `each` with every value in order.
    pub(super) fn for_each(&self, mut each: impl FnMut(&Value)) {
        match self {
            Self::Values(values) => values.iter().for_each(each),
            Self::Range { start, stop, step } => {
                let mut next = Some(*start);
                while let Some(number) =
                    next.filter(|number| if *step > 0 { number < stop } else { number > stop })
                {
                    each(&Value::Int(number));
                    next = number.checked_add(*step);
                }
            }
        }
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Choices {
    fn from(values: [T; N]) -> Self {
        Self::Values(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Vec<T>> for Choices {
    fn from(values: Vec<T>) -> Self {
        Self::Values(values.into_iter().map(Into::into).collect())
    }
}

impl From<Range<i128>> for Choices {
    fn from(range: Range<i128>) -> Self {
        Self::Range { start: range.start, stop: range.end, step: 1 }
    }
}

/// The name or the option strings of an argument.
pub trait IntoNames {
    /// Lists them.
    fn into_names(self) -> Vec<Cow<'static, str>>;
}

impl IntoNames for &'static str {
    fn into_names(self) -> Vec<Cow<'static, str>> {
        vec![self.into()]
    }
}

impl IntoNames for String {
    fn into_names(self) -> Vec<Cow<'static, str>> {
        vec![self.into()]
    }
}

impl<const N: usize> IntoNames for [&'static str; N] {
    fn into_names(self) -> Vec<Cow<'static, str>> {
        self.into_iter().map(Cow::Borrowed).collect()
    }
}

impl IntoNames for Vec<String> {
    fn into_names(self) -> Vec<Cow<'static, str>> {
        self.into_iter().map(Cow::Owned).collect()
    }
}

impl Arg {
    /// Takes so many words.
    #[inline]
    pub fn nargs(mut self, nargs: impl Into<Nargs>) -> Self {
        self.nargs = Some(nargs.into());
        self
    }

    /// Reads each word as a `T`.
    #[doc(alias = "type")]
    #[inline]
    pub fn of<T: ArgType>(mut self) -> Self {
        self.conversion = Conversion::of::<T>();
        self
    }

    /// Reads each word with a function; `name` is what the type is called in errors.
    ///
    /// A word that is not UTF-8 is invalid.
    pub fn type_fn<T, E>(
        mut self,
        name: impl Into<String>,
        read: impl Fn(&str) -> Result<T, E> + Send + Sync + 'static,
    ) -> Self
    where
        T: ArgType,
        E: Into<TypeError>,
    {
        self.conversion = Conversion::named(name, move |text: &OsStr| {
            let text = text.to_str().ok_or(TypeError::invalid())?;
            read(text).map(T::into_value).map_err(Into::into)
        });
        self
    }

    /// Reads each word with a function that makes the value itself.
    pub fn value_fn(
        mut self,
        name: impl Into<String>,
        read: impl Fn(&OsStr) -> Result<Value, TypeError> + Send + Sync + 'static,
    ) -> Self {
        self.conversion = Conversion::named(name, read);
        self
    }

    /// Reads each word as the type that is registered under this name.
    #[inline]
    pub fn type_name(mut self, name: impl Into<String>) -> Self {
        self.conversion = Conversion::Registered(name.into());
        self
    }

    /// Opens the file that each word names.
    #[doc(alias = "FileType")]
    #[inline]
    pub fn file(mut self, file: FileType) -> Self {
        self.conversion = Conversion::named(file.repr(), move |name: &OsStr| file.open(name));
        self
    }

    /// Allows these values alone.
    #[inline]
    pub fn choices(mut self, choices: impl Into<Choices>) -> Self {
        self.choices = Some(choices.into());
        self
    }

    /// Sets the value where the argument is absent. A text is read as a word would be.
    #[inline]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Sets the constant that `store_const`, `append_const` and [`Nargs::Optional`] use.
    #[doc(alias = "const")]
    #[inline]
    pub fn constant(mut self, value: impl Into<Value>) -> Self {
        self.constant = Some(value.into());
        self
    }

    /// Says whether an option must be there.
    #[inline]
    pub fn required(mut self, required: bool) -> Self {
        self.required = Some(required);
        self
    }

    /// Sets the help. `%(default)s`, `%(prog)s` and the other names of Python's are filled in.
    #[inline]
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets what stands for the words in usage and help.
    #[inline]
    pub fn metavar(mut self, metavar: impl Into<Metavar>) -> Self {
        self.metavar = Some(metavar.into());
        self
    }

    /// Sets the name in the namespace.
    #[inline]
    pub fn dest(mut self, dest: impl Into<Text>) -> Self {
        self.dest = Some(dest.into());
        self
    }

    /// Warns when the argument is used.
    #[inline]
    pub fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// Stores the constant; the option takes no word.
    #[inline]
    pub fn store_const(mut self, value: impl Into<Value>) -> Self {
        self.constant = Some(value.into());
        self.action = ActionName::Builtin(Builtin::StoreConst);
        self
    }

    /// Stores true, false where the option is absent.
    #[inline]
    pub fn store_true(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::StoreTrue);
        self
    }

    /// Stores false, true where the option is absent.
    #[inline]
    pub fn store_false(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::StoreFalse);
        self
    }

    /// Appends the value to a list.
    #[inline]
    pub fn append(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::Append);
        self
    }

    /// Appends the constant to a list.
    #[inline]
    pub fn append_const(mut self, value: impl Into<Value>) -> Self {
        self.constant = Some(value.into());
        self.action = ActionName::Builtin(Builtin::AppendConst);
        self
    }

    /// Appends each of the values to a list.
    #[inline]
    pub fn extend(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::Extend);
        self
    }

    /// Counts how often the option is there.
    #[inline]
    pub fn count(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::Count);
        self
    }

    /// Prints the help and exits.
    #[inline]
    pub fn print_help(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::Help);
        self
    }

    /// Prints this text and exits.
    #[inline]
    pub fn version(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.version = Some(text.into());
        self.action = ActionName::Builtin(Builtin::Version);
        self
    }

    /// Makes `--no-x` of each `--x`, and stores which was there.
    #[doc(alias = "BooleanOptionalAction")]
    #[inline]
    pub fn boolean_optional(mut self) -> Self {
        self.action = ActionName::Builtin(Builtin::BooleanOptional);
        self
    }

    /// Does something of your own.
    #[inline]
    pub fn action(mut self, action: impl Action + 'static) -> Self {
        self.action = ActionName::Custom(Arc::new(action));
        self
    }

    /// Does what is called so in Python (`"store_true"`), or what is registered under this name.
    #[inline]
    pub fn action_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.action = ActionName::Named(name.into());
        self
    }
}

impl fmt::Display for Nargs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.item().fmt(f)
    }
}
