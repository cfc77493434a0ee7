//! Definitions as data: the calls that build a parser, in JSON.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use super::action::{Action, ActionName, Builtin};
use super::arg::{Arg, Choices, Metavar, Nargs, Text};
use super::error::DefinitionError;
use super::file_type::FileType;
use super::format::{Dialect, HelpFormat};
use super::groups::{ExclusiveGroup, Group, GroupId, Place};
use super::parser::ArgumentParser;
use super::subparsers::{Command, Subparsers, SubparsersId};
use super::types::{ArgType, Conversion, TypeError};
use super::value::{Complex, SUPPRESS_TEXT, Value};
use crate::python::Repr;
use crate::value::Value as Json;

type Result<T> = std::result::Result<T, DefinitionError>;

impl ArgumentParser {
    /// Reads a definition in JSON: a list of the calls that build it, or a map that has the list as `ops`.
    ///
    /// Each call is `[kind, on, id, args, kwargs]`, as Python would be called: the method on the object named `on`, its result
    /// named `id` (numbers, or `null`). Kinds are `new` (`ArgumentParser`, `on` is `null`), `arg` (`add_argument`), `group`,
    /// `mutex`, `subparsers`, `parser` (`add_parser`), `set_defaults`, `register` and `setattr`. What JSON lacks is a map with
    /// the key `$`: `{"$": "SUPPRESS"}`, `{"$": "tuple", "v": [..]}` (also `set`, `dict`, `range`, `complex`, `float`),
    /// `{"$": "py", "v": "int"}` (a type), `{"$": "class", "v": "BooleanOptionalAction"}` (a class of argparse),
    /// `{"$": "FileType", "v": ["r", -1, null, null]}`, `{"$": "bytes", "hex": ".."}` (text that is not UTF-8),
    /// `{"$": "ref", "v": 0}` (an object by its name), `{"$": "custom", "v": name}` (see [`Definition`]).
    ///
    /// The result is the object named 0, or `on` of the map.
    ///
    /// # Errors
    ///
    /// Says where the text is no JSON, which call is not of the form, or what Python raises for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::argparse::ArgumentParser;
    ///
    /// let parser = ArgumentParser::from_json(
    ///     r#"[
    ///         ["new", null, 0, [], {"prog": "tool"}],
    ///         ["arg", 0, null, ["-j", "--jobs"], {"type": {"$": "py", "v": "int"}, "default": 1}]
    ///     ]"#,
    /// )?;
    /// assert_eq!(parser.try_parse_from(["-j8"])?.get::<i64>("jobs"), 8);
    ///
    /// let error = ArgumentParser::from_json("[\n  new]").unwrap_err();
    /// assert_eq!(error.to_string(), "expected a value at line 2 column 3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        let json = Json::from_json(text).map_err(|error| form(error.to_string()))?;
        let (ops, on) = match &json {
            Json::Map(_) => (json.get("ops"), json.get("on").and_then(Json::as_int).unwrap_or(0)),
            _ => (Some(&json), 0),
        };
        let mut definition = Definition::new();
        for op in ops.and_then(Json::as_list).ok_or_else(|| form("expected a list of calls"))? {
            definition.apply(op)?;
        }
        let parser = definition.parser(on).cloned();
        parser.ok_or_else(|| form(format!("no parser is named {on}")))
    }
}

#[cold]
fn form(text: impl Into<String>) -> DefinitionError {
    DefinitionError::format(text)
}

/// Builds parsers from calls in JSON, with types, actions and formats of your own by name.
///
/// The form is that of [`ArgumentParser::from_json`]; several parsers may be made, some as parents of others.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{Definition, TypeError, Value};
/// use batteries::value::Value as Json;
///
/// let mut definition = Definition::new();
/// definition.register_type("shout", |text| match text.to_str() {
///     Some(text) => Ok(Value::from(text.to_uppercase())),
///     None => Err(TypeError::invalid()),
/// });
/// for op in [
///     r#"["new", null, 0, [], {}]"#,
///     r#"["arg", 0, null, ["word"], {"type": {"$": "custom", "v": "shout"}}]"#,
/// ] {
///     definition.apply(&Json::from_json(op)?)?;
/// }
/// let parser = definition.parser(0).ok_or("no parser")?;
/// assert_eq!(parser.try_parse_from(["hey"])?.get::<String>("word"), "HEY");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Definition {
    roots: Vec<ArgumentParser>,
    objects: HashMap<i128, Object>,
    types: HashMap<String, Conversion>,
    actions: HashMap<String, Arc<dyn Action>>,
    formats: HashMap<String, HelpFormat>,
    classes: HashMap<String, fn(ArgumentParser) -> ArgumentParser>,
    dialect: Dialect,
}

