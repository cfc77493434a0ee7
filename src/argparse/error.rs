//! What ends a parse, and what makes a definition impossible.

use std::borrow::Cow;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use super::value::write_escaping;

/// A command line that does not fit, or that asked for the help or the version: what to print, and the exit code.
///
/// [`exit`](Self::exit) does as Python does. As `Debug` it shows what it would print, so that a `main` that returns
/// `Result<(), Exit>` reads well.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentErrorKind, ArgumentParser, ExitKind, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("--jobs").of::<i64>());
///
/// let exit = parser.try_parse_from(["--jobs", "many"]).unwrap_err();
/// assert_eq!(exit.code(), 2);
/// assert_eq!(
///     exit.stderr(),
///     "usage: tool [-h] [--jobs JOBS]\ntool: error: argument --jobs: invalid int value: 'many'\n",
/// );
/// let ExitKind::Usage(error) = exit.kind() else { panic!("{exit}") };
/// assert_eq!(error.argument(), Some("--jobs"));
/// assert!(matches!(error.kind(), ArgumentErrorKind::InvalidValue { .. }));
///
/// let exit = parser.try_parse_from(["-h"]).unwrap_err();
/// assert!(matches!(exit.kind(), ExitKind::Help));
/// assert!(exit.stdout().starts_with("usage: tool [-h] [--jobs JOBS]\n"));
/// ```
#[derive(Clone)]
pub struct Exit {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    code: i32,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    kind: ExitKind,
}

/// Why a parse ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ExitKind {
    /// The help was asked for.
    Help,
    /// The version was asked for.
    Version,
    /// The command line does not fit.
    Usage(ArgumentError),
    /// An action ended it.
    Action,
}

impl Exit {
    pub(super) fn new(code: i32, stdout: Vec<u8>, stderr: Vec<u8>, kind: ExitKind) -> Self {
        Self { inner: Box::new(Inner { code, stdout, stderr, kind }) }
    }

    pub(super) fn prepend_stderr(&mut self, mut before: Vec<u8>) {
        if !before.is_empty() {
            before.append(&mut self.inner.stderr);
            self.inner.stderr = before;
        }
    }

    /// Returns the exit code: 0 for help and version, 2 for a command line that does not fit.
    ///
    /// 1 where [`exit_on_error`](super::ArgumentParser::exit_on_error) is off, when Python would end with a traceback.
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.inner.code
    }

    /// Returns why the parse ended.
    #[must_use]
    pub const fn kind(&self) -> &ExitKind {
        &self.inner.kind
    }

    /// Returns the error, if the command line does not fit.
    #[must_use]
    pub const fn error(&self) -> Option<&ArgumentError> {
        if let ExitKind::Usage(error) = &self.inner.kind { Some(error) } else { None }
    }

    /// Returns what goes to standard output. Bytes that are no UTF-8 are escaped: `\udcff`.
    #[must_use]
    pub fn stdout(&self) -> Cow<'_, str> {
        escaped(&self.inner.stdout)
    }

    /// Returns what goes to standard error: warnings, usage, the error. Bytes that are no UTF-8 are escaped, as Python
    /// escapes them: `\udcff`.
    #[must_use]
    pub fn stderr(&self) -> Cow<'_, str> {
        escaped(&self.inner.stderr)
    }

    /// Returns what goes to standard output, before anything is escaped.
    #[must_use]
    pub fn stdout_bytes(&self) -> &[u8] {
        &self.inner.stdout
    }

    /// Returns what goes to standard error, before anything is escaped.
    #[must_use]
    pub fn stderr_bytes(&self) -> &[u8] {
        &self.inner.stderr
    }

    /// Prints what there is to print, and ends the process.
    pub fn exit(&self) -> ! {
        super::environment::exit(self.code(), &self.stdout(), &self.stderr())
    }
}

fn escaped(text: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut out = String::with_capacity(text.len() + 16);
            // A `String` never fails to be written to.
            let _ = write_escaping(&mut out, text);
            Cow::Owned(out)
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ExitKind::Help => f.write_str("the help was asked for"),
            ExitKind::Version => f.write_str("the version was asked for"),
            ExitKind::Usage(error) => error.fmt(f),
            ExitKind::Action => {
                write!(f, "an action ended the program with exit code {}", self.code())
            }
        }
    }
}

impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n{}{}", self.code(), self.stdout(), self.stderr())
    }
}

impl Error for Exit {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error().map(|error| error as _)
    }
}

/// A command line that does not fit: which argument is at fault, and Python's text.
#[derive(Debug, Clone)]
pub struct ArgumentError {
    argument: Option<String>,
    message: Vec<u8>,
    kind: ArgumentErrorKind,
}

