//! The parse itself: every word is classified before any is consumed, then options and positional arguments take turns.
//!
//! Nothing here looks back: a word is looked at a fixed number of times, so the time is linear in the number of words.

use std::borrow::Cow;
use std::ffi::OsString;

use super::action::{ActionContext, Argument, Ending, Kind, NO_SLOT};
use super::arg::Nargs;
use super::environment::Environment;
use super::error::{ArgumentError, ArgumentErrorKind, Exit, ExitKind};
use super::help::Formatter;
use super::matching::{self, Need};
use super::namespace::{Entry, Namespace};
use super::parser::{ArgumentParser, is_negative};
use super::types::Conversion;
use super::value::{SUPPRESS_TEXT, Value};
use super::words::{first_char, from_bytes, part, split_at_equals};
use crate::python::ReprBytes;
use crate::python::close_matches::closest;
use crate::python::text::{split_lines, without_end};

/// A parser at work.
pub(super) struct Context<'a> {
    pub(super) parser: &'a ArgumentParser,
    pub(super) env: &'a Environment,
}

impl Context<'_> {
    pub(super) fn prog(&self) -> String {
        self.parser.prog.resolve(self.env).into_owned()
    }

    pub(super) fn format_usage(&self) -> String {
        Formatter::new(self.parser, self.env).format_usage()
    }

    pub(super) fn format_help(&self) -> String {
        Formatter::new(self.parser, self.env).format_help()
    }

    /// Python's `parser.error`: usage, error, exit code 2; without `exit_on_error` the error alone.
    #[cold]
    pub(super) fn fail(&self, error: ArgumentError) -> Exit {
        if !self.parser.exit_on_error {
            return Exit::new(1, Vec::new(), Vec::new(), ExitKind::Usage(error));
        }
        self.usage_error(error)
    }

    #[cold]
    pub(super) fn usage_error(&self, error: ArgumentError) -> Exit {
        let mut stderr = self.format_usage().into_bytes();
        stderr.extend_from_slice(self.prog().as_bytes());
        stderr.extend_from_slice(b": error: ");
        stderr.extend_from_slice(&error.text());
        stderr.push(b'\n');
        Exit::new(2, Vec::new(), stderr, ExitKind::Usage(error))
    }
}

/// Why a parse stops.
pub(super) enum Stop {
    /// The command line does not fit: whoever exits on errors prints it.
    Error(ArgumentError),
    Exit(Exit),
}

impl From<ArgumentError> for Stop {
    fn from(error: ArgumentError) -> Self {
        Self::Error(error)
    }
}

/// How to parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Positional arguments in their turn.
    InTurn,
    /// All options first, then all positional arguments.
    Intermixed,
}

/// Parses; `warnings` gets what goes to standard error on the way. Returns the namespace, and the words that nobody takes.
pub(super) fn parse(
    context: &Context<'_>,
    words: Vec<OsString>,
    namespace: Option<Namespace>,
    order: Order,
    warnings: &mut Vec<u8>,
) -> Result<(Namespace, Vec<OsString>), Stop> {
    let mut run = Run::new(context, namespace, warnings);
    match run.parse(words, order) {
        Ok(mut extras) => {
            extras.append(&mut run.unrecognized);
            Ok((run.namespace, extras))
        }
        Err(Stop::Error(error)) if context.parser.exit_on_error => {
            Err(Stop::Exit(context.fail(error)))
        }
        Err(stop) => Err(stop),
    }
}

/// What a word could be, if it starts like an option.
#[derive(Debug, Clone)]
enum Hit {
    /// No option.
    Word,
    /// None that is known.
    Unknown,
    Option(Found),
    /// More than one: their places among the option strings.
    Ambiguous(Box<[u32]>),
}

/// An option string, and what is attached to it.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// The place among the option strings.
    place: u32,
    /// Where the attached value starts, if there is one.
    value: Option<u32>,
    /// Whether `=` stands before it.
    equals: bool,
}

/// The words and what they are: `A` a word, `O` an option, `-` the first `--`.
#[derive(Debug, Default)]
struct Line {
    words: Vec<OsString>,
    pattern: Vec<u8>,
}

struct Run<'a> {
    context: &'a Context<'a>,
    parser: &'a ArgumentParser,
    namespace: Namespace,
    /// Where in the namespace each name of the parser is; [`NO_SLOT`] where it is not.
    slots: Vec<u32>,
    /// Whether an argument was there, in a way that counts for required ones.
    seen: Vec<bool>,
    /// Whether an argument was there in words.
    used: Vec<bool>,
    warned: Vec<Cow<'static, str>>,
    warnings: &'a mut Vec<u8>,
    /// Words that nobody below takes.
    unrecognized: Vec<OsString>,
}

