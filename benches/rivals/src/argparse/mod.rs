//! `argparse`: a tool of six options and its files, built and parsed; its help; many options on one line.
//!
//! Every peer is told the same command line as its documentation says, and gives typed values that are checked.

mod peers;

use std::ffi::OsString;
use std::hint::black_box;
use std::time::Instant;

use crate::case::{Better, Case, Failure, Sizes, check};

use peers::{Argh, Args, Batteries, Bpaf, Clap, ClapDerive, Help, Lexopt, Pairs, Parse, PicoArgs};

/// The CPython side of all cases.
const SCRIPT: &str = include_str!("argparse.py");

/// Ten words, of forms that all peers know.
const WORDS: [&str; 10] =
    ["-v", "--jobs", "8", "-o", "out", "--include", "a", "--level", "high", "file"];

pub(crate) fn cases() -> Vec<Case> {
    let small = Sizes { full: 2_000, smoke: 2 };
    vec![
        Case::new(
            "argparse/build_and_parse",
            "Define six options and the files, and parse ten words into typed values.",
            "ns",
            Better::Lower,
            small,
        )
        .here(Batteries::NAME, build_and_parse::<Batteries>)
        .here(Clap::NAME, build_and_parse::<Clap>)
        .here(ClapDerive::NAME, build_and_parse::<ClapDerive>)
        .here(Bpaf::NAME, build_and_parse::<Bpaf>)
        .here(Argh::NAME, build_and_parse::<Argh>)
        .here(Lexopt::NAME, build_and_parse::<Lexopt>)
        .here(PicoArgs::NAME, build_and_parse::<PicoArgs>)
        .python(SCRIPT, "build_and_parse", Sizes { full: 200, smoke: 1 })
        .also_against(Batteries::NAME, Clap::NAME),
        Case::new("argparse/help", "Write the help of that tool.", "ns", Better::Lower, small)
            .here(Batteries::NAME, help::<Batteries>)
            .here(Clap::NAME, help::<Clap>)
            .python(SCRIPT, "help", Sizes { full: 200, smoke: 1 }),
        Case::new(
            "argparse/pairs_16000",
            "Parse 16,000 times `-a X` into a list.",
            "ms",
            Better::Lower,
            Sizes { full: 16_000, smoke: 16 },
        )
        .here(Batteries::NAME, pairs::<Batteries>)
        .here(Clap::NAME, pairs::<Clap>)
        .here(Bpaf::NAME, pairs::<Bpaf>)
        .here(Lexopt::NAME, pairs::<Lexopt>)
        .python(SCRIPT, "pairs", Sizes { full: 16_000, smoke: 16 }),
    ]
}

/// Nanoseconds a program start.
fn build_and_parse<P: Parse>(count: u64) -> Result<f64, Failure> {
    let words: Vec<OsString> = WORDS.iter().map(OsString::from).collect();
    let start = Instant::now();
    for _ in 0..count {
        black_box(P::parse(black_box(words.clone())));
    }
    let elapsed = start.elapsed();
    check(P::parse(words), Args::expected())?;
    Ok(elapsed.as_nanos() as f64 / count as f64)
}

/// Nanoseconds a help.
fn help<P: Help>(count: u64) -> Result<f64, Failure> {
    let mut parser = P::parser();
    check(P::help(&mut parser).contains("where to write"), true)?;
    let start = Instant::now();
    for _ in 0..count {
        black_box(P::help(black_box(&mut parser)));
    }
    Ok(start.elapsed().as_nanos() as f64 / count as f64)
}

/// Milliseconds for the whole line.
fn pairs<P: Pairs>(count: u64) -> Result<f64, Failure> {
    let words =
        (0..2 * count).map(|at| OsString::from(if at % 2 == 0 { "-a" } else { "X" })).collect();
    let start = Instant::now();
    let values = P::pairs(words);
    let elapsed = start.elapsed();
    check(values.len() as u64, count)?;
    check(values.iter().all(|value| value == "X"), true)?;
    Ok(elapsed.as_secs_f64() * 1e3)
}
