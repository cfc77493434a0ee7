//! Parsing: the process's own arguments, or given ones.

use std::ffi::OsString;

use super::arg::Nargs;
use super::engine::{Context, Order, Stop, parse};
use super::environment::{Environment, arguments, warn};
use super::error::{ArgumentError, ArgumentErrorKind, DefinitionError, Exit, ExitKind};
use super::help::Formatter;
use super::namespace::Namespace;
use super::parser::ArgumentParser;

/// A parse with all that can be said about it: given words, a namespace to fill, another order, another environment.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, Namespace, Parse, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("--level").of::<i64>());
/// let before: Namespace = [("level", 3)].into_iter().collect();
/// let parsed = Parse::of(["--colour", "red"]).namespace(before).run(&parser)?;
/// assert_eq!(parsed.namespace.get::<i64>("level"), 3);
/// assert_eq!(parsed.extras, ["--colour", "red"]);
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is parsed until it runs"]
pub struct Parse {
    words: Vec<OsString>,
    namespace: Option<Namespace>,
    order: Order,
    environment: Environment,
}

/// What a [`Parse`] gives.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parsed {
    /// The values.
    pub namespace: Namespace,
    /// The words that nobody takes.
    pub extras: Vec<OsString>,
    /// What Python prints to standard error on the way: that something is deprecated.
    pub warnings: String,
}

impl Parse {
    /// Starts with the words, without the program's name.
    pub fn of(words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
            namespace: None,
            order: Order::InTurn,
            environment: Environment::process(),
        }
    }

    /// Fills this namespace. What is in it already counts as no default.
    pub fn namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Parses all options before any positional argument, so that they may stand between its words.
    pub fn intermixed(mut self) -> Self {
        self.order = Order::Intermixed;
        self
    }

    /// Asks this environment.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// What to print, and the exit code, where the words do not fit or ask for the help or the version.
    ///
    /// # Panics
    ///
    /// Panics if the definition is wrong, as [`check`](ArgumentParser::check) says, or if it cannot be parsed intermixed, as
    /// [`check_intermixed`](ArgumentParser::check_intermixed) says.
    #[track_caller]
    pub fn run(self, parser: &ArgumentParser) -> Result<Parsed, Exit> {
        parser.assert_legal();
        if self.order == Order::Intermixed
            && let Err(error) = parser.check_intermixed()
        {
            panic!("{error}");
        }
        let context = Context { parser, env: &self.environment };
        let mut warnings = Vec::new();
        match parse(&context, self.words, self.namespace, self.order, &mut warnings) {
            Ok((namespace, extras)) => {
                let warnings = String::from_utf8_lossy(&warnings).into_owned();
                Ok(Parsed { namespace, extras, warnings })
            }
            Err(Stop::Error(error)) => {
                Err(Exit::new(1, Vec::new(), warnings, ExitKind::Usage(error)))
            }
            Err(Stop::Exit(mut exit)) => {
                exit.prepend_stderr(warnings);
                Err(exit)
            }
        }
    }

    /// Parses, and takes words that nobody takes for an error.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and where words are left over.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    #[track_caller]
    pub fn run_all(self, parser: &ArgumentParser) -> Result<Parsed, Exit> {
        let environment = self.environment.clone();
        let parsed = self.run(parser)?;
        if parsed.extras.is_empty() {
            return Ok(parsed);
        }
        let mut message = b"unrecognized arguments:".to_vec();
        for word in &parsed.extras {
            message.push(b' ');
            message.extend_from_slice(word.as_encoded_bytes());
        }
        let kind = ArgumentErrorKind::Unrecognized(parsed.extras);
        let context = Context { parser, env: &environment };
        let mut exit = context.fail(ArgumentError::new(None, message, kind));
        exit.prepend_stderr(parsed.warnings.into_bytes());
        Err(exit)
    }
}

impl ArgumentParser {
    /// Parses the arguments of the process; prints and exits as Python does where they do not fit.
    ///
    /// # Panics
    ///
    /// Panics if the definition is wrong.
    #[must_use]
    #[track_caller]
    pub fn parse_args(&self) -> Namespace {
        finish(Parse::of(arguments()).run_all(self)).namespace
    }