/// The values of one argument.
enum Values {
    /// A value, and which untouched default it is.
    Store(Value, u32),
    /// Nothing is to be done.
    Suppressed,
}

impl<'a> Run<'a> {
    fn new(
        context: &'a Context<'a>,
        namespace: Option<Namespace>,
        warnings: &'a mut Vec<u8>,
    ) -> Self {
        let parser = context.parser;
        let count = parser.arguments.len();
        let mut run = Self {
            context,
            parser,
            namespace: Namespace::new(),
            slots: vec![NO_SLOT; parser.dests.len()],
            seen: vec![false; count],
            used: Vec::new(),
            warned: Vec::new(),
            warnings,
            unrecognized: Vec::new(),
        };
        if !parser.exclusive.is_empty() {
            run.used = vec![false; count];
        }
        if let Some(namespace) = namespace {
            run.namespace = namespace;
            for entry in &mut run.namespace.entries {
                entry.mark = 0;
            }
            run.find_slots();
        } else {
            run.namespace.entries.reserve_exact(parser.dests.len() + parser.defaults.len());
        }
        for argument in parser.arguments.iter().filter(|argument| !argument.removed) {
            if argument.slot != NO_SLOT
                && run.slots[argument.slot as usize] == NO_SLOT
                && !matches!(argument.default, Value::Suppress)
            {
                run.set(argument, argument.default.clone(), argument.default_mark);
            }
        }
        for (name, value, mark) in &parser.defaults {
            if !run.namespace.contains(name) {
                let (name, value, mark) = (name.clone(), value.clone(), *mark);
                if let Some(slot) = parser.dests.find(name.as_bytes()) {
                    run.slots[slot] = run.namespace.entries.len() as u32;
                }
                run.namespace.entries.push(Entry { name, value, mark });
            }
        }
        run
    }

    /// Looks the names up again, after somebody else changed the namespace.
    fn find_slots(&mut self) {
        self.slots.fill(NO_SLOT);
        for (at, entry) in self.namespace.entries.iter().enumerate() {
            if let Some(slot) = self.parser.dests.find(entry.name.as_bytes()) {
                self.slots[slot] = at as u32;
            }
        }
    }

    fn entry(&mut self, argument: &Argument) -> Option<&mut Entry> {
        let at = *self.slots.get(argument.slot as usize)?;
        self.namespace.entries.get_mut(at as usize)
    }

    #[inline]
    fn set(&mut self, argument: &Argument, value: Value, mark: u32) {
        match self.entry(argument) {
            Some(entry) => (entry.value, entry.mark) = (value, mark),
            None if argument.slot == NO_SLOT => {
                // `dest=SUPPRESS` on an action that stores: Python stores under that very name.
                self.namespace.put(argument.dest.clone(), value);
            }
            None => {
                self.slots[argument.slot as usize] = self.namespace.entries.len() as u32;
                self.namespace.entries.push(Entry { name: argument.dest.clone(), value, mark });
            }
        }
    }

    fn parse(&mut self, mut words: Vec<OsString>, order: Order) -> Result<Vec<OsString>, Stop> {
        if let Some(prefix) = &self.parser.fromfile_prefix_chars {
            words = self.read_files(words, prefix, 0)?;
        }
        let mut line = Line { pattern: Vec::with_capacity(words.len()), words };
        let mut hits: Vec<Hit> = Vec::with_capacity(line.words.len());
        let mut last_option = None;
        for (at, word) in line.words.iter().enumerate() {
            let bytes = word.as_encoded_bytes();
            if bytes == b"--" {
                line.pattern.push(b'-');
                line.pattern.resize(line.words.len(), b'A');
                hits.resize(line.words.len(), Hit::Word);
                break;
            }
            let hit = self.classify(bytes);
            if matches!(hit, Hit::Word) {
                line.pattern.push(b'A');
            } else {
                line.pattern.push(b'O');
                last_option = Some(at);
            }
            hits.push(hit);
        }

        let positionals: Vec<usize> = self.parser.positionals().collect();
        let mut left = &*positionals;
        let mut extras = Line::default();
        let mut start = 0;
        while let Some(last) = last_option
            && start <= last
        {
            let next = start + line.pattern[start..].iter().take_while(|c| **c != b'O').count();
            if order == Order::InTurn && start != next {
                let end = self.consume_positionals(&mut line, start, &mut left)?;
                if end > start {
                    start = end;
                    continue;
                }
            }
            if start < next {
                for at in start..next {
                    extras.take(&mut line, at);
                }
                start = next;
            }
            start = self.consume_option(&mut line, start, &hits[start], &mut extras)?;
        }
        if order == Order::InTurn {
            let end = self.consume_positionals(&mut line, start, &mut left)?;
            extras.words.extend(line.words.drain(end..));
        } else {
            for at in start..line.words.len() {
                extras.take(&mut line, at);
            }
            extras = self.consume_intermixed(extras, &mut left)?;
        }
        self.finish()?;
        Ok(extras.words)
    }

