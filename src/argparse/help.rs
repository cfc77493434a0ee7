//! Usage and help: `HelpFormatter`, as a function of the definition, the program's name and the width.

use std::borrow::Cow;

use super::action::{Argument, Kind};
use super::arg::{Metavar, Nargs, Text};
use super::environment::Environment;
use super::parser::ArgumentParser;
use super::prog::Prog;
use super::subparsers::Shown;
use super::theme::{COLORED, PLAIN, Theme};
use super::value::{SUPPRESS_TEXT, Value};
use crate::python::Repr;
use crate::python::percent::{FormatError, Item, percent};
use crate::python::text::{is_space, split_lines, without_end};
use crate::python::textwrap::wrap;

/// Writes the usage and the help of one parser.
pub(super) struct Formatter<'a> {
    parser: &'a ArgumentParser,
    prog: Cow<'a, str>,
    /// May be negative: Python subtracts two from the terminal's width, whatever that is.
    width: isize,
    max_help_position: isize,
    theme: &'static Theme,
}

/// An entry of the help: an argument, or a command below one.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Argument(&'a Argument),
    Command(&'a Shown),
}

impl<'a> Formatter<'a> {
    pub(super) fn new(parser: &'a ArgumentParser, env: &'a Environment) -> Self {
        let format = &parser.format;
        let width = format.width.map_or_else(|| env.columns() as isize - 2, |width| width as isize);
        let least = (format.indent_increment * 2) as isize;
        let max_help_position = (format.max_help_position as isize).min((width - 20).max(least));
        let color = parser.dialect.has_colors() && parser.color.unwrap_or(true) && env.color();
        let theme = if color { &COLORED } else { &PLAIN };
        Self { parser, prog: parser.prog.resolve(env), width, max_help_position, theme }
    }

    /// One for what depends neither on the program's name nor on the width: to try a help, to write the parts of a usage.
    pub(super) fn bare(parser: &'a ArgumentParser) -> Self {
        let prog = match &parser.prog {
            Prog::Given(name) => Cow::Borrowed(&**name),
            _ => Cow::Borrowed(""),
        };
        Self { parser, prog, width: 78, max_help_position: 24, theme: &PLAIN }
    }

    pub(super) fn format_usage(&self) -> String {
        let mut out = String::new();
        self.write_usage(&mut out);
        finish(&out)
    }

    pub(super) fn format_help(&self) -> String {
        let parser = self.parser;
        let mut out = String::with_capacity(1024);
        self.write_usage(&mut out);
        self.write_text(&mut out, parser.description.as_ref(), 0);

        let indent = parser.format.indent_increment;
        let groups = parser.all_groups();
        let members = |at: usize| {
            let shown = move |argument: &&Argument| {
                argument.group == at && !argument.removed && !argument.is_suppressed()
            };
            parser.arguments.iter().map(|argument| &**argument).filter(shown)
        };
        let mut longest = 0;
        for at in 0..groups.len() {
            for argument in members(at) {
                let length = self.length(&self.invocation(Entry::Argument(argument)));
                longest = longest.max(length + indent);
                for command in commands(argument) {
                    longest = longest.max(command.label.chars().count() + 2 * indent);
                }
            }
        }
        for (at, group) in groups.iter().enumerate() {
            let mut body = String::new();
            self.write_text(&mut body, group.description.as_ref(), indent);
            for argument in members(at) {
                self.write_entry(&mut body, Entry::Argument(argument), indent, longest);
                for command in commands(argument) {
                    self.write_entry(&mut body, Entry::Command(command), 2 * indent, longest);
                }
            }
            if body.is_empty() {
                continue;
            }
            out.push('\n');
            if let Some(Text::Str(title)) = &group.title {
                let theme = self.theme;
                out.extend([theme.heading, title, ":", theme.reset, "\n"]);
            }
            out.push_str(&body);
            out.push('\n');
        }
        self.write_text(&mut out, parser.epilog.as_ref(), 0);
        finish(&out)
    }

