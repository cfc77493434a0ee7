//! The definition of a command line.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::action::{Action, ActionName, Argument, Builtin, Kind, NO_SLOT};
use super::arg::{Arg, Metavar, Nargs, Text};
use super::error::{DefinitionError, DefinitionErrorKind};
use super::format::{Dialect, HelpFormat};
use super::groups::{Exclusive, ExclusiveGroup, Group, GroupId, OPTIONS, POSITIONALS, Place};
use super::help::Formatter;
use super::index::Index;
use super::prog::{ChildProg, Prog};
use super::subparsers::{Command, Commands, Shown, Subparsers, SubparsersId};
use super::types::{Conversion, TypeError};
use super::value::{SUPPRESS_TEXT, Value};
use crate::python::{Repr, number};

/// A command line: which arguments it has, what becomes of them, what its help says.
///
/// Settings are chained behind [`new`](Self::new), then arguments are added. The first thing that is wrong with the definition
/// is kept: [`check`](Self::check) returns it, and parsing panics with it, since it is the programmer's mistake and no user's.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, Nargs, arg};
///
/// let mut parser = ArgumentParser::new().prog("sum").description("Add numbers.");
/// parser.add(arg("numbers").of::<i64>().nargs(Nargs::OneOrMore).help("what to add"));
/// parser.add(arg(["-n", "--negate"]).store_true().help("negate the sum"));
///
/// let args = parser.try_parse_from(["-n", "1", "2", "3"])?;
/// let sum: i64 = args.get::<Vec<i64>>("numbers").iter().sum();
/// assert_eq!(if args.get("negate") { -sum } else { sum }, -6);
/// # Ok::<(), batteries::argparse::Exit>(())
/// ```
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they are Python's keyword arguments")]
pub struct ArgumentParser {
    pub(super) prog: Prog,
    pub(super) usage: Option<Text>,
    pub(super) description: Option<Text>,
    pub(super) epilog: Option<Text>,
    pub(super) format: HelpFormat,
    pub(super) dialect: Dialect,
    pub(super) prefix_chars: Cow<'static, str>,
    pub(super) fromfile_prefix_chars: Option<Cow<'static, str>>,
    argument_default: Option<(Value, u32)>,
    resolve: bool,
    pub(super) allow_abbrev: bool,
    pub(super) exit_on_error: bool,
    pub(super) suggest_on_error: bool,
    /// Whether colours are allowed; `None` takes it from the parser above.
    pub(super) color: Option<bool>,
    #[expect(
        clippy::vec_box,
        reason = "one large block for all of them is beyond what allocators keep at hand: a tenth slower"
    )]
    pub(super) arguments: Vec<Box<Argument>>,
    /// The arguments of the option strings.
    pub(super) options: Index,
    /// The names in the namespace; the number is the slot.
    pub(super) dests: Index,
    pub(super) groups: Vec<Group>,
    pub(super) exclusive: Vec<Exclusive>,
    pub(super) defaults: Vec<(Cow<'static, str>, Value, u32)>,
    /// Whether an option looks like a negative number, so that words that do are none.
    pub(super) negative_options: bool,
    has_subparsers: bool,
    types: Vec<(String, Conversion)>,
    actions: Vec<(Cow<'static, str>, Arc<dyn Action>)>,
    pub(super) split_line: Option<SplitLine>,
    marks: u32,
    error: Option<DefinitionError>,
}

/// What becomes of a line of a file of arguments.
#[expect(clippy::type_complexity, reason = "it is named nowhere else")]
#[derive(Clone)]
pub(super) struct SplitLine(pub(super) Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>);

impl Default for ArgumentParser {
    fn default() -> Self {
        Self::new()
    }
}

impl ArgumentParser {
    /// Starts a definition that has nothing but `-h`.
    #[must_use]
    pub fn new() -> Self {
        let mut parser = Self {
            prog: Prog::Argv0,
            usage: None,
            description: None,
            epilog: None,
            format: HelpFormat::new(),
            dialect: Dialect::Python314,
            prefix_chars: Cow::Borrowed("-"),
            fromfile_prefix_chars: None,
            argument_default: None,
            resolve: false,
            allow_abbrev: true,
            exit_on_error: true,
            suggest_on_error: false,
            color: None,
            arguments: Vec::with_capacity(8),
            // As many as most programs have.
            options: Index::with_capacity(16),
            dests: Index::with_capacity(8),
            groups: Vec::new(),
            exclusive: Vec::new(),
            defaults: Vec::new(),
            negative_options: false,
            has_subparsers: false,
            types: Vec::new(),
            actions: Vec::new(),
            split_line: None,
            marks: 0,
            error: None,
        };
        parser.add_help_option("-h".into(), "--help".into());
        parser
    }

    fn add_help_option(&mut self, short: Cow<'static, str>, long: Cow<'static, str>) {
        self.options.push(short.clone(), 0);
        self.options.push(long.clone(), 0);
        self.arguments.push(Box::new(Argument {
            option_strings: vec![short, long],
            dest: SUPPRESS_TEXT.into(),
            slot: NO_SLOT,
            kind: Kind::Help,
            nargs: Some(Nargs::Exactly(0)),
            constant: Value::None,
            default: Value::Suppress,
            default_mark: 0,
            conversion: Conversion::None,
            choices: None,
            required: false,
            help: Some("show this help message and exit".into()),
            metavar: None,
            deprecated: false,
            group: OPTIONS,
            removed: false,
        }));
    }

    /// Sets the program's name, otherwise the last part of the path that it was started by.
    #[must_use]
    pub fn prog(mut self, prog: impl Into<Cow<'static, str>>) -> Self {
        self.prog = Prog::Given(prog.into());
        self
    }

    /// Sets the usage, otherwise made of the arguments. `%(prog)s` is the program's name, `%%` a percent sign.
    #[must_use]
    pub fn usage(mut self, usage: impl Into<Text>) -> Self {
        self.usage = Some(usage.into());
        self
    }

    /// Sets the text between the usage and the arguments.
    #[must_use]
    pub fn description(mut self, description: impl Into<Text>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the text behind the arguments.
    #[must_use]
    pub fn epilog(mut self, epilog: impl Into<Text>) -> Self {
        self.epilog = Some(epilog.into());
        self
    }

    /// Sets how the help is laid out.
    #[must_use]
    #[doc(alias = "formatter_class")]
    pub fn format(mut self, format: HelpFormat) -> Self {
        self.format = format;
        self
    }

    /// Says which Python's wording the texts have; the parsing is 3.14's always.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets the characters that option strings start with. Comes before everything that is added.
    #[must_use]
    pub fn prefix_chars(mut self, chars: impl Into<Cow<'static, str>>) -> Self {
        self.prefix_chars = chars.into();
        let Some(first) = self.prefix_chars.chars().next() else {
            self.keep(DefinitionError::value("prefix_chars is empty"));
            return self;
        };
        let help = self.early("prefix_chars");
        let prefix = if self.prefix_chars.contains('-') { '-' } else { first };
        if help && prefix != '-' {
            (self.arguments, self.options) = (Vec::with_capacity(8), Index::default());
            self.add_help_option(
                format!("{prefix}h").into(),
                format!("{prefix}{prefix}help").into(),
            );
        }
        self
    }

    /// Whether nothing but the help is there; anything else is a definition in the wrong order.
    fn early(&mut self, setting: &str) -> bool {
        let help = matches!(&*self.arguments, [help] if matches!(help.kind, Kind::Help));
        if !help && !self.arguments.is_empty() {
            let text = format!("{setting} must be set before arguments and parents are added");
            self.keep(DefinitionError::value(text));
        }
        help
    }

    /// Sets the characters that mark the name of a file of arguments: `@args.txt`.
    #[must_use]
    pub fn fromfile_prefix_chars(mut self, chars: impl Into<Cow<'static, str>>) -> Self {
        self.fromfile_prefix_chars = Some(chars.into());
        self
    }

    /// Sets what becomes of a line of a file of arguments, otherwise one argument.
    #[must_use]
    pub fn convert_arg_line_to_args(
        mut self,
        split: impl Fn(&str) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        self.split_line = Some(SplitLine(Arc::new(split)));
        self
    }

    /// Sets the default of all arguments that have none of their own. Comes before everything that is added.
    #[must_use]
    pub fn argument_default(mut self, value: impl Into<Value>) -> Self {
        let value = value.into();
        let mark = self.new_mark();
        self.argument_default = (!value.is_none()).then_some((value, mark));
        self
    }

    /// Lets a new argument take its option strings from older ones; otherwise that is an error of the definition.
    #[must_use]
    #[doc(alias = "conflict_handler")]
    pub fn resolve_conflicts(mut self) -> Self {
        self.resolve = true;
        self
    }

    /// Says whether there is `-h`. Comes before everything that is added.
    #[must_use]
    pub fn add_help(mut self, help: bool) -> Self {
        if !help && self.early("add_help") {
            self.arguments.clear();
            self.options = Index::default();
        }
        self
    }

    /// Says whether options may be shortened as long as they are unique.
    #[must_use]
    pub fn allow_abbrev(mut self, allow: bool) -> Self {
        self.allow_abbrev = allow;
        self
    }

    /// Says whether an error prints the usage and exits with 2.
    ///
    /// Without, [`Exit`](super::Exit) has no text to print and the code 1: the caller says what happened.
    #[must_use]
    pub fn exit_on_error(mut self, exit: bool) -> Self {
        self.exit_on_error = exit;
        self
    }

    /// Says whether a wrong choice is answered with the choice that was meant, perhaps.
    #[must_use]
    pub fn suggest_on_error(mut self, suggest: bool) -> Self {
        self.suggest_on_error = suggest;
        self
    }

    /// Says whether colours are allowed on a terminal; they are, otherwise.
    #[must_use]
    pub fn color(mut self, color: bool) -> Self {
        self.color = Some(color);
        self
    }

    /// Copies the arguments, groups and defaults of other parsers, which mostly have no help of their own.
    #[must_use]
    pub fn parents<'a>(mut self, parents: impl IntoIterator<Item = &'a Self>) -> Self {
        for parent in parents {
            let result = self.add_parent(parent);
            self.note(result);
        }
        self
    }

    fn add_parent(&mut self, parent: &Self) -> Result<(), DefinitionError> {
        if let Some(error) = &parent.error {
            return Err(error.clone());
        }
        self.ensure_groups();
        let title = |group: &Group| group.title.clone();
        let mut known: Vec<(Option<Text>, usize)> = Vec::new();
        for (at, group) in self.groups.iter().enumerate() {
            if known.iter().any(|(known, _)| *known == group.title) {
                let shown = match &group.title {
                    Some(Text::Str(text)) => Repr(text).to_string(),
                    _ => "None".to_owned(),
                };
                let text = format!("cannot merge actions - two groups are named {shown}");
                return Err(DefinitionError::value(text));
            }
            known.push((title(group), at));
        }
        let parent_groups = parent.all_groups();
        let mut groups = Vec::new();
        for group in parent_groups.iter() {
            let at = match known.iter().find(|(known, _)| *known == group.title) {
                Some((_, at)) => *at,
                None => {
                    self.groups.push(group.clone());
                    known.push((title(group), self.groups.len() - 1));
                    self.groups.len() - 1
                }
            };
            groups.push(at);
        }
        let mut places: Vec<Place> =
            parent.arguments.iter().map(|argument| Place::Group(groups[argument.group])).collect();
        for exclusive in &parent.exclusive {
            let within = match exclusive.within {
                Place::Group(at) => Place::Group(groups[at]),
                place => place,
            };
            for member in &exclusive.members {
                places[*member] = Place::Exclusive(self.exclusive.len());
            }
            let (required, members) = (exclusive.required, Vec::new());
            self.exclusive.push(Exclusive { required, within, members });
        }
        let offset = self.marks;
        for (argument, place) in parent.arguments.iter().zip(places) {
            if argument.removed {
                continue;
            }
            let mut argument = argument.clone();
            if argument.default_mark != 0 {
                argument.default_mark += offset;
            }
            self.insert(place, argument)?;
        }
        self.marks += parent.marks;
        for (name, value, mark) in &parent.defaults {
            let mark = if *mark == 0 { 0 } else { mark + offset };
            self.defaults.retain(|(known, ..)| known != name);
            self.defaults.push((name.clone(), value.clone(), mark));
        }
        Ok(())
    }

    /// Makes the two groups that every parser has, once they are looked at.
    fn ensure_groups(&mut self) {
        if self.groups.is_empty() {
            self.groups = Self::own_groups(self.dialect);
        }
    }

    fn own_groups(dialect: Dialect) -> Vec<Group> {
        vec![Group::new("positional arguments"), Group::new(dialect.options_heading())]
    }

    /// All groups in order, also where none but the two was added.
    pub(super) fn all_groups(&self) -> Cow<'_, [Group]> {
        if self.groups.is_empty() {
            Cow::Owned(Self::own_groups(self.dialect))
        } else {
            Cow::Borrowed(&self.groups)
        }
    }

    /// Adds an argument.
    ///
    /// What is wrong with it [`check`](Self::check) returns.
    #[doc(alias = "add_argument")]
    pub fn add(&mut self, arg: Arg) -> &mut Self {
        let result = self.add_at(Place::Parser, arg);
        self.note(result);
        self
    }

    /// Adds an argument to a group.
    pub fn add_to(&mut self, group: GroupId, arg: Arg) -> &mut Self {
        let result = self.add_at(group.0, arg);
        self.note(result);
        self
    }

    /// Adds a group that shows its arguments under a heading of its own.
    #[doc(alias = "add_argument_group")]
    pub fn add_group(&mut self, group: impl Into<Group>) -> GroupId {
        self.ensure_groups();
        self.groups.push(group.into());
        GroupId(Place::Group(self.groups.len() - 1))
    }

    /// Adds a group whose arguments exclude each other.
    #[doc(alias = "add_mutually_exclusive_group")]
    pub fn add_exclusive_group(&mut self, group: ExclusiveGroup) -> GroupId {
        let within = match group.within {
            None => Place::Parser,
            Some(GroupId(Place::Exclusive(_))) => {
                self.keep(DefinitionError::value("mutually exclusive groups cannot be nested"));
                Place::Parser
            }
            Some(GroupId(place)) => place,
        };
        self.exclusive.push(Exclusive { required: group.required, within, members: Vec::new() });
        GroupId(Place::Exclusive(self.exclusive.len() - 1))
    }

    /// Sets the value of a name, whether there is an argument of this name or not.
    #[doc(alias = "set_defaults")]
    pub fn set_default(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> &mut Self {
        let (name, value) = (name.into(), value.into());
        let mark = self.new_mark();
        for argument in self.arguments.iter_mut().filter(|argument| argument.dest == name) {
            argument.default = value.clone();
            argument.default_mark = mark;
        }
        match self.defaults.iter_mut().find(|(known, ..)| *known == name) {
            Some(default) => (default.1, default.2) = (value, mark),
            None => self.defaults.push((name, value, mark)),
        }
        self
    }

    /// Returns the default of a name; `None` also where there is no such name.
    #[must_use]
    pub fn get_default(&self, name: &str) -> Value {
        let of_argument = self
            .arguments
            .iter()
            .filter(|argument| !argument.removed)
            .find(|argument| argument.dest == name && !argument.default.is_none());
        let default = of_argument.map(|argument| &argument.default);
        let of_parser = || self.defaults.iter().find(|(known, ..)| known == name);
        default.or_else(|| of_parser().map(|(_, value, _)| value)).cloned().unwrap_or_default()
    }

    /// Registers a type by name, for [`Arg::type_name`].
    #[doc(alias = "register")]
    pub fn register_type(
        &mut self,
        name: impl Into<String>,
        read: impl Fn(&std::ffi::OsStr) -> Result<Value, TypeError> + Send + Sync + 'static,
    ) -> &mut Self {
        let name = name.into();
        self.register_conversion(name.clone(), Conversion::named(name, read));
        self
    }

    /// Registers an action by name, for [`Arg::action_name`].
    #[doc(alias = "register")]
    pub fn register_action(
        &mut self,
        name: impl Into<String>,
        action: impl Action + 'static,
    ) -> &mut Self {
        self.register_shared_action(name.into(), Arc::new(action));
        self
    }

    pub(super) fn register_conversion(&mut self, name: String, conversion: Conversion) {
        self.types.retain(|(known, _)| *known != name);
        self.types.push((name, conversion));
    }

    pub(super) fn register_shared_action(&mut self, name: String, action: Arc<dyn Action>) {
        self.actions.retain(|(known, _)| *known != name);
        self.actions.push((name.into(), action));
    }

    /// Adds sub-commands; the commands themselves come with [`add_command`](Self::add_command).
    pub fn add_subparsers(&mut self, subparsers: Subparsers) -> SubparsersId {
        match self.try_add_subparsers(subparsers) {
            Ok(id) => id,
            Err(error) => {
                self.keep(error);
                SubparsersId(u32::MAX)
            }
        }
    }

    pub(super) fn try_add_subparsers(
        &mut self,
        sub: Subparsers,
    ) -> Result<SubparsersId, DefinitionError> {
        if self.has_subparsers {
            return Err(DefinitionError::value("cannot have multiple subparser arguments"));
        }
        self.has_subparsers = true;
        let mut group = POSITIONALS;
        if sub.title.is_some() || sub.description.is_some() {
            let title = sub.title.unwrap_or_else(|| Some("subcommands".into()));
            let description = sub.description.flatten();
            let Place::Group(at) = self.add_group(Group { title, description }).0 else {
                unreachable!("a group of the help is one")
            };
            group = at;
        }
        let positionals: Vec<usize> = self.positionals().collect();
        let before = if positionals.is_empty() || sub.prog.is_some() {
            Vec::new()
        } else {
            Formatter::bare(self).usage_parts(&positionals).0
        };
        let commands = Commands {
            prog: sub.prog,
            before,
            parsers: Vec::new(),
            names: Vec::new(),
            deprecated: Vec::new(),
            shown: Vec::new(),
        };
        let argument = Box::new(Argument {
            option_strings: Vec::new(),
            dest: match sub.dest {
                Some(Text::Str(dest)) => dest,
                _ => SUPPRESS_TEXT.into(),
            },
            slot: NO_SLOT,
            kind: Kind::Parsers(Box::new(commands)),
            nargs: Some(Nargs::Parser),
            constant: Value::None,
            default: Value::None,
            default_mark: 0,
            conversion: Conversion::None,
            choices: None,
            required: sub.required,
            help: sub.help,
            metavar: sub.metavar,
            deprecated: false,
            group,
            removed: false,
        });
        self.check_help(&argument)?;
        let at = self.insert(Place::Group(group), argument)?;
        // Each argument was added by a call of its own, and takes hundreds of bytes: memory ends first.
        Ok(SubparsersId(u32::try_from(at).expect("fewer arguments than 2^32")))
    }

    /// Adds a sub-command: its name, and the parser of what follows.
    ///
    /// # Panics
    ///
    /// Panics if `commands` is another parser's.
    #[doc(alias = "add_parser")]
    pub fn add_command(
        &mut self,
        commands: SubparsersId,
        command: Command,
        parser: Self,
    ) -> &mut Self {
        if commands.0 != u32::MAX {
            let result = self.try_add_command(commands, command, parser).map(drop);
            self.note(result);
        }
        self
    }

    pub(super) fn try_add_command(
        &mut self,
        id: SubparsersId,
        command: Command,
        mut parser: Self,
    ) -> Result<usize, DefinitionError> {
        let (prog, color, split_line) = (self.prog.clone(), self.color, self.split_line.clone());
        let dialect = self.dialect;
        let commands = self.commands_mut(id);
        let known = |name: &str| commands.names.iter().any(|(known, _)| known == name);
        if known(&command.name) {
            return Err(DefinitionError::value(format!("conflicting subparser: {}", command.name)));
        }
        if let Some(alias) = command.aliases.iter().find(|alias| known(alias)) {
            return Err(DefinitionError::value(format!("conflicting subparser alias: {alias}")));
        }
        if let Some(error) = parser.error.take() {
            return Err(error);
        }
        if matches!(parser.prog, Prog::Argv0) {
            parser.set_prog(Prog::child(prog, commands, command.name.clone()));
        }
        parser.inherit(color, split_line.as_ref(), dialect);
        if let Some(help) = command.help {
            let mut label = command.name.clone().into_owned();
            if !command.aliases.is_empty() {
                label.push_str(&format!(" ({})", command.aliases.join(", ")));
            }
            let shown = Shown { label, name: command.name.clone(), help };
            if Formatter::bare(&parser).expand_shown(&shown).is_err() {
                return Err(DefinitionError::value("badly formed help string"));
            }
            commands.shown.push(shown);
        }
        let at = commands.parsers.len();
        commands.parsers.push(parser);
        if command.deprecated {
            commands.deprecated.push(command.name.clone());
            commands.deprecated.extend(command.aliases.iter().cloned());
        }
        for name in std::iter::once(command.name).chain(command.aliases) {
            commands.names.push((name, at));
        }
        Ok(at)
    }

    pub(super) fn commands_mut(&mut self, id: SubparsersId) -> &mut Commands {
        match self.arguments.get_mut(id.0 as usize).map(|argument| &mut argument.kind) {
            Some(Kind::Parsers(commands)) => commands,
            _ => panic!("these sub-commands are another parser's"),
        }
    }

    /// The parser of a command.
    pub(super) fn command_at(&self, id: SubparsersId, at: usize) -> Option<&Self> {
        match &self.arguments.get(id.0 as usize)?.kind {
            Kind::Parsers(commands) => commands.parsers.get(at),
            _ => None,
        }
    }

    /// Sets the name, and those of the commands below that follow from it.
    fn set_prog(&mut self, prog: Prog) {
        self.prog = prog;
        let own = self.prog.clone();
        for argument in &mut self.arguments {
            let Kind::Parsers(commands) = &mut argument.kind else { continue };
            for at in 0..commands.parsers.len() {
                if let Prog::Child(child) = &commands.parsers[at].prog {
                    let child = ChildProg { parent: own.clone(), ..(**child).clone() };
                    commands.parsers[at].set_prog(Prog::Child(Arc::new(child)));
                }
            }
        }
    }

    /// Takes over what Python's sub-parsers take over from the parser above.
    fn inherit(&mut self, color: Option<bool>, split_line: Option<&SplitLine>, dialect: Dialect) {
        self.color = self.color.or(color);
        if self.split_line.is_none() {
            self.split_line = split_line.cloned();
        }
        if self.dialect == Dialect::Python314 && dialect != self.dialect {
            self.dialect = dialect;
            if let Some(group) = self.groups.get_mut(OPTIONS) {
                group.title = Some(dialect.options_heading().into());
            }
        }
        let (color, split_line, dialect) = (self.color, self.split_line.clone(), self.dialect);
        for argument in &mut self.arguments {
            if let Kind::Parsers(commands) = &mut argument.kind {
                for parser in &mut commands.parsers {
                    parser.inherit(color, split_line.as_ref(), dialect);
                }
            }
        }
    }

    /// Returns what is wrong with the definition, if anything is.
    ///
    /// # Errors
    ///
    /// Python's exception for the first thing that is wrong.
    pub fn check(&self) -> Result<(), DefinitionError> {
        self.error.clone().map_or(Ok(()), Err)
    }

    #[track_caller]
    pub(super) fn assert_legal(&self) {
        if let Some(error) = &self.error {
            panic!("the definition of the command line is wrong: {error}");
        }
    }

    fn note(&mut self, result: Result<(), DefinitionError>) {
        if let Err(error) = result {
            self.keep(error);
        }
    }

    /// Keeps an error, if it is the first.
    #[cold]
    fn keep(&mut self, error: DefinitionError) {
        self.error.get_or_insert(error);
    }

    pub(super) fn positionals(&self) -> impl Iterator<Item = usize> {
        let all = self.arguments.iter().enumerate();
        all.filter(|(_, argument)| !argument.is_option() && !argument.removed).map(|(at, _)| at)
    }

    const fn new_mark(&mut self) -> u32 {
        self.marks += 1;
        self.marks
    }

    pub(super) fn is_prefix(&self, c: char) -> bool {
        self.prefix_chars.contains(c)
    }

    /// `_ActionsContainer.add_argument`.
    pub(super) fn add_at(&mut self, place: Place, mut arg: Arg) -> Result<(), DefinitionError> {
        let positional = match &*arg.names {
            [] => true,
            [name] => !name.starts_with(|c| self.is_prefix(c)),
            _ => false,
        };
        let (option_strings, dest, required) =
            if positional { positional_names(&mut arg)? } else { self.option_names(&mut arg)? };
        let (builtin, custom) = self.look_up_action(std::mem::take(&mut arg.action))?;
        let class = builtin.class();
        class.check_arguments(&arg, positional)?;

        let mark = self.new_mark();
        let (default, default_mark) = if let Some(default) = arg.default {
            (default, mark)
        } else if let Some((_, value, mark)) =
            self.defaults.iter().find(|(known, ..)| *known == dest)
        {
            (value.clone(), *mark)
        } else if let Some(default) = &self.argument_default {
            default.clone()
        } else {
            (builtin.default(), mark)
        };
        let conversion = self.look_up_type(arg.conversion)?;
        let argument = Box::new(Argument {
            option_strings: builtin.option_strings(option_strings)?,
            dest,
            slot: NO_SLOT,
            nargs: if class.takes_words { arg.nargs } else { Some(Nargs::Exactly(0)) },
            constant: builtin.constant(arg.constant),
            default,
            default_mark,
            conversion,
            choices: arg.choices,
            required,
            help: match (arg.help, builtin) {
                (None, Builtin::Version) => Some("show program's version number and exit".into()),
                (help, _) => help,
            },
            // These have the keyword and do without it.
            metavar: arg.metavar.filter(|_| class.takes_words),
            // Python's version action has the keyword and forgets it.
            deprecated: arg.deprecated && builtin != Builtin::Version,
            group: if positional { POSITIONALS } else { OPTIONS },
            removed: false,
            kind: match custom {
                Some(action) => Kind::Custom(action),
                None => builtin.kind(arg.version),
            },
        });
        if positional && argument.is_flag() {
            let name = Repr(class.action).to_string();
            let text = format!("action {name} is not valid for positional arguments");
            return Err(DefinitionError::value(text));
        }
        // Python looks at these only where the parser itself adds.
        if place == Place::Parser {
            check_metavar(&argument)?;
            self.check_help(&argument)?;
        }
        self.insert(place, argument).map(drop)
    }

    fn option_names(&self, arg: &mut Arg) -> Result<Names, DefinitionError> {
        let is_prefix = |c| self.is_prefix(c);
        if let Some(name) = arg.names.iter().find(|name| !name.starts_with(is_prefix)) {
            return Err(DefinitionError::value(format!(
                "invalid option string {}: must start with a character {}",
                Repr(name),
                Repr(&self.prefix_chars)
            )));
        }
        let dest = match &arg.dest {
            Some(Text::Str(dest)) => dest.clone(),
            Some(Text::Suppress) => SUPPRESS_TEXT.into(),
            None => {
                let long = arg.names.iter().find(|name| {
                    let mut chars = name.chars();
                    chars.next().is_some() && chars.next().is_some_and(is_prefix)
                });
                let name = long.unwrap_or(&arg.names[0]);
                let dest = name.trim_start_matches(is_prefix);
                if dest.is_empty() {
                    let last = arg.names.last().map_or("", |name| name);
                    return Err(DefinitionError::type_error(format!(
                        "dest= is required for options like {}",
                        Repr(last)
                    )));
                }
                match name {
                    _ if dest.contains('-') => dest.replace('-', "_").into(),
                    Cow::Borrowed(name) => Cow::Borrowed(&name[name.len() - dest.len()..]),
                    Cow::Owned(_) => dest.to_owned().into(),
                }
            }
        };
        Ok((std::mem::take(&mut arg.names), dest, arg.required.unwrap_or(false)))
    }

    fn look_up_action(
        &self,
        action: ActionName,
    ) -> Result<(Builtin, Option<Arc<dyn Action>>), DefinitionError> {
        Ok(match action {
            ActionName::Builtin(builtin) => (builtin, None),
            ActionName::Custom(action) => (Builtin::Custom, Some(action)),
            ActionName::Named(name) => {
                match self.actions.iter().find(|(known, _)| *known == name) {
                    Some((_, action)) => (Builtin::Custom, Some(Arc::clone(action))),
                    None => (Builtin::named(&name)?, None),
                }
            }
        })
    }

    fn look_up_type(&self, conversion: Conversion) -> Result<Conversion, DefinitionError> {
        let Conversion::Registered(name) = &conversion else { return Ok(conversion) };
        if let Some((_, conversion)) = self.types.iter().find(|(known, _)| known == name) {
            return Ok(conversion.clone());
        }
        Err(DefinitionError::type_error(format!("{} is not callable", Repr(name))))
    }

    pub(super) fn check_help(&self, argument: &Argument) -> Result<(), DefinitionError> {
        let needs_look = match &argument.help {
            Some(Text::Str(help)) => help.contains('%') || self.format.show_defaults,
            _ => false,
        };
        if needs_look && !is_plain(argument) && Formatter::bare(self).expand_help(argument).is_err()
        {
            return Err(DefinitionError::value("badly formed help string"));
        }
        Ok(())
    }

    /// `_add_action` of the container that `place` is.
    fn insert(
        &mut self,
        place: Place,
        mut argument: Box<Argument>,
    ) -> Result<usize, DefinitionError> {
        let mut within = place;
        if let Place::Exclusive(at) = place {
            if argument.required {
                let text = "mutually exclusive arguments must be optional";
                return Err(DefinitionError::value(text));
            }
            within = self.exclusive[at].within;
        }
        argument.group = match within {
            Place::Group(at) => at,
            _ if argument.is_option() => OPTIONS,
            _ => POSITIONALS,
        };
        self.settle_conflicts(&argument)?;
        let at = self.arguments.len();
        for (place, option) in argument.option_strings.iter().enumerate() {
            // The same twice in one argument is no conflict.
            if !argument.option_strings[..place].contains(option) {
                self.options.push(option.clone(), at);
            }
            self.negative_options |= is_negative(option.as_bytes());
        }
        argument.slot = match argument.dest.as_bytes() {
            dest if dest == SUPPRESS_TEXT.as_bytes() => NO_SLOT,
            dest => {
                let slot = self.dests.find(dest).unwrap_or_else(|| {
                    self.dests.push(argument.dest.clone(), self.dests.len());
                    self.dests.len() - 1
                });
                // No more slots than arguments, which memory bounds far below.
                u32::try_from(slot).expect("fewer arguments than 2^32")
            }
        };
        if let Place::Exclusive(group) = place {
            self.exclusive[group].members.push(at);
        }
        self.arguments.push(argument);
        Ok(at)
    }

    fn settle_conflicts(&mut self, argument: &Argument) -> Result<(), DefinitionError> {
        let known = |option: &Cow<'static, str>| self.options.find(option.as_bytes()).is_some();
        if !argument.option_strings.iter().any(known) {
            return Ok(());
        }
        let conflicts: Vec<(Cow<'static, str>, usize)> = argument
            .option_strings
            .iter()
            .filter_map(|option| Some((option.clone(), self.options.get(option.as_bytes())?)))
            .collect();
        if !self.resolve {
            let names: Vec<&str> = conflicts.iter().map(|(option, _)| &**option).collect();
            return Err(DefinitionError::new(
                DefinitionErrorKind::Argument,
                format!(
                    "argument {}: conflicting option string{}: {}",
                    argument.name().unwrap_or_default(),
                    if names.len() == 1 { "" } else { "s" },
                    names.join(", ")
                ),
            ));
        }
        for (option, at) in conflicts {
            self.options.remove(&option);
            let other = &mut self.arguments[at];
            other.option_strings.retain(|known| *known != option);
            other.removed = other.option_strings.is_empty();
        }
        Ok(())
    }
}

impl fmt::Debug for ArgumentParser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArgumentParser")
            .field("prog", &self.prog)
            .field(
                "arguments",
                &self.arguments.iter().map(|argument| argument.name()).collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

/// Whether `re.match(r'-\.?\d', word)` says yes.
pub(super) fn is_negative(word: &[u8]) -> bool {
    let Some(rest) = word.strip_prefix(b"-") else { return false };
    let rest = rest.strip_prefix(b".").unwrap_or(rest);
    match rest.first() {
        Some(byte) if byte.is_ascii() => byte.is_ascii_digit(),
        Some(_) => {
            let end = super::words::first_char(rest);
            let c = str::from_utf8(&rest[..end]).ok().and_then(|text| text.chars().next());
            c.is_some_and(number::is_decimal)
        }
        None => false,
    }
}

/// Whether a help has no `%` but those of a default, the program's name and itself, which need no look.
fn is_plain(argument: &Argument) -> bool {
    let Some(Text::Str(help)) = &argument.help else { return false };
    let mut specs = help.split('%').skip(1);
    while let Some(spec) = specs.next() {
        let fits = match spec {
            "" => specs.next().is_some(),
            _ if spec.starts_with("(prog)s") => true,
            _ => spec.starts_with("(default)s") && !matches!(argument.default, Value::Suppress),
        };
        if !fits {
            return false;
        }
    }
    true
}

/// The option strings of an argument, its name in the namespace, and whether it is required.
type Names = (Vec<Cow<'static, str>>, Cow<'static, str>, bool);

/// The names of a positional argument: `_get_positional_kwargs`.
fn positional_names(arg: &mut Arg) -> Result<Names, DefinitionError> {
    let dest = match (&*arg.names, &arg.dest) {
        ([_], Some(_)) => {
            return Err(DefinitionError::type_error(
                "dest supplied twice for positional argument, did you mean metavar?",
            ));
        }
        ([name, ..], _) if name.is_empty() => {
            return Err(DefinitionError::value("an argument's name is not empty"));
        }
        ([name, ..], _) => name.clone(),
        ([], Some(Text::Str(dest))) => dest.clone(),
        ([], Some(Text::Suppress)) => SUPPRESS_TEXT.into(),
        ([], None) => {
            return Err(DefinitionError::type_error(
                "_ActionsContainer._get_positional_kwargs() missing 1 required positional argument: 'dest'",
            ));
        }
    };
    if arg.required.is_some() {
        let text = "'required' is an invalid argument for positionals";
        return Err(DefinitionError::type_error(text));
    }
    if arg.nargs == Some(Nargs::Exactly(0)) {
        return Err(DefinitionError::value("nargs for positionals must be != 0"));
    }
    let optional = matches!(
        arg.nargs,
        Some(Nargs::Optional | Nargs::ZeroOrMore | Nargs::Remainder | Nargs::Suppress)
    );
    Ok((Vec::new(), dest, !optional))
}

/// Whether a tuple of metavars has the length that `nargs` asks for.
fn check_metavar(argument: &Argument) -> Result<(), DefinitionError> {
    let Some(Metavar::Each(texts)) = &argument.metavar else { return Ok(()) };
    let fits = match argument.nargs {
        None | Some(Nargs::Optional | Nargs::Parser) => texts.len() == 1,
        Some(Nargs::ZeroOrMore) => matches!(texts.len(), 1 | 2),
        Some(Nargs::OneOrMore) => texts.len() == 2,
        Some(Nargs::Remainder | Nargs::Suppress) => true,
        Some(Nargs::Exactly(count)) => texts.len() == count,
    };
    if fits {
        return Ok(());
    }
    Err(DefinitionError::value("length of metavar tuple does not match nargs"))
}