    /// All positional arguments from the words that no option took.
    fn consume_intermixed(&mut self, extras: Line, left: &mut &[usize]) -> Result<Line, Stop> {
        let mut words = Line::default();
        let mut others = Vec::new();
        for (at, (word, kind)) in extras.words.into_iter().zip(extras.pattern).enumerate() {
            if kind == b'O' {
                others.push((at, word));
            } else {
                words.words.push(word);
                words.pattern.push(kind);
            }
        }
        // The places of the words among all.
        let total = words.words.len() + others.len();
        let mut is_other = vec![false; total];
        others.iter().for_each(|(at, _)| is_other[*at] = true);
        let mut end = self.consume_positionals(&mut words, 0, left)?;
        let (mut words, mut others) = (words.words.into_iter(), others.into_iter());
        let mut rest = Line::default();
        for other in is_other {
            if other {
                rest.words.extend(others.next().map(|(_, word)| word));
            } else {
                let word = words.next();
                if end > 0 {
                    end -= 1;
                } else {
                    rest.words.extend(word);
                }
            }
        }
        Ok(rest)
    }

    /// `_parse_optional`.
    #[inline]
    fn classify(&self, word: &[u8]) -> Hit {
        let parser = self.parser;
        let Some(first) = word.first() else { return Hit::Word };
        // Almost always the only prefix is `-`.
        let plain = parser.prefix_chars == "-";
        if plain && *first != b'-' {
            return Hit::Word;
        }
        let length = first_char(word);
        let is_prefix = |at: &[u8]| {
            let c = str::from_utf8(&at[..first_char(at)]).ok();
            c.is_some_and(|c| parser.prefix_chars.contains(c))
        };
        if !plain && !is_prefix(word) {
            return Hit::Word;
        }
        let found = |place: usize, value: Option<usize>, equals| Found {
            place: place as u32,
            value: value.map(|at| at as u32),
            equals,
        };
        if let Some(place) = parser.options.find(word) {
            return Hit::Option(found(place, None, false));
        }
        if word.len() == length {
            return Hit::Word;
        }
        let split = split_at_equals(word);
        if let Some((option, value)) = split
            && let Some(place) = parser.options.find(option)
        {
            return Hit::Option(found(place, Some(value), true));
        }

        // Not known as it is: perhaps the start of one, or several in one word.
        let rest = &word[length..];
        let (start, value) = split.map_or((word, None), |(start, value)| (start, Some(value)));
        let double = is_prefix(rest);
        let short = &word[..length + first_char(rest)];
        let mut matches = Vec::new();
        for (place, (option, _)) in parser.options.iter().enumerate() {
            let option = option.as_bytes();
            if !double && option == short {
                matches.push(found(place, Some(short.len()), false));
            } else if parser.allow_abbrev && option.starts_with(start) {
                matches.push(found(place, value, value.is_some()));
            }
        }
        match &*matches {
            [one] => Hit::Option(*one),
            [_, _, ..] => Hit::Ambiguous(matches.iter().map(|found| found.place).collect()),
            [] if is_negative(word) && !parser.negative_options => Hit::Word,
            [] if word.contains(&b' ') => Hit::Word,
            [] => Hit::Unknown,
        }
    }