/// What a name stands for.
#[derive(Debug, Clone)]
enum Object {
    Parser(Path),
    Group(Path, GroupId),
    Subparsers(Path, SubparsersId),
    Argument(Path, usize),
}

/// Where a parser is: below which root, through which commands.
#[derive(Debug, Clone)]
struct Path {
    root: usize,
    steps: Vec<(SubparsersId, usize)>,
}

/// The arguments of a call.
struct Call<'a> {
    args: &'a [Json],
    kwargs: &'a [(String, Json)],
}

impl<'a> Call<'a> {
    /// An argument by place or by name.
    fn get(&self, place: usize, name: &str) -> Option<&'a Json> {
        self.args.get(place).or_else(|| self.named(name))
    }

    fn named(&self, name: &str) -> Option<&'a Json> {
        self.kwargs.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Refuses names that the callee does not have.
    fn only(&self, callee: &str, names: &[&str]) -> Result<()> {
        match self.kwargs.iter().find(|(name, _)| !names.contains(&&**name)) {
            None => Ok(()),
            Some((name, _)) => Err(DefinitionError::type_error(format!(
                "{callee}.__init__() got an unexpected keyword argument '{name}'"
            ))),
        }
    }
}

const PARSER: &[&str] = &[
    "prog",
    "usage",
    "description",
    "epilog",
    "parents",
    "formatter_class",
    "prefix_chars",
    "fromfile_prefix_chars",
    "argument_default",
    "conflict_handler",
    "add_help",
    "allow_abbrev",
    "exit_on_error",
    "suggest_on_error",
    "color",
];

impl Definition {
    /// Starts with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says which Python's wording all parsers have.
    pub fn dialect(&mut self, dialect: Dialect) -> &mut Self {
        self.dialect = dialect;
        self
    }

    /// Names a type, for `{"$": "custom", "v": name}`.
    pub fn register_type(
        &mut self,
        name: &str,
        read: impl Fn(&OsStr) -> std::result::Result<Value, TypeError> + Send + Sync + 'static,
    ) -> &mut Self {
        self.register_type_as(name, name, read)
    }

    /// Names a type that is called otherwise in texts.
    pub fn register_type_as(
        &mut self,
        name: &str,
        shown: &str,
        read: impl Fn(&OsStr) -> std::result::Result<Value, TypeError> + Send + Sync + 'static,
    ) -> &mut Self {
        self.types.insert(name.to_owned(), Conversion::named(shown, read));
        self
    }

    /// Names an action.
    pub fn register_action(&mut self, name: &str, action: impl Action + 'static) -> &mut Self {
        self.actions.insert(name.to_owned(), Arc::new(action));
        self
    }

    /// Names a layout of the help.
    pub fn register_format(&mut self, name: &str, format: HelpFormat) -> &mut Self {
        self.formats.insert(name.to_owned(), format);
        self
    }

    /// Names what a parser class of one's own changes about a parser, for `parser_class`.
    pub fn register_parser_class(
        &mut self,
        name: &str,
        change: fn(ArgumentParser) -> ArgumentParser,
    ) -> &mut Self {
        self.classes.insert(name.to_owned(), change);
        self
    }

    /// Returns the parser that a call named so.
    #[must_use]
    pub fn parser(&self, id: i128) -> Option<&ArgumentParser> {
        let Some(Object::Parser(path)) = self.objects.get(&id) else { return None };
        let mut parser = &self.roots[path.root];
        for (commands, at) in &path.steps {
            parser = parser.command_at(*commands, *at)?;
        }
        Some(parser)
    }

