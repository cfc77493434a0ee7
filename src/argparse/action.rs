//! What happens when an argument is there.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::sync::Arc;

use super::arg::{Choices, Metavar, Nargs, Text};
use super::engine::Context;
use super::namespace::Namespace;
use super::subparsers::Commands;
use super::types::Conversion;
use super::value::{SUPPRESS_TEXT, Value};

/// An action of your own: what happens with the value of an argument that is there.
///
/// A closure of the same form is one. It is also called for an optional positional argument that is absent, with its default.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ActionContext, ActionError, ArgumentParser, Value, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// parser.add(arg("--point").nargs(2).of::<i64>().action(
///     |cx: &mut ActionContext<'_>, value: Value, _: Option<&str>| {
///         let Value::List(parts) = value else { return Err(ActionError::message("no point")) };
///         cx.namespace().set("x", parts[0].clone());
///         cx.namespace().set("y", parts[1].clone());
///         Ok(())
///     },
/// ));
/// let args = parser.try_parse_from(["--point", "3", "4"])?;
/// assert_eq!((args.get::<i64>("x"), args.get::<i64>("y")), (3, 4));
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
pub trait Action: Send + Sync {
    /// Does it. `option` is the option string as the definition has it, `None` for a positional argument.
    ///
    /// # Errors
    ///
    /// An error ends the parse: [`ActionError`] says how.
    fn call(
        &self,
        cx: &mut ActionContext<'_>,
        value: Value,
        option: Option<&str>,
    ) -> Result<(), ActionError>;
}

impl<F> Action for F
where
    F: Fn(&mut ActionContext<'_>, Value, Option<&str>) -> Result<(), ActionError> + Send + Sync,
{
    fn call(
        &self,
        cx: &mut ActionContext<'_>,
        value: Value,
        option: Option<&str>,
    ) -> Result<(), ActionError> {
        self(cx, value, option)
    }
}

/// What an [`Action`] can see and change.
pub struct ActionContext<'a> {
    pub(super) namespace: &'a mut Namespace,
    pub(super) argument: &'a Argument,
    pub(super) context: &'a Context<'a>,
}

impl ActionContext<'_> {
    /// Returns the namespace as it is by now.
    pub fn namespace(&mut self) -> &mut Namespace {
        self.namespace
    }

    /// Returns the argument's name in the namespace.
    #[must_use]
    pub fn dest(&self) -> &str {
        &self.argument.dest
    }

    /// Returns the argument's constant.
    #[must_use]
    pub const fn constant(&self) -> &Value {
        &self.argument.constant
    }

    /// Returns the argument's option strings; a positional argument has none.
    #[must_use]
    pub fn option_strings(&self) -> &[Cow<'static, str>] {
        &self.argument.option_strings
    }

    /// Returns the program's name, with the names of the sub-commands.
    #[must_use]
    pub fn prog(&self) -> String {
        self.context.prog()
    }

    /// Returns the usage of the parser that the argument belongs to.
    #[must_use]
    pub fn format_usage(&self) -> String {
        self.context.format_usage()
    }

    /// Returns the help of the parser that the argument belongs to.
    #[must_use]
    pub fn format_help(&self) -> String {
        self.context.format_help()
    }
}

impl Debug for ActionContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionContext").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

/// How an [`Action`] ends the parse.
#[derive(Debug, Clone)]
pub struct ActionError {
    pub(super) ending: Ending,
}

#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// `argument NAME: text`, with the usage.
    Argument(String),
    /// `PROG: error: text`, with the usage.
    Error(String),
    /// The text to standard output and error, and an exit code.
    Exit { code: i32, stdout: String, stderr: String },
}

impl ActionError {
    /// Fails with `argument NAME: text`, as Python's `ArgumentError`.
    #[doc(alias = "ArgumentError")]
    pub fn message(text: impl Into<String>) -> Self {
        Self { ending: Ending::Argument(text.into()) }
    }

    /// Fails with the text alone, as Python's `parser.error(text)`.
    pub fn error(text: impl Into<String>) -> Self {
        Self { ending: Ending::Error(text.into()) }
    }

    /// Ends with an exit code, and a text to standard error, as Python's `parser.exit(code, text)`.
    pub fn exit(code: i32, stderr: impl Into<String>) -> Self {
        let (stdout, stderr) = (String::new(), stderr.into());
        Self { ending: Ending::Exit { code, stdout, stderr } }
    }