    /// A version: a text alone.
    pub(super) fn format_text(&self, text: &str) -> String {
        let mut out = String::new();
        self.write_text(&mut out, Some(&Text::Str(text.to_owned().into())), 0);
        finish(&out)
    }

    /// Characters on the screen: without colours.
    fn length(&self, text: &str) -> usize {
        if std::ptr::eq(self.theme, &raw const PLAIN) {
            text.chars().count()
        } else {
            super::theme::length(text)
        }
    }

    fn write_text(&self, out: &mut String, text: Option<&Text>, indent: usize) {
        let Some(Text::Str(text)) = text else { return };
        let mut text = Cow::Borrowed(&**text);
        if text.contains("%(prog)") {
            let formatted = percent(&text, |name| {
                (name == "prog").then(|| Item::Str(Cow::Borrowed(&*self.prog)))
            });
            // Python crashes where the format is wrong; here it shows as it is.
            if let Ok(formatted) = formatted {
                text = Cow::Owned(formatted);
            }
        }
        let margin = " ".repeat(indent);
        if self.parser.format.raw_description {
            for line in split_lines(&text) {
                out.push_str(&margin);
                out.push_str(line);
            }
        } else {
            let width = (self.width - indent as isize).max(11);
            for (at, line) in wrap(&collapse(&text), width as usize, &margin).iter().enumerate() {
                out.push_str(if at > 0 { "\n" } else { "" });
                out.push_str(line);
            }
        }
        out.push_str("\n\n");
    }

    fn write_usage(&self, out: &mut String) {
        const PREFIX: &str = "usage: ";
        let theme = self.theme;
        let usage = match &self.parser.usage {
            Some(Text::Suppress) => return,
            Some(Text::Str(usage)) => {
                let prog = [theme.prog, &*self.prog, theme.reset, theme.prog_extra].concat();
                let formatted = percent(usage, |name| {
                    (name == "prog").then(|| Item::Str(Cow::Borrowed(&*prog)))
                });
                let usage = formatted.unwrap_or_else(|_| usage.clone().into_owned());
                [theme.prog_extra, &*usage, theme.reset].concat()
            }
            None => {
                let all: Vec<usize> = (0..self.parser.arguments.len())
                    .filter(|at| !self.parser.arguments[*at].removed)
                    .collect();
                let length = |text: &str| self.length(text);
                let prog = &*self.prog;
                let mut rest = if self.parser.dialect.gathers_groups() {
                    let (parts, positionals) = self.usage_parts(&all);
                    wrap_usage(prog, &parts, positionals, PREFIX.len(), self.width, length)
                } else {
                    self.old_usage(&all, PREFIX.len())
                };
                rest.drain(..prog.len());
                [theme.prog, prog, theme.reset, &rest].concat()
            }
        };
        out.extend([theme.usage, PREFIX, theme.reset, &usage, "\n\n"]);
    }

    /// The usage of Python up to 3.13, which wraps options and positional arguments by themselves.
    fn old_usage(&self, all: &[usize], prefix: usize) -> String {
        let is_option = |at: &usize| self.parser.arguments[*at].is_option();
        let (options, positionals): (Vec<usize>, Vec<usize>) =
            all.iter().partition(|at| is_option(at));
        let both = [&*options, &*positionals].concat();
        let one_line = self.old_parts(&both);
        let length: usize = one_line.iter().map(|part| part.chars().count() + 1).sum();
        if (prefix + self.prog.chars().count() + length) as isize <= self.width {
            return [&[self.prog.clone().into_owned()], &*one_line].concat().join(" ");
        }
        let mut parts = self.old_parts(&options);
        let start = parts.len();
        parts.extend(self.old_parts(&positionals));
        wrap_usage(&self.prog, &parts, start, prefix, self.width, |text| text.chars().count())
    }

