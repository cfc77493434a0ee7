//! Makes a definition of the first bytes and words of the others: nothing may panic, and the words are all accounted for.
//!
//! ```text
//! cargo +nightly fuzz run argparse_words -- -max_total_time=60
//! ```

#![no_main]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use batteries::argparse::{
    Arg, ArgumentParser, Command, Environment, ExclusiveGroup, Nargs, Parse, SUPPRESS, Subparsers,
    arg,
};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 10] =
    ["-a", "-b", "--alpha", "--alp", "-long", "--no-x", "+p", "-1", "src", "dst"];

fn argument(kind: u8, shape: u8) -> Arg {
    let mut argument = match kind % 12 {
        10 => arg(["-c", "--count"]),
        11 => arg(["--alpha", "-A", "++q"]),
        at => arg(NAMES[usize::from(at)]),
    };
    argument = match shape % 9 {
        0 => argument.store_true(),
        1 => argument.count().default(0),
        2 => argument.append(),
        3 => argument.of::<i64>().default("7"),
        4 => argument.of::<f64>().choices([0.5, 1.0]),
        5 => argument.default(SUPPRESS),
        6 => argument.boolean_optional(),
        7 => argument.extend(),
        _ => argument.help("of %(dest)s: %(default)r"),
    };
    match shape / 9 % 9 {
        0 => argument.nargs(Nargs::Optional),
        1 => argument.nargs(Nargs::ZeroOrMore),
        2 => argument.nargs(Nargs::OneOrMore),
        3 => argument.nargs(Nargs::Remainder),
        4 => argument.nargs(Nargs::Parser),
        5 => argument.nargs(Nargs::Suppress),
        6 => argument.nargs(2),
        _ => argument,
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&[settings, count], mut rest)) = data.split_first_chunk::<2>() else { return };
    let mut parser = ArgumentParser::new().prog("tool").resolve_conflicts();
    if settings & 1 != 0 {
        parser = parser.prefix_chars("-+");
    }
    if settings & 2 != 0 {
        parser = parser.allow_abbrev(false);
    }
    let group = parser.add_exclusive_group(ExclusiveGroup::new().required(settings & 4 != 0));
    for _ in 0..count % 8 {
        let Some((&[kind, shape], others)) = rest.split_first_chunk::<2>() else { return };
        rest = others;
        // One that does not go together is left out.
        let mut trial = parser.clone();
        if kind >= 192 {
            trial.add_to(group, argument(kind, shape));
        } else {
            trial.add(argument(kind, shape));
        }
        if trial.check().is_ok() {
            parser = trial;
        }
    }
    if settings & 8 != 0 {
        let commands = parser.add_subparsers(Subparsers::new().dest("command"));
        let mut below = ArgumentParser::new();
        below.add(arg("--deep").append()).add(arg("name").nargs(Nargs::Optional));
        parser.add_command(commands, Command::new("go").alias("g"), below);
    }
    let words: Vec<OsString> =
        rest.split(|byte| *byte == b' ').map(|word| OsString::from_vec(word.to_vec())).collect();
    let env = Environment::fixed("tool").with_columns(usize::from(settings));
    let _ = parser.format_help_in(&env);
    if let Ok(parsed) = Parse::of(&words).environment(env.clone()).run(&parser) {
        // Each word leaves at most itself, or the rest of a cluster.
        assert!(parsed.extras.len() <= words.len());
        // What all of it takes is what the strict way takes.
        let strict = Parse::of(&words).environment(env.clone()).run_all(&parser);
        assert_eq!(strict.is_ok(), parsed.extras.is_empty());
    }
    if parser.check_intermixed().is_ok() {
        let _ = Parse::of(&words).environment(env).intermixed().run(&parser);
    }
});
