//! What goes wrong with text, apart from what goes wrong with bytes.

use std::error::Error;
use std::fmt::{self, Display};
use std::io;

use crate::codec::{Encoding, Malformed, Unencodable};

/// Says which bytes are no text, and where they are.
///
/// It comes inside an [`io::Error`] of the kind [`InvalidData`](io::ErrorKind::InvalidData); [`DecodeError::of`] finds it there.
///
/// # Examples
///
/// ```
/// use batteries::io::{DecodeError, TextReader};
///
/// let mut reader = TextReader::new(&b"one\ntw\xff\xffo\n"[..]);
/// assert_eq!(reader.next_line()?.unwrap().text(), "one");
/// let error = reader.next_line().unwrap_err();
/// let error = DecodeError::of(&error).unwrap();
/// assert_eq!((error.offset(), error.line(), error.column()), (6, 2, 3));
/// assert_eq!((error.bytes(), error.reason()), (&b"\xff"[..], "invalid start byte"));
/// // Reading goes on behind it; the next byte is no text either.
/// assert!(reader.next_line().is_err());
/// assert_eq!(reader.next_line()?.unwrap().text(), "two");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    pub(super) malformed: Malformed,
    pub(super) offset: u64,
    pub(super) line: u64,
    pub(super) column: u64,
}

impl DecodeError {
    /// Finds it in an error of reading.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns the encoding that the bytes were read in.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.malformed.encoding()
    }

    /// Returns the bytes, one to four.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.malformed.bytes()
    }

    /// Returns what is wrong with them, in CPython's words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.malformed.reason()
    }

    /// Returns how many bytes of the source lie in front of them.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the number of their line, from 1 on.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns where they are in their line, in characters, from 1 on.
    #[must_use]
    pub fn column(&self) -> u64 {
        self.column
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { malformed, offset, line, column } = self;
        write!(f, "line {line}, column {column} (byte {offset}): {malformed}")
    }
}

impl Error for DecodeError {}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Says which character cannot be written.
///
/// It comes inside an [`io::Error`] of the kind [`InvalidInput`](io::ErrorKind::InvalidInput); [`EncodeError::of`] finds it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    pub(super) unencodable: Unencodable,
}

impl EncodeError {
    /// Finds it in an error of writing.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns the encoding that has not got the character.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.unencodable.encoding()
    }

    /// Returns the character.
    #[must_use]
    pub fn character(&self) -> char {
        self.unencodable.character()
    }

    /// Returns at which byte of the text that was to be written the character begins.
    #[must_use]
    pub fn position(&self) -> usize {
        self.unencodable.position()
    }

    /// Returns what is wrong with it, in CPython's words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.unencodable.reason()
    }
}

impl Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unencodable.fmt(f)
    }
}

impl Error for EncodeError {}

impl From<EncodeError> for io::Error {
    fn from(error: EncodeError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

/// Says that a line is longer than it may be.
///
/// It comes inside an [`io::Error`] of the kind [`InvalidData`](io::ErrorKind::InvalidData); [`LineTooLong::of`] finds it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTooLong {
    pub(super) limit: usize,
    pub(super) line: u64,
    pub(super) offset: u64,
}

impl LineTooLong {
    /// Finds it in an error of reading.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns the limit, in bytes of UTF-8.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the number of the line, from 1 on.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns how many bytes of the source lie in front of the line.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl Display for LineTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, line, offset } = self;
        write!(f, "line {line} (from byte {offset} on) is longer than the limit of {limit} bytes")
    }
}

impl Error for LineTooLong {}

impl From<LineTooLong> for io::Error {
    fn from(error: LineTooLong) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