    fn parser_mut(&mut self, path: &Path) -> &mut ArgumentParser {
        let mut parser = &mut self.roots[path.root];
        for (commands, at) in &path.steps {
            parser = &mut parser.commands_mut(*commands).parsers[*at];
        }
        parser
    }

    /// Does one call.
    ///
    /// # Errors
    ///
    /// Says what is not of the form, or what Python raises for the call.
    pub fn apply(&mut self, op: &Json) -> Result<()> {
        let Some([kind, on, id, args, kwargs]) = op.as_list() else {
            return Err(form("a call is [kind, on, id, args, kwargs]"));
        };
        let kind = kind.as_str().ok_or_else(|| form("the kind of a call is a text"))?;
        let call = Call {
            args: args.as_list().ok_or_else(|| form("args is a list"))?,
            kwargs: kwargs.as_map().ok_or_else(|| form("kwargs is a map"))?,
        };
        let object = if kind == "new" {
            let parser = self.new_parser(&call)?;
            self.roots.push(parser);
            Some(Object::Parser(Path { root: self.roots.len() - 1, steps: Vec::new() }))
        } else {
            let on = on.as_int().ok_or_else(|| form(format!("`on` of {kind} is a number")))?;
            let target = self.objects.get(&on).cloned();
            let target = target.ok_or_else(|| form(format!("no object is named {on}")))?;
            self.call(kind, target, &call)?
        };
        if let (Some(id), Some(object)) = (id.as_int(), object) {
            self.objects.insert(id, object);
        }
        Ok(())
    }

    fn call(&mut self, kind: &str, target: Object, call: &Call<'_>) -> Result<Option<Object>> {
        let (path, place) = match &target {
            Object::Parser(path) => (path, Place::Parser),
            Object::Group(path, GroupId(place)) => (path, *place),
            Object::Subparsers(path, _) | Object::Argument(path, _) => (path, Place::Parser),
        };
        let path = path.clone();
        match (kind, &target) {
            ("arg", Object::Parser(_) | Object::Group(..)) => {
                let arg = self.arg(call)?;
                let parser = self.parser_mut(&path);
                parser.add_at(place, arg)?;
                let at = parser.arguments.len() - 1;
                Ok(Some(Object::Argument(path, at)))
            }
            ("group", Object::Group(..)) => {
                Err(DefinitionError::value("argument groups cannot be nested"))
            }
            ("group", Object::Parser(_)) => {
                call.only("_ArgumentGroup", &["title", "description"])?;
                let title = call.get(0, "title").map(text).transpose()?.flatten();
                let description = call.get(1, "description").map(text).transpose()?.flatten();
                let group = self.parser_mut(&path).add_group(Group { title, description });
                Ok(Some(Object::Group(path, group)))
            }
            ("mutex", Object::Group(_, GroupId(Place::Exclusive(_)))) => {
                Err(DefinitionError::value("mutually exclusive groups cannot be nested"))
            }
            ("mutex", Object::Parser(_) | Object::Group(..)) => {
                call.only("_MutuallyExclusiveGroup", &["required"])?;
                let required = call.named("required").map(truth).transpose()?.unwrap_or(false);
                let mut group = ExclusiveGroup::new().required(required);
                if let Object::Group(_, within) = target {
                    group = group.within(within);
                }
                let group = self.parser_mut(&path).add_exclusive_group(group);
                Ok(Some(Object::Group(path, group)))
            }
            ("subparsers", Object::Parser(_)) => {
                let subparsers = subparsers(call)?;
                let id = self.parser_mut(&path).try_add_subparsers(subparsers)?;
                Ok(Some(Object::Subparsers(path, id)))
            }
            ("parser", Object::Subparsers(_, id)) => {
                let (command, parser) = self.command(call)?;
                let at = self.parser_mut(&path).try_add_command(*id, command, parser)?;
                let mut path = path;
                path.steps.push((*id, at));
                Ok(Some(Object::Parser(path)))
            }
            ("set_defaults", Object::Parser(_) | Object::Group(..)) => {
                for (name, value) in call.kwargs {
                    let value = self.value(value)?;
                    self.parser_mut(&path).set_default(name.clone(), value);
                }
                Ok(None)
            }
            ("register", Object::Parser(_) | Object::Group(..)) => {
                self.register(&path, call)?;
                Ok(None)
            }
            ("setattr", _) => {
                self.set_attribute(&path, &target, call)?;
                Ok(None)
            }
            _ => Err(form(format!("no call of the kind {kind} on this object"))),
        }
    }

