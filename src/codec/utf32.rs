//! UTF-32.

use super::decode::{Step, put};
use super::errors::{Reason, escaped_byte};

/// Decodes whole characters; `number` makes one of four bytes.
#[inline(always)]
pub(super) fn decode(
    input: &[u8],
    number: impl Fn([u8; 4]) -> u32,
    last: bool,
    reserve: bool,
    out: &mut [u8],
) -> Step {
    let (numbers, tail) = input.as_chunks::<4>();
    let mut written = 0;
    for (at, &bytes) in numbers.iter().enumerate() {
        let number = number(bytes);
        let reason = match char::from_u32(number) {
            Some(c) if reserve && escaped_byte(c).is_some() => Reason::RESERVED,
            Some(_) => {
                written += put(number, &mut out[written..]);
                continue;
            }
            None if number < 0xe000 => Reason::SURROGATE_NUMBER,
            None => Reason::NUMBER_TOO_LARGE,
        };
        return Step::malformed(4 * at, written, 4, reason);
    }
    match tail.len() {
        length @ 1.. if last => {
            Step::malformed(4 * numbers.len(), written, length, Reason::TRUNCATED)
        }
        _ => Step::new(4 * numbers.len(), written),
    }
}

/// Appends `text`; `bytes` takes a number apart.
pub(super) fn encode(text: &str, bytes: impl Fn(u32) -> [u8; 4], out: &mut Vec<u8>) {
    out.reserve(4 * text.len());
    for c in text.chars() {
        out.extend_from_slice(&bytes(c.into()));
    }
}