    /// The parts of a usage, and where those of positional arguments start: `_get_actions_usage_parts`.
    pub(super) fn usage_parts(&self, shown: &[usize]) -> (Vec<String>, usize) {
        let arguments = &self.parser.arguments;
        let mut parts = Vec::with_capacity(shown.len());
        if self.parser.exclusive.is_empty() {
            let visible = |at: &&usize| !arguments[**at].is_suppressed();
            for option in [true, false] {
                for at in shown.iter().filter(visible) {
                    if arguments[*at].is_option() == option {
                        parts.push(self.usage_part(&arguments[*at], false, false));
                    }
                }
            }
            let positionals =
                shown.iter().filter(visible).filter(|at| !arguments[**at].is_option());
            let start = parts.len() - positionals.count();
            return (parts, start);
        }

        // Which group an argument is in; of several the last one.
        let mut group_of: Vec<Option<usize>> = vec![None; arguments.len()];
        // Whether it is still to be written.
        let mut open = vec![false; arguments.len()];
        for at in shown {
            open[*at] = !arguments[*at].is_suppressed();
        }
        for (group, exclusive) in self.parser.exclusive.iter().enumerate() {
            for member in &exclusive.members {
                group_of[*member] = Some(group);
            }
        }
        // A positional argument brings the options of its group along, an option the options.
        let mut gather = |positional: bool| {
            let mut gathered: Vec<(bool, Vec<usize>)> = Vec::new();
            for at in shown.iter().copied() {
                if arguments[at].is_option() == positional || !open[at] {
                    continue;
                }
                open[at] = false;
                let Some(group) = group_of[at] else {
                    gathered.push((false, vec![at]));
                    continue;
                };
                let exclusive = &self.parser.exclusive[group];
                let mut members = if positional { vec![] } else { vec![at] };
                for member in &exclusive.members {
                    // What belongs to a later group as well is taken by whoever comes first, as `dict.pop` says: only
                    // what has a group at all.
                    if arguments[*member].is_option() && open[*member] {
                        open[*member] = false;
                        members.push(*member);
                    }
                }
                if positional {
                    members.push(at);
                }
                gathered.push((exclusive.required, members));
            }
            gathered
        };
        let positionals = gather(true);
        let options = gather(false);
        let mut start = None;
        for (at, (required, members)) in options.iter().chain(&positionals).enumerate() {
            if at == options.len() {
                start = Some(parts.len());
            }
            let together = members.len() > 1;
            for (at, member) in members.iter().enumerate() {
                let mut part = self.usage_part(&arguments[*member], *required, together);
                if together {
                    if at == 0 {
                        part.insert(0, if *required { '(' } else { '[' });
                    }
                    if at + 1 < members.len() {
                        part.push_str(" |");
                    } else {
                        part.push(if *required { ')' } else { ']' });
                    }
                }
                parts.push(part);
            }
        }
        let start = start.unwrap_or(parts.len());
        (parts, start)
    }