    fn new_parser(&self, call: &Call<'_>) -> Result<ArgumentParser> {
        let mut names = PARSER.to_vec();
        names.push("parser_class");
        call.only("ArgumentParser", &names)?;
        let mut parser = self.settings(call)?;
        if let Some(class) = call.named("parser_class").filter(|class| !class.is_null()) {
            match special(class) {
                Some(("custom", Some(Json::Str(name)))) if self.classes.contains_key(name) => {
                    parser = self.classes[name](parser);
                }
                Some(("class", Some(Json::Str(name)))) if name == "ArgumentParser" => {}
                _ => return Err(form(format!("no parser class {class}"))),
            }
        }
        Ok(parser)
    }

    /// What `ArgumentParser(...)` is told.
    fn settings(&self, call: &Call<'_>) -> Result<ArgumentParser> {
        let get = |name: &str| {
            let place = PARSER.iter().position(|known| *known == name).unwrap_or(usize::MAX);
            call.get(place, name).filter(|value| !value.is_null())
        };
        let string = |name: &str| -> Result<Option<String>> {
            get(name).map(|value| plain(value, name)).transpose()
        };
        let flag = |name: &str| get(name).map(truth).transpose();

        let mut parser = ArgumentParser::new().dialect(self.dialect);
        if let Some(chars) = string("prefix_chars")? {
            parser = parser.prefix_chars(chars);
        }
        if let Some(prog) = string("prog")? {
            parser = parser.prog(prog);
        }
        parser.usage = get("usage").map(text).transpose()?.flatten();
        parser.description = get("description").map(text).transpose()?.flatten();
        parser.epilog = get("epilog").map(text).transpose()?.flatten();
        if let Some(chars) = string("fromfile_prefix_chars")? {
            parser = parser.fromfile_prefix_chars(chars);
        }
        if let Some(value) = get("argument_default") {
            parser = parser.argument_default(self.value(value)?);
        }
        match string("conflict_handler")?.as_deref() {
            None | Some("error") => {}
            Some("resolve") => parser = parser.resolve_conflicts(),
            Some(other) => {
                let text = format!("invalid conflict_resolution value: {}", Repr(other));
                return Err(DefinitionError::value(text));
            }
        }
        // `None` is false, and neither is the default.
        let python_truth = |name: &str, default| match call.named(name) {
            Some(Json::Null) => Ok(false),
            _ => flag(name).map(|truth| truth.unwrap_or(default)),
        };
        parser = parser
            .add_help(python_truth("add_help", true)?)
            .allow_abbrev(python_truth("allow_abbrev", true)?)
            .exit_on_error(python_truth("exit_on_error", true)?)
            .suggest_on_error(python_truth("suggest_on_error", false)?);
        if let Some(color) = flag("color")? {
            parser = parser.color(color);
        }
        if let Some(class) = get("formatter_class") {
            parser = parser.format(self.format(class)?);
        }
        if let Some(parents) = get("parents") {
            let items = parents.as_list().or_else(|| match special(parents) {
                Some(("tuple", Some(items))) => items.as_list(),
                _ => None,
            });
            for item in items.ok_or_else(|| form("parents is a list"))? {
                let parent = match special(item) {
                    Some(("ref", Some(Json::Int(id)))) => self.parser(*id),
                    _ => None,
                };
                let parent = parent.ok_or_else(|| {
                    DefinitionError::type_error("parents must be a list of ArgumentParser")
                })?;
                parser = parser.parents([parent]);
            }
        }
        parser.check()?;
        Ok(parser)
    }

