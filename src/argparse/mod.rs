//! Command lines: Python's `argparse`, with its parsing, its help and its errors to the byte.
//!
//! Someone who moves a program from Python keeps its command line: every word is taken as Python takes it, and usage, help,
//! errors and exit codes are the same text. The semantics are Python 3.14's.
//!
//! ```
//! use batteries::argparse::{ArgumentParser, Command, Nargs, Subparsers, arg};
//!
//! let mut parser = ArgumentParser::new().prog("tool").description("Does things with files.");
//! parser.add(arg(["-v", "--verbose"]).count().default(0).help("say more"));
//! let commands = parser.add_subparsers(Subparsers::new().dest("command").required(true));
//! let mut add = ArgumentParser::new();
//! add.add(arg("files").nargs(Nargs::OneOrMore));
//! add.add(arg(["-j", "--jobs"]).of::<i64>().default(1).help("how many at once (default: %(default)s)"));
//! parser.add_command(commands, Command::new("add").help("add files"), add);
//!
//! // In `main`: `let args = parser.parse_args();`, which prints and exits as Python does.
//! let args = parser.try_parse_from(["-vv", "add", "--job", "4", "a", "b"])?;
//! assert_eq!(args.get::<i64>("verbose"), 2);
//! assert_eq!(args.get::<String>("command"), "add");
//! assert_eq!(args.get::<Vec<String>>("files"), ["a", "b"]);
//! assert_eq!(args.get::<i64>("jobs"), 4);
//!
//! let exit = parser.try_parse_from(["add", "-j", "x", "a"]).unwrap_err();
//! assert_eq!(
//!     exit.stderr(),
//!     "usage: tool add [-h] [-j JOBS] files [files ...]\n\
//!      tool add: error: argument -j/--jobs: invalid int value: 'x'\n",
//! );
//! # Ok::<(), batteries::argparse::Exit>(())
//! ```
//!
//! # Which part for what
//!
//! | You want | Use |
//! |---|---|
//! | the arguments of the process; print and exit | [`ArgumentParser::parse_args`] |
//! | to parse given words, and decide yourself | [`ArgumentParser::try_parse_from`], which returns [`Exit`] |
//! | unknown words kept, options anywhere, a namespace of your own | [`ArgumentParser::parse_known_args`], [`Parse`] |
//! | a value | [`Namespace::get`]; an `Option` where it may be absent, a `Vec` for a list |
//! | a type of your own | [`ArgType`], or [`Arg::type_fn`] |
//! | something else to happen | [`Action`], or a closure |
//! | the help laid out otherwise, or worded as an older Python's | [`HelpFormat`], [`Dialect`] |
//! | a struct of your own with all values | `Namespace::deserialize`, with the feature `serde` |
//! | a definition that comes from elsewhere | [`ArgumentParser::from_json`] |
//!
//! # What can be relied on
//!
//! - **The bytes are CPython's**: parse, usage, help, error, exit code. What differs on purpose is in `COMPATIBILITY.md`.
//! - **Bad input is an [`Exit`], never a panic.** A wrong *definition* is the programmer's mistake: [`ArgumentParser::check`]
//!   returns it, and parsing panics with it.
//! - **Words are exact**: an argument that is not UTF-8 arrives as it is in `OsString` and `PathBuf`, and shows in an error as
//!   Python shows it.
//! - **Time is linear** in the number of words.
//! - **A parser is `Send + Sync`**, parsing takes `&self`, and nothing is global.
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `ArgumentParser(prog=.., description=..)` | `ArgumentParser::new().prog(..).description(..)` |
//! | `parser.add_argument('-j', '--jobs', type=int)` | `parser.add(arg(["-j", "--jobs"]).of::<i64>())` |
//! | `type=int`, `float`, `complex`, `bool`, `Path` | [`of::<i64>()`](Arg::of) or any integer, `f64`, [`Complex`], `bool`, `PathBuf` |
//! | `type=func` | [`type_fn("name", func)`](Arg::type_fn) |
//! | `type=FileType('r')` | [`file(FileType::new("r"))`](Arg::file) |
//! | `action='store_true'`, `'append'`, `'count'`, .. | [`store_true()`](Arg::store_true), [`append()`](Arg::append), [`count()`](Arg::count), .. |
//! | `action=BooleanOptionalAction` | [`boolean_optional()`](Arg::boolean_optional) |
//! | `nargs=2`, `'?'`, `'*'`, `'+'`, `REMAINDER` | `nargs(2)`, and [`Nargs`] |
//! | `const=` | [`constant`](Arg::constant) |
//! | `default=SUPPRESS`, `help=SUPPRESS` | [`default(SUPPRESS)`](Arg::default), [`help(SUPPRESS)`](Arg::help) |
//! | `metavar=('X', 'Y')` | [`metavar(["X", "Y"])`](Arg::metavar) |
//! | `add_argument_group`, `add_mutually_exclusive_group` | [`add_group`](ArgumentParser::add_group), [`add_exclusive_group`](ArgumentParser::add_exclusive_group), [`add_to`](ArgumentParser::add_to) |
//! | `sub = add_subparsers(..)`, `sub.add_parser('x')` | [`add_subparsers`](ArgumentParser::add_subparsers), [`add_command`](ArgumentParser::add_command) |
//! | `set_defaults(func=run)` | [`set_default("func", Value::any(run as fn(..)))`](ArgumentParser::set_default) |
//! | `formatter_class=RawTextHelpFormatter` | `format(HelpFormat::new().raw_text())`; they mix |
//! | `conflict_handler='resolve'` | [`resolve_conflicts()`](ArgumentParser::resolve_conflicts) |
//! | `args = parser.parse_args()` | the same |
//! | `parser.parse_args(['-x'])` | `parser.try_parse_from(["-x"])?` |
//! | `parse_known_args(words, namespace)` | [`Parse::of(words).namespace(..).run(&parser)`](Parse) |
//! | `args.jobs`, `hasattr(args, 'x')`, `vars(args)` | `args.get::<i64>("jobs")`, [`contains`](Namespace::contains), [`iter`](Namespace::iter) |
//! | `parser.error('..')` | `parser.error("..").exit()` |
//! | `ArgumentTypeError('..')` | [`TypeError::message("..")`](TypeError::message) |
//!
//! # Coming from optparse
//!
//! | optparse | Here |
//! |---|---|
//! | `OptionParser(usage='%prog [options]')` | `ArgumentParser::new().usage("%(prog)s [options]")` |
//! | `add_option(..)` | `parser.add(arg(..))` |
//! | `options, args = parser.parse_args()` | one [`Namespace`]; give the positional arguments a name, `arg("args").nargs(Nargs::ZeroOrMore)` |
//! | options between positional arguments | [`parse_intermixed_args`](ArgumentParser::parse_intermixed_args) |
//! | `disable_interspersed_args()` | `arg("args").nargs(Nargs::Remainder)` |
//! | `type='int'`, `'choice'` | [`of::<i64>()`](Arg::of), [`choices`](Arg::choices) |
//! | `action='callback'` | [`action`](Arg::action) |
//! | `OptionGroup` | [`add_group`](ArgumentParser::add_group) |
//! | `%default`, `%prog` in texts | `%(default)s`, `%(prog)s` |
//! | `version='..'` of the parser | `arg("--version").version("..")` |
//! | `OptionError`, `OptionValueError` | [`ArgumentError`] |
//!
//! # Speed
//!
//! To build a parser of six options and parse ten words is about a microsecond; bench ids `argparse/*`, figures and rivals in
//! `docs/benchmarks.md`.

