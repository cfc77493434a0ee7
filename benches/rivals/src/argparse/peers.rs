//! The same command line in the words of each crate.

use std::ffi::OsString;

/// What the ten words mean.
#[derive(Debug, PartialEq)]
pub(super) struct Args {
    verbose: u8,
    quiet: bool,
    jobs: i64,
    output: Option<String>,
    include: Vec<String>,
    level: String,
    files: Vec<String>,
}

impl Args {
    pub(super) fn expected() -> Self {
        Self {
            verbose: 1,
            quiet: false,
            jobs: 8,
            output: Some("out".to_owned()),
            include: vec!["a".to_owned()],
            level: "high".to_owned(),
            files: vec!["file".to_owned()],
        }
    }
}

pub(super) trait Parse {
    const NAME: &'static str;

    fn parse(words: Vec<OsString>) -> Args;
}

pub(super) trait Help {
    type Parser;

    fn parser() -> Self::Parser;
    fn help(parser: &mut Self::Parser) -> String;
}

pub(super) trait Pairs {
    fn pairs(words: Vec<OsString>) -> Vec<String>;
}

pub(super) struct Batteries;
pub(super) struct Clap;
pub(super) struct ClapDerive;
pub(super) struct Bpaf;
pub(super) struct Argh;
pub(super) struct Lexopt;
pub(super) struct PicoArgs;

fn tool() -> batteries::argparse::ArgumentParser {
    use batteries::argparse::{ArgumentParser, Nargs, arg};

    let mut parser = ArgumentParser::new().prog("tool").description("Does things with files.");
    parser.add(arg(["-v", "--verbose"]).count().default(0).help("say more"));
    parser.add(arg(["-q", "--quiet"]).store_true().help("say nothing"));
    let jobs = arg(["-j", "--jobs"]).of::<i64>().default(1);
    parser.add(jobs.help("how many at once (default: %(default)s)"));
    parser.add(arg(["-o", "--output"]).metavar("FILE").help("where to write"));
    parser.add(arg(["-I", "--include"]).append().help("where to look"));
    let level = arg("--level").choices(["low", "mid", "high"]).default("mid");
    parser.add(level.help("how hard to try"));
    parser.add(arg("files").nargs(Nargs::ZeroOrMore).help("what to read"));
    parser
}

impl Parse for Batteries {
    const NAME: &'static str = "batteries";

    fn parse(words: Vec<OsString>) -> Args {
        let args = tool().try_parse_from(words).expect("the words fit");
        Args {
            verbose: args.get("verbose"),
            quiet: args.get("quiet"),
            jobs: args.get("jobs"),
            output: args.get("output"),
            include: args.get("include"),
            level: args.get("level"),
            files: args.get("files"),
        }
    }
}

impl Help for Batteries {
    type Parser = batteries::argparse::ArgumentParser;

    fn parser() -> Self::Parser {
        tool()
    }

    fn help(parser: &mut Self::Parser) -> String {
        parser.format_help()
    }
}

impl Pairs for Batteries {
    fn pairs(words: Vec<OsString>) -> Vec<String> {
        use batteries::argparse::{ArgumentParser, arg};

        let mut parser = ArgumentParser::new().prog("tool");
        parser.add(arg("-a").append());
        parser.try_parse_from(words).expect("the words fit").get("a")
    }
}

fn command() -> clap::Command {
    use clap::{Arg, ArgAction, value_parser};

    clap::Command::new("tool")
        .no_binary_name(true)
        .about("Does things with files.")
        .arg(
            Arg::new("verbose")
                .short('v')
                .long("verbose")
                .action(ArgAction::Count)
                .help("say more"),
        )
        .arg(
            Arg::new("quiet")
                .short('q')
                .long("quiet")
                .action(ArgAction::SetTrue)
                .help("say nothing"),
        )
        .arg(
            Arg::new("jobs")
                .short('j')
                .long("jobs")
                .value_parser(value_parser!(i64))
                .default_value("1")
                .help("how many at once"),
        )
        .arg(Arg::new("output").short('o').long("output").value_name("FILE").help("where to write"))
        .arg(
            Arg::new("include")
                .short('I')
                .long("include")
                .action(ArgAction::Append)
                .help("where to look"),
        )
        .arg(
            Arg::new("level")
                .long("level")
                .value_parser(["low", "mid", "high"])
                .default_value("mid")
                .help("how hard to try"),
        )
        .arg(Arg::new("files").num_args(0..).help("what to read"))
}

