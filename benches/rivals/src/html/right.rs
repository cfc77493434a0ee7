//! How many of the recorded answers of CPython each peer gives.
//!
//! The cases are those of `tests/vectors/html.json`, or of the `html.json` in the folder that `BATTERIES_VECTORS` names.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde::Deserialize;

use super::peers::{
    AskamaEscape, Batteries, Escape, HtmlEscape, HtmlEscapeSimd, Htmlize, Unescape, VHtmlescape,
};
use crate::case::{Better, Case, Failure, Sizes, check};

#[derive(Deserialize)]
struct Vectors {
    escape: Vec<Vector>,
    unescape: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "in")]
    input: String,
    out: String,
    #[serde(default)]
    quote: bool,
}

static VECTORS: LazyLock<Result<Vectors, String>> = LazyLock::new(|| {
    let folder = env::var_os("BATTERIES_VECTORS").filter(|folder| !folder.is_empty());
    let folder = folder.map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors")),
        PathBuf::from,
    );
    let path = folder.join("html.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
});

/// One round is enough, and the answer is the same in each.
const ONCE: Sizes = Sizes { full: 1, smoke: 1 };

pub(super) fn escape() -> Case {
    Case::new(
        "html/escape_right",
        "How many recorded answers of html.escape each gives; no measure of speed.\nThose of batteries are all there are.",
        "answers",
        Better::Higher,
        ONCE,
    )
    .here(Batteries::NAME, right_escapes::<Batteries>)
    .here(HtmlEscape::NAME, right_escapes::<HtmlEscape>)
    .here(Htmlize::NAME, right_escapes::<Htmlize>)
    .here(AskamaEscape::NAME, right_escapes::<AskamaEscape>)
    .here(VHtmlescape::NAME, right_escapes::<VHtmlescape>)
    .here(HtmlEscapeSimd::NAME, right_escapes::<HtmlEscapeSimd>)
}

pub(super) fn unescape() -> Case {
    Case::new(
        "html/unescape_right",
        "How many recorded answers of html.unescape each gives; no measure of speed.\nThose of batteries are all there are.",
        "answers",
        Better::Higher,
        ONCE,
    )
    .here(Batteries::NAME, right_unescapes::<Batteries>)
    .here(HtmlEscape::NAME, right_unescapes::<HtmlEscape>)
    .here(Htmlize::NAME, right_unescapes::<Htmlize>)
}

fn vectors() -> Result<&'static Vectors, Failure> {
    VECTORS.as_ref().map_err(|error| Failure::CannotRun(error.clone()))
}

fn right_escapes<P: Escape>(_: u64) -> Result<f64, Failure> {
    let quoted = vectors()?.escape.iter().filter(|vector| vector.quote);
    count(P::NAME, quoted, |input| P::escape(input).as_ref().to_owned())
}

fn right_unescapes<P: Unescape>(_: u64) -> Result<f64, Failure> {
    count(P::NAME, vectors()?.unescape.iter(), |input| P::unescape(input).as_ref().to_owned())
}

fn count(
    name: &str,
    vectors: impl Iterator<Item = &'static Vector>,
    answer: impl Fn(&str) -> String,
) -> Result<f64, Failure> {
    let (mut all, mut right) = (0_u32, 0_u32);
    for vector in vectors {
        all += 1;
        right += u32::from(answer(&vector.input) == vector.out);
    }
    if name == Batteries::NAME {
        check(right, all)?;
    }
    Ok(right.into())
}
