//! The text that has been decoded and not delivered, in one piece of memory: the file with `unsafe` about text.
//!
//! ```text
//! 0         start        end          filled       memory.len()
//! | delivered | text, UTF-8 | bytes to check | room |
//! ```
//!
//! What lies between `start` and `end` was checked when it came in, once for each piece that was read. To check each line again,
//! as `str::from_utf8` would, takes a third of the reader's time for ASCII and half of it for other text.

#![expect(
    unsafe_code,
    reason = "text is checked once and not for each line: 3.3 GB/s of lines against 2.0, 2.9 against 1.3 of mixed text"
)]

use std::fmt::{self, Debug};

/// What became of bytes that were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All are text.
    Text,
    /// The last ones are the beginning of a character.
    Begun,
    /// What is left begins with bytes that are no text.
    Malformed,
}

/// A window on a text, which moves forward.
pub(super) struct Window {
    memory: Vec<u8>,
    /// Not behind `end`, and both at the edge of a character.
    start: usize,
    /// Everything between `start` and here is UTF-8.
    end: usize,
    /// Here ends what has been read.
    filled: usize,
}

impl Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window")
            .field("text", &self.text(self.start, self.end))
            .field("unchecked", &self.unchecked().escape_ascii().to_string())
            .finish_non_exhaustive()
    }
}

impl Window {
    pub(super) fn new() -> Self {
        Self { memory: Vec::new(), start: 0, end: 0, filled: 0 }
    }

    #[inline]
    pub(super) fn start(&self) -> usize {
        self.start
    }

    #[inline]
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The bytes that have been read and not checked.
    pub(super) fn unchecked(&self) -> &[u8] {
        &self.memory[self.end..self.filled]
    }

    /// All bytes up to the end of the text, those in front of it too.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.memory[..self.end]
    }

    /// Moves the start forward to `to`.
    ///
    /// # Panics
    ///
    /// If that is in the middle of a character or behind the text.
    #[inline]
    pub(super) fn advance(&mut self, to: usize) {
        assert!(
            self.start <= to && self.is_edge(to),
            "the start moves from character to character"
        );
        self.start = to;
    }

    /// Says whether a character begins there, or the text ends.
    #[inline]
    pub(super) fn is_edge(&self, at: usize) -> bool {
        at == self.end || (at < self.end && (self.memory[at] as i8) >= -0x40)
    }

    /// Returns a part of the text.
    ///
    /// # Panics
    ///
    /// If it is not within the text, or cuts a character.
    #[inline]
    pub(super) fn text(&self, from: usize, to: usize) -> &str {
        assert!(self.start <= from && from <= to && self.is_edge(from) && self.is_edge(to));
        // SAFETY: from `start` to `end` all is UTF-8, and both are at the edge of a character.
        unsafe { str::from_utf8_unchecked(&self.memory[from..to]) }
    }

    /// Returns what lies in front of `from`, and the text from there to `to`, and moves the start behind it.
    ///
    /// # Panics
    ///
    /// If it is not within the text, or cuts a character.
    #[inline]
    pub(super) fn take(&mut self, from: usize, to: usize) -> (&[u8], &mut str) {
        assert!(self.start <= from && from <= to && self.is_edge(from) && self.is_edge(to));
        self.start = to;
        let (before, rest) = self.memory.split_at_mut(from);
        // SAFETY: as in `text`.
        (before, unsafe { str::from_utf8_unchecked_mut(&mut rest[..to - from]) })
    }

    /// Makes each `\r` and `\r\n` from the start up to `to` a `\n`, moves the start to `to`, and returns the text.
    pub(super) fn take_translated(&mut self, to: usize) -> &str {
        assert!(self.start <= to && self.is_edge(to), "text is taken from character to character");
        let part = &mut self.memory[self.start..to];
        let mut written = part.iter().position(|byte| *byte == b'\r').unwrap_or(part.len());
        let mut at = written;
        while at < part.len() {
            // At a `\r`.
            at += 1;
            part[written] = b'\n';
            written += 1;
            if part.get(at) == Some(&b'\n') {
                at += 1;
            }
            let length = memchr::memchr(b'\r', &part[at..]).unwrap_or(part.len() - at);
            part.copy_within(at..at + length, written);
            (at, written) = (at + length, written + length);
        }
        let from = self.start;
        self.start = to;
        // SAFETY: it was UTF-8, ASCII was put in the place of ASCII, and ASCII was taken out.
        unsafe { str::from_utf8_unchecked(&self.memory[from..from + written]) }
    }

    /// Says whether there is room for `room` bytes behind what has been read.
    pub(super) fn has_room(&self, room: usize) -> bool {
        self.memory.len() - self.filled >= room
    }

    /// Makes room for `room` bytes behind what has been read, and returns by how much everything has moved to the front.
    pub(super) fn make_room(&mut self, room: usize) -> usize {
        if self.has_room(room) {
            return 0;
        }
        let moved = self.start;
        self.memory.copy_within(moved..self.filled, 0);
        (self.start, self.end, self.filled) = (0, self.end - moved, self.filled - moved);
        let needed = self.filled + room;
        if self.memory.len() < needed {
            // Twice as much each time, so that a long line is not copied again and again.
            let length = if self.filled == 0 { needed } else { needed.max(2 * self.memory.len()) };
            self.memory.resize(length, 0);
        }
        moved
    }

    /// Gives back the memory that a long line took.
    pub(super) fn shrink(&mut self, length: usize) {
        if self.memory.len() > 4 * length && self.filled < length {
            self.memory.truncate(length);
            self.memory.shrink_to_fit();
        }
    }

    /// The room behind what has been read.
    pub(super) fn room(&mut self) -> &mut [u8] {
        &mut self.memory[self.filled..]
    }

    /// Says that `count` bytes have been put into the room.
    pub(super) fn fill(&mut self, count: usize) {
        self.filled = self.memory.len().min(self.filled + count);
    }

    /// Checks what has been read, and adds to the text what is UTF-8.
    pub(super) fn check(&mut self) -> Verdict {
        let unchecked = &self.memory[self.end..self.filled];
        // The quicker of the two does not say where the error is.
        if simdutf8::basic::from_utf8(unchecked).is_ok() {
            self.end = self.filled;
            return Verdict::Text;
        }
        match simdutf8::compat::from_utf8(unchecked) {
            Ok(_) => Verdict::Text,
            Err(error) => {
                self.end += error.valid_up_to();
                match error.error_len() {
                    None => Verdict::Begun,
                    Some(_) => Verdict::Malformed,
                }
            }
        }
    }

    /// Takes the bytes out that are not checked.
    pub(super) fn drop_unchecked(&mut self) {
        self.filled = self.end;
    }

    /// Appends a text.
    pub(super) fn push_str(&mut self, text: &str) {
        debug_assert_eq!(self.end, self.filled, "behind unchecked bytes it would be none");
        let end = self.filled + text.len();
        if self.memory.len() < end {
            self.memory.resize(end, 0);
        }
        self.memory[self.filled..end].copy_from_slice(text.as_bytes());
        (self.filled, self.end) = (end, end);
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        (self.start, self.end, self.filled) = (0, 0, 0);
    }
}

/// Returns `line` up to `length` and a `\n`, which is written over the `\r` that is there.
///
/// # Panics
///
/// If there is no `\r`.
pub(super) fn put_newline(line: &mut str, length: usize) -> &str {
    // SAFETY: ASCII is put in the place of ASCII, which is checked.
    let bytes = unsafe { line.as_bytes_mut() };
    assert_eq!(bytes[length], b'\r');
    bytes[length] = b'\n';
    &line[..=length]
}
