//! `argparse_*.json`: definitions, and what parsing, help and errors give. The file's `doc` is its format.
//!
//! The definitions are applied call by call through [`Definition`], which is what `ArgumentParser::from_json` stands on.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use batteries::argparse::{
    ActionContext, ActionError, ArgumentParser, Definition, DefinitionError, DefinitionErrorKind,
    Dialect, Environment, Exit, ExitKind, HelpFormat, Namespace, OpenFile, Parse, TypeError, Value,
};
use batteries::value::Value as Tree;
use serde_json::Value as Json;

use super::harness::Run;
use super::report::{Outcome, Report, Rule};

pub(crate) const RUN: Option<Run> = Some(run);

/// Text that is mostly UTF-8.
#[derive(PartialEq, Default)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// What a vector gives; compared field by field.
#[derive(Debug, PartialEq, Default)]
struct Out {
    ns: Option<Vec<(String, Value)>>,
    extras: Option<Vec<OsString>>,
    exit: Option<i64>,
    out: Bytes,
    err: Bytes,
    raises: Option<(String, String)>,
    text: Option<String>,
    value: Option<Value>,
    ok: bool,
}

/// A type of the vectors' own, as `customs` describes it.
#[derive(Debug, Clone, PartialEq)]
struct Wrap(&'static str, OsString);

const UNREADABLE: &str = "values of Python objects that no argument has";

fn run(vectors: &Json) -> Report {
    let mut report = Report::default();
    // What the file was recorded on; where another `argparse.py` was put in its place that decides.
    let meta = &vectors["meta"];
    let later = meta["reevaluated_on"].as_str().or_else(|| meta["argparse"].as_str());
    let python = meta["python"].as_str().unwrap_or_default();
    let (dialect, old) = match later {
        Some(text) if text.contains("3.14") => (Dialect::Python314, false),
        _ if python.starts_with("3.14") => (Dialect::Python314, false),
        _ if python.starts_with("3.13") => (Dialect::Python313, true),
        _ if python.starts_with("3.9.") || python.starts_with("3.8.") => (Dialect::Python39, true),
        _ => (Dialect::Python310, true),
    };
    let cases = vectors["cases"].as_array().expect("a list of cases");
    for case in cases {
        for vector in case["vectors"].as_array().expect("a list of vectors") {
            let input = format!("{} {vector}", case["name"]);
            report.case(input, || {
                let outcome = check(case, vector, meta, dialect);
                if old { explain(outcome, case, vector) } else { outcome }
            });
        }
    }
    report
}

fn check(case: &Json, vector: &Json, meta: &Json, dialect: Dialect) -> Outcome {
    let files = case["files"].as_array();
    if let Some(files) = files
        && is_root()
        && writes_readonly(files, vector)
    {
        return Outcome::Passed;
    }
    let _folder = files.map(|files| Folder::new(files));
    let mut definition = Definition::new();
    definition.dialect(dialect);
    customs(&mut definition);
    let ops = case["ops"].as_array().expect("a list of calls");
    let count = vector["n"].as_u64().map_or(ops.len(), |n| n as usize);
    for op in &ops[..count] {
        if let Err(error) = definition.apply(&tree(op)) {
            let got = format!("{op} fails: {error}");
            return Outcome::Failed { expected: "a legal definition".to_owned(), got };
        }
    }
    let Ok(expected) = expected(&definition, vector) else {
        return Outcome::Unsupported(UNREADABLE);
    };
    let got = outcome(&mut definition, vector, meta);
    if vector["crash"] == true {
        return Outcome::Passed;
    }
    compare(case, vector, expected, got)
}

fn compare(case: &Json, vector: &Json, mut expected: Out, mut got: Out) -> Outcome {
    if vector["exit"].is_number() && vector["err"].is_null() && has_set(&case["ops"]) {
        got.err.0.clear();
    }
    // Python's own texts about calls, where a typed interface has nothing to say.
    if let (Some((class, text)), Some((got_class, got_text))) = (&expected.raises, &mut got.raises)
        && class == "TypeError"
        && class == got_class
        && (text.contains("__init__()")
            || text.contains("missing")
            || text.contains("FileType class object"))
    {
        text.clone_into(got_text);
    }
    for out in [&mut expected, &mut got] {
        if let Some(ns) = &mut out.ns {
            ns.sort_by(|a, b| a.0.cmp(&b.0));
        }
    }
    Outcome::compare(&expected, &got)
}

fn outcome(definition: &mut Definition, vector: &Json, meta: &Json) -> Out {
    let method = vector["m"].as_str().expect("a method");
    let env = environment(vector, meta);
    let on = vector["on"].as_i64().unwrap_or(0);
    let parser = || definition.parser(on.into()).expect("a parser");
    let mut out = Out::default();
    match method {
        "build" => out.ok = true,
        "format_help" => out.text = Some(parser().format_help_in(&env)),
        "format_usage" => out.text = Some(parser().format_usage_in(&env)),
        "get_default" => {
            let name = vector["args"][0].as_str().expect("a name");
            out.value = Some(parser().get_default(name));
        }
        "error" => {
            let text = vector["args"][0].as_str().expect("a text");
            exited(&mut out, &parser().error_in(text, &env));
        }
        "exit" => {
            out.exit = Some(vector["args"][0].as_i64().unwrap_or(0));
            out.err = Bytes(vector["args"][1].as_str().unwrap_or_default().into());
        }
        _ if method.starts_with("parse_") => parsed(&mut out, definition, parser(), vector, env),
        _ => {
            let mut op = vec![vector["m"].clone()];
            op.extend(vector["op"].as_array().expect("a call").iter().cloned());
            match definition.apply(&tree(&Json::Array(op))) {
                Ok(()) => out.ok = true,
                Err(error) => out.raises = Some((class(&error).to_owned(), error.to_string())),
            }
        }
    }
    out
}

fn parsed(
    out: &mut Out,
    definition: &Definition,
    parser: &ArgumentParser,
    vector: &Json,
    env: Environment,
) {
    let method = vector["m"].as_str().expect("a method");
    let words = vector["argv"].as_array().expect("words").iter().map(|word| os(definition, word));
    let mut parse = Parse::of(words).environment(env);
    if let Some(namespace) = vector.get("namespace") {
        let values = namespace["v"].as_object().expect("a namespace");
        let values = values
            .iter()
            .map(|(name, value)| (name.clone(), definition.value(&tree(value)).expect("a value")));
        parse = parse.namespace(values.collect());
    }
    if method.contains("intermixed") {
        if let Err(error) = parser.check_intermixed() {
            out.raises = Some((class(&error).to_owned(), error.to_string()));
            return;
        }
        parse = parse.intermixed();
    }
    let known = method.contains("known");
    match if known { parse.run(parser) } else { parse.run_all(parser) } {
        Ok(parsed) => {
            out.ns = Some(values(&parsed.namespace));
            out.extras = known.then_some(parsed.extras);
            out.err = Bytes(parsed.warnings.into_bytes());
        }
        Err(exit) => exited(out, &exit),
    }
}

fn exited(out: &mut Out, exit: &Exit) {
    match exit.kind() {
        ExitKind::Usage(error) if exit.code() == 1 => {
            out.raises = Some(("ArgumentError".to_owned(), error.to_string()));
        }
        _ => out.exit = Some(exit.code().into()),
    }
    out.out = Bytes(exit.stdout_bytes().to_vec());
    out.err = Bytes(exit.stderr_bytes().to_vec());
}

fn values(namespace: &Namespace) -> Vec<(String, Value)> {
    namespace.iter().map(|(name, value)| (name.to_owned(), comparable(value))).collect()
}

/// Files and streams as what names them, integers apart from truth values and floats.
fn comparable(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(comparable).collect()),
        Value::Tuple(items) => Value::Tuple(items.iter().map(comparable).collect()),
        Value::Float(number) if number.is_nan() => Value::from("float nan"),
        Value::Float(number) => Value::from(format!("float {:x}", number.to_bits())),
        Value::Bool(truth) => Value::from(format!("bool {truth}")),
        Value::Complex(number) => Value::from(format!("complex {number:?}")),
        Value::Suppress => Value::from("==SUPPRESS=="),
        Value::Any(any) => match any.downcast_ref::<OpenFile>() {
            Some(file) => {
                let (name, mode) = (file.name().to_string_lossy(), file.mode());
                let buffer = if mode.contains('b') { ".buffer" } else { "" };
                match &*name {
                    "<stdin>" => Value::from(format!("stream stdin{buffer}")),
                    "<stdout>" => Value::from(format!("stream stdout{buffer}")),
                    _ => Value::from(format!("file {name}")),
                }
            }
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

fn expected(definition: &Definition, vector: &Json) -> Result<Out, DefinitionError> {
    let value = |json: &Json| -> Result<Value, DefinitionError> {
        // What only a result can be.
        Ok(match json["$"].as_str() {
            Some("file") => Value::from(format!("file {}", json["name"].as_str().unwrap_or(""))),
            Some("stream") => Value::from(format!("stream {}", json["v"].as_str().unwrap_or(""))),
            _ => comparable(&definition.value(&tree(json))?),
        })
    };
    let bytes = |json: &Json| match json {
        Json::Null => Bytes::default(),
        _ => Bytes(os(definition, json).into_encoded_bytes()),
    };
    let mut out = Out {
        exit: vector["exit"].as_i64(),
        out: bytes(&vector["out"]),
        err: bytes(&vector["err"]),
        text: vector["text"].as_str().map(str::to_owned),
        ok: vector["ok"] == true,
        ..Out::default()
    };
    if let Some(ns) = vector["ns"].as_object() {
        let list = |json: &Json| -> Result<Value, DefinitionError> {
            match json {
                Json::Array(items) => {
                    Ok(Value::List(items.iter().map(&value).collect::<Result<_, _>>()?))
                }
                _ => value(json),
            }
        };
        out.ns = Some(
            ns.iter()
                .map(|(name, json)| Ok((name.clone(), list(json)?)))
                .collect::<Result<_, DefinitionError>>()?,
        );
    }
    if let Some(extras) = vector["extras"].as_array() {
        out.extras = Some(extras.iter().map(|word| os(definition, word)).collect());
    }
    if let Some(class) = vector["raises"].as_str() {
        let text = match definition.value(&tree(&vector["msg"]))? {
            Value::None => String::new(),
            text => text.to_string(),
        };
        out.raises = Some((class.to_owned(), text));
    }
    if let Some(json) = vector.get("value") {
        out.value = Some(definition.value(&tree(json))?);
    }
    Ok(out)
}

fn os(definition: &Definition, json: &Json) -> OsString {
    match definition.value(&tree(json)) {
        Ok(Value::Str(text)) => text,
        Ok(Value::Suppress) => "==SUPPRESS==".into(),
        other => panic!("no text: {json} {other:?}"),
    }
}

fn tree(json: &Json) -> Tree {
    Tree::from_json(&json.to_string()).expect("JSON")
}

fn class(error: &DefinitionError) -> &'static str {
    match error.kind() {
        DefinitionErrorKind::Argument => "ArgumentError",
        DefinitionErrorKind::Type => "TypeError",
        DefinitionErrorKind::Value => "ValueError",
        kind => panic!("{kind:?} is no class: {error}"),
    }
}

fn environment(vector: &Json, meta: &Json) -> Environment {
    let program = meta["argv0"].as_str().unwrap_or("prog.py");
    Environment::from_variables(
        program,
        |name| match vector["env"].get(name) {
            Some(Json::Null) => None,
            Some(value) => value.as_str().map(OsString::from),
            None if name == "NO_COLOR" => Some("1".into()),
            None => meta["env"][name].as_str().map(OsString::from),
        },
        None,
    )
}

fn has_set(ops: &Json) -> bool {
    ops.as_array().is_some_and(|ops| ops.iter().any(|op| op[4]["choices"]["$"] == "set"))
}

/// The callables that the file names.
fn customs(definition: &mut Definition) {
    let text =
        |text: &std::ffi::OsStr| text.to_str().map(str::to_owned).ok_or(TypeError::invalid());
    for class in ["MyType", "C"] {
        definition.register_type(class, move |text| Ok(Value::any(Wrap(class, text.to_owned()))));
    }
    definition
        .register_type("get_my_type", move |word| {
            Ok(Value::from(format!("my_type{{{}}}", text(word)?)))
        })
        .register_type("custom_type", |word| Ok(Value::from(word)))
        .register_type_as("spam_type_error", "spam", |_| Err(TypeError::message("spam!")))
        .register_type_as("spam_converted", "spam", |_| Ok(Value::from("foo_converted")))
        .register_type_as("extend_star", "extend", move |word| {
            Ok(Value::from(format!("{}*", text(word)?)))
        });
    for (action, name) in [("set_spam", "spam"), ("set_badger", "badger")] {
        definition.register_action(
            action,
            move |cx: &mut ActionContext<'_>, value: Value, _: Option<&str>| {
                cx.namespace().set(name, value);
                Ok::<(), ActionError>(())
            },
        );
    }
    definition.register_action(
        "MyAction",
        |cx: &mut ActionContext<'_>, value: Value, _: Option<&str>| {
            let dest = cx.dest().to_owned();
            cx.namespace().set(dest, format!("foo[{value}]"));
            Ok::<(), ActionError>(())
        },
    );
    definition.register_format("raw_text_50", HelpFormat::new().raw_text().max_help_position(50));
    definition.register_parser_class("split_lines", |parser| {
        parser.convert_arg_line_to_args(|line| line.split_whitespace().map(str::to_owned).collect())
    });
}

