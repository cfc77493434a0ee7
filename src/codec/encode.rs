//! Text into bytes, as far as the encoding goes.

use super::charmap::Bytes;
use super::encoding::{Encoding, Kind, Order};
use super::errors::{Errors, Reason, escaped_byte, find_escape};
use super::{utf16, utf32};

/// Encodes a stream that comes in pieces.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    encoding: Encoding,
    errors: Errors,
    /// The byte order mark is still to be written.
    at_start: bool,
    bytes: Option<Bytes>,
}

/// A character that cannot be encoded, and where it is in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) at: usize,
    pub(crate) reason: Reason,
}

impl Encoder {
    pub(crate) fn new(encoding: Encoding, errors: Errors) -> Self {
        let bytes = match encoding.0 {
            Kind::Charmap(place) => Some(Bytes::of(place)),
            _ => None,
        };
        Self { encoding, errors, at_start: true, bytes }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(crate) fn errors(&self) -> Errors {
        self.errors
    }

    pub(crate) fn set_errors(&mut self, errors: Errors) {
        self.errors = errors;
    }

    /// Says whether a byte order mark is due, where the encoding has one.
    pub(crate) fn set_at_start(&mut self, at_start: bool) {
        self.at_start = at_start;
    }

    /// Says whether nothing was written yet.
    pub(crate) fn is_at_start(&self) -> bool {
        self.at_start
    }

    /// Says whether text is written as it is.
    pub(crate) fn is_plain_utf8(&self) -> bool {
        match self.encoding.0 {
            Kind::Utf8 { sig } => !(sig && self.at_start) && self.errors != Errors::RoundTrip,
            _ => false,
        }
    }

    /// Appends the bytes of `text`; of a text that is refused nothing is appended. An empty one has the byte order mark, as in CPython.
    pub(crate) fn encode(&mut self, text: &str, out: &mut Vec<u8>) -> Result<(), Refused> {
        let before = out.len();
        if self.at_start {
            let mark: &[u8] = match self.encoding.0 {
                Kind::Utf8 { sig: true } => b"\xef\xbb\xbf",
                Kind::Utf16(None) => b"\xff\xfe",
                Kind::Utf32(None) => b"\xff\xfe\0\0",
                _ => b"",
            };
            out.extend_from_slice(mark);
        }
        let result = match self.errors {
            Errors::RoundTrip => self.with_escapes(text, out),
            _ => self.with_policy(text, 0, out),
        };
        match result {
            Ok(()) => self.at_start = false,
            Err(_) => out.truncate(before),
        }
        result
    }

    /// Appends `text`, in which nothing stands for a byte; `at` is where it begins in what was given.
    fn with_policy(&self, text: &str, at: usize, out: &mut Vec<u8>) -> Result<(), Refused> {
        let mut from = 0;
        while let Some(refused) = self.plain(&text[from..], out) {
            let place = from + refused.at;
            let refused = Refused { at: at + place, ..refused };
            // It stopped in front of a character.
            let Some(c) = text[place..].chars().next() else { return Err(refused) };
            let mut stand_in = String::new();
            if !self.errors.encode(c, &mut stand_in) {
                return Err(refused);
            }
            // Even that may not be in the set: not every one has all of ASCII.
            if self.plain(&stand_in, out).is_some() {
                return Err(refused);
            }
            from = place + c.len_utf8();
        }
        Ok(())
    }

    /// Appends `text`, and the bytes that characters in it stand for.
    fn with_escapes(&self, text: &str, out: &mut Vec<u8>) -> Result<(), Refused> {
        let mut at = 0;
        while let Some(found) = find_escape(&text.as_bytes()[at..]) {
            let found = at + found;
            self.with_policy(&text[at..found], at, out)?;
            let escapes = text[found..].chars().map_while(escaped_byte);
            let before = out.len();
            out.extend(escapes);
            let count = out.len() - before;
            let unit = match self.encoding.0 {
                Kind::Utf16(_) => 2,
                Kind::Utf32(_) => 4,
                _ => 1,
            };
            if !count.is_multiple_of(unit) {
                return Err(Refused { at: found, reason: Reason::LONE_SURROGATE });
            }
            at = found + 4 * count;
        }
        self.with_policy(&text[at..], at, out)
    }

    /// Appends what it can.
    fn plain(&self, text: &str, out: &mut Vec<u8>) -> Option<Refused> {
        match self.encoding.0 {
            Kind::Utf8 { .. } => out.extend_from_slice(text.as_bytes()),
            Kind::Ascii => {
                let stop = text.bytes().position(|byte| !byte.is_ascii()).unwrap_or(text.len());
                out.extend_from_slice(&text.as_bytes()[..stop]);
                return (stop < text.len())
                    .then_some(Refused { at: stop, reason: Reason::NOT_ASCII });
            }
            Kind::Charmap(_) => {
                // `new` makes them for every `Charmap`.
                let bytes = self.bytes.as_ref().expect("made with the encoder");
                return bytes.encode(text, out).map(|(at, reason)| Refused { at, reason });
            }
            Kind::Utf16(Some(Order::Big)) => utf16::encode(text, u16::to_be_bytes, out),
            Kind::Utf16(_) => utf16::encode(text, u16::to_le_bytes, out),
            Kind::Utf32(Some(Order::Big)) => utf32::encode(text, u32::to_be_bytes, out),
            Kind::Utf32(_) => utf32::encode(text, u32::to_le_bytes, out),
            Kind::EastAsian(encoding) => return encoding.encode(text, out),
        }
        None
    }
}
