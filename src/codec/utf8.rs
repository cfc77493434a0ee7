//! UTF-8.

use super::decode::{Step, Stop};
use super::errors::{Reason, find_escape};

/// Copies what is text. `reserve` takes the characters that stand for bytes that are no text as such bytes.
pub(super) fn decode(input: &[u8], last: bool, reserve: bool, out: &mut [u8]) -> Step {
    let (mut length, mut stop) = verdict(input, last);
    if reserve && let Some(at) = find_escape(&input[..length]) {
        (length, stop) = (at, Stop::Malformed { length: 4, reason: Reason::RESERVED });
    }
    out[..length].copy_from_slice(&input[..length]);
    Step { stop, ..Step::new(length, length) }
}

/// Returns how many bytes in front are UTF-8, and what is behind them.
pub(super) fn verdict(input: &[u8], last: bool) -> (usize, Stop) {
    let Err(error) = simdutf8::compat::from_utf8(input) else { return (input.len(), Stop::Input) };
    let valid = error.valid_up_to();
    let rest = &input[valid..];
    let reason = match (error.error_len(), rest) {
        (None, _) if !last => return (valid, Stop::Input),
        (None, _) => Reason::UNEXPECTED_END,
        // Python waits for the third byte of an encoded surrogate before it refuses the first.
        (Some(_), [0xed, 0xa0..=0xbf]) if !last => return (valid, Stop::Input),
        (Some(_), [0x80..=0xc1 | 0xf5..=0xff, ..]) => Reason::INVALID_START,
        (Some(_), _) => Reason::INVALID_CONTINUATION,
    };
    (valid, Stop::Malformed { length: error.error_len().unwrap_or(rest.len()), reason })
}
