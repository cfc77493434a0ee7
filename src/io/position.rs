//! Places in a text.

/// A place in the source of a [`TextReader`](super::TextReader).
///
/// [`TextReader::position`](super::TextReader::position) gives it and [`TextReader::seek`](super::TextReader::seek) goes there. Where the
/// text is what the bytes say it is [`offset`](Self::offset) and no more. In the middle of text that stands for malformed bytes, and
/// of a line of an East Asian encoding, some characters from that offset on are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    pub(super) offset: u64,
    pub(super) skip: u64,
    /// What the decoder knew; it keeps what it knows where that is `None`.
    pub(super) state: Option<u8>,
    pub(super) lines: u64,
    pub(super) column: u64,
}

impl Position {
    /// The start of the source.
    pub const START: Self = Self { offset: 0, skip: 0, state: Some(0), lines: 0, column: 0 };

    /// Returns the place behind `offset` bytes of the source, for instance of an index of the source.
    ///
    /// A character has to begin there, or its rest is malformed. The numbers of lines count from there.
    #[must_use]
    pub const fn at_offset(offset: u64) -> Self {
        Self { offset, skip: 0, state: None, lines: 0, column: 0 }
    }

    /// Returns how many bytes of the source lie in front of it.
    #[must_use]
    pub const fn offset(self) -> u64 {
        self.offset
    }

    /// Returns how many characters from that offset on lie in front of it; mostly none.
    #[must_use]
    pub const fn skip(self) -> u64 {
        self.skip
    }

    /// Returns how many lines end in front of it.
    #[must_use]
    pub const fn lines(self) -> u64 {
        self.lines
    }
}
