//! Encodings of a byte for each character.

use std::fmt::{self, Debug};

use super::charsets::SETS;
use super::decode::{Step, put};
use super::errors::Reason;

/// The characters of a set, by their bytes; U+FFFD where there is none.
fn characters(place: u8) -> [char; 256] {
    let shown = SETS[usize::from(place)].1;
    let count = shown.chars().count();
    let mut all: [char; 256] = std::array::from_fn(|byte| char::from(byte as u8));
    for (to, c) in all[256 - count..].iter_mut().zip(shown.chars()) {
        *to = c;
    }
    all
}

/// What each byte of a set means, ready to be written.
#[derive(Clone)]
pub(super) struct Meanings {
    /// Up to three bytes of UTF-8, and their count in the fourth; zero where the byte means nothing.
    utf8: [[u8; 4]; 256],
    /// The first half is ASCII.
    is_ascii: bool,
}

impl Debug for Meanings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meanings").field("is_ascii", &self.is_ascii).finish_non_exhaustive()
    }
}

impl Meanings {
    pub(super) fn of(place: u8) -> Self {
        let all = characters(place);
        let utf8 = all.map(|c| {
            let mut bytes = [0; 4];
            if c != char::REPLACEMENT_CHARACTER {
                // No set has a character beyond U+FFFF, so there are three at most.
                bytes[3] = put(c.into(), &mut bytes) as u8;
            }
            bytes
        });
        Self { utf8, is_ascii: is_ascii(&all) }
    }

    /// Decodes up to the first byte without a meaning.
    pub(super) fn decode(&self, input: &[u8], out: &mut [u8]) -> Step {
        let (mut at, mut written) = (0, 0);
        while self.is_ascii
            && let Some(&eight) = input[at..].first_chunk::<8>()
        {
            let high = u64::from_le_bytes(eight) & 0x8080_8080_8080_8080;
            let to = &mut out[written..written + 11];
            match high.count_ones() {
                0 => {
                    to[..8].copy_from_slice(&eight);
                    (at, written) = (at + 8, written + 8);
                }
                // Western text: what is in front of the one byte that is not ASCII, and that.
                1 => {
                    let plain = (high.trailing_zeros() as usize / 8).min(7);
                    let utf8 = self.utf8[usize::from(eight[plain])];
                    to[..8].copy_from_slice(&eight);
                    to[plain..plain + 4].copy_from_slice(&utf8);
                    (at, written) = (at + plain, written + plain);
                    if utf8[3] == 0 {
                        return Step::malformed(at, written, 1, Reason::NOT_MAPPED);
                    }
                    (at, written) = (at + 1, written + usize::from(utf8[3]));
                }
                // Words in another script.
                _ => {
                    for byte in eight {
                        let utf8 = self.utf8[usize::from(byte)];
                        out[written..written + 4].copy_from_slice(&utf8);
                        if utf8[3] == 0 {
                            return Step::malformed(at, written, 1, Reason::NOT_MAPPED);
                        }
                        (at, written) = (at + 1, written + usize::from(utf8[3]));
                    }
                }
            }
        }
        for &byte in &input[at..] {
            // All four are written, of which the next one overwrites what is too much: there is room for that.
            let utf8 = self.utf8[usize::from(byte)];
            out[written..written + 4].copy_from_slice(&utf8);
            if utf8[3] == 0 {
                return Step::malformed(at, written, 1, Reason::NOT_MAPPED);
            }
            (at, written) = (at + 1, written + usize::from(utf8[3]));
        }
        Step::new(at, written)
    }
}

fn is_ascii(all: &[char; 256]) -> bool {
    (0..0x80).all(|byte: u8| all[usize::from(byte)] == char::from(byte))
}

/// The byte of each character of a set.
#[derive(Debug, Clone)]
pub(super) struct Bytes {
    /// Ordered by characters, without those below U+0100.
    far: Vec<(char, u8)>,
    /// By characters below U+0100.
    near: Box<[Option<u8>; 256]>,
    /// ASCII is written as it is: there are sets that decode it as ASCII, but have two bytes for a character of it.
    is_ascii: bool,
    /// The reason to give for a character that is not in the set.
    reason: Reason,
}

impl Bytes {
    pub(super) fn of(place: u8) -> Self {
        let mut near = Box::new([None; 256]);
        let mut far = Vec::new();
        for (byte, c) in characters(place).into_iter().enumerate() {
            if c == char::REPLACEMENT_CHARACTER {
                continue;
            }
            // Of several bytes that mean the same, Python writes the last.
            match near.get_mut(c as usize) {
                Some(to) => *to = Some(byte as u8),
                None => far.push((c, byte as u8)),
            }
        }
        far.sort_unstable_by_key(|&(c, byte)| (c, u8::MAX - byte));
        far.dedup_by_key(|(c, _)| *c);
        let is_ascii = (0..0x80).all(|byte: u8| near[usize::from(byte)] == Some(byte));
        let reason = match SETS[usize::from(place)].0 {
            "iso8859-1" => Reason::NOT_LATIN_1,
            _ => Reason::NOT_MAPPED,
        };
        Self { far, near, is_ascii, reason }
    }

    /// Appends what it can of `text`, and returns the place of the first character that is not in the set, and the reason.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u8>) -> Option<(usize, Reason)> {
        out.reserve(text.len());
        let mut at = 0;
        while at < text.len() {
            if self.is_ascii {
                let rest = &text.as_bytes()[at..];
                let plain = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
                out.extend_from_slice(&rest[..plain]);
                at += plain;
            }
            for c in text[at..].chars() {
                if self.is_ascii && c.is_ascii() {
                    break;
                }
                let byte = match self.near.get(c as usize) {
                    Some(&byte) => byte,
                    None => self
                        .far
                        .binary_search_by_key(&c, |&(c, _)| c)
                        .ok()
                        .map(|found| self.far[found].1),
                };
                let Some(byte) = byte else { return Some((at, self.reason)) };
                out.push(byte);
                at += c.len_utf8();
            }
        }
        None
    }
}