    fn format(&self, class: &Json) -> Result<HelpFormat> {
        let format = HelpFormat::new();
        Ok(match special(class) {
            Some(("class", Some(Json::Str(name)))) => match &**name {
                "HelpFormatter" => format,
                "RawDescriptionHelpFormatter" => format.raw_description(),
                "RawTextHelpFormatter" => format.raw_text(),
                "ArgumentDefaultsHelpFormatter" => format.show_defaults(),
                "MetavarTypeHelpFormatter" => format.metavar_type(),
                _ => return Err(form(format!("no formatter class {name}"))),
            },
            Some(("custom", Some(Json::Str(name)))) if self.formats.contains_key(name) => {
                self.formats[name]
            }
            _ => return Err(form(format!("no formatter class {class}"))),
        })
    }

    fn arg(&self, call: &Call<'_>) -> Result<Arg> {
        let mut arg = <Arg as Default>::default();
        for name in call.args {
            arg.names.push(plain(name, "an option string")?.into());
        }
        let mut unknown = None;
        for (name, value) in call.kwargs {
            match &**name {
                "action" => arg.action = self.action(value)?,
                "nargs" => arg.nargs = nargs(value)?,
                "const" => arg.constant = Some(self.value(value)?),
                "default" => arg.default = Some(self.value(value)?),
                "type" => arg.conversion = self.conversion(value)?,
                "choices" => arg.choices = self.choices(value)?,
                "required" => arg.required = Some(truth(value)?),
                "help" => arg.help = text(value)?,
                "metavar" => arg.metavar = metavar(value)?,
                "dest" => arg.dest = text(value)?,
                "version" => {
                    arg.version = text(value)?.map(|text| match text {
                        Text::Str(text) => text,
                        Text::Suppress => SUPPRESS_TEXT.into(),
                    });
                }
                "deprecated" => arg.deprecated = truth(value)?,
                _ => unknown = unknown.or(Some(name)),
            }
        }
        match unknown {
            None => Ok(arg),
            Some(name) => Err(DefinitionError::type_error(format!(
                "_StoreAction.__init__() got an unexpected keyword argument '{name}'"
            ))),
        }
    }

    fn action(&self, value: &Json) -> Result<ActionName> {
        Ok(match (value, special(value)) {
            (Json::Null, _) => ActionName::default(),
            (Json::Str(name), _) => ActionName::Named(name.clone().into()),
            (_, Some(("class", Some(Json::Str(name))))) if name == "BooleanOptionalAction" => {
                ActionName::Builtin(Builtin::BooleanOptional)
            }
            (_, Some(("custom", Some(Json::Str(name))))) if self.actions.contains_key(name) => {
                ActionName::Custom(Arc::clone(&self.actions[name]))
            }
            _ => {
                let shown = self.value(value).map_or_else(|_| value.to_string(), |v| v.repr());
                return Err(DefinitionError::value(format!("unknown action {shown}")));
            }
        })
    }

    fn conversion(&self, value: &Json) -> Result<Conversion> {
        let not_callable =
            |text: String| DefinitionError::type_error(format!("{text} is not callable"));
        Ok(match (value, special(value)) {
            (Json::Null, _) => Conversion::None,
            (Json::Str(name), _) => Conversion::Registered(name.clone()),
            (_, Some(("py", Some(Json::Str(name))))) => match &**name {
                "int" => Conversion::of::<i128>(),
                "float" => Conversion::of::<f64>(),
                "complex" => Conversion::of::<Complex>(),
                "bool" => Conversion::of::<bool>(),
                "str" => Conversion::of::<OsString>(),
                _ => return Err(form(format!("Python's {name} is no type for arguments"))),
            },
            (_, Some(("custom", Some(Json::Str(name))))) if self.types.contains_key(name) => {
                self.types[name].clone()
            }
            (_, Some(("FileType", Some(options)))) => {
                let file = file_type(options)?;
                Conversion::named(file.repr(), move |name: &OsStr| file.open(name))
            }
            (_, Some(("class", Some(Json::Str(name))))) if name == "FileType" => {
                return Err(DefinitionError::type_error(
                    "<class 'argparse.FileType'> is a FileType class object, instance of it must be passed",
                ));
            }
            _ => return Err(not_callable(self.value(value)?.repr())),
        })
    }