    /// Consumes the option at `start`, and returns where what follows it starts.
    fn consume_option(
        &mut self,
        line: &mut Line,
        start: usize,
        hit: &Hit,
        extras: &mut Line,
    ) -> Result<usize, Stop> {
        let parser = self.parser;
        let mut found = match hit {
            Hit::Option(found) => *found,
            Hit::Ambiguous(places) => {
                return Err(self.ambiguous(&line.words[start], places).into());
            }
            Hit::Unknown | Hit::Word => {
                extras.take(line, start);
                return Ok(start + 1);
            }
        };
        let mut flags: Vec<(usize, u32)> = Vec::new();
        loop {
            let (option, at) = parser.options.entry(found.place as usize);
            let argument = &parser.arguments[at];
            let Some(value) = found.value else {
                let first = start + 1;
                let count = match_option(argument, &line.pattern[first..])?;
                self.take_flags(&flags)?;
                self.warn_option(argument, option);
                self.take(at, line, first, count, None, Some(option))?;
                return Ok(first + count);
            };
            let value = value as usize;
            let word = &line.words[start];
            let bytes = word.as_encoded_bytes();
            let attached = &bytes[value..];
            let count = match_option(argument, b"A")?;
            if count == 1 {
                line.words[start] = part(word, value);
                self.take_flags(&flags)?;
                self.warn_option(argument, option);
                self.take(at, line, start, 1, None, Some(option))?;
                return Ok(start + 1);
            }
            let second = option.chars().nth(1);
            if second.is_some_and(|c| parser.is_prefix(c)) || attached.is_empty() {
                return Err(ignored(argument, attached).into());
            }
            let next = first_char(attached);
            let starts_option = str::from_utf8(&attached[..next])
                .is_ok_and(|c| c.chars().all(|c| parser.is_prefix(c)));
            if found.equals || starts_option {
                return Err(ignored(argument, attached).into());
            }
            flags.push((at, found.place));
            // The next letter of the cluster.
            let prefix = option.chars().next().map_or(0, char::len_utf8);
            let mut letter = option.as_bytes()[..prefix].to_vec();
            letter.extend_from_slice(&attached[..next]);
            match parser.options.find(&letter) {
                Some(place) => {
                    let rest = &attached[next..];
                    let equals = rest.first() == Some(&b'=');
                    let value =
                        (!rest.is_empty()).then(|| (value + next + usize::from(equals)) as u32);
                    found = Found { place: place as u32, value, equals };
                }
                None => {
                    let mut unknown = option.as_bytes()[..prefix].to_vec();
                    unknown.extend_from_slice(attached);
                    extras.words.push(from_bytes(unknown));
                    extras.pattern.push(b'O');
                    self.take_flags(&flags)?;
                    return Ok(start + 1);
                }
            }
        }
    }

    fn take_flags(&mut self, flags: &[(usize, u32)]) -> Result<(), Stop> {
        for (at, place) in flags {
            let argument = &self.parser.arguments[*at];
            let (option, _) = self.parser.options.entry(*place as usize);
            self.warn_option(argument, option);
            self.take(*at, &mut Line::default(), 0, 0, None, Some(option))?;
        }
        Ok(())
    }

    #[inline]
    fn warn_option(&mut self, argument: &Argument, option: &str) {
        if argument.deprecated && !self.warned.iter().any(|known| known == option) {
            self.warn(&format!("option '{option}' is deprecated"));
            self.warned.push(option.to_owned().into());
        }
    }

    #[cold]
    fn warn(&mut self, text: &str) {
        let text = format!("{}: warning: {text}\n", self.context.prog());
        self.warnings.extend_from_slice(text.as_bytes());
    }

    #[cold]
    fn ambiguous(&self, word: &OsString, places: &[u32]) -> ArgumentError {
        let matches: Vec<String> = places
            .iter()
            .map(|place| self.parser.options.entry(*place as usize).0.clone().into_owned())
            .collect();
        let mut message = b"ambiguous option: ".to_vec();
        message.extend_from_slice(word.as_encoded_bytes());
        message.extend_from_slice(b" could match ");
        message.extend_from_slice(matches.join(", ").as_bytes());
        ArgumentError::new(None, message, ArgumentErrorKind::Ambiguous { matches })
    }

    /// Consumes as many positional arguments as match, and returns where what follows starts.
    fn consume_positionals(
        &mut self,
        line: &mut Line,
        mut start: usize,
        left: &mut &[usize],
    ) -> Result<usize, Stop> {
        if left.is_empty() {
            return Ok(start);
        }
        let needs = left.iter().map(|at| Need::of(self.parser.arguments[*at].nargs));
        let counts = matching::partial(needs, &line.pattern, start);
        for (at, count) in left.iter().zip(&counts) {
            let argument = &self.parser.arguments[*at];
            let range = &line.pattern[start..start + count];
            // The `--` is no value, but of the rest it is.
            let dash = match argument.nargs {
                Some(Nargs::Parser) => (range.first() == Some(&b'-')).then_some(start),
                Some(Nargs::Remainder) => None,
                _ => range.iter().position(|c| *c == b'-').map(|at| start + at),
            };
            let words = count - usize::from(dash.is_some());
            if argument.deprecated && words > 0 && !self.warned.contains(&argument.dest) {
                self.warn(&format!("argument '{}' is deprecated", argument.dest));
                self.warned.push(argument.dest.clone());
            }
            self.take(*at, line, start, words, dash, None)?;
            start += count;
        }
        *left = &left[counts.len()..];
        Ok(start)
    }