    /// The parts of a usage in Python up to 3.13: members of a group stand together or are no group.
    fn old_parts(&self, shown: &[usize]) -> Vec<String> {
        let arguments = &self.parser.arguments;
        let mut in_group = vec![false; arguments.len()];
        let mut groups = Vec::new();
        for exclusive in &self.parser.exclusive {
            let members = &exclusive.members;
            if members.iter().all(|at| arguments[*at].is_suppressed()) {
                continue;
            }
            let Some(start) = shown.iter().position(|at| Some(at) == members.first()) else {
                continue;
            };
            let end = start + members.len();
            if shown.get(start..end) == Some(members) {
                members.iter().for_each(|at| in_group[*at] = true);
                groups.push((start, end, exclusive.required));
            }
        }
        let mut parts: Vec<Option<String>> = shown
            .iter()
            .map(|at| {
                let argument = &arguments[*at];
                (!argument.is_suppressed()).then(|| self.usage_part(argument, false, in_group[*at]))
            })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse((group.0, group.1)));
        for (start, end, required) in groups {
            let mut members: Vec<String> =
                parts[start..end].iter_mut().filter_map(Option::take).collect();
            let last = members.len() - 1;
            let (open, close) = match required {
                true if last > 0 => ("(", ")"),
                true => ("", ""),
                false => ("[", "]"),
            };
            members[0].insert_str(0, open);
            members[last].push_str(close);
            for (at, mut member) in members.into_iter().enumerate() {
                if at < last {
                    member.push_str(" |");
                }
                parts[start + at] = Some(member);
            }
        }
        parts.into_iter().flatten().collect()
    }

    fn usage_part(&self, argument: &Argument, required: bool, in_group: bool) -> String {
        let theme = self.theme;
        let Some(option) = argument.option_strings.first() else {
            let mut text = self.args(argument);
            if in_group
                && let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'))
            {
                text = inner.to_owned();
            }
            return [theme.summary_action, &*text, theme.reset].concat();
        };
        let color =
            if is_long(option) { theme.summary_long_option } else { theme.summary_short_option };
        let bracket = !(argument.required || required || in_group);
        let (open, close) = if bracket { ("[", "]") } else { ("", "") };
        if argument.is_flag() {
            let all;
            let option: &str = match argument.kind {
                Kind::BooleanOptional => {
                    all = argument.option_strings.join(" | ");
                    &all
                }
                _ => option,
            };
            return [open, color, option, theme.reset, close].concat();
        }
        let args = self.args(argument);
        [open, color, option, " ", theme.summary_label, &args, theme.reset, close].concat()
    }

    fn invocation(&self, entry: Entry<'_>) -> String {
        let theme = self.theme;
        let argument = match entry {
            Entry::Command(command) => return [theme.action, &command.label, theme.reset].concat(),
            Entry::Argument(argument) => argument,
        };
        if !argument.is_option() {
            let metavar = match self.metavar(argument) {
                Words::Same(text) => text,
                Words::Each(texts) => texts.join(" ").into(),
            };
            return [theme.action, &*metavar, theme.reset].concat();
        }
        let args = if argument.is_flag() {
            None
        } else {
            Some([theme.label, &*self.args(argument), theme.reset].concat())
        };
        let mut out = String::with_capacity(48);
        for (at, option) in argument.option_strings.iter().enumerate() {
            let color = if is_long(option) { theme.long_option } else { theme.short_option };
            out.extend([if at > 0 { ", " } else { "" }, color, option, theme.reset]);
            if let Some(args) = &args
                && (self.parser.dialect.repeats_metavar()
                    || at + 1 == argument.option_strings.len())
            {
                out.push(' ');
                out.push_str(args);
            }
        }
        out
    }

    fn metavar<'b>(&self, argument: &'b Argument) -> Words<'b> {
        match &argument.metavar {
            Some(Metavar::One(text)) => return Words::Same(Cow::Borrowed(text)),
            Some(Metavar::Each(texts)) => return Words::Each(texts),
            None => {}
        }
        if let Some(braces) = argument.braces() {
            return Words::Same(braces.into());
        }
        let typed = if self.parser.format.metavar_type { argument.conversion.name() } else { None };
        Words::Same(match typed {
            Some(name) => Cow::Borrowed(name),
            None if argument.is_option() => argument.dest.to_uppercase().into(),
            None => Cow::Borrowed(&argument.dest),
        })
    }

    /// The words of an argument in the usage: `_format_args`.
    fn args(&self, argument: &Argument) -> String {
        let words = self.metavar(argument);
        // Where a tuple of metavars has another length Python crashes, if it did not refuse the definition; here they all show.
        let word = |at: usize| -> Cow<'_, str> {
            match &words {
                Words::Same(text) => Cow::Borrowed(text),
                Words::Each(texts) if at == usize::MAX => texts.join(" ").into(),
                Words::Each(texts) => Cow::Borrowed(texts.get(at).map_or("", |text| text)),
            }
        };
        let all = usize::MAX;
        let pair = matches!(&words, Words::Each(texts) if texts.len() == 2);
        match argument.nargs {
            None => word(all).into_owned(),
            Some(Nargs::Optional) => format!("[{}]", word(all)),
            Some(Nargs::ZeroOrMore) if pair => format!("[{} [{} ...]]", word(0), word(1)),
            Some(Nargs::ZeroOrMore) => format!("[{} ...]", word(all)),
            Some(Nargs::OneOrMore) => format!("{} [{} ...]", word(0), word(1)),
            Some(Nargs::Remainder) => "...".to_owned(),
            Some(Nargs::Parser) => format!("{} ...", word(all)),
            Some(Nargs::Suppress) => String::new(),
            Some(Nargs::Exactly(count)) => match &words {
                Words::Same(text) => vec![&**text; count].join(" "),
                Words::Each(texts) => texts.join(" "),
            },
        }
    }

    fn write_entry(&self, out: &mut String, entry: Entry<'_>, indent: usize, longest: usize) {
        let help = match entry {
            Entry::Argument(argument) => argument.help.as_ref(),
            Entry::Command(command) => command.help.as_ref(),
        };
        let help_position = (longest as isize + 2).min(self.max_help_position);
        let help_width = (self.width - help_position).max(11);
        let action_width = help_position - indent as isize - 2;
        let help_position = usize::try_from(help_position).unwrap_or(0);
        let header = self.invocation(entry);
        let length = self.length(&header);
        let start = out.len();
        push_spaces(out, indent);
        out.push_str(&header);
        let help = match help {
            Some(Text::Str(help)) => &**help,
            Some(Text::Suppress) => SUPPRESS_TEXT,
            None => "",
        };
        if help.is_empty() {
            out.push('\n');
            return;
        }
        let mut margin = help_position;
        let same_line = length as isize <= action_width;
        if same_line {
            push_spaces(out, usize::try_from(action_width).unwrap_or(0) - length + 2);
            margin = 0;
            if length == 0 && !header.is_empty() {
                // Python puts the colours into the plain line by replacing what is between them: here nothing, everywhere.
                let plain = " ".repeat(indent + usize::try_from(action_width).unwrap_or(0) + 2);
                out.truncate(start);
                out.push_str(&plain.replace("", &header));
            }
        } else {
            out.push('\n');
        }
        if help.trim_matches(is_space).is_empty() {
            if same_line {
                out.push('\n');
            }
            return;
        }
        let expanded = match entry {
            Entry::Argument(argument) => self.expand_help(argument),
            Entry::Command(command) => self.expand_shown(command),
        };
        // Python crashes where the format is wrong, if it did not refuse the definition; here it shows as it is.
        let help = expanded.unwrap_or_else(|_| help.to_owned());
        let mut write_line = |line: &str| {
            push_spaces(out, margin);
            out.push_str(line);
            out.push('\n');
            margin = help_position;
        };
        if self.parser.format.raw_text {
            split_lines(&help).map(without_end).for_each(&mut write_line);
        } else {
            let lines = wrap(&collapse(&help), usize::try_from(help_width).unwrap_or(11), "");
            lines.iter().for_each(|line| write_line(line));
        }
    }

    /// The help with everything filled in: `_expand_help`.
    pub(super) fn expand_help(&self, argument: &Argument) -> Result<String, FormatError> {
        let help = argument.help.as_ref().and_then(Text::as_str).unwrap_or_default();
        let mut help = Cow::Borrowed(help);
        let defaulting = argument.is_option()
            || matches!(argument.nargs, Some(Nargs::Optional | Nargs::ZeroOrMore));
        if self.parser.format.show_defaults
            && !help.contains("%(default)")
            && !matches!(argument.default, Value::Suppress)
            && !argument.required
            && defaulting
        {
            help.to_mut().push_str(" (default: %(default)s)");
        }
        if !help.contains('%') {
            return Ok(help.into_owned());
        }
        percent(&help, |name| self.attribute(argument, name))
    }

    pub(super) fn expand_shown(&self, shown: &Shown) -> Result<String, FormatError> {
        let help = shown.help.as_ref().and_then(Text::as_str).unwrap_or(SUPPRESS_TEXT);
        if !help.contains('%') {
            return Ok(help.to_owned());
        }
        percent(help, |name| {
            Some(match name {
                "prog" => Item::Str(Cow::Borrowed(&*self.prog)),
                "dest" => Item::Str(Cow::Borrowed(&*shown.name)),
                "metavar" => Item::Str(Cow::Borrowed(&*shown.label)),
                "help" => Item::Str(Cow::Borrowed(help)),
                "option_strings" => object("[]", "[]"),
                "nargs" | "const" | "default" | "type" | "choices" => object("None", "None"),
                "required" | "deprecated" => truth(false),
                _ => return None,
            })
        })
    }

    /// What an argument calls `%(name)s`.
    fn attribute<'b>(&'b self, argument: &'b Argument, name: &str) -> Option<Item<'b>> {
        let none = || object("None", "None");
        Some(match name {
            "prog" => Item::Str(Cow::Borrowed(&*self.prog)),
            "dest" if argument.dest == SUPPRESS_TEXT => return None,
            "dest" => Item::Str(Cow::Borrowed(&*argument.dest)),
            "default" | "const" => {
                let value = if name == "const" { &argument.constant } else { &argument.default };
                if matches!(value, Value::Suppress) {
                    return None;
                }
                value.item()
            }
            "nargs" => match argument.nargs {
                None => none(),
                Some(Nargs::Suppress) => return None,
                Some(Nargs::Exactly(count)) => {
                    Item::Int { value: count as i128, text: count.to_string().into() }
                }
                Some(nargs) => Item::Str(nargs.to_string().into()),
            },
            "type" => argument.conversion.name().map_or_else(none, |name| Item::Str(name.into())),
            "choices" => {
                let mut list = String::new();
                let any = argument.for_each_choice(|choice| {
                    list.push_str(if list.is_empty() { "" } else { ", " });
                    list.push_str(&choice.to_string());
                });
                if any { Item::Str(list.into()) } else { none() }
            }
            "required" => truth(argument.required),
            "deprecated" => truth(argument.deprecated),
            "help" => Item::Str(argument.help.as_ref()?.as_str()?.into()),
            "metavar" => match &argument.metavar {
                None => none(),
                Some(Metavar::One(text)) => Item::Str(Cow::Borrowed(text)),
                Some(Metavar::Each(texts)) => {
                    let list = repr_list(texts);
                    let text = match texts.len() {
                        1 => format!("({list},)"),
                        _ => format!("({list})"),
                    };
                    Item::Object { str: text.clone().into(), repr: text.into() }
                }
            },
            "option_strings" => {
                let text = format!("[{}]", repr_list(&argument.option_strings));
                Item::Object { str: text.clone().into(), repr: text.into() }
            }
            "version" => match &argument.kind {
                Kind::Version(None) => none(),
                Kind::Version(Some(text)) => Item::Str(Cow::Borrowed(text)),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// The words that stand for an argument's.
enum Words<'a> {
    Same(Cow<'a, str>),
    Each(&'a [Cow<'static, str>]),
}

fn object(str: &'static str, repr: &'static str) -> Item<'static> {
    Item::Object { str: str.into(), repr: repr.into() }
}

fn truth(value: bool) -> Item<'static> {
    Item::Int { value: value.into(), text: if value { "True" } else { "False" }.into() }
}

fn repr_list(texts: &[Cow<'static, str>]) -> String {
    texts.iter().map(|text| Repr(text).to_string()).collect::<Vec<_>>().join(", ")
}

/// The commands that the help lists below an argument.
fn commands(argument: &Argument) -> &[Shown] {
    if let Kind::Parsers(commands) = &argument.kind { &commands.shown } else { &[] }
}

fn is_long(option: &str) -> bool {
    option.chars().nth(2).is_some()
}

fn push_spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Makes one space of each run of them, and takes those at the ends off.
fn collapse(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(is_space);
    // `\s` in ASCII.
    let is_white = |byte: u8| byte == b' ' || (b'\t'..=b'\r').contains(&byte);
    let bytes = text.as_bytes();
    let clean =
        bytes.windows(2).all(|pair| !is_white(pair[0]) || (pair[0] == b' ' && !is_white(pair[1])));
    if clean {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for part in
        text.split(|c: char| c.is_ascii() && is_white(c as u8)).filter(|part| !part.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    Cow::Owned(out)
}

/// The end of `HelpFormatter.format_help`: at most one empty line, none at the ends.
fn finish(text: &str) -> String {
    let text = text.trim_matches('\n');
    let mut out = String::with_capacity(text.len() + 1);
    let mut breaks = 0;
    for part in text.split_inclusive('\n') {
        breaks = if part == "\n" { breaks + 1 } else { 0 };
        if breaks < 2 {
            out.push_str(part);
        }
    }
    // Nothing at all stays nothing.
    if !text.is_empty() {
        out.push('\n');
    }
    out
}

/// Puts the parts of a usage into lines. `positionals` says where those of positional arguments start, `prefix` how long what
/// stands in front is.
pub(super) fn wrap_usage(
    prog: &str,
    parts: &[String],
    positionals: usize,
    prefix: usize,
    width: isize,
    length: impl Fn(&str) -> usize,
) -> String {
    let prog_length = prog.chars().count();
    let shown = || parts.iter().filter(|part| !part.is_empty());
    let total: usize = shown().map(|part| length(part) + 1).sum();
    if (prefix + prog_length + total) as isize <= width {
        let mut out = String::with_capacity(
            prog.len() + parts.iter().map(|part| part.len() + 1).sum::<usize>(),
        );
        out.push_str(prog);
        for part in shown() {
            out.push(' ');
            out.push_str(part);
        }
        return out;
    }
    // `start` is where the first line begins, if not behind the margin.
    let lines = |parts: &[&str], margin: usize, start: Option<usize>, first: bool| -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        let mut at = start.unwrap_or(margin) as isize - 1;
        for part in parts {
            let part_length = if first && lines.is_empty() && line.is_empty() && *part == prog {
                prog_length
            } else {
                length(part)
            };
            if at + 1 + part_length as isize > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                at = margin as isize - 1;
            }
            if line.is_empty() {
                // The first line stands behind the prefix as it is.
                if start.is_none() || !lines.is_empty() {
                    push_spaces(&mut line, margin);
                }
            } else {
                line.push(' ');
            }
            // An empty part still counts as one: its line is no longer empty.
            if line.is_empty() && part.is_empty() {
                line.push(' ');
            }
            line.push_str(part);
            at += part_length as isize + 1;
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    };
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (options, rest) = parts.split_at(positionals);
    let with_prog = |parts: &[&str]| {
        let mut all = vec![prog];
        all.extend_from_slice(parts);
        let margin = prefix + prog_length + 1;
        lines(&all, margin, Some(prefix), true)
    };
    let all = if (prefix + prog_length) as f64 <= 0.75 * width as f64 {
        let margin = prefix + prog_length + 1;
        if !options.is_empty() {
            let mut all = with_prog(options);
            all.extend(lines(rest, margin, None, false));
            all
        } else if !rest.is_empty() {
            with_prog(rest)
        } else {
            vec![prog.to_owned()]
        }
    } else {
        let mut below = lines(&parts, prefix, None, false);
        if below.len() > 1 {
            below = lines(options, prefix, None, false);
            below.extend(lines(rest, prefix, None, false));
        }
        below.insert(0, prog.to_owned());
        below
    };
    all.join("\n")
}