    /// Ends well, with a text to standard output: what a help or a version does.
    pub fn print(stdout: impl Into<String>) -> Self {
        let (stdout, stderr) = (stdout.into(), String::new());
        Self { ending: Ending::Exit { code: 0, stdout, stderr } }
    }
}

/// Python's own actions, and any action of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Store,
    StoreConst,
    StoreTrue,
    StoreFalse,
    Append,
    AppendConst,
    Count,
    Help,
    Version,
    Extend,
    BooleanOptional,
    Custom,
}

/// Which action an argument asks for, before it is looked up.
#[derive(Clone)]
pub(super) enum ActionName {
    Builtin(Builtin),
    Named(Cow<'static, str>),
    Custom(Arc<dyn Action>),
}

impl Default for ActionName {
    fn default() -> Self {
        Self::Builtin(Builtin::Store)
    }
}

impl Debug for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Builtin(builtin) => builtin.class().action,
            Self::Named(name) => name,
            Self::Custom(_) => "custom",
        })
    }
}

/// What is done with the value.
#[derive(Clone)]
pub(super) enum Kind {
    Store,
    StoreConst,
    Append,
    AppendConst,
    Extend,
    Count,
    Help,
    Version(Option<Cow<'static, str>>),
    BooleanOptional,
    Parsers(Box<Commands>),
    Custom(Arc<dyn Action>),
}

/// An argument of a parser.
#[derive(Clone)]
pub(super) struct Argument {
    pub(super) option_strings: Vec<Cow<'static, str>>,
    /// The name in the namespace, `==SUPPRESS==` if it has none there.
    pub(super) dest: Cow<'static, str>,
    /// Where the parser keeps `dest`; [`NO_SLOT`] if it has no name.
    pub(super) slot: u32,
    pub(super) kind: Kind,
    pub(super) nargs: Option<Nargs>,
    pub(super) constant: Value,
    pub(super) default: Value,
    /// Which default that is: a copy, or the same set for several arguments, has the same number.
    pub(super) default_mark: u32,
    pub(super) conversion: Conversion,
    pub(super) choices: Option<Choices>,
    pub(super) required: bool,
    pub(super) help: Option<Text>,
    pub(super) metavar: Option<Metavar>,
    pub(super) deprecated: bool,
    /// The group that shows it.
    pub(super) group: usize,
    /// Whether another argument took its last option string.
    pub(super) removed: bool,
}

/// The slot of an argument that leaves nothing in the namespace.
pub(super) const NO_SLOT: u32 = u32::MAX;

impl Argument {
    pub(super) const fn is_option(&self) -> bool {
        !self.option_strings.is_empty()
    }

    pub(super) const fn is_flag(&self) -> bool {
        matches!(self.nargs, Some(Nargs::Exactly(0)))
    }

    pub(super) const fn is_suppressed(&self) -> bool {
        matches!(self.help, Some(Text::Suppress))
    }

    /// The choices as texts: of sub-commands their names.
    pub(super) fn for_each_choice(&self, mut each: impl FnMut(&Value)) -> bool {
        match (&self.kind, &self.choices) {
            (Kind::Parsers(commands), _) => {
                commands.names.iter().for_each(|(name, _)| each(&Value::from(&**name)));
                true
            }
            (_, Some(choices)) => {
                choices.for_each(each);
                true
            }
            (_, None) => false,
        }
    }

    /// `{a,b}`, if there are choices.
    pub(super) fn braces(&self) -> Option<String> {
        let mut out = String::from("{");
        let any = self.for_each_choice(|choice| {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&choice.to_string());
        });
        out.push('}');
        any.then_some(out)
    }

    /// What errors call it: `_get_action_name`.
    pub(super) fn name(&self) -> Option<String> {
        if self.is_option() {
            return Some(self.option_strings.join("/"));
        }
        match &self.metavar {
            Some(Metavar::One(text)) if text != SUPPRESS_TEXT => {
                return Some(text.clone().into_owned());
            }
            Some(Metavar::Each(texts)) => {
                let pair = matches!(
                    (self.nargs, texts.len()),
                    (Some(Nargs::ZeroOrMore | Nargs::OneOrMore), 2)
                );
                return Some(if pair {
                    format!("{}[, {}]", texts[0], texts[1])
                } else {
                    texts.join(", ")
                });
            }
            _ => {}
        }
        if self.dest != SUPPRESS_TEXT {
            return Some(self.dest.clone().into_owned());
        }
        self.braces().filter(|text| text != "{}")
    }
}