impl Parse for Clap {
    const NAME: &'static str = "clap";

    fn parse(words: Vec<OsString>) -> Args {
        let mut args = command().try_get_matches_from(words).expect("the words fit");
        Args {
            verbose: args.get_count("verbose"),
            quiet: args.get_flag("quiet"),
            jobs: args.remove_one("jobs").expect("it has a default"),
            output: args.remove_one("output"),
            include: args.remove_many("include").into_iter().flatten().collect(),
            level: args.remove_one("level").expect("it has a default"),
            files: args.remove_many("files").into_iter().flatten().collect(),
        }
    }
}

impl Help for Clap {
    type Parser = clap::Command;

    fn parser() -> Self::Parser {
        command()
    }

    fn help(parser: &mut Self::Parser) -> String {
        parser.render_help().to_string()
    }
}

impl Pairs for Clap {
    fn pairs(words: Vec<OsString>) -> Vec<String> {
        use clap::{Arg, ArgAction, Command};

        let parser = Command::new("tool")
            .no_binary_name(true)
            .arg(Arg::new("a").short('a').action(ArgAction::Append));
        let mut args = parser.try_get_matches_from(words).expect("the words fit");
        args.remove_many("a").into_iter().flatten().collect()
    }
}

/// Does things with files.
#[derive(clap::Parser)]
#[command(name = "tool", no_binary_name = true)]
struct Derived {
    /// say more
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// say nothing
    #[arg(short, long)]
    quiet: bool,
    /// how many at once
    #[arg(short, long, default_value_t = 1)]
    jobs: i64,
    /// where to write
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
    /// where to look
    #[arg(short = 'I', long)]
    include: Vec<String>,
    /// how hard to try
    #[arg(long, value_parser = ["low", "mid", "high"], default_value = "mid")]
    level: String,
    /// what to read
    files: Vec<String>,
}

impl Parse for ClapDerive {
    const NAME: &'static str = "clap_derive";

    fn parse(words: Vec<OsString>) -> Args {
        let args = <Derived as clap::Parser>::try_parse_from(words).expect("the words fit");
        let Derived { verbose, quiet, jobs, output, include, level, files } = args;
        Args { verbose, quiet, jobs, output, include, level, files }
    }
}

impl Parse for Bpaf {
    const NAME: &'static str = "bpaf";

    fn parse(words: Vec<OsString>) -> Args {
        use bpaf::{Parser, construct, long, positional, short};

        let verbose = short('v')
            .long("verbose")
            .help("say more")
            .req_flag(())
            .many()
            .map(|all| all.len() as u8);
        let quiet = short('q').long("quiet").help("say nothing").switch();
        let jobs =
            short('j').long("jobs").help("how many at once").argument::<i64>("JOBS").fallback(1);
        let output =
            short('o').long("output").help("where to write").argument::<String>("FILE").optional();
        let include =
            short('I').long("include").help("where to look").argument::<String>("INCLUDE").many();
        let level = long("level")
            .help("how hard to try")
            .argument::<String>("LEVEL")
            .guard(|level| ["low", "mid", "high"].contains(&&**level), "low, mid or high")
            .fallback("mid".to_owned());
        let files = positional::<String>("FILES").help("what to read").many();
        let parser =
            construct!(Args { verbose, quiet, jobs, output, include, level, files }).to_options();
        parser.run_inner(bpaf::Args::from(&*words)).expect("the words fit")
    }
}

impl Pairs for Bpaf {
    fn pairs(words: Vec<OsString>) -> Vec<String> {
        use bpaf::{Parser, short};

        let parser = short('a').argument::<String>("A").many().to_options();
        parser.run_inner(bpaf::Args::from(&*words)).expect("the words fit")
    }
}

