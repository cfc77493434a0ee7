//! Bytes into text, as far as they go.

use super::charmap::Meanings;
use super::encoding::{Encoding, Kind, Order};
use super::{Reason, utf8, utf16, utf32};

/// Decodes a stream that comes in pieces, and stops in front of what is malformed.
///
/// What it has not read of a piece, the beginning of a character, is to be given again in front of the next one.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    encoding: Encoding,
    /// The byte order; of UTF-16 and UTF-32 with a mark, once that has been read.
    order: Option<Order>,
    /// The characters that stand for bytes that are no text are malformed themselves.
    reserve: bool,
    /// A byte order mark may come.
    at_start: bool,
    meanings: Option<Box<Meanings>>,
}

/// How far a [`Decoder`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// How many bytes were read.
    pub(crate) read: usize,
    /// How many of them were a byte order mark, which is no text.
    pub(crate) mark: usize,
    /// How many bytes of UTF-8 were written.
    pub(crate) written: usize,
    pub(crate) stop: Stop,
}

impl Step {
    /// Goes as far as it can.
    pub(super) fn new(read: usize, written: usize) -> Self {
        Self { read, mark: 0, written, stop: Stop::Input }
    }

    /// Stops in front of what is no text.
    pub(super) fn malformed(read: usize, written: usize, length: usize, reason: Reason) -> Self {
        Self { stop: Stop::Malformed { length, reason }, ..Self::new(read, written) }
    }
}

/// Why a [`Decoder`] stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// All was read, or what is left may be the beginning of a character.
    Input,
    /// The next bytes are no text.
    Malformed {
        /// How many.
        length: usize,
        reason: Reason,
    },
}

