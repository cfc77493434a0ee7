//! A text in memory that is read and written like a file.

use std::fmt;

use super::newline::{Newline, NewlineSet, Tally, translate_into};

/// A text in memory with a place in it: Python's `StringIO`.
///
/// The place and all sizes are counted in characters. Where only appending is needed, a `String` does; where only reading, a
/// [`TextReader`](super::TextReader) over the bytes is quicker. For bytes there is [`std::io::Cursor`].
///
/// # Examples
///
/// ```
/// use batteries::io::{Newline, StringIo};
///
/// let mut file = StringIo::new("abcdef", Newline::Lf);
/// file.seek(2);
/// file.write_str("XY");
/// assert_eq!(file.read_chars(1), "e");
/// assert_eq!(file.value(), "abXYef");
/// ```
#[doc(alias = "StringIO")]
#[derive(Debug, Clone, Default)]
pub struct StringIo {
    text: Vec<char>,
    position: usize,
    newline: Newline,
    seen: NewlineSet,
}

impl StringIo {
    /// Makes one that holds `text`, at its start.
    ///
    /// `newline` says what becomes of what is written, and of `text`: with [`Newline::Universal`] every ending becomes `\n` at once,
    /// whatever the platform; with the others it is as in a [`TextWriter`](super::TextWriter). Python's default is
    /// [`Newline::Lf`].
    #[must_use]
    pub fn new(text: &str, newline: Newline) -> Self {
        let mut this = Self { newline, ..Self::default() };
        this.write_str(text);
        this.position = 0;
        this
    }

    /// Writes over what is there, and behind the end makes the text longer; what lies between the end and the place becomes `\0`.
    #[doc(alias = "write")]
    pub fn write_str(&mut self, text: &str) {
        let mut translated = String::with_capacity(text.len());
        if self.newline.is_universal() {
            // Each write stands alone: a `\r` at its end is an ending.
            let tally = Tally::of(Newline::Universal, text.as_bytes(), 0, text.len());
            self.seen.merge(tally.seen);
        }
        let text = match self.newline {
            Newline::Universal => {
                translate_into(text, &mut translated);
                &translated
            }
            Newline::Cr | Newline::CrLf => {
                translated = text.replace('\n', self.newline.written());
                &translated
            }
            Newline::UniversalKeep | Newline::Lf => text,
        };
        if text.is_empty() {
            return;
        }
        if self.text.len() < self.position {
            self.text.resize(self.position, '\0');
        }
        let count = text.chars().count();
        let end = self.text.len().min(self.position + count);
        self.text.splice(self.position..end, text.chars());
        self.position += count;
    }

    /// Returns the whole text.
    #[doc(alias = "getvalue")]
    #[must_use]
    pub fn value(&self) -> String {
        self.text.iter().collect()
    }

    /// Reads up to `count` characters.
    #[doc(alias = "read")]
    pub fn read_chars(&mut self, count: usize) -> String {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let read = &rest[..count.min(rest.len())];
        self.position += read.len();
        read.iter().collect()
    }

    /// Reads to the end of the line, with the ending; `None` at the end of the text.
    #[doc(alias = "readline")]
    pub fn read_line(&mut self) -> Option<String> {
        Some(self.read_line_chars(usize::MAX)).filter(|line| !line.is_empty())
    }

    /// Reads to the end of the line, with the ending, but no more than `count` characters.
    #[doc(alias = "readline")]
    pub fn read_line_chars(&mut self, count: usize) -> String {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let is_behind_cr = |at: usize| at > 0 && rest[at - 1] == '\r';
        let is_end = |&at: &usize| match (self.newline, rest[at]) {
            (Newline::CrLf, '\n') => is_behind_cr(at),
            (Newline::Lf | Newline::Universal | Newline::UniversalKeep, '\n')
            | (Newline::Cr, '\r') => true,
            (Newline::Universal | Newline::UniversalKeep, '\r') => rest.get(at + 1) != Some(&'\n'),
            _ => false,
        };
        let end = (0..rest.len()).find(is_end).map_or(rest.len(), |at| at + 1);
        self.read_chars(end.min(count))
    }

    /// Goes to the place behind `position` characters, which may lie behind the end.
    pub fn seek(&mut self, position: usize) {
        self.position = position;
    }

    /// Goes to the end, and returns the place.
    pub fn seek_to_end(&mut self) -> usize {
        self.position = self.text.len();
        self.position
    }

    /// Returns the place.
    #[doc(alias = "tell")]
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Cuts the text to `length` characters; the place stays. A longer one is asked for in vain.
    pub fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
    }

    /// Returns the kinds of endings that were written, with a universal mode; nothing is looked for with another.
    #[must_use]
    pub fn newlines(&self) -> NewlineSet {
        self.seen
    }
}

impl fmt::Write for StringIo {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        Self::write_str(self, text);
        Ok(())
    }
}
