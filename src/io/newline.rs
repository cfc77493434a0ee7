//! What ends a line.

use std::fmt::{self, Debug};

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

/// Says what ends a line, and what becomes of it: Python's `newline`.
///
/// Only `\n`, `\r` and `\r\n` ever end a line; `\v`, `\f`, U+0085 or U+2028 do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Newline {
    /// Any of the three ends a line. Reading gives `\n` for each; writing leaves `\n` as it is on Unix, and makes `\r\n` of it on
    /// Windows. Python's `None`.
    #[default]
    Universal,
    /// Any of the three ends a line and is kept; writing translates nothing. Python's `''`.
    UniversalKeep,
    /// Only `\n` ends a line; writing translates nothing. Python's `'\n'`.
    Lf,
    /// Only `\r` ends a line; writing makes it of `\n`. Python's `'\r'`.
    Cr,
    /// Only `\r\n` ends a line; writing makes it of `\n`. Python's `'\r\n'`.
    CrLf,
}

impl Newline {
    /// Returns what a written `\n` becomes.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::Universal => super::platform::LINE_ENDING,
            Self::UniversalKeep | Self::Lf => "\n",
            Self::Cr => "\r",
            Self::CrLf => "\r\n",
        }
    }

    /// Says whether a `\r` may be the first half of an ending.
    pub(super) fn is_universal(self) -> bool {
        matches!(self, Self::Universal | Self::UniversalKeep)
    }

    /// Returns the ending of `line`, whose last bytes end it or not.
    #[inline]
    pub(super) fn ending_of(self, line: &[u8]) -> Ending {
        match (self, line) {
            (Self::CrLf | Self::Universal | Self::UniversalKeep, [.., b'\r', b'\n']) => {
                Ending::CrLf
            }
            (Self::Lf | Self::Universal | Self::UniversalKeep, [.., b'\n']) => Ending::Lf,
            (Self::Cr | Self::Universal | Self::UniversalKeep, [.., b'\r']) => Ending::Cr,
            _ => Ending::None,
        }
    }
}

/// Tells how a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// With the text.
    None,
    /// With `\n`.
    Lf,
    /// With `\r`.
    Cr,
    /// With `\r\n`.
    CrLf,
}

impl Ending {
    /// Returns it as it is written: `""`, `"\n"`, `"\r"` or `"\r\n"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Lf => "\n",
            Self::Cr => "\r",
            Self::CrLf => "\r\n",
        }
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        match self {
            Self::None => 0,
            Self::Lf | Self::Cr => 1,
            Self::CrLf => 2,
        }
    }
}

/// The kinds of line endings that a text has: Python's `newlines`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NewlineSet(u8);

impl NewlineSet {
    const KINDS: [(u8, Ending); 3] = [(1, Ending::Cr), (2, Ending::Lf), (4, Ending::CrLf)];

    /// Says whether there is an ending of this kind; of [`Ending::None`] there is none.
    #[must_use]
    pub fn contains(self, ending: Ending) -> bool {
        self.iter().any(|kind| kind == ending)
    }

    /// Says whether there is no ending.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Goes through the kinds, in Python's order: `\r`, `\n`, `\r\n`.
    pub fn iter(self) -> impl Iterator<Item = Ending> {
        Self::KINDS.into_iter().filter(move |(bit, _)| self.0 & bit != 0).map(|(_, kind)| kind)
    }

    #[inline]
    pub(super) fn add(&mut self, ending: Ending) {
        self.0 |= match ending {
            Ending::None => 0,
            Ending::Cr => 1,
            Ending::Lf => 2,
            Ending::CrLf => 4,
        };
    }
}

impl Debug for NewlineSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What is counted in text that leaves the reader.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    /// How many lines end.
    pub(super) lines: u64,
    pub(super) seen: NewlineSet,
    /// Where the last of them ends.
    pub(super) last: Option<usize>,
}

