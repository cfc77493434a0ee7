//! `argparse` through its public API: what the recorded vectors do not say.

mod ported;

use std::ffi::OsString;
use std::path::PathBuf;

use batteries::argparse::{
    ActionContext, ActionError, ArgType, ArgumentErrorKind, ArgumentParser, Command, Complex,
    Definition, DefinitionErrorKind, Dialect, Environment, ExclusiveGroup, Exit, ExitKind, Group,
    HelpFormat, Namespace, Nargs, Parse, SUPPRESS, Subparsers, TypeError, Value, arg,
};
use batteries::value::Value as Json;

fn tool() -> ArgumentParser {
    ArgumentParser::new().prog("tool")
}

#[track_caller]
fn fails(parser: &ArgumentParser, words: &[&str], text: &str) -> Exit {
    let exit = parser.try_parse_from(words).unwrap_err();
    let stderr = exit.stderr();
    assert_eq!(stderr.split_once("tool: error: ").map(|(_, text)| text), Some(text), "{stderr}");
    exit.clone()
}

#[test]
fn a_parser_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ArgumentParser>();
    shared::<Namespace>();
    shared::<Exit>();
}

#[test]
fn values_have_the_types_that_are_asked_for() {
    let mut parser = tool();
    parser
        .add(arg("--int").of::<u8>())
        .add(arg("--float").of::<f32>())
        .add(arg("--complex").of::<Complex>())
        .add(arg("--path").of::<PathBuf>())
        .add(arg("--raw").of::<OsString>())
        .add(arg("--pair").nargs(2).of::<i64>().append())
        .add(arg("--flag").boolean_optional());
    let words =
        "--int 200 --float 1e1 --complex 1+2j --path a/b --raw r --pair 1 2 --pair 3 4 --no-flag";
    let args = parser.try_parse_from(words.split(' ')).unwrap();
    assert_eq!(args.get::<u8>("int"), 200);
    assert_eq!(args.get::<f32>("float"), 10.0);
    assert_eq!(args.get::<Complex>("complex"), Complex { real: 1.0, imag: 2.0 });
    assert_eq!(args.get::<PathBuf>("path"), PathBuf::from("a/b"));
    assert_eq!(args.get::<OsString>("raw"), "r");
    assert_eq!(args.get::<Vec<Vec<i64>>>("pair"), [[1, 2], [3, 4]]);
    assert_eq!(args.get::<Option<bool>>("flag"), Some(false));
    assert!(args.try_get::<i8>("int").is_err());
    assert!(args.try_get::<i64>("nothing").unwrap_err().is_missing());
    fails(&parser, &["--int", "256"], "argument --int: invalid int value: '256'\n");
}

#[test]
#[should_panic(expected = "argument jobs: 300 is no u8")]
fn a_wrong_type_panics() {
    let mut parser = tool();
    parser.add(arg("--jobs").of::<i64>());
    let _: u8 = parser.try_parse_from(["--jobs", "300"]).unwrap().get("jobs");
}

#[test]
#[should_panic(expected = "the definition of the command line is wrong: unknown action 'nope'")]
fn parsing_a_wrong_definition_panics() {
    let mut parser = tool();
    parser.add(arg("-x").action_name("nope"));
    assert_eq!(parser.check().unwrap_err().kind(), DefinitionErrorKind::Value);
    let _ = parser.try_parse_from([""; 0]);
}

#[test]
fn errors_can_be_told_apart() {
    let mut parser = tool().suggest_on_error(true);
    parser.add(arg("--colour").choices(["red", "green"]));
    parser.add(arg("--count").of::<i64>());
    let exit = fails(
        &parser,
        &["--colour", "gren"],
        "argument --colour: invalid choice: 'gren', maybe you meant 'green'? (choose from 'red', 'green')\n",
    );
    let Some(ArgumentErrorKind::InvalidChoice { suggestion, .. }) = exit.error().map(|e| e.kind())
    else {
        panic!("{exit}")
    };
    assert_eq!(suggestion.as_deref(), Some("green"));
    let exit =
        fails(&parser, &["--co", "1"], "ambiguous option: --co could match --colour, --count\n");
    assert!(matches!(exit.error().unwrap().kind(), ArgumentErrorKind::Ambiguous { .. }));
    let exit = fails(&parser, &["a", "b"], "unrecognized arguments: a b\n");
    let ArgumentErrorKind::Unrecognized(words) = exit.error().unwrap().kind() else { panic!() };
    assert_eq!(*words, ["a", "b"]);
}