/// Does things with files.
#[derive(argh::FromArgs)]
struct Plain {
    /// say more
    #[argh(switch, short = 'v')]
    verbose: u8,
    /// say nothing
    #[argh(switch, short = 'q')]
    quiet: bool,
    /// how many at once
    #[argh(option, short = 'j', default = "1")]
    jobs: i64,
    /// where to write
    #[argh(option, short = 'o')]
    output: Option<String>,
    /// where to look
    #[argh(option, short = 'I')]
    include: Vec<String>,
    /// how hard to try
    #[argh(option, default = "String::from(\"mid\")", from_str_fn(level))]
    level: String,
    /// what to read
    #[argh(positional)]
    files: Vec<String>,
}

fn level(text: &str) -> Result<String, String> {
    match text {
        "low" | "mid" | "high" => Ok(text.to_owned()),
        _ => Err("low, mid or high".to_owned()),
    }
}

impl Parse for Argh {
    const NAME: &'static str = "argh";

    fn parse(words: Vec<OsString>) -> Args {
        let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
        let args = <Plain as argh::FromArgs>::from_args(&["tool"], &words).ok();
        let Plain { verbose, quiet, jobs, output, include, level, files } =
            args.expect("the words fit");
        Args { verbose, quiet, jobs, output, include, level, files }
    }
}

impl Parse for Lexopt {
    const NAME: &'static str = "lexopt";

    fn parse(words: Vec<OsString>) -> Args {
        use lexopt::prelude::{Long, Short, Value, ValueExt};

        let mut args = Args {
            verbose: 0,
            quiet: false,
            jobs: 1,
            output: None,
            include: Vec::new(),
            level: "mid".to_owned(),
            files: Vec::new(),
        };
        let mut parser = lexopt::Parser::from_args(words);
        let text = |word: OsString| word.into_string().expect("the words are text");
        while let Some(arg) = parser.next().expect("the words fit") {
            match arg {
                Short('v') | Long("verbose") => args.verbose += 1,
                Short('q') | Long("quiet") => args.quiet = true,
                Short('j') | Long("jobs") => {
                    args.jobs = parser.value().and_then(|value| value.parse()).expect("a number");
                }
                Short('o') | Long("output") => {
                    args.output = Some(text(parser.value().expect("a value")));
                }
                Short('I') | Long("include") => {
                    args.include.push(text(parser.value().expect("a value")));
                }
                Long("level") => {
                    args.level = level(&text(parser.value().expect("a value"))).expect("a level");
                }
                Value(word) => args.files.push(text(word)),
                other => panic!("{}", other.unexpected()),
            }
        }
        args
    }
}

impl Pairs for Lexopt {
    fn pairs(words: Vec<OsString>) -> Vec<String> {
        let mut parser = lexopt::Parser::from_args(words);
        let mut values = Vec::new();
        while let Some(arg) = parser.next().expect("the words fit") {
            match arg {
                lexopt::Arg::Short('a') => {
                    let value = parser.value().expect("a value");
                    values.push(value.into_string().expect("the words are text"));
                }
                other => panic!("{}", other.unexpected()),
            }
        }
        values
    }
}

impl Parse for PicoArgs {
    const NAME: &'static str = "pico-args";

    fn parse(words: Vec<OsString>) -> Args {
        let mut args = pico_args::Arguments::from_vec(words);
        let mut verbose = 0;
        while args.contains(["-v", "--verbose"]) {
            verbose += 1;
        }
        let quiet = args.contains(["-q", "--quiet"]);
        let jobs = args.opt_value_from_str(["-j", "--jobs"]).expect("a number").unwrap_or(1);
        let output = args.opt_value_from_str(["-o", "--output"]).expect("a text");
        let include = args.values_from_str(["-I", "--include"]).expect("texts");
        let level = args.opt_value_from_fn("--level", level).expect("a level");
        let files =
            args.finish().into_iter().map(|word| word.into_string().expect("text")).collect();
        let level = level.unwrap_or_else(|| "mid".to_owned());
        Args { verbose, quiet, jobs, output, include, level, files }
    }
}