impl Tally {
    /// Counts the lines of `text[from..to]`. A `\r` in front and a `\n` behind may make one ending with it; it is counted where
    /// its `\n` is.
    pub(super) fn of(newline: Newline, text: &[u8], from: usize, to: usize) -> Self {
        let part = &text[from..to];
        let mut tally = Self::default();
        let is_behind_cr = |at: usize| at > 0 && text[at - 1] == b'\r';
        match newline {
            Newline::Lf => tally.plain(part, from, b'\n', Ending::Lf),
            Newline::Cr => tally.plain(part, from, b'\r', Ending::Cr),
            Newline::CrLf => {
                for at in memchr_iter(b'\n', part).map(|at| from + at) {
                    if is_behind_cr(at) {
                        tally.line(at, Ending::CrLf);
                    }
                }
            }
            Newline::Universal | Newline::UniversalKeep => {
                if memchr(b'\r', part).is_none() && !is_behind_cr(from) {
                    tally.plain(part, from, b'\n', Ending::Lf);
                    return tally;
                }
                for at in memchr2_iter(b'\n', b'\r', part).map(|at| from + at) {
                    match text[at] {
                        b'\n' if is_behind_cr(at) => tally.line(at, Ending::CrLf),
                        b'\n' => tally.line(at, Ending::Lf),
                        _ if text.get(at + 1) == Some(&b'\n') => {}
                        _ => tally.line(at, Ending::Cr),
                    }
                }
            }
        }
        tally
    }

    fn plain(&mut self, part: &[u8], from: usize, byte: u8, ending: Ending) {
        if let Some(last) = memrchr(byte, part) {
            self.lines = memchr_iter(byte, &part[..last]).count() as u64;
            self.line(from + last, ending);
        }
    }

    fn line(&mut self, at: usize, ending: Ending) {
        self.lines += 1;
        self.seen.add(ending);
        self.last = Some(at + 1);
    }
}

/// Appends `text` with each `\r` and `\r\n` as `\n`.
pub(super) fn translate_into(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
}

/// Translates line endings of text that comes in pieces, wherever it is cut.
///
/// # Examples
///
/// ```
/// use batteries::io::{Ending, IncrementalNewlineDecoder, NewlineTranslation};
///
/// let mut decoder = IncrementalNewlineDecoder::new(NewlineTranslation::ToLf);
/// // The `\r` is held back: it may be half of an ending.
/// assert_eq!(decoder.decode("one\r", false), "one");
/// assert_eq!(decoder.decode("\ntwo\r", true), "\ntwo\n");
/// assert!(decoder.newlines().iter().eq([Ending::Cr, Ending::CrLf]));
/// ```
#[derive(Debug, Clone)]
pub struct IncrementalNewlineDecoder {
    translation: NewlineTranslation,
    holds_cr: bool,
    seen: NewlineSet,
}

/// Says whether an [`IncrementalNewlineDecoder`] changes what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NewlineTranslation {
    /// Each ending becomes `\n`.
    ToLf,
    /// Endings stay, but no `\r\n` comes out in two pieces.
    Keep,
}

impl IncrementalNewlineDecoder {
    /// Makes one for the start of a text.
    #[must_use]
    pub fn new(translation: NewlineTranslation) -> Self {
        Self { translation, holds_cr: false, seen: NewlineSet::default() }
    }

    /// Returns the next piece with its endings translated; `last` says that the text ends with it.
    #[must_use]
    pub fn decode(&mut self, piece: &str, last: bool) -> String {
        let mut text = String::with_capacity(piece.len() + 1);
        // CPython keeps it until there is something behind it.
        if self.holds_cr && (last || !piece.is_empty()) {
            text.push('\r');
            self.holds_cr = false;
        }
        text.push_str(piece);
        if !last && text.ends_with('\r') {
            text.pop();
            self.holds_cr = true;
        }
        let tally = Tally::of(Newline::Universal, text.as_bytes(), 0, text.len());
        self.seen.0 |= tally.seen.0;
        if self.translation == NewlineTranslation::Keep {
            return text;
        }
        let mut translated = String::with_capacity(text.len());
        translate_into(&text, &mut translated);
        translated
    }

    /// Returns the kinds of endings that have come out.
    #[must_use]
    pub fn newlines(&self) -> NewlineSet {
        self.seen
    }

    /// Says whether a `\r` is held back.
    #[must_use]
    pub fn holds_cr(&self) -> bool {
        self.holds_cr
    }
}

impl NewlineSet {
    pub(super) fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
