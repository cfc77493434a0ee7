//! `html`: text made safe for a page, and references turned into text.
//!
//! Every peer is called as its documentation says, with memory for the result where it asks for that, and returns what a
//! caller would keep. An answer is right when it means the text that it was made of.

mod inputs;
mod peers;
mod right;

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use crate::case::{Better, Case, Failure, Sizes, check};

use inputs::{Dense, Escaped, FRAGMENTS, Input, Plain, References, Typical};
use peers::{
    AskamaEscape, Batteries, Escape, Floor, HtmlEscape, HtmlEscapeSimd, Htmlize, Unescape,
    VHtmlescape,
};

/// The CPython side of all cases, behind the pieces that both sides make their texts of.
static SCRIPT: LazyLock<&'static str> = LazyLock::new(|| {
    // What Rust shows of a list of printable texts is a list of texts in Python, too.
    let script = format!("FRAGMENTS = {FRAGMENTS:?}\n{}", include_str!("html.py"));
    Box::leak(script.into_boxed_str())
});

/// How often a round goes through its text.
const PASSES: Sizes = Sizes { full: 8, smoke: 1 };

pub(crate) fn cases() -> Vec<Case> {
    vec![
        escape::<Plain>(
            "html/escape_plain",
            "Escape 1 MB of text in which nothing is special.",
            "escape_plain",
        ),
        escape::<Typical>(
            "html/escape_typical",
            "Escape 1 MB of pages; one character in twenty is special.",
            "escape_typical",
        ),
        escape::<Dense>(
            "html/escape_dense",
            "Escape 1 MB of nothing but & < > \" ' in random order.",
            "escape_dense",
        ),
        short(),
        unescape::<Escaped>(
            "html/unescape_typical",
            "Unescape the 1 MB of html/escape_typical after html.escape.",
            "unescape_typical",
        ),
        unescape::<References>(
            "html/unescape_dense",
            "Unescape 1 MB of references: each fourth a random number, the others any of the 2,231 names.",
            "unescape_dense",
        ),
        right::escape(),
        right::unescape(),
    ]
}

fn escape<I: Input>(name: &'static str, about: &'static str, operation: &'static str) -> Case {
    Case::new(name, about, "MB/s", Better::Higher, PASSES)
        .here(Batteries::NAME, escape_all::<Batteries, I>)
        .here(HtmlEscape::NAME, escape_all::<HtmlEscape, I>)
        .here(Htmlize::NAME, escape_all::<Htmlize, I>)
        .here(AskamaEscape::NAME, escape_all::<AskamaEscape, I>)
        .here(VHtmlescape::NAME, escape_all::<VHtmlescape, I>)
        .here(HtmlEscapeSimd::NAME, escape_all::<HtmlEscapeSimd, I>)
        .here(Floor::NAME, escape_all::<Floor, I>)
        .python(*SCRIPT, operation, Sizes { full: 1, smoke: 1 })
        .python_named(
            "cpython_markupsafe",
            *SCRIPT,
            markupsafe(operation),
            Sizes { full: 1, smoke: 1 },
        )
        .also_against(Batteries::NAME, HtmlEscape::NAME)
}

fn markupsafe(operation: &'static str) -> &'static str {
    format!("markupsafe_{operation}").leak()
}

fn short() -> Case {
    Case::new(
        "html/escape_short",
        "Escape 16,384 strings of 32 bytes, one after the other; each fourth has one special.",
        "ns",
        Better::Lower,
        PASSES,
    )
    .here(Batteries::NAME, escape_short::<Batteries>)
    .here(HtmlEscape::NAME, escape_short::<HtmlEscape>)
    .here(Htmlize::NAME, escape_short::<Htmlize>)
    .here(AskamaEscape::NAME, escape_short::<AskamaEscape>)
    .here(VHtmlescape::NAME, escape_short::<VHtmlescape>)
    .here(HtmlEscapeSimd::NAME, escape_short::<HtmlEscapeSimd>)
    .here(Floor::NAME, escape_short::<Floor>)
    .python(*SCRIPT, "escape_short", Sizes { full: 1, smoke: 1 })
    .python_named(
        "cpython_markupsafe",
        *SCRIPT,
        markupsafe("escape_short"),
        Sizes { full: 1, smoke: 1 },
    )
    .also_against(Batteries::NAME, HtmlEscape::NAME)
}

fn unescape<I: Input>(name: &'static str, about: &'static str, operation: &'static str) -> Case {
    Case::new(name, about, "MB/s", Better::Higher, PASSES)
        .here(Batteries::NAME, unescape_all::<Batteries, I>)
        .here(HtmlEscape::NAME, unescape_all::<HtmlEscape, I>)
        .here(Htmlize::NAME, unescape_all::<Htmlize, I>)
        .here(Floor::NAME, unescape_all::<Floor, I>)
        .python(*SCRIPT, operation, Sizes { full: 1, smoke: 1 })
        .also_against(Batteries::NAME, Htmlize::NAME)
}

fn escape_all<P: Escape, I: Input>(passes: u64) -> Result<f64, Failure> {
    let text = I::text();
    // Before the clock starts: the round is about what it costs, and this about whether it is right.
    let expected = P::meaning(text);
    let answer = P::escape(text).as_ref().to_owned();
    check(batteries::html::unescape(&answer) == expected, true)?;
    timed(text, passes, |text| black_box(P::escape(text)).as_ref().len(), answer.len())
}

fn unescape_all<P: Unescape, I: Input>(passes: u64) -> Result<f64, Failure> {
    let text = I::text();
    // What peers get wrong is counted in `html/unescape_right`; here they must only do the same work each time.
    let answer = P::unescape(text).as_ref().len();
    if P::NAME == Batteries::NAME {
        check(P::unescape(text).as_ref() == I::meaning(), true)?;
    }
    timed(text, passes, |text| black_box(P::unescape(text)).as_ref().len(), answer)
}

/// Megabytes of `text` a second.
fn timed(
    text: &str,
    passes: u64,
    work: impl Fn(&str) -> usize,
    expected: usize,
) -> Result<f64, Failure> {
    let start = Instant::now();
    for _ in 0..passes {
        let length = work(black_box(text));
        check(length, expected)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(text.len() as f64 * passes as f64 / 1e6 / seconds)
}

/// Nanoseconds a string.
fn escape_short<P: Escape>(passes: u64) -> Result<f64, Failure> {
    let texts = inputs::short();
    for text in texts {
        check(batteries::html::unescape(P::escape(text).as_ref()) == P::meaning(text), true)?;
    }
    let start = Instant::now();
    for _ in 0..passes {
        for text in texts {
            black_box(P::escape(black_box(text)));
        }
    }
    let elapsed = start.elapsed();
    Ok(elapsed.as_nanos() as f64 / (passes * texts.len() as u64) as f64)
}