    fn choices(&self, value: &Json) -> Result<Option<Choices>> {
        let values = |items: &Json| -> Result<Choices> {
            let items = items.as_list().ok_or_else(|| form("choices is a list"))?;
            let items: Result<Vec<Value>> = items.iter().map(|item| self.value(item)).collect();
            Ok(Choices::Values(items?))
        };
        Ok(Some(match (value, special(value)) {
            (Json::Null, _) => return Ok(None),
            (Json::List(_), _) => values(value)?,
            (Json::Str(text), _) => {
                Choices::Values(text.chars().map(|c| Value::from(c.to_string())).collect())
            }
            (_, Some(("tuple" | "set", Some(items)))) => values(items)?,
            (_, Some(("dict", Some(Json::List(pairs))))) => {
                let keys = pairs.iter().filter_map(|pair| pair.as_list()?.first());
                Choices::Values(keys.map(|key| self.value(key)).collect::<Result<_>>()?)
            }
            (_, Some(("range", Some(Json::List(parts))))) => match &**parts {
                [Json::Int(start), Json::Int(stop), Json::Int(step)] if *step != 0 => {
                    Choices::Range { start: *start, stop: *stop, step: *step }
                }
                _ => return Err(form("a range is [start, stop, step]")),
            },
            _ => return Err(form(format!("no choices: {value}"))),
        }))
    }

    fn command(&self, call: &Call<'_>) -> Result<(Command, ArgumentParser)> {
        let mut names = PARSER.to_vec();
        names.extend(["name", "aliases", "help", "deprecated"]);
        call.only("ArgumentParser", &names)?;
        let name = call.get(0, "name").ok_or_else(|| form("a command has a name"))?;
        let mut command = Command::new(plain(name, "a command's name")?);
        if let Some(aliases) = call.named("aliases") {
            let aliases = match special(aliases) {
                Some(("tuple", Some(items))) => items,
                _ => aliases,
            };
            for alias in aliases.as_list().ok_or_else(|| form("aliases is a list"))? {
                command = command.alias(plain(alias, "an alias")?);
            }
        }
        command.help = call.named("help").map(text).transpose()?;
        command.deprecated = call.named("deprecated").map(truth).transpose()?.unwrap_or(false);
        let settings = Call { args: &[], kwargs: call.kwargs };
        Ok((command, self.settings(&settings)?))
    }

    fn register(&mut self, path: &Path, call: &Call<'_>) -> Result<()> {
        let (Some(registry), Some(name), Some(object)) =
            (call.get(0, "registry_name"), call.get(1, "value"), call.get(2, "object"))
        else {
            return Err(form("register takes a registry, a name and an object"));
        };
        let name = plain(name, "a registered name")?;
        match registry.as_str() {
            Some("type") => {
                let conversion = self.conversion(object)?;
                self.parser_mut(path).register_conversion(name, conversion);
            }
            Some("action") => match self.action(object)? {
                ActionName::Custom(action) => {
                    self.parser_mut(path).register_shared_action(name, action);
                }
                _ => return Err(form("only actions of one's own are registered")),
            },
            _ => return Err(form(format!("no registry {registry}"))),
        }
        Ok(())
    }

