//! From references to text, piece by piece.

use super::reference::{self, Place};
use super::unescape;

/// Unescapes a text that comes in pieces, cut anywhere, in constant memory.
///
/// Gives what [`unescape`](super::unescape()) gives for the whole text: a reference that a piece ends in is held back until the
/// next one shows what becomes of it. Pieces are bytes, since a stream is cut in the middle of characters as well; they are
/// expected to be UTF-8 when joined, and what is not comes out as it went in. The last piece is followed by
/// [`close`](Unescaper::close); without it, what is held back then is lost.
///
/// # Examples
///
/// A filter writes what each piece gave and clears the buffer, so that it stays as small as a piece:
///
/// ```
/// use std::io::{Read, Write};
/// use batteries::html::Unescaper;
///
/// fn unescape_all(mut from: impl Read, mut to: impl Write) -> std::io::Result<()> {
///     let (mut unescaper, mut out, mut piece) = (Unescaper::new(), Vec::new(), [0; 4096]);
///     loop {
///         match from.read(&mut piece)? {
///             0 => break,
///             read => unescaper.feed(&piece[..read], &mut out),
///         }
///         to.write_all(&out)?;
///         out.clear();
///     }
///     unescaper.close(&mut out);
///     to.write_all(&out)
/// }
///
/// let mut text = Vec::new();
/// unescape_all(&b"3 &lt; 4 &am"[..], &mut text)?;
/// assert_eq!(text, b"3 < 4 &am");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// ```
/// use batteries::html::Unescaper;
///
/// let mut unescaper = Unescaper::new();
/// let mut text = Vec::new();
/// for piece in ["fish &am", "p; chip&#", "11", "5 &"] {
///     unescaper.feed(piece.as_bytes(), &mut text);
/// }
/// unescaper.close(&mut text);
/// assert_eq!(text, b"fish & chips &");
/// ```
#[derive(Debug, Clone)]
pub struct Unescaper {
    place: Place,
    /// The beginning of a reference, from its `&` on, that may go on in the next piece.
    held: Vec<u8>,
}

impl Unescaper {
    /// Makes one that follows the rules of [`unescape`](super::unescape()).
    #[must_use]
    pub fn new() -> Self {
        Self { place: Place::Text, held: Vec::new() }
    }

    /// Makes one that follows the rules of [`unescape_attribute`](super::unescape_attribute).
    #[must_use]
    pub fn for_attribute() -> Self {
        Self { place: Place::Attribute, held: Vec::new() }
    }

    /// Takes the next piece and appends to `out` what is certain by now.
    pub fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if self.held.is_empty() {
            let certain = self.write(piece, out);
            self.held.extend_from_slice(&piece[certain..]);
        } else {
            let mut text = std::mem::take(&mut self.held);
            text.extend_from_slice(piece);
            let certain = self.write(&text, out);
            text.drain(..certain);
            // What a large piece needed is not kept for the few bytes that are left.
            text.shrink_to(2 * reference::LONGEST);
            self.held = text;
        }
        reference::shorten(&mut self.held);
    }

    /// Appends what is left to `out`: the text ends here.
    pub fn close(self, out: &mut Vec<u8>) {
        if !unescape::append(out, &self.held, self.place) {
            out.extend_from_slice(&self.held);
        }
    }

    /// Writes the part of `text` that does not depend on what follows; returns its length.
    fn write(&self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let last = text.iter().rposition(|&byte| byte == b'&');
        let certain = last.filter(|&at| reference::may_go_on(&text[at + 1..]));
        let certain = certain.unwrap_or(text.len());
        if !unescape::append(out, &text[..certain], self.place) {
            out.extend_from_slice(&text[..certain]);
        }
        certain
    }
}

impl Default for Unescaper {
    fn default() -> Self {
        Self::new()
    }
}