impl Decoder {
    /// Returns a decoder at the start of a stream.
    pub(crate) fn new(encoding: Encoding, reserve: bool) -> Self {
        let meanings = match encoding.0 {
            Kind::Charmap(place) => Some(Box::new(Meanings::of(place))),
            _ => None,
        };
        Self { encoding, order: None, reserve, at_start: true, meanings }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns how much room the text of `length` bytes needs at most.
    pub(crate) fn room(length: usize) -> usize {
        3 * length + 16
    }

    /// Says whether what comes is UTF-8 and nothing else, so that it can be checked where it lies.
    pub(crate) fn is_plain_utf8(&self) -> bool {
        let Kind::Utf8 { sig } = self.encoding.0 else { return false };
        !(self.reserve || sig && self.at_start)
    }

    /// Returns what a decoder must know to go on in the middle of a stream.
    pub(crate) fn state(&self) -> u8 {
        match (self.at_start, self.order) {
            (true, _) => 0,
            (false, None) => 1,
            (false, Some(Order::Little)) => 2,
            (false, Some(Order::Big)) => 3,
        }
    }

    /// Goes on where a decoder of the same encoding was that gave this state.
    pub(crate) fn set_state(&mut self, state: u8) {
        self.at_start = state == 0;
        self.order = match state {
            2 => Some(Order::Little),
            3 => Some(Order::Big),
            _ => None,
        };
    }

    /// Decodes what it can of `input` into `out`, which has [`room`](Self::room); `last` says that nothing comes behind it.
    pub(crate) fn decode(&mut self, input: &[u8], last: bool, out: &mut [u8]) -> Step {
        let skipped = match self.skip_mark(input, last) {
            Ok(skipped) => skipped,
            Err(stop) => return Step { stop, ..Step::new(0, 0) },
        };
        let input = &input[skipped..];
        let mut step = match self.encoding.0 {
            Kind::Utf8 { .. } => utf8::decode(input, last, self.reserve, out),
            Kind::Ascii => ascii(input, out),
            Kind::Charmap(_) => {
                // `new` makes them for every `Charmap`.
                let meanings = self.meanings.as_ref().expect("made with the decoder");
                meanings.decode(input, out)
            }
            Kind::Utf16(order) => match order.or(self.order) {
                Some(Order::Big) => {
                    utf16::decode(input, u16::from_be_bytes, last, self.reserve, out)
                }
                _ => utf16::decode(input, u16::from_le_bytes, last, self.reserve, out),
            },
            Kind::Utf32(order) => match order.or(self.order) {
                Some(Order::Big) => {
                    utf32::decode(input, u32::from_be_bytes, last, self.reserve, out)
                }
                _ => utf32::decode(input, u32::from_le_bytes, last, self.reserve, out),
            },
            Kind::EastAsian(encoding) => encoding.decode(input, last, self.reserve, out),
        };
        step.read += skipped;
        step.mark = skipped;
        if step.read > 0 || step.stop != Stop::Input {
            self.at_start = false;
        }
        step
    }

    /// Returns the length of the byte order mark in front, where it is no text.
    fn skip_mark(&mut self, input: &[u8], last: bool) -> Result<usize, Stop> {
        if !self.at_start {
            return Ok(0);
        }
        let marks: &[(&[u8], Option<Order>)] = match self.encoding.0 {
            Kind::Utf8 { sig: true } => &[(b"\xef\xbb\xbf", None)],
            Kind::Utf16(None) if self.order.is_none() => {
                &[(b"\xff\xfe", Some(Order::Little)), (b"\xfe\xff", Some(Order::Big))]
            }
            Kind::Utf32(None) if self.order.is_none() => {
                &[(b"\xff\xfe\0\0", Some(Order::Little)), (b"\0\0\xfe\xff", Some(Order::Big))]
            }
            _ => return Ok(0),
        };
        if let Some((mark, order)) = marks.iter().find(|(mark, _)| input.starts_with(mark)) {
            self.order = *order;
            self.at_start = false;
            return Ok(mark.len());
        }
        if self.encoding.is_utf8() {
            let (mark, _) = marks[0];
            return match mark.starts_with(input) {
                false => Ok(0),
                true if !last => Err(Stop::Input),
                // Of a mark that breaks off CPython does not speak.
                true => Ok(input.len()),
            };
        }
        // Python says so once there are as many bytes as the mark has, and whatever the error policy.
        let length = marks[0].0.len();
        match input.len() {
            0 => Ok(0),
            there if there >= length => {
                // That is said once. Who goes on all the same has it read as it would be written.
                self.order = Some(Order::Little);
                self.at_start = false;
                Err(Stop::Malformed { length, reason: Reason::NO_BYTE_ORDER_MARK })
            }
            _ if !last => Err(Stop::Input),
            there => Err(Stop::Malformed { length: there, reason: Reason::TRUNCATED }),
        }
    }
}

fn ascii(input: &[u8], out: &mut [u8]) -> Step {
    let length = input.iter().position(|byte| !byte.is_ascii()).unwrap_or(input.len());
    out[..length].copy_from_slice(&input[..length]);
    let stop = if length == input.len() {
        Stop::Input
    } else {
        Stop::Malformed { length: 1, reason: Reason::NOT_ASCII }
    };
    Step { stop, ..Step::new(length, length) }
}

/// Writes `c` as UTF-8 to the front of `out` and returns its length.
#[inline]
pub(super) fn put(c: u32, out: &mut [u8]) -> usize {
    let continued = |shift: u32| 0x80 | (c >> shift & 0x3f) as u8;
    match c {
        0..=0x7f => {
            out[0] = c as u8;
            1
        }
        0x80..=0x7ff => {
            out[..2].copy_from_slice(&[0xc0 | (c >> 6) as u8, continued(0)]);
            2
        }
        0x800..=0xffff => {
            out[..3].copy_from_slice(&[0xe0 | (c >> 12) as u8, continued(6), continued(0)]);
            3
        }
        _ => {
            let bytes = [0xf0 | (c >> 18) as u8, continued(12), continued(6), continued(0)];
            out[..4].copy_from_slice(&bytes);
            4
        }
    }
}