/// A folder with the files of a case, current while it lives.
struct Folder {
    folder: tempfile::TempDir,
    before: PathBuf,
}

impl Folder {
    fn new(files: &[Json]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file["name"].as_str().expect("a name"));
            let text = match file["hex"].as_str() {
                Some(hex) => (0..hex.len() / 2)
                    .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("digits"))
                    .collect(),
                None => file["text"].as_str().expect("a text").as_bytes().to_vec(),
            };
            fs::write(&path, text).expect("a file");
            if file["readonly"] == true {
                let mut permissions = fs::metadata(&path).expect("a file").permissions();
                permissions.set_readonly(true);
                fs::set_permissions(&path, permissions).expect("a file");
            }
        }
        let before = env::current_dir().expect("a current folder");
        env::set_current_dir(folder.path()).expect("a folder");
        Self { folder, before }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        env::set_current_dir(&self.before).expect("the folder before");
        let _ = &self.folder;
    }
}

/// Whether nothing refuses to be written to: a file that is there for reading alone is no obstacle.
fn is_root() -> bool {
    let probe = tempfile::NamedTempFile::new().expect("a file");
    let mut permissions = probe.as_file().metadata().expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(probe.path(), permissions).expect("a file");
    fs::OpenOptions::new().write(true).open(probe.path()).is_ok()
}

