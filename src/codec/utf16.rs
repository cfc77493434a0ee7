//! UTF-16.

use super::decode::{Step, put};
use super::errors::{Reason, escaped_byte};

/// Decodes whole characters; `unit` makes a number of two bytes.
#[inline(always)]
pub(super) fn decode(
    input: &[u8],
    unit: impl Fn([u8; 2]) -> u16 + Copy,
    last: bool,
    reserve: bool,
    out: &mut [u8],
) -> Step {
    let (units, _) = input.as_chunks::<2>();
    let (mut at, mut written) = (0, 0);
    let malformed =
        |at: usize, written, length, reason| Step::malformed(2 * at, written, length, reason);
    while at < units.len() {
        // Sixteen at a time as long as they are ASCII, which the compiler makes into vectors.
        while let Some(block) = units[at..].first_chunk::<16>() {
            if block.iter().fold(0, |all, &bytes| all | unit(bytes)) > 0x7f {
                break;
            }
            for (to, &bytes) in out[written..written + 16].iter_mut().zip(block) {
                *to = unit(bytes) as u8;
            }
            (at, written) = (at + 16, written + 16);
        }
        // Then some one by one, whatever they are.
        let end = units.len().min(at + 16);
        while at < end {
            let first = unit(units[at]);
            if first & 0xf800 != 0xd800 {
                let (bytes, length) = short(u32::from(first));
                // What is too much is overwritten by what follows.
                out[written..written + 4].copy_from_slice(&bytes);
                (at, written) = (at + 1, written + length);
                continue;
            }
            if first >= 0xdc00 {
                return malformed(at, written, 2, Reason::ILLEGAL_ENCODING);
            }
            let Some(&second) = units.get(at + 1) else {
                // The tail may have half of the second number.
                let left = input.len() - 2 * at;
                return match last {
                    true => malformed(at, written, left, Reason::UNEXPECTED_END),
                    false => Step::new(2 * at, written),
                };
            };
            let second = unit(second);
            if second & 0xfc00 != 0xdc00 {
                return malformed(at, written, 2, Reason::ILLEGAL_SURROGATE);
            }
            let c = 0x1_0000 + (u32::from(first & 0x3ff) << 10 | u32::from(second & 0x3ff));
            if reserve && char::from_u32(c).and_then(escaped_byte).is_some() {
                return malformed(at, written, 4, Reason::RESERVED);
            }
            written += put(c, &mut out[written..]);
            at += 2;
        }
    }
    let left = input.len() - 2 * units.len();
    if last && left > 0 {
        return malformed(at, written, left, Reason::TRUNCATED);
    }
    Step::new(2 * at, written)
}

/// Returns the one to three bytes of a character below U+10000, and how many they are, without a branch: in most scripts none could
/// be foreseen.
#[inline(always)]
fn short(c: u32) -> ([u8; 4], usize) {
    let last = 0x80 | (c & 0x3f);
    let two = (0xc0 | c >> 6) | last << 8;
    let three = (0xe0 | c >> 12) | (0x80 | (c >> 6 & 0x3f)) << 8 | last << 16;
    // All ones or all zeros: of a choice the compiler would make a branch.
    let (is_more, is_three) = (u32::from(c >= 0x80), u32::from(c >= 0x800));
    let (more, most) = (is_more.wrapping_neg(), is_three.wrapping_neg());
    let word = (c & !more) | (two & more & !most) | (three & most);
    (word.to_le_bytes(), 1 + (is_more + is_three) as usize)
}

/// Appends `text`; `bytes` takes a number apart.
pub(super) fn encode(text: &str, bytes: impl Fn(u16) -> [u8; 2], out: &mut Vec<u8>) {
    out.reserve(2 * text.len());
    for unit in text.encode_utf16() {
        out.extend_from_slice(&bytes(unit));
    }
}
