//! The hot paths of `argparse`: what one of our own changes gains or loses.
//!
//! How the crate stands beside its peers is measured elsewhere, by the program in `benches/rivals`.

use std::hint::black_box;
use std::time::Duration;

use batteries::argparse::{ArgumentParser, Command, Environment, Nargs, Subparsers, arg};
use criterion::{Criterion, criterion_group, criterion_main};

/// Six options and the files, as a tool has them.
fn tool() -> ArgumentParser {
    let mut parser = ArgumentParser::new().prog("tool").description("Does things with files.");
    parser.add(arg(["-v", "--verbose"]).count().default(0).help("say more"));
    parser.add(arg(["-q", "--quiet"]).store_true().help("say nothing"));
    parser.add(
        arg(["-j", "--jobs"])
            .of::<i64>()
            .default(1)
            .help("how many at once (default: %(default)s)"),
    );
    parser.add(arg(["-o", "--output"]).metavar("FILE").help("where to write"));
    parser.add(arg(["-I", "--include"]).append().help("where to look"));
    parser
        .add(arg("--level").choices(["low", "mid", "high"]).default("mid").help("how hard to try"));
    parser.add(arg("files").nargs(Nargs::ZeroOrMore).help("what to read"));
    parser
}

/// Ten words.
const WORDS: [&str; 10] =
    ["-v", "--jobs", "8", "-o", "out", "--include=a", "-Ib", "--level", "high", "file"];

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("argparse");
    group
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(50);

    let parser = tool();
    let args = parser.try_parse_from(WORDS).expect("the words fit");
    assert_eq!(
        args.to_string(),
        "Namespace(verbose=1, quiet=False, jobs=8, output='out', include=['a', 'b'], level='high', files=['file'])",
    );
    group.bench_function("build", |bencher| bencher.iter(tool));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| parser.try_parse_from(black_box(WORDS)).expect("the words fit"));
    });
    group.bench_function("build_and_parse", |bencher| {
        bencher.iter(|| tool().try_parse_from(black_box(WORDS)).expect("the words fit"));
    });

    let env = Environment::fixed("tool").with_columns(80);
    assert!(parser.format_help_in(&env).contains("(default: 1)"));
    group.bench_function("help", |bencher| bencher.iter(|| parser.format_help_in(&env)));

    let mut pairs = ArgumentParser::new().prog("tool");
    pairs.add(arg("-a").append());
    let words: Vec<&str> = ["-a", "X"].repeat(16_000);
    let length = |parser: &ArgumentParser| {
        let args = parser.try_parse_from(&words).expect("the words fit");
        args.get::<Vec<String>>("a").len()
    };
    assert_eq!(length(&pairs), 16_000);
    group.bench_function("pairs_16000", |bencher| {
        bencher.iter(|| pairs.try_parse_from(black_box(&words)).expect("the words fit"));
    });

    let mut many = ArgumentParser::new().prog("tool");
    let commands = many.add_subparsers(Subparsers::new().dest("command"));
    for at in 0..200 {
        let mut command = ArgumentParser::new();
        command.add(arg(["-x", "--extra"]).of::<i64>());
        many.add_command(commands, Command::new(format!("command-{at}")), command);
    }
    let args = many.try_parse_from(["command-150", "-x", "3"]).expect("the words fit");
    assert_eq!(args.get::<i64>("extra"), 3);
    group.bench_function("one_of_200_commands", |bencher| {
        bencher.iter(|| many.try_parse_from(black_box(["command-150", "-x", "3"])));
    });
    group.finish();
}

criterion_group!(argparse, benches);
criterion_main!(argparse);