/// Whether a vector is about a file that may not be written.
fn writes_readonly(files: &[Json], vector: &Json) -> bool {
    let refused = vector["err"].as_str().is_some_and(|err| err.contains("Permission denied"));
    refused && files.iter().any(|file| file["readonly"] == true)
}

/// Whether a rule is about a case.
type Applies = fn(&Change<'_>) -> bool;

/// What CPython changed since; a rule says to which cases it applies, by their input.
const CHANGES: &[(Rule, Applies)] = &[
    (
        Rule {
            name: "what a definition is refused with",
            reason: "3.14 has other classes and texts (gh-80259, gh-133653 and others); both refuse the call, or 3.14 alone does",
        },
        |change| {
            let call = !change.method.starts_with("parse_") && change.vector.get("op").is_some();
            (call && change.got.contains("raises: Some")) || change.got.contains(" fails: ")
        },
    ),
    (
        Rule {
            name: "required arguments",
            reason: "3.14 does not list arguments that may have no word (gh-72795)",
        },
        |change| {
            let list = "the following arguments are required: ";
            change.expected.contains(list)
                && (change.got.contains(list) || change.has_optional_positional())
        },
    ),
    (
        Rule {
            name: "intermixed parsing",
            reason: "3.14 parses once, options before positional arguments (gh-125355)",
        },
        |change| change.method.contains("intermixed"),
    ),
    (
        Rule {
            name: "lines of a usage",
            reason: "up to 3.12 a usage is taken apart again at spaces and brackets to be wrapped (gh-82091)",
        },
        |change| change.squeezed(),
    ),
    (
        Rule {
            name: "names of commands",
            reason: "up to 3.13 the usage that a parser was given stands in front of its commands' names",
        },
        |change| change.has("parser") && change.text.contains("\"usage\":"),
    ),
    (
        Rule {
            name: "defaults of required arguments",
            reason: "3.14 does not show a default that is never used (gh-121018)",
        },
        |change| {
            change.text.contains("ArgumentDefaultsHelpFormatter")
                && change.text.contains("\"required\":true")
        },
    ),
    (
        Rule {
            name: "arguments that may have no word",
            reason: "since 3.14 they are not required, in help, in definitions and in usages neither (gh-72795)",
        },
        |change| change.has_optional_positional() && !change.method.starts_with("parse_"),
    ),
    (
        Rule {
            name: "names of arguments with several metavars",
            reason: "3.14 writes the metavars where it wrote a tuple (gh-59330)",
        },
        |change| change.expected.contains("argument ("),
    ),
    (
        Rule {
            name: "errors without exit",
            reason: "since 3.13 every error is raised where errors do not exit (gh-103498)",
        },
        |change| change.text.contains("\"exit_on_error\":false"),
    ),
    (
        Rule {
            name: "suppressed defaults",
            reason: "up to 3.13 the text behind SUPPRESS was read as a default",
        },
        |change| {
            change.expected.contains("'==SUPPRESS==") || change.expected.contains("=SUPPRESS=\\'")
        },
    ),
    (
        Rule {
            name: "clusters of short options",
            reason: "since 3.13 what is unknown in a cluster is left over (gh-104860 and others)",
        },
        |change| change.words().any(is_cluster),
    ),
    (
        Rule {
            name: "empty positional arguments",
            reason: "3.14 gives empty matches before an option back (gh-59317)",
        },
        |change| change.has_optional_positional() && change.words().any(is_option),
    ),
    (
        Rule {
            name: "what excludes",
            reason: "3.14 asks whether an argument is there, not whether its value is the default (gh-63143)",
        },
        |change| {
            change.has("mutex")
                && (change.differs("not allowed with") || change.differs("one of the arguments"))
        },
    ),
    (
        Rule {
            name: "ambiguous options",
            reason: "3.14 complains when the option is consumed, not when it is seen (gh-58573), and looks before the `=`",
        },
        |change| {
            change.differs("ambiguous option") || change.words().any(|word| word.contains('='))
        },
    ),
    (
        Rule {
            name: "two dashes",
            reason: "3.14 drops the first `--` alone, and never one of the rest (gh-59317, gh-60346)",
        },
        |change| change.words().any(|word| word == "--"),
    ),
    (
        Rule {
            name: "negative numbers",
            reason: "3.14 takes what starts like one for a number (gh-105499)",
        },
        |change| {
            change
                .words()
                .any(|word| word.starts_with('-') && word.contains(|c: char| c.is_numeric()))
        },
    ),
    (
        Rule {
            name: "options that take options",
            reason: "in 3.14 an option with a number of words takes whatever comes",
        },
        |change| change.words().any(is_option) && change.text.contains("\"nargs\":"),
    ),
    (
        Rule {
            name: "texts as choices",
            reason: "3.14 looks at the characters, not for a part of the text (gh-86357), and quotes what it shows",
        },
        |change| change.text.contains("\"choices\":") && change.vector.get("argv").is_some(),
    ),
];

/// A vector of an older Python that ours differs from.
struct Change<'a> {
    method: &'a str,
    vector: &'a Json,
    case: &'a Json,
    /// The calls, as text.
    text: String,
    expected: &'a str,
    got: &'a str,
}

