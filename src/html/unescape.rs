//! From references to text.

use std::borrow::Cow;

use super::fast::{self, BLOCK};
use super::reference::{self, Place, Reference};

/// Replaces every character reference in `text` by what it means, as Python's `html.unescape` does.
///
/// These are the rules of the HTML standard for text: all 2,231 names are known; 106 of them need no `;`, and the longest
/// that fits is taken even in the middle of a word; numbers are decimal or hexadecimal, with or without `;`. What is no
/// reference stays. A text without any is borrowed, which costs a look at it and no allocation.
///
/// A number that cannot be a character gives U+FFFD, one from 0x80 to 0x9F what Windows-1252 has there, and a control
/// character or a noncharacter nothing at all.
///
/// Not for attribute values: see [`unescape_attribute`]. For text that comes in pieces see [`Unescaper`](super::Unescaper).
///
/// # Examples
///
/// ```
/// use batteries::html::unescape;
/// use std::borrow::Cow;
///
/// assert_eq!(unescape("caf&eacute; &amp; cr&#232;me"), "café & crème");
/// assert_eq!(unescape("&notin; is a name, &notit; begins with one"), "∉ is a name, ¬it; begins with one");
/// // Once and not again:
/// assert_eq!(unescape("&amp;lt;"), "&lt;");
/// assert!(matches!(unescape("AT&T"), Cow::Borrowed(_)));
/// ```
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    fast::unescaped(text, Place::Text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Replaces every character reference in the value of an attribute.
///
/// Does as [`unescape`], but for one rule that the HTML standard has for attributes: a name without `;` is no reference when
/// a letter, a digit or `=` follows. So URLs that nobody escaped stay what they are. Python has no such function.
///
/// # Examples
///
/// ```
/// use batteries::html::{unescape, unescape_attribute};
///
/// let href = "/search?q=x&copy=1&amp;lang=en";
/// assert_eq!(unescape_attribute(href), "/search?q=x&copy=1&lang=en");
/// assert_eq!(unescape(href), "/search?q=x©=1&lang=en");
/// ```
#[must_use]
pub fn unescape_attribute(value: &str) -> Cow<'_, str> {
    fast::unescaped(value, Place::Attribute).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// Returns what `text` means, or `None` if there is no reference in it.
pub(super) fn unescaped(text: &[u8], place: Place) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    append(&mut out, text, place).then_some(out)
}

/// Appends what `text` means to `out`, or nothing and answers false if there is no reference in it.
///
/// `text` is cut in front of an `&` and behind the last byte of a reference, which is ASCII, and only whole characters are
/// put in.
pub(super) fn append(out: &mut Vec<u8>, text: &[u8], place: Place) -> bool {
    let mut writer = Writer { out, text, place, done: None };
    let mut at = fast::plain_bytes(text);
    while let Some(block) = text[at..].first_chunk::<BLOCK>() {
        let mut mask = fast::ampersands(block);
        while mask != 0 {
            writer.ampersand(at + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
        at += BLOCK;
    }
    for (ahead, &byte) in text[at..].iter().enumerate() {
        if byte == b'&' {
            writer.ampersand(at + ahead);
        }
    }
    writer.finish()
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    text: &'a [u8],
    place: Place,
    /// Where the run begins that is not yet written; `None` before the first reference.
    done: Option<usize>,
}

impl Writer<'_> {
    /// Looks at the `&` at `at` and, if it begins a reference, writes what is in front of it and what it means.
    #[inline]
    fn ampersand(&mut self, at: usize) {
        let Some(Reference { bytes, text }) = reference::read(&self.text[at + 1..], self.place)
        else {
            return;
        };
        let start = self.done.unwrap_or_else(|| {
            // Only `&nGt;` and `&nLt;` mean something longer than they are; they make the vector grow.
            self.out.reserve(self.text.len() + RUN);
            0
        });
        self.run(start, at);
        self.out.extend_from_slice(text.bytes());
        self.out.truncate(self.out.len() - text.bytes().len() + text.len());
        self.done = Some(at + 1 + bytes);
    }

    /// Writes the bytes from `start` to `end`: short runs by a copy of fixed size, which is no call, and a cut.
    #[inline]
    fn run(&mut self, start: usize, end: usize) {
        let before = self.out.len();
        match self.text[start..].first_chunk::<RUN>() {
            Some(run) if end - start <= RUN => {
                self.out.extend_from_slice(run);
                self.out.truncate(before + (end - start));
            }
            _ => self.out.extend_from_slice(&self.text[start..end]),
        }
    }

    fn finish(self) -> bool {
        if let Some(start) = self.done {
            self.out.extend_from_slice(&self.text[start..]);
        }
        self.done.is_some()
    }
}

/// The longest run that is copied whole and cut.
const RUN: usize = 32;