    fn set_attribute(&mut self, path: &Path, target: &Object, call: &Call<'_>) -> Result<()> {
        let [Json::Str(name), value] = call.args else {
            return Err(form("setattr takes a name and a value"));
        };
        let at = match target {
            Object::Subparsers(_, SubparsersId(at)) => *at as usize,
            Object::Argument(_, at) => *at,
            Object::Parser(_) => {
                let parser = self.parser_mut(path);
                match &**name {
                    "prog" => parser.prog = super::prog::Prog::Given(plain(value, "prog")?.into()),
                    "usage" => parser.usage = text(value)?,
                    "description" => parser.description = text(value)?,
                    "epilog" => parser.epilog = text(value)?,
                    "allow_abbrev" => parser.allow_abbrev = truth(value)?,
                    "exit_on_error" => parser.exit_on_error = truth(value)?,
                    "suggest_on_error" => parser.suggest_on_error = truth(value)?,
                    "color" => parser.color = Some(truth(value)?),
                    _ => return Err(form(format!("a parser's {name} cannot be set"))),
                }
                return Ok(());
            }
            Object::Group(_, GroupId(place)) => {
                let place = *place;
                let parser = self.parser_mut(path);
                match (&**name, place) {
                    ("required", Place::Exclusive(at)) => {
                        parser.exclusive[at].required = truth(value)?;
                    }
                    ("title", Place::Group(at)) => parser.groups[at].title = text(value)?,
                    ("description", Place::Group(at)) => {
                        parser.groups[at].description = text(value)?;
                    }
                    _ => return Err(form(format!("a group's {name} cannot be set"))),
                }
                return Ok(());
            }
        };
        let decoded = match &**name {
            "default" | "const" => self.value(value)?,
            _ => Value::None,
        };
        let choices = if name == "choices" { self.choices(value)? } else { None };
        let argument = &mut self.parser_mut(path).arguments[at];
        match &**name {
            "required" => argument.required = truth(value)?,
            "help" => argument.help = text(value)?,
            "metavar" => argument.metavar = metavar(value)?,
            "nargs" => argument.nargs = nargs(value)?,
            "deprecated" => argument.deprecated = truth(value)?,
            "default" => argument.default = decoded,
            "const" => argument.constant = decoded,
            "choices" => argument.choices = choices,
            _ => return Err(form(format!("an argument's {name} cannot be set"))),
        }
        Ok(())
    }

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Says what is not of the form.
    pub fn value(&self, json: &Json) -> Result<Value> {
        let list = |items: &Json| -> Result<Vec<Value>> {
            let items = items.as_list().ok_or_else(|| form(format!("no list: {items}")))?;
            items.iter().map(|item| self.value(item)).collect()
        };
        Ok(match json {
            Json::Null => Value::None,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Int(number) => Value::Int(*number),
            Json::Float(number) => Value::Float(*number),
            Json::Str(text) => Value::from(&**text),
            Json::List(_) => Value::List(list(json)?),
            Json::Map(_) => match special(json) {
                Some(("SUPPRESS", _)) => Value::Suppress,
                Some(("tuple", Some(items))) => Value::Tuple(list(items)?),
                Some(("bytes", _)) => Value::Str(bytes(json)?),
                Some(("complex", Some(Json::List(parts)))) => match &**parts {
                    [real, imag] => {
                        let number = |part| {
                            f64::from_value(&self.value(part)?)
                                .ok_or_else(|| form(format!("no number: {part}")))
                        };
                        Value::Complex(Complex { real: number(real)?, imag: number(imag)? })
                    }
                    _ => return Err(form("a complex number is [real, imag]")),
                },
                Some(("float", Some(Json::Str(name)))) => Value::Float(match &**name {
                    "inf" => f64::INFINITY,
                    "-inf" => f64::NEG_INFINITY,
                    "nan" => f64::NAN,
                    _ => return Err(form(format!("no float {name}"))),
                }),
                Some(("wrap", Some(inner))) => {
                    let class = json.get("cls").and_then(Json::as_str);
                    let Value::Str(text) = self.value(inner)? else {
                        return Err(form("a text is wrapped"));
                    };
                    match class.and_then(|class| self.types.get(class)) {
                        Some(Conversion::Named(named)) => {
                            (named.parse)(&text).map_err(|_| form("no value of its type"))?
                        }
                        _ => return Err(form("no type is named so")),
                    }
                }
                Some((kind, value)) => {
                    let shown = value.map_or_else(String::new, |value| format!(" {value}"));
                    Value::any(Opaque(format!("<{kind}{shown}>")))
                }
                None => return Err(form(format!("no value: {json}"))),
            },
        })
    }
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition").field("parsers", &self.roots).finish_non_exhaustive()
    }
}

/// An object of Python's that nothing here stands for: it can be a default, and equals itself.
#[derive(Clone, PartialEq)]
struct Opaque(String);

impl std::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of a map that stands for what JSON lacks, and what it holds.
fn special(json: &Json) -> Option<(&str, Option<&Json>)> {
    Some((json.get("$")?.as_str()?, json.get("v")))
}

fn text(json: &Json) -> Result<Option<Text>> {
    Ok(Some(match (json, special(json)) {
        (Json::Null, _) => return Ok(None),
        (Json::Str(text), _) => Text::from(text.clone()),
        (_, Some(("SUPPRESS", _))) => Text::Suppress,
        (_, Some(("bytes", _))) => Text::from(bytes(json)?.to_string_lossy().into_owned()),
        _ => return Err(form(format!("no text: {json}"))),
    }))
}

