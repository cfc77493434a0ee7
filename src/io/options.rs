//! How a text is read and written.

use std::io::{Read, Write};

use crate::codec::{Encoding, Errors, UnknownEncoding};

use super::newline::Newline;
use super::reader::TextReader;
use super::writer::TextWriter;

/// Says what a reader does with a byte order mark in front of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bom {
    /// Looks for the mark of UTF-8, UTF-16 or UTF-32, reads what it names, and skips it; without one the encoding is the one that was
    /// set. This is what a reader does that was told no encoding.
    Sniff,
    /// Leaves it to the encoding: [`Encoding::UTF_8`] keeps it as the character U+FEFF, [`Encoding::UTF_8_SIG`] skips it,
    /// [`Encoding::UTF_16`] wants it. This is Python's way, and what a reader does that was told an encoding.
    #[default]
    Encoding,
}

/// Collects how a text is to be read or written, and makes the reader or writer.
///
/// # Examples
///
/// ```
/// use batteries::io::{Errors, Newline, TextOptions};
///
/// let source = &b"caf\xe9\r\n"[..];
/// let mut reader = TextOptions::new().encoding("latin-1")?.reader(source);
/// assert_eq!(reader.next_line()?.unwrap().text(), "café");
///
/// let mut writer = TextOptions::new()
///     .encoding("ascii")?
///     .errors(Errors::XmlCharRef)
///     .newline(Newline::CrLf)
///     .writer(Vec::new());
/// writer.write_str("café\n")?;
/// assert_eq!(writer.finish()?, b"caf&#233;\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextOptions {
    pub(super) encoding: Option<Encoding>,
    pub(super) errors: Errors,
    pub(super) newline: Newline,
    pub(super) bom: Option<Bom>,
    pub(super) max_line: usize,
    pub(super) line_buffered: bool,
    pub(super) write_through: bool,
    pub(super) at_start: bool,
    pub(super) buffer: usize,
}

impl TextOptions {
    /// Starts with UTF-8, [`Errors::Strict`] and [`Newline::Universal`]; reading looks for a byte order mark.
    #[must_use]
    pub fn new() -> Self {
        Self {
            encoding: None,
            errors: Errors::Strict,
            newline: Newline::Universal,
            bom: None,
            max_line: usize::MAX,
            line_buffered: false,
            write_through: false,
            at_start: true,
            buffer: 64 * 1024,
        }
    }

    /// Sets the encoding by one of Python's names for it.
    ///
    /// # Errors
    ///
    /// [`UnknownEncoding`] if there is none of that name.
    pub fn encoding(self, label: &str) -> Result<Self, UnknownEncoding> {
        Ok(self.with_encoding(Encoding::for_label(label)?))
    }

    /// Sets the encoding.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sets what becomes of bytes that are no text, and of characters that the encoding has not.
    #[must_use]
    pub fn errors(mut self, errors: Errors) -> Self {
        self.errors = errors;
        self
    }

    /// Sets what ends a line.
    #[must_use]
    pub fn newline(mut self, newline: Newline) -> Self {
        self.newline = newline;
        self
    }

    /// Sets what a reader does with a byte order mark.
    #[must_use]
    pub fn bom(mut self, bom: Bom) -> Self {
        self.bom = Some(bom);
        self
    }

    /// Sets how long a line may be, with its ending, in bytes of UTF-8; without, it may be as long as the memory.
    ///
    /// [`TextReader::next_line`] and all that goes line by line fail at a longer one with [`LineTooLong`](super::LineTooLong),
    /// having read little more of it than the limit.
    #[must_use]
    pub fn max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// Sets whether a writer passes everything on, and flushes, after each write that has a `\n` or `\r` in it.
    #[must_use]
    pub fn line_buffered(mut self, line_buffered: bool) -> Self {
        self.line_buffered = line_buffered;
        self
    }

    /// Sets whether a writer keeps nothing back: each write goes to the sink at once.
    #[must_use]
    pub fn write_through(mut self, write_through: bool) -> Self {
        self.write_through = write_through;
        self
    }

    /// Says that the writer does not begin at the start of a file, so that no byte order mark is due.
    #[must_use]
    pub fn append(mut self) -> Self {
        self.at_start = false;
        self
    }

    /// Sets how many bytes a writer collects before it passes them on; 65 536 without, and at least one.
    #[must_use]
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.buffer = bytes.max(1);
        self
    }

    /// Makes a reader.
    #[must_use]
    pub fn reader<R: Read>(&self, source: R) -> TextReader<R> {
        TextReader::with_options(source, self)
    }

    /// Makes a writer.
    #[must_use]
    pub fn writer<W: Write>(&self, sink: W) -> TextWriter<W> {
        TextWriter::with_options(sink, self)
    }
}

impl Default for TextOptions {
    fn default() -> Self {
        Self::new()
    }
}