    /// Parses the arguments of the process, and returns those that nobody takes as well.
    ///
    /// # Panics
    ///
    /// Panics if the definition is wrong.
    #[must_use]
    #[track_caller]
    pub fn parse_known_args(&self) -> (Namespace, Vec<OsString>) {
        let parsed = finish(Parse::of(arguments()).run(self));
        (parsed.namespace, parsed.extras)
    }

    /// Parses the arguments of the process; options may stand between the words of a positional argument.
    ///
    /// # Panics
    ///
    /// Panics if the definition is wrong, or takes the rest of the line: see [`check_intermixed`](Self::check_intermixed).
    #[must_use]
    #[track_caller]
    pub fn parse_intermixed_args(&self) -> Namespace {
        finish(Parse::of(arguments()).intermixed().run_all(self)).namespace
    }

    /// Parses the arguments of the process in the same way, and returns those that nobody takes as well.
    ///
    /// # Panics
    ///
    /// Panics if the definition is wrong, or takes the rest of the line: see [`check_intermixed`](Self::check_intermixed).
    #[must_use]
    #[track_caller]
    pub fn parse_known_intermixed_args(&self) -> (Namespace, Vec<OsString>) {
        let parsed = finish(Parse::of(arguments()).intermixed().run(self));
        (parsed.namespace, parsed.extras)
    }

    /// Parses these words, without the program's name, and neither prints nor exits. [`Parse`] can say more.
    ///
    /// # Errors
    ///
    /// What to print, and the exit code, where the words do not fit or ask for the help or the version.
    ///
    /// # Panics
    ///
    /// Panics if the definition is wrong.
    #[track_caller]
    pub fn try_parse_from(
        &self,
        words: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Namespace, Exit> {
        Ok(Parse::of(words).run_all(self)?.namespace)
    }

    /// Says whether the definition can be parsed intermixed: nothing in it takes the rest of the line.
    ///
    /// # Errors
    ///
    /// Python's `TypeError`.
    pub fn check_intermixed(&self) -> Result<(), DefinitionError> {
        let mut nargs = self.positionals().map(|at| self.arguments[at].nargs);
        match nargs.find(|nargs| matches!(nargs, Some(Nargs::Parser | Nargs::Remainder))).flatten()
        {
            Some(nargs) => Err(DefinitionError::type_error(format!(
                "parse_intermixed_args: positional arg with nargs={nargs}"
            ))),
            None => Ok(()),
        }
    }

    /// Returns the usage.
    #[must_use]
    pub fn format_usage(&self) -> String {
        self.format_usage_in(&Environment::process())
    }

    /// Returns the usage as this environment shows it.
    #[must_use]
    pub fn format_usage_in(&self, env: &Environment) -> String {
        Formatter::new(self, env).format_usage()
    }

    /// Returns the help.
    #[must_use]
    pub fn format_help(&self) -> String {
        self.format_help_in(&Environment::process())
    }

    /// Returns the help as this environment shows it.
    #[must_use]
    pub fn format_help_in(&self, env: &Environment) -> String {
        Formatter::new(self, env).format_help()
    }

    /// Makes the error that Python's `parser.error(text)` ends with: the usage, the text, the exit code 2.
    #[must_use]
    pub fn error(&self, text: impl Into<String>) -> Exit {
        self.error_in(text, &Environment::process())
    }

    /// Makes that error as this environment shows it.
    #[must_use]
    pub fn error_in(&self, text: impl Into<String>, env: &Environment) -> Exit {
        let error = ArgumentError::new(None, text.into(), ArgumentErrorKind::Other);
        Context { parser: self, env }.usage_error(error)
    }
}

/// Prints what there is to print; exits if the parse did.
fn finish(result: Result<Parsed, Exit>) -> Parsed {
    match result {
        Ok(parsed) => {
            warn(&parsed.warnings);
            parsed
        }
        Err(exit) => {
            // Without `exit_on_error` Python ends with a traceback: here with the error itself.
            if let (1, Some(error)) = (exit.code(), exit.error()) {
                warn(&exit.stderr());
                super::environment::exit(1, "", &format!("{error}\n"));
            }
            exit.exit()
        }
    }
}