    /// `take_action`: the values of `count` words from `start` on, without that at `dash`.
    fn take(
        &mut self,
        at: usize,
        line: &mut Line,
        start: usize,
        count: usize,
        dash: Option<usize>,
        option: Option<&Cow<'static, str>>,
    ) -> Result<(), Stop> {
        let argument = &self.parser.arguments[at];
        self.seen[at] = true;
        let mut next = start;
        let words = std::iter::from_fn(|| {
            if dash == Some(next) {
                next += 1;
            }
            next += 1;
            Some(std::mem::take(&mut line.words[next - 1]))
        })
        .take(count);
        if let Kind::Parsers(_) = &argument.kind {
            let words: Vec<OsString> = words.collect();
            return self.take_command(at, words);
        }
        let values = self.values(argument, count, words)?;
        if !self.used.is_empty() && (option.is_some() || count > 0) {
            self.exclude(at)?;
        }
        match values {
            Values::Suppressed => Ok(()),
            Values::Store(value, mark) => self.act(argument, value, mark, option),
        }
    }

    /// Marks an argument as there, unless one is there that it excludes.
    fn exclude(&mut self, at: usize) -> Result<(), ArgumentError> {
        self.used[at] = true;
        for group in self.parser.exclusive.iter().filter(|group| group.members.contains(&at)) {
            if let Some(other) =
                group.members.iter().find(|other| **other != at && self.used[**other])
            {
                let with =
                    self.parser.arguments[*other].name().unwrap_or_else(|| "None".to_owned());
                return Err(error(
                    &self.parser.arguments[at],
                    format!("not allowed with argument {with}"),
                    ArgumentErrorKind::Conflict { with },
                ));
            }
        }
        Ok(())
    }

    /// `_get_values`.
    #[inline]
    fn values(
        &self,
        argument: &Argument,
        count: usize,
        mut words: impl Iterator<Item = OsString>,
    ) -> Result<Values, ArgumentError> {
        let value = match argument.nargs {
            Some(Nargs::Optional) if count == 0 => {
                let (value, mark) = if argument.is_option() {
                    (&argument.constant, 0)
                } else {
                    (&argument.default, argument.default_mark)
                };
                match value {
                    Value::Suppress => return Ok(Values::Suppressed),
                    Value::Str(text) => self.convert(argument, text.clone())?,
                    _ => return Ok(Values::Store(value.clone(), mark)),
                }
            }
            Some(Nargs::ZeroOrMore) if count == 0 && !argument.is_option() => {
                return Ok(match &argument.default {
                    Value::Suppress => Values::Suppressed,
                    Value::None => Values::Store(Value::List(Vec::new()), 0),
                    default => Values::Store(default.clone(), argument.default_mark),
                });
            }
            None | Some(Nargs::Optional) => {
                let Some(word) = words.next() else {
                    return Ok(Values::Store(Value::List(Vec::new()), 0));
                };
                let value = self.convert(argument, word)?;
                self.check(argument, &value)?;
                value
            }
            Some(Nargs::Suppress) => return Ok(Values::Suppressed),
            // A flag.
            Some(Nargs::Exactly(0)) => Value::List(Vec::new()),
            Some(nargs) => {
                let mut values = Vec::with_capacity(count);
                for word in words {
                    values.push(self.convert(argument, word)?);
                }
                match nargs {
                    Nargs::Remainder => {}
                    Nargs::Parser => {
                        values.first().map_or(Ok(()), |value| self.check(argument, value))?;
                    }
                    _ => values.iter().try_for_each(|value| self.check(argument, value))?,
                }
                Value::List(values)
            }
        };
        Ok(Values::Store(value, 0))
    }

    /// `_get_value`.
    #[inline]
    fn convert(&self, argument: &Argument, word: OsString) -> Result<Value, ArgumentError> {
        let result = match &argument.conversion {
            Conversion::None => return Ok(Value::Str(word)),
            Conversion::Type { parse, .. } => parse(&word),
            Conversion::Named(named) => (named.parse)(&word),
            // Looked up when the argument was added.
            Conversion::Registered(_) => return Ok(Value::Str(word)),
        };
        result.map_err(|error| invalid_value(argument, word, error))
    }

    /// `_check_value`.
    #[inline]
    fn check(&self, argument: &Argument, value: &Value) -> Result<(), ArgumentError> {
        match &argument.choices {
            Some(choices) if !choices.contain(value) => Err(self.invalid_choice(argument, value)),
            _ => Ok(()),
        }
    }