mod arg;
mod types;
mod value;

mod groups;
mod index;
mod parser;
mod prog;
mod subparsers;

mod action;
mod builtin;
mod engine;
mod matching;
mod namespace;
mod words;

mod format;
mod help;
mod theme;

mod environment;
mod error;
mod file_type;
mod json;
mod run;
#[cfg(feature = "serde")]
mod serde;
mod terminal;

pub use action::{Action, ActionContext, ActionError};
pub use arg::{Arg, Choices, IntoNames, Metavar, Nargs, Text, arg};
pub use environment::Environment;
pub use error::{
    ArgumentError, ArgumentErrorKind, DefinitionError, DefinitionErrorKind, Exit, ExitKind,
    GetError,
};
pub use file_type::{FileType, OpenFile};
pub use format::{Dialect, HelpFormat};
pub use groups::{ExclusiveGroup, Group, GroupId};
pub use json::Definition;
pub use namespace::{FromValue, Namespace};
pub use parser::ArgumentParser;
pub use run::{Parse, Parsed};
#[cfg(feature = "serde")]
pub use serde::DeserializeError;
pub use subparsers::{Command, Subparsers, SubparsersId};
pub use types::{ArgType, TypeError};
pub use value::{AnyValue, Complex, SUPPRESS, Suppress, Value};