/// What is wrong with a command line.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ArgumentErrorKind {
    /// These arguments are missing.
    Required(Vec<String>),
    /// One of these arguments is missing.
    RequiredOneOf(Vec<String>),
    /// Nobody takes these words.
    Unrecognized(Vec<OsString>),
    /// The value is none of the choices.
    #[non_exhaustive]
    InvalidChoice {
        /// The value, as a text.
        value: String,
        /// The choices, as texts.
        choices: Vec<String>,
        /// The choice that was meant, perhaps.
        suggestion: Option<String>,
    },
    /// The word is no value of the type; the type's own error, if it has one, is the `source`.
    #[non_exhaustive]
    InvalidValue {
        /// The word.
        word: OsString,
        /// The type's own error.
        source: Option<Arc<dyn Error + Send + Sync>>,
    },
    /// The number of words is wrong.
    Expected,
    /// The argument stands beside another one that excludes it.
    #[non_exhaustive]
    Conflict {
        /// The other one.
        with: String,
    },
    /// The option could be several.
    #[non_exhaustive]
    Ambiguous {
        /// The option strings that it could be.
        matches: Vec<String>,
    },
    /// The option takes no word.
    IgnoredExplicit,
    /// The file of arguments cannot be read.
    File,
    /// An action's or the program's own error.
    Other,
}

impl ArgumentError {
    #[cold]
    pub(super) fn new(
        argument: Option<String>,
        message: impl Into<Vec<u8>>,
        kind: ArgumentErrorKind,
    ) -> Self {
        Self { argument, message: message.into(), kind }
    }

    /// Returns the argument's name, as Python's texts name it: `-j/--jobs`.
    #[must_use]
    pub fn argument(&self) -> Option<&str> {
        self.argument.as_deref()
    }

    /// Returns Python's text, without the argument's name.
    #[must_use]
    pub fn message(&self) -> Cow<'_, str> {
        escaped(&self.message)
    }

    /// Returns the kind of error, to decide by.
    #[must_use]
    pub const fn kind(&self) -> &ArgumentErrorKind {
        &self.kind
    }

    /// What Python's `str` gives, with the bytes of the command line as they are.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.message.len() + 32);
        if let Some(argument) = &self.argument {
            text.extend_from_slice(b"argument ");
            text.extend_from_slice(argument.as_bytes());
            text.extend_from_slice(b": ");
        }
        text.extend_from_slice(&self.message);
        text
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaping(f, &self.text())
    }
}

impl Error for ArgumentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ArgumentErrorKind::InvalidValue { source: Some(source), .. } => Some(&**source),
            _ => None,
        }
    }
}

/// A definition that cannot be: Python's class of exception, and Python's text.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, DefinitionErrorKind, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("-x")).add(arg("-x").store_true());
/// let error = parser.check().unwrap_err();
/// assert_eq!(error.kind(), DefinitionErrorKind::Argument);
/// assert_eq!(error.to_string(), "argument -x: conflicting option string: -x");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionError {
    kind: DefinitionErrorKind,
    message: String,
}

/// The class of exception that Python raises for a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefinitionErrorKind {
    /// `ArgumentError`: option strings conflict.
    Argument,
    /// `TypeError`: the parts do not go together.
    Type,
    /// `ValueError`: a part is out of its range.
    Value,
    /// A definition in JSON that is no JSON, or not of the form. Python has no such form.
    Format,
}

impl DefinitionError {
    #[cold]
    pub(super) fn new(kind: DefinitionErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    #[cold]
    pub(super) fn value(message: impl Into<String>) -> Self {
        Self::new(DefinitionErrorKind::Value, message)
    }

    #[cold]
    pub(super) fn type_error(message: impl Into<String>) -> Self {
        Self::new(DefinitionErrorKind::Type, message)
    }

    #[cold]
    pub(super) fn format(message: impl Into<String>) -> Self {
        Self::new(DefinitionErrorKind::Format, message)
    }

    /// Returns the kind of error, to decide by.
    #[must_use]
    pub const fn kind(&self) -> DefinitionErrorKind {
        self.kind
    }
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for DefinitionError {}

/// A value that a namespace does not have, or not of this type.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("--jobs").of::<i64>());
/// let args = parser.try_parse_from(["--jobs", "300"])?;
/// assert_eq!(args.try_get::<u8>("jobs").unwrap_err().to_string(), "argument jobs: 300 is no u8");
/// assert_eq!(args.try_get::<i64>("job").unwrap_err().to_string(), "no argument has the name job");
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetError {
    pub(super) name: String,
    /// What is there, and what was asked for.
    pub(super) found: Option<(String, &'static str)>,
}

impl GetError {
    /// Says whether no argument has the name.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.found.is_none()
    }
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            None => write!(f, "no argument has the name {}", self.name),
            Some((value, wanted)) => write!(f, "argument {}: {value} is no {wanted}", self.name),
        }
    }
}

impl Error for GetError {}