    #[cold]
    fn invalid_choice(&self, argument: &Argument, value: &Value) -> ArgumentError {
        let quote = self.parser.dialect.quotes_choices();
        let (mut shown, mut choices, mut texts_only) = (Vec::new(), Vec::new(), true);
        argument.for_each_choice(|choice| {
            shown.push(if quote {
                ReprBytes(&choice.str_bytes()).to_string()
            } else {
                choice.repr()
            });
            choices.push(choice.to_string());
            texts_only &= matches!(choice, Value::Str(_));
        });
        let text = value.to_string();
        let suggestion = match value {
            Value::Str(_) if self.parser.suggest_on_error && texts_only => {
                closest(&text, choices.iter().map(String::as_str)).map(str::to_owned)
            }
            _ => None,
        };
        let mut message = String::from("invalid choice: ");
        message.push_str(&if quote {
            ReprBytes(&value.str_bytes()).to_string()
        } else {
            value.repr()
        });
        if let Some(suggestion) = &suggestion {
            message.push_str(&format!(", maybe you meant {}?", ReprBytes(suggestion.as_bytes())));
        }
        message.push_str(&format!(" (choose from {})", shown.join(", ")));
        let kind = ArgumentErrorKind::InvalidChoice { value: text, choices, suggestion };
        error(argument, message, kind)
    }

