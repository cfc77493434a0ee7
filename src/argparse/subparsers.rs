//! Sub-commands: an argument whose choice is a parser of its own.

use std::borrow::Cow;

use super::arg::{Metavar, Text};
use super::parser::ArgumentParser;

/// The definition of a parser's sub-commands; added by
/// [`ArgumentParser::add_subparsers`](super::ArgumentParser::add_subparsers).
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, Command, Subparsers, arg};
///
/// let mut parser = ArgumentParser::new().prog("cook");
/// let commands = parser.add_subparsers(Subparsers::new().dest("command").required(true));
/// let mut boil = ArgumentParser::new();
/// boil.add(arg("--minutes").of::<i64>().default(5));
/// parser.add_command(commands, Command::new("boil").help("in water"), boil);
///
/// let args = parser.try_parse_from(["boil", "--minutes", "7"])?;
/// assert_eq!(args.to_string(), "Namespace(command='boil', minutes=7)");
/// let exit = parser.try_parse_from([""; 0]).unwrap_err();
/// assert!(exit.stderr().ends_with("cook: error: the following arguments are required: command\n"));
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "sub-commands do nothing until they are added to a parser"]
pub struct Subparsers {
    pub(super) title: Option<Option<Text>>,
    pub(super) description: Option<Option<Text>>,
    pub(super) prog: Option<Cow<'static, str>>,
    pub(super) dest: Option<Text>,
    pub(super) required: bool,
    pub(super) help: Option<Text>,
    pub(super) metavar: Option<Metavar>,
}

/// Which sub-commands of a parser: what [`ArgumentParser::add_subparsers`](super::ArgumentParser::add_subparsers) returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubparsersId(pub(super) u32);

impl Subparsers {
    /// Starts the definition. A sub-command may be left out, and its name is not stored.
    pub const fn new() -> Self {
        Self {
            title: None,
            description: None,
            prog: None,
            dest: None,
            required: false,
            help: None,
            metavar: None,
        }
    }

    /// Shows the sub-commands in a group of their own, under this title.
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = Some(Some(title.into()));
        self
    }

    /// Shows the sub-commands in a group of their own, with this text.
    pub fn description(mut self, description: impl Into<Text>) -> Self {
        self.description = Some(Some(description.into()));
        self
    }

    /// Sets what stands before the command's name in its usage.
    pub fn prog(mut self, prog: impl Into<Cow<'static, str>>) -> Self {
        self.prog = Some(prog.into());
        self
    }

    /// Stores the command's name under this one.
    pub fn dest(mut self, dest: impl Into<Text>) -> Self {
        self.dest = Some(dest.into());
        self
    }

    /// Says whether a command must be there.
    pub fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// Sets the help above the commands'.
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets what stands for the commands in usage and help.
    pub fn metavar(mut self, metavar: impl Into<Metavar>) -> Self {
        self.metavar = Some(metavar.into());
        self
    }
}

/// The name of a sub-command, and what the parser above shows of it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is added to a parser"]
pub struct Command {
    pub(super) name: Cow<'static, str>,
    pub(super) aliases: Vec<Cow<'static, str>>,
    pub(super) help: Option<Option<Text>>,
    pub(super) deprecated: bool,
}

impl Command {
    /// Starts the definition. Without a help the command is not listed.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), aliases: Vec::new(), help: None, deprecated: false }
    }

    /// Sets what the list of commands says of it.
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(Some(help.into()));
        self
    }

    /// Adds another name.
    #[doc(alias = "aliases")]
    pub fn alias(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.aliases.push(name.into());
        self
    }

    /// Warns when the command is used.
    pub fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }
}

/// The commands of a parser.
#[derive(Clone)]
pub(super) struct Commands {
    /// What stands before a command's name in its usage, if it was given.
    pub(super) prog: Option<Cow<'static, str>>,
    /// The usage of the positional arguments that stood before the commands.
    pub(super) before: Vec<String>,
    pub(super) parsers: Vec<ArgumentParser>,
    /// Every name and alias, with the parser's place.
    pub(super) names: Vec<(Cow<'static, str>, usize)>,
    pub(super) deprecated: Vec<Cow<'static, str>>,
    /// What the help lists.
    pub(super) shown: Vec<Shown>,
}

/// A command in the help.
#[derive(Clone)]
pub(super) struct Shown {
    /// The name, and the aliases in brackets.
    pub(super) label: String,
    pub(super) name: Cow<'static, str>,
    pub(super) help: Option<Text>,
}