impl Change<'_> {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.vector["argv"].as_array().into_iter().flatten().filter_map(Json::as_str)
    }

    fn has(&self, kind: &str) -> bool {
        self.case["ops"].as_array().is_some_and(|ops| ops.iter().any(|op| op[0] == kind))
    }

    fn has_optional_positional(&self) -> bool {
        let optional = |names: &Json, kwargs: &Json| {
            let name = names[0].as_str().unwrap_or_default();
            let nargs = &kwargs["nargs"];
            !is_option(name)
                && (nargs["$"] == "SUPPRESS" || ["?", "*", "..."].iter().any(|n| nargs == n))
        };
        let ops = self.case["ops"].as_array().into_iter().flatten();
        ops.filter(|op| op[0] == "arg").any(|op| optional(&op[3], &op[4]))
            || optional(&self.vector["op"][2], &self.vector["op"][3])
    }

    /// Whether only one of the two says so.
    fn differs(&self, text: &str) -> bool {
        self.expected.contains(text) != self.got.contains(text)
    }

    /// Whether both are the same but for spaces, ends of lines and brackets of groups.
    fn squeezed(&self) -> bool {
        let squeeze = |text: &str| -> String {
            let text = text.replace("\\n", "");
            text.chars().filter(|c| !c.is_whitespace() && !"()[]|".contains(*c)).collect()
        };
        self.vector.get("argv").is_none_or(|_| self.expected.contains("usage: "))
            && squeeze(self.expected) == squeeze(self.got)
    }
}

fn is_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with(['-', '+', '/'])
}

fn is_cluster(word: &str) -> bool {
    is_option(word) && word.len() > 2 && !word.starts_with("--")
}

/// Takes a difference to a Python before 3.14 that one of its changes explains as a deviation.
fn explain(outcome: Outcome, case: &Json, vector: &Json) -> Outcome {
    let Outcome::Failed { expected, got } = &outcome else { return outcome };
    let change = Change {
        method: vector["m"].as_str().unwrap_or_default(),
        vector,
        case,
        text: case["ops"].to_string(),
        expected,
        got,
    };
    match CHANGES.iter().find(|(_, applies)| applies(&change)) {
        Some((rule, _)) => Outcome::Deviation(rule),
        None => outcome,
    }
}