#[test]
fn a_types_own_error_is_the_source() {
    #[derive(Debug, Clone, PartialEq)]
    struct Even(u32);

    impl ArgType for Even {
        const NAME: &'static str = "even";

        fn parse_arg(text: &std::ffi::OsStr) -> Result<Self, TypeError> {
            match text.to_str().unwrap_or_default().parse::<u32>()? {
                odd if odd % 2 == 1 => Err(TypeError::message(format!("{odd} is odd"))),
                even => Ok(Self(even)),
            }
        }
    }

    let mut parser = tool();
    parser.add(arg("n").of::<Even>().nargs(Nargs::OneOrMore));
    assert_eq!(
        parser.try_parse_from(["2", "4"]).unwrap().get::<Vec<Even>>("n"),
        [Even(2), Even(4)]
    );
    fails(&parser, &["3"], "argument n: 3 is odd\n");
    let exit = fails(&parser, &["x"], "argument n: invalid even value: 'x'\n");
    let source = std::error::Error::source(exit.error().unwrap()).unwrap().to_string();
    assert_eq!(source, "invalid digit found in string");
}

#[test]
fn actions_end_as_they_like() {
    let mut parser = tool();
    for (name, ending) in [
        ("--message", ActionError::message("no")),
        ("--error", ActionError::error("never")),
        ("--exit", ActionError::exit(3, "bye\n")),
        ("--print", ActionError::print("here\n")),
    ] {
        parser.add(arg(name).nargs(0).action(
            move |_: &mut ActionContext<'_>, _: Value, _: Option<&str>| Err(ending.clone()),
        ));
    }
    fails(&parser, &["--message"], "argument --message: no\n");
    fails(&parser, &["--error"], "never\n");
    let exit = parser.try_parse_from(["--exit"]).unwrap_err();
    assert_eq!((exit.code(), &*exit.stderr()), (3, "bye\n"));
    assert!(matches!(exit.kind(), ExitKind::Action));
    assert_eq!(parser.try_parse_from(["--print"]).unwrap_err().stdout(), "here\n");
}

#[test]
fn a_default_is_read_once_and_only_if_it_is_used() {
    let mut parser = tool();
    parser.add(arg("--jobs").of::<i64>().default("many"));
    fails(&parser, &[], "argument --jobs: invalid int value: 'many'\n");
    assert_eq!(parser.try_parse_from(["--jobs", "2"]).unwrap().get::<i64>("jobs"), 2);
    // What the caller filled in is no default, even if it is the same text.
    let before: Namespace = [("jobs", "many")].into_iter().collect();
    let parsed = Parse::of([""; 0]).namespace(before).run(&parser).unwrap();
    assert_eq!(parsed.namespace.get::<String>("jobs"), "many");
}

#[test]
fn warnings_come_with_the_result() {
    let mut parser = tool();
    parser.add(arg("--old").store_true().deprecated());
    let parsed = Parse::of(["--old", "--old"]).run(&parser).unwrap();
    assert_eq!(parsed.warnings, "tool: warning: option '--old' is deprecated\n");
    let exit = parser.try_parse_from(["--old", "--new"]).unwrap_err();
    assert!(exit.stderr().starts_with("tool: warning: "));
}

#[test]
fn without_exit_the_error_is_all_there_is() {
    let mut parser = tool().exit_on_error(false);
    parser.add(arg("--jobs").of::<i64>());
    let exit = parser.try_parse_from(["--jobs", "x"]).unwrap_err();
    assert_eq!((exit.code(), &*exit.stderr()), (1, ""));
    assert_eq!(exit.to_string(), "argument --jobs: invalid int value: 'x'");
}

