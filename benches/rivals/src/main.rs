//! The same work through `batteries`, through its peers and through CPython, side by side in one run.
//!
//! ```text
//! cargo run --release --manifest-path benches/rivals/Cargo.toml -- [--json FILE] [--smoke] [FILTER]
//! ```
//!
//! Each case is a piece of work and its implementations. The rounds of all implementations are
//! interleaved, every round checks its answer, a value is the median over the rounds.
//! `docs/benchmarks.md` tells how to read the tables.
//!
//! An area is a folder beside this file and a Cargo feature of the same name: it gives its cases to
//! [`cases`] and knows nothing of rounds, tables and files.

mod case;
mod child;
mod cli;
mod machine;
mod python;
mod report;
mod run;
mod summary;

#[cfg(feature = "argparse")]
mod argparse;
#[cfg(feature = "datetime")]
mod datetime;
#[cfg(feature = "futures")]
mod futures;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "io")]
mod io;
#[cfg(feature = "lru")]
mod lru;
#[cfg(feature = "process")]
mod process;

use std::env;
use std::io::{Result as IoResult, Write, stdout};
use std::process::ExitCode;

use case::{Case, Scale};
use cli::Command;
use machine::Ticks;
use report::{Heading, Ledger, Report};

#[cfg(not(any(
    feature = "argparse",
    feature = "datetime",
    feature = "futures",
    feature = "html",
    feature = "io",
    feature = "lru",
    feature = "process"
)))]
compile_error!("no area is built in: choose at least one, for example `--features futures`");

/// The cases of every area that is built in, in the order in which they run.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    #[cfg(feature = "argparse")]
    cases.extend(argparse::cases());
    #[cfg(feature = "datetime")]
    cases.extend(datetime::cases());
    #[cfg(feature = "futures")]
    cases.extend(futures::cases());
    #[cfg(feature = "html")]
    cases.extend(html::cases());
    #[cfg(feature = "io")]
    cases.extend(io::cases());
    #[cfg(feature = "lru")]
    cases.extend(lru::cases());
    #[cfg(feature = "process")]
    cases.extend(process::cases());
    cases
}

fn main() -> ExitCode {
    // Both give this process over to a pool that started it as a worker, and each lets the other's pass.
    batteries::init();
    #[cfg(feature = "process")]
    process::init();
    match cli::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => {
            println!("{}", cli::HELP);
            ExitCode::SUCCESS
        }
        Ok(Command::Child(one)) => child::answer(&cases(), &one),
        Ok(Command::Run(options)) => match run(&options) {
            Ok(code) => code,
            Err(error) => fail(&error.to_string()),
        },
        Err(usage) => fail(&usage),
    }
}

/// Runs the chosen cases and tells whether every answer was right.
fn run(options: &cli::Options) -> IoResult<ExitCode> {
    let mut chosen = cases();
    chosen.retain(|case| options.chooses(case.name));
    if chosen.is_empty() {
        return Ok(fail("no case has that in its name"));
    }
    // Opened before the first round: a wrong path is told at once, not after minutes.
    let mut ledger = options.json.as_deref().map(Ledger::create).transpose()?;
    // Not locked for the whole run: what is measured may print as well.
    let mut out = stdout();
    writeln!(out, "{}", machine::describe())?;
    if options.scale == Scale::Smoke {
        writeln!(
            out,
            "smoke: two rounds of a few tasks, to see that all runs; the figures tell nothing"
        )?;
    }
    let mut right = true;
    for case in &chosen {
        write!(out, "\n{}", Heading(case))?;
        let before = Ticks::now();
        let report = Report::new(case, run::rounds(case, options.scale));
        let after = Ticks::now();
        write!(out, "{report}")?;
        if let (Some(before), Some(after)) = (before, after)
            && let Some(others) = after.others_since(before)
        {
            writeln!(out, "  other processes took {:.0}% of the cpus meanwhile", others * 100.0)?;
        }
        if let Some(ledger) = &mut ledger {
            ledger.write(&report)?;
        }
        right &= report.is_right();
    }
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn fail(why: &str) -> ExitCode {
    eprintln!("rivals: {why}");
    ExitCode::from(2)
}