fn plain(json: &Json, what: &str) -> Result<String> {
    json.as_str().map(str::to_owned).ok_or_else(|| form(format!("{what} is a text, not {json}")))
}

/// Python's truth of the values that stand for one.
fn truth(json: &Json) -> Result<bool> {
    match json {
        Json::Null => Ok(false),
        Json::Bool(truth) => Ok(*truth),
        Json::Int(number) => Ok(*number != 0),
        _ => Err(form(format!("no truth value: {json}"))),
    }
}

fn bytes(json: &Json) -> Result<OsString> {
    let hex = json.get("hex").and_then(Json::as_str).unwrap_or_default();
    let digits = |at: usize| {
        let pair = hex.get(at..at + 2).filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()));
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(digits).collect();
    bytes.map(super::words::from_bytes).ok_or_else(|| form("bytes have hexadecimal digits"))
}

fn nargs(json: &Json) -> Result<Option<Nargs>> {
    Ok(Some(match (json, special(json)) {
        (Json::Null, _) => return Ok(None),
        (Json::Int(count), _) => match usize::try_from(*count) {
            Ok(count) if count <= u32::MAX as usize => Nargs::Exactly(count),
            _ => return Err(DefinitionError::value("invalid nargs value")),
        },
        (Json::Str(text), _) => match &**text {
            "?" => Nargs::Optional,
            "*" => Nargs::ZeroOrMore,
            "+" => Nargs::OneOrMore,
            "..." => Nargs::Remainder,
            "A..." => Nargs::Parser,
            _ => return Err(DefinitionError::value("invalid nargs value")),
        },
        (_, Some(("SUPPRESS", _))) => Nargs::Suppress,
        _ => return Err(DefinitionError::value("invalid nargs value")),
    }))
}

fn metavar(json: &Json) -> Result<Option<Metavar>> {
    let items = match (json, special(json)) {
        (Json::Null, _) => return Ok(None),
        (Json::Str(text), _) => return Ok(Some(Metavar::from(text.clone()))),
        (_, Some(("SUPPRESS", _))) => return Ok(Some(Metavar::from(SUPPRESS_TEXT))),
        (_, Some(("tuple", Some(items)))) | (items @ Json::List(_), _) => items,
        _ => return Err(form(format!("no metavar: {json}"))),
    };
    let items = items.as_list().unwrap_or_default().iter();
    let texts: Result<Vec<String>> = items.map(|item| plain(item, "a metavar")).collect();
    Ok(Some(Metavar::from(texts?)))
}

fn subparsers(call: &Call<'_>) -> Result<Subparsers> {
    let names =
        ["title", "description", "prog", "dest", "required", "help", "metavar", "parser_class"];
    call.only("_SubParsersAction", &names)?;
    let text_of = |name: &str| call.named(name).map(text).transpose();
    let mut subparsers = Subparsers::new();
    subparsers.title = text_of("title")?;
    subparsers.description = text_of("description")?;
    subparsers.dest = text_of("dest")?.flatten();
    subparsers.help = text_of("help")?.flatten();
    subparsers.required = call.named("required").map(truth).transpose()?.unwrap_or(false);
    subparsers.metavar = call.named("metavar").map(metavar).transpose()?.flatten();
    if let Some(prog) = call.named("prog").filter(|prog| !prog.is_null()) {
        subparsers.prog = Some(plain(prog, "prog")?.into());
    }
    Ok(subparsers)
}

fn file_type(options: &Json) -> Result<FileType> {
    match options.as_list() {
        Some([Json::Str(mode), Json::Int(size), encoding, errors]) => {
            let size = i64::try_from(*size).map_err(|_| form("a buffer of such a size"))?;
            let option = |json: &Json| json.as_str().map(str::to_owned);
            Ok(FileType::new(mode.clone()).with_options(size, option(encoding), option(errors)))
        }
        _ => Err(form("a FileType is [mode, bufsize, encoding, errors]")),
    }
}