#[test]
fn settings_that_come_too_late_are_refused() {
    let mut parser = tool();
    parser.add(arg("-x"));
    let error = parser.clone().prefix_chars("+").check().unwrap_err();
    assert_eq!(
        error.to_string(),
        "prefix_chars must be set before arguments and parents are added"
    );
    assert!(parser.add_help(false).check().is_err());
}

#[test]
fn parents_are_copied() {
    let mut parent = ArgumentParser::new().add_help(false);
    let group = parent.add_group(Group::new("speed").description("how fast"));
    let one = parent.add_exclusive_group(ExclusiveGroup::new().within(group));
    parent.add_to(one, arg("--fast").store_true()).add_to(one, arg("--slow").store_true());
    parent.set_default("kind", "any");
    let child = tool().parents([&parent]);
    fails(&child, &["--fast", "--slow"], "argument --slow: not allowed with argument --fast\n");
    assert_eq!(child.try_parse_from([""; 0]).unwrap().get::<String>("kind"), "any");
    assert_eq!(
        child.format_help(),
        "usage: tool [-h] [--fast | --slow]\n\noptions:\n  -h, --help  show this help message and exit\n\n\
         speed:\n  how fast\n\n  --fast\n  --slow\n",
    );
    // Taking an option from the copy leaves the parent's alone, unlike in Python.
    let mut other = tool().resolve_conflicts().parents([&parent]);
    other.add(arg("--fast"));
    assert!(parent.format_usage().contains("[--fast | --slow]"));
}

#[test]
fn commands_nest_and_know_their_names() {
    let mut inner = ArgumentParser::new();
    inner.add(arg("name"));
    let mut remote = ArgumentParser::new();
    let below = remote.add_subparsers(Subparsers::new());
    remote.add_command(below, Command::new("add"), inner);
    let mut parser = tool();
    parser.add(arg("where").metavar("WHERE"));
    let commands = parser.add_subparsers(Subparsers::new());
    parser.add_command(commands, Command::new("remote").alias("r"), remote);
    let exit = parser.try_parse_from(["here", "r", "add"]).unwrap_err();
    assert_eq!(
        exit.stderr(),
        "usage: tool WHERE remote add [-h] name\n\
         tool WHERE remote add: error: the following arguments are required: name\n",
    );
    assert_eq!(
        parser.try_parse_from(["here", "r", "add", "x"]).unwrap().get::<String>("name"),
        "x"
    );
}

#[test]
fn dialects_are_wording_alone() {
    let help = |dialect| {
        let mut parser = tool().dialect(dialect);
        parser.add(arg(["-x", "--extra"]).of::<i64>().choices([1, 2]));
        let exit = parser.try_parse_from(["-x", "3"]).unwrap_err();
        let error = exit.error().unwrap().to_string();
        (parser.format_help().lines().nth(2).unwrap().to_owned(), parser.format_help(), error)
    };
    let (heading, text, error) = help(Dialect::Python39);
    assert_eq!(heading, "optional arguments:");
    assert!(text.contains("-x {1,2}, --extra {1,2}"));
    assert!(error.ends_with("invalid choice: 3 (choose from 1, 2)"));
    let (heading, text, error) = help(Dialect::Python314);
    assert_eq!(heading, "options:");
    assert!(text.contains("-x, --extra {1,2}"));
    assert!(error.ends_with("invalid choice: '3' (choose from '1', '2')"));
}

#[test]
fn help_is_laid_out_as_it_is_told() {
    let mut parser =
        tool().format(HelpFormat::new().width(40).max_help_position(10).metavar_type());
    parser.add(arg("--count").of::<i64>().help("how many, and why so many of them"));
    parser.add(arg("--hidden").help(SUPPRESS));
    assert_eq!(
        parser.format_help(),
        "usage: tool [-h] [--count int]\n\noptions:\n  -h, --help\n          show this help message and\n          \
         exit\n  --count int\n          how many, and why so many of\n          them\n",
    );
    let colored = parser.format_usage_in(&Environment::fixed("x").with_color(true));
    assert!(colored.starts_with("\u{1b}[1;34musage: \u{1b}[0m\u{1b}[1;35mtool\u{1b}[0m ["));
}