    /// Does what the argument's action does.
    #[inline]
    fn act(
        &mut self,
        argument: &'a Argument,
        value: Value,
        mark: u32,
        option: Option<&Cow<'static, str>>,
    ) -> Result<(), Stop> {
        match &argument.kind {
            Kind::Store => self.set(argument, value, mark),
            Kind::StoreConst => self.set(argument, argument.constant.clone(), 0),
            Kind::BooleanOptional => {
                let no = option.is_some_and(|option| option.starts_with("--no-"));
                self.set(argument, Value::Bool(!no), 0);
            }
            Kind::Count => {
                let count = match self.entry(argument).map(|entry| &entry.value) {
                    None | Some(Value::None) => Value::Int(1),
                    Some(Value::Int(count)) => Value::Int(count.saturating_add(1)),
                    Some(Value::Bool(count)) => Value::Int(i128::from(*count) + 1),
                    Some(Value::Float(count)) => Value::Float(count + 1.0),
                    Some(other) => {
                        let text = format!("{} cannot be counted up", other.repr());
                        return Err(error(argument, text, ArgumentErrorKind::Other).into());
                    }
                };
                self.set(argument, count, 0);
            }
            Kind::Append => self.append(argument, |items| items.push(value))?,
            Kind::AppendConst => {
                self.append(argument, |items| items.push(argument.constant.clone()))?;
            }
            Kind::Extend => {
                let values = match value {
                    Value::List(values) => values,
                    // Without a number of words Python appends each character.
                    Value::Str(text) => match text.to_str() {
                        Some(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
                        None => vec![Value::Str(text)],
                    },
                    value => vec![value],
                };
                self.append(argument, |items| items.extend(values))?;
            }
            Kind::Help => {
                let help = self.context.format_help().into_bytes();
                return Err(Stop::Exit(Exit::new(0, help, Vec::new(), ExitKind::Help)));
            }
            Kind::Version(text) => {
                let Some(text) = text else {
                    let text = "no version was given";
                    return Err(error(argument, text, ArgumentErrorKind::Other).into());
                };
                let text = Formatter::new(self.parser, self.context.env).format_text(text);
                return Err(Stop::Exit(Exit::new(
                    0,
                    text.into_bytes(),
                    Vec::new(),
                    ExitKind::Version,
                )));
            }
            Kind::Custom(action) => {
                let mut cx = ActionContext {
                    namespace: &mut self.namespace,
                    argument,
                    context: self.context,
                };
                let result = action.call(&mut cx, value, option.map(|option| &**option));
                for entry in &mut self.namespace.entries {
                    // Whatever it touched is no default any more; what it did not still is.
                    if entry.name == argument.dest {
                        entry.mark = 0;
                    }
                }
                self.find_slots();
                if let Err(error) = result {
                    return Err(self.end(argument, error.ending));
                }
            }
            Kind::Parsers(_) => unreachable!("commands take their words themselves"),
        }
        Ok(())
    }

    #[cold]
    fn end(&self, argument: &Argument, ending: Ending) -> Stop {
        match ending {
            Ending::Argument(text) => error(argument, text, ArgumentErrorKind::Other).into(),
            Ending::Error(text) => {
                let error = ArgumentError::new(None, text, ArgumentErrorKind::Other);
                Stop::Exit(self.context.usage_error(error))
            }
            Ending::Exit { code, stdout, stderr } => {
                Stop::Exit(Exit::new(code, stdout.into(), stderr.into(), ExitKind::Action))
            }
        }
    }

    fn append(
        &mut self,
        argument: &Argument,
        add: impl FnOnce(&mut Vec<Value>),
    ) -> Result<(), ArgumentError> {
        match self.entry(argument) {
            Some(Entry { value: Value::List(items), mark, .. }) => {
                *mark = 0;
                add(items);
            }
            Some(Entry { value: value @ Value::None, mark, .. }) => {
                let mut items = Vec::new();
                add(&mut items);
                (*value, *mark) = (Value::List(items), 0);
            }
            Some(Entry { value, .. }) => {
                let text = format!("{} is no list to append to", value.repr());
                return Err(error(argument, text, ArgumentErrorKind::Other));
            }
            None => {
                let mut items = Vec::new();
                add(&mut items);
                self.set(argument, Value::List(items), 0);
            }
        }
        Ok(())
    }

    /// Hands what is left to the parser of a sub-command.
    fn take_command(&mut self, at: usize, words: Vec<OsString>) -> Result<(), Stop> {
        let argument = &self.parser.arguments[at];
        let Kind::Parsers(commands) = &argument.kind else {
            unreachable!("only commands are taken so")
        };
        let mut words = words.into_iter();
        let name = words.next().unwrap_or_default();
        let known = commands.names.iter().find(|(known, _)| name == **known);
        let Some((name, place)) = known else {
            return Err(self.invalid_choice(argument, &Value::Str(name)).into());
        };
        if !self.used.is_empty() {
            self.exclude(at)?;
        }
        if argument.dest != SUPPRESS_TEXT {
            self.set(argument, Value::from(&**name), 0);
        }
        if commands.deprecated.contains(name) {
            self.warn(&format!("command '{name}' is deprecated"));
        }
        let context = Context { parser: &commands.parsers[*place], env: self.context.env };
        let (namespace, mut extras) =
            parse(&context, words.collect(), None, Order::InTurn, self.warnings)?;
        for Entry { name, value, .. } in namespace.entries {
            self.namespace.put(name, value);
        }
        self.find_slots();
        self.unrecognized.append(&mut extras);
        Ok(())
    }

    /// What is still missing, and the defaults that are texts.
    fn finish(&mut self) -> Result<(), ArgumentError> {
        let mut missing = Vec::new();
        for (at, argument) in self.parser.arguments.iter().enumerate() {
            if self.seen[at] || argument.removed {
                continue;
            }
            if argument.required {
                missing.push(argument.name().unwrap_or_else(|| "None".to_owned()));
            } else if !matches!(argument.conversion, Conversion::None)
                && let Some(text) = self.untouched_text(argument)
            {
                let value = self.convert(argument, text)?;
                // `str` gives the very same text back.
                let same = value == argument.default && argument.conversion.name() == Some("str");
                let mark = if same { argument.default_mark } else { 0 };
                self.set(argument, value, mark);
            }
        }
        if !missing.is_empty() {
            let text = format!("the following arguments are required: {}", missing.join(", "));
            return Err(ArgumentError::new(None, text, ArgumentErrorKind::Required(missing)));
        }
        for group in self.parser.exclusive.iter().filter(|group| group.required) {
            if group.members.iter().any(|at| self.used[*at]) {
                continue;
            }
            let members = group.members.iter().map(|at| &self.parser.arguments[*at]);
            let names: Vec<String> = members
                .filter(|argument| !argument.is_suppressed())
                .map(|argument| argument.name().unwrap_or_default())
                .collect();
            let text = format!("one of the arguments {} is required", names.join(" "));
            return Err(ArgumentError::new(None, text, ArgumentErrorKind::RequiredOneOf(names)));
        }
        Ok(())
    }

    /// The default of an argument, if it is a text that nobody touched.
    fn untouched_text(&mut self, argument: &Argument) -> Option<OsString> {
        let entry = self.entry(argument)?;
        match &argument.default {
            Value::Str(text) if entry.mark != 0 && entry.mark == argument.default_mark => {
                Some(text.clone())
            }
            // There is but one such text, wherever it comes from.
            Value::Suppress if matches!(entry.value, Value::Suppress) => Some(SUPPRESS_TEXT.into()),
            _ => None,
        }
    }

    /// `_read_args_from_files`.
    fn read_files(
        &self,
        words: Vec<OsString>,
        prefix: &str,
        depth: usize,
    ) -> Result<Vec<OsString>, ArgumentError> {
        /// Files that name each other in a circle: Python ends with a `RecursionError`.
        const DEEPEST: usize = 100;
        let mut all = Vec::with_capacity(words.len());
        for word in words {
            let bytes = word.as_encoded_bytes();
            let length = if bytes.is_empty() { 0 } else { first_char(bytes) };
            let is_file = str::from_utf8(&bytes[..length])
                .is_ok_and(|first| length > 0 && prefix.contains(first));
            if !is_file {
                all.push(word);
                continue;
            }
            let path = part(&word, length);
            let failed = |text: String| ArgumentError::new(None, text, ArgumentErrorKind::File);
            if depth >= DEEPEST {
                let name = ReprBytes(path.as_encoded_bytes());
                return Err(failed(format!("files of arguments nest too deep: {name}")));
            }
            let text = match self.context.env.read(&path) {
                Ok(text) => text,
                Err(error) => return Err(failed(super::file_type::os_error(&error, &path))),
            };
            let lines = self.lines(&text);
            all.extend(self.read_files(lines, prefix, depth + 1)?);
        }
        Ok(all)
    }

    /// The arguments in a file's text.
    fn lines(&self, text: &[u8]) -> Vec<OsString> {
        match (str::from_utf8(text), &self.parser.split_line) {
            (Ok(text), Some(split)) => split_lines(text)
                .flat_map(|line| (split.0)(without_end(line)))
                .map(OsString::from)
                .collect(),
            (Ok(text), None) => split_lines(text).map(|line| without_end(line).into()).collect(),
            // Not all of it is text: lines end where ASCII ends them.
            (Err(_), split) => {
                let text = text.strip_suffix(b"\n").unwrap_or(text);
                let lines = text.split(|byte| *byte == b'\n');
                let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
                lines
                    .flat_map(|line| match (split, str::from_utf8(line)) {
                        (Some(split), Ok(line)) => {
                            (split.0)(line).into_iter().map(OsString::from).collect()
                        }
                        _ => vec![from_bytes(line.to_vec())],
                    })
                    .collect()
            }
        }
    }
}

impl Line {
    /// Takes a word over from another line.
    fn take(&mut self, line: &mut Self, at: usize) {
        self.words.push(std::mem::take(&mut line.words[at]));
        self.pattern.push(line.pattern[at]);
    }
}

fn error(
    argument: &Argument,
    message: impl Into<Vec<u8>>,
    kind: ArgumentErrorKind,
) -> ArgumentError {
    ArgumentError::new(argument.name(), message, kind)
}

#[cold]
fn ignored(argument: &Argument, value: &[u8]) -> ArgumentError {
    let text = format!("ignored explicit argument {}", ReprBytes(value));
    error(argument, text, ArgumentErrorKind::IgnoredExplicit)
}

#[cold]
fn invalid_value(
    argument: &Argument,
    word: OsString,
    reason: super::types::TypeError,
) -> ArgumentError {
    let (text, source) = match reason.into_parts() {
        Ok(text) => (text, None),
        Err(source) => {
            let name = argument.conversion.name().unwrap_or("None");
            let shown = ReprBytes(word.as_encoded_bytes());
            (format!("invalid {name} value: {shown}"), source)
        }
    };
    error(argument, text, ArgumentErrorKind::InvalidValue { word, source })
}

/// `_match_argument` of an option: how many words it takes of those that follow.
#[inline]
fn match_option(argument: &Argument, pattern: &[u8]) -> Result<usize, ArgumentError> {
    let run = |stop: fn(u8) -> bool| pattern.iter().take_while(|c| !stop(**c)).count();
    let word = pattern.first() == Some(&b'A');
    let count = match argument.nargs {
        None => word.then_some(1),
        Some(Nargs::Exactly(count)) => {
            let ahead = pattern.get(..count);
            ahead.is_some_and(|ahead| !ahead.contains(&b'-')).then_some(count)
        }
        Some(Nargs::Optional) => Some(usize::from(word)),
        Some(Nargs::ZeroOrMore) => Some(run(|c| c != b'A')),
        Some(Nargs::OneOrMore) => word.then(|| run(|c| c != b'A')),
        Some(Nargs::Remainder) => Some(run(|c| c == b'-')),
        Some(Nargs::Parser) => word.then(|| run(|c| c == b'-')),
        Some(Nargs::Suppress) => Some(0),
    };
    count.ok_or_else(|| expected(argument))
}

#[cold]
fn expected(argument: &Argument) -> ArgumentError {
    let text: Cow<'static, str> = match argument.nargs {
        None => "expected one argument".into(),
        Some(Nargs::OneOrMore) => "expected at least one argument".into(),
        Some(Nargs::Exactly(1)) => "expected 1 argument".into(),
        Some(nargs) => format!("expected {nargs} arguments").into(),
    };
    error(argument, text.into_owned(), ArgumentErrorKind::Expected)
}
