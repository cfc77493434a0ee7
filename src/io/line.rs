//! One line of a text.

use std::fmt::{self, Debug, Display};
use std::ops::Deref;

use super::newline::Ending;
use super::source_map::{Mark, offset_at};
use super::window::put_newline;
use crate::codec::Encoding;

/// A line, in the memory of its reader.
///
/// It derefs to the text without the ending.
///
/// # Examples
///
/// ```
/// use batteries::io::{Ending, TextReader};
///
/// let mut reader = TextReader::new(&b"one\r\ntwo"[..]);
/// let line = reader.next_line()?.unwrap();
/// assert_eq!((line.text(), line.ending(), line.len()), ("one", Ending::CrLf, 3));
/// assert_eq!(line.with_ending(), "one\r\n");
/// assert_eq!((line.number(), line.offset()), (1, 0));
/// assert_eq!(line.translated(), "one\n");
///
/// let line = reader.next_line()?.unwrap();
/// assert_eq!((line.number(), line.offset()), (2, 5));
/// assert_eq!(line.translated(), "two");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Line<'a> {
    pub(super) whole: &'a mut str,
    /// Without the ending.
    pub(super) length: usize,
    pub(super) ending: Ending,
    pub(super) number: u64,
    pub(super) encoding: Encoding,
    pub(super) marks: &'a [Mark],
    /// What lies in front in the same memory.
    pub(super) before: &'a [u8],
}

impl<'a> Line<'a> {
    /// Returns the text without the ending.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &str {
        &self.whole[..self.length]
    }

    /// Returns the text without the ending, for as long as the reader is not asked for more.
    #[inline]
    #[must_use]
    pub fn into_text(self) -> &'a str {
        let Self { whole, length, .. } = self;
        &whole[..length]
    }

    /// Tells how the line ends in the source.
    #[inline]
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Returns the text with the ending that it has in the source.
    #[inline]
    #[must_use]
    pub fn with_ending(&self) -> &str {
        self.whole
    }

    /// Returns the text with `\n` in the place of its ending, if it has one: what Python's `readline` gives.
    #[must_use]
    pub fn translated(self) -> &'a str {
        let Self { whole, length, ending, .. } = self;
        match ending {
            Ending::None | Ending::Lf => whole,
            Ending::Cr | Ending::CrLf => put_newline(whole, length),
        }
    }

    /// Returns the number of the line, from 1 on.
    #[inline]
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns how many bytes of the source lie in front of the line.
    ///
    /// It is computed when it is asked for, from what is known about some place before. Where text stands for bytes that could not
    /// be decoded, and the line begins within such text, it is the place of these bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        offset_at(self.marks, self.encoding, self.before, self.before.len()).0
    }
}

impl Deref for Line<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.text()
    }
}

impl AsRef<str> for Line<'_> {
    #[inline]
    fn as_ref(&self) -> &str {
        self.text()
    }
}

impl Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("text", &self.text())
            .field("ending", &self.ending)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Writes the text without the ending.
impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}