#[test]
fn colours_and_columns_come_from_the_variables() {
    let usage = |variables: &[(&str, &str)], terminal| {
        let mut parser = ArgumentParser::new();
        parser.add(arg("--output"));
        let env = Environment::from_variables(
            "dir/me",
            |name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            },
            terminal,
        );
        parser.format_usage_in(&env)
    };
    let plain = "usage: me [-h] [--output OUTPUT]\n";
    let wrapped = "usage: me [-h]\n          [--output OUTPUT]\n";
    assert_eq!(usage(&[], None), plain);
    assert_eq!(usage(&[("COLUMNS", "30")], None), wrapped);
    assert_eq!(usage(&[("COLUMNS", "none"), ("TERM", "dumb")], Some(30)), wrapped);
    assert_eq!(usage(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Some(90)), plain);
    assert_eq!(usage(&[("PYTHON_COLORS", "0"), ("FORCE_COLOR", "1")], None), plain);
    assert_ne!(usage(&[("PYTHON_COLORS", "1"), ("NO_COLOR", "1")], None), plain);
    assert_ne!(usage(&[], Some(90)), plain);
}

#[cfg(unix)]
#[test]
fn words_that_are_not_utf8_are_exact() {
    use std::os::unix::ffi::OsStringExt;

    let raw = OsString::from_vec(b"a\xff".to_vec());
    let mut parser = tool();
    parser.add(arg("path").of::<PathBuf>()).add(arg("-n").of::<i64>());
    let args = parser.try_parse_from([raw.clone()]).unwrap();
    assert_eq!(args.get::<PathBuf>("path"), PathBuf::from(&raw));
    assert_eq!(args.to_string(), r"Namespace(path='a\udcff', n=None)");
    assert!(args.try_get::<String>("path").is_err());
    let exit = parser.try_parse_from([raw.clone(), "-n".into(), raw.clone()]).unwrap_err();
    assert!(exit.stderr().ends_with("argument -n: invalid int value: 'a\\udcff'\n"));
    let exit = parser.try_parse_from([raw.clone(), raw]).unwrap_err();
    assert!(exit.stderr().ends_with("unrecognized arguments: a\\udcff\n"));
    assert!(exit.stderr_bytes().ends_with(b"unrecognized arguments: a\xff\n"));
}

#[test]
fn definitions_in_json_say_what_is_wrong() {
    let error = |ops: &str| ArgumentParser::from_json(ops).unwrap_err().to_string();
    assert_eq!(error("[]"), "no parser is named 0");
    assert_eq!(error("{}"), "expected a list of calls");
    assert_eq!(error("[1]"), "a call is [kind, on, id, args, kwargs]");
    assert_eq!(error(r#"[["arg", 0, null, ["-x"], {}]]"#), "no object is named 0");
    assert_eq!(
        error(r#"[["new", null, 0, [], {"progg": "x"}]]"#),
        "ArgumentParser.__init__() got an unexpected keyword argument 'progg'",
    );
    assert_eq!(
        error(r#"[["new", null, 0, [], {}], ["arg", 0, null, ["x"], {"type": "int"}]]"#),
        "'int' is not callable",
    );
    let mut definition = Definition::new();
    let op = Json::from_json(r#"["new", null, 3, [], {"prog": "t", "usage": null}]"#).unwrap();
    definition.apply(&op).unwrap();
    assert_eq!(
        definition.parser(3).map(ArgumentParser::format_usage).as_deref(),
        Some("usage: t [-h]\n")
    );
    assert!(definition.parser(0).is_none());
}

#[test]
fn repr_is_pythons() {
    let namespace: Namespace =
        [("a", Value::from("it's")), ("b-c", Value::from([1, 2]))].into_iter().collect();
    assert_eq!(namespace.to_string(), r#"Namespace(a="it's", **{'b-c': [1, 2]})"#);
    assert_eq!(Namespace::new().to_string(), "Namespace()");
}
