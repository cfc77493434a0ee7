//! A text of at most seven bytes in one machine word.

use std::fmt;

/// Up to seven bytes of UTF-8, and their number in the eighth byte.
///
/// Whoever writes such a text stores all eight bytes at once and steps on by the length: neither depends on how long the
/// text is, so nothing has to be predicted.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(align(8))]
pub(super) struct Word([u8; 8]);

impl Word {
    pub(super) const EMPTY: Self = Self([0; 8]);

    /// Packs `text`, for tables: one that is too long keeps the crate from compiling.
    pub(super) const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        assert!(bytes.len() < 8, "a word has room for seven bytes");
        let mut word = [0; 8];
        let mut at = 0;
        while at < bytes.len() {
            word[at] = bytes[at];
            at += 1;
        }
        word[7] = bytes.len() as u8;
        Self(word)
    }

    /// Packs one byte, which need not be a whole character.
    pub(super) const fn byte(byte: u8) -> Self {
        Self([byte, 0, 0, 0, 0, 0, 0, 1])
    }

    pub(super) const fn of(c: char) -> Self {
        Self::new(c.encode_utf8(&mut [0; 4]))
    }

    /// The text, and behind it bytes of no meaning.
    pub(super) const fn bytes(&self) -> &[u8; 8] {
        &self.0
    }

    pub(super) const fn len(&self) -> usize {
        self.0[7] as usize
    }

    /// # Panics
    ///
    /// Panics if it is one byte of a longer character.
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.0[..self.len()]).expect("whole characters")
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..self.len()].escape_ascii().fmt(f)
    }
}
