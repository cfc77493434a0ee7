//! Parts of a word of the command line, which need not be UTF-8.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use other::{from_bytes, part};
#[cfg(unix)]
pub(super) use unix::{from_bytes, part};

/// The length of the first character: of a byte that starts none, one.
pub(super) fn first_char(bytes: &[u8]) -> usize {
    let longest = &bytes[..bytes.len().min(4)];
    let valid = match str::from_utf8(longest) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&longest[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().map_or(1, char::len_utf8)
}

/// The part of a word before `=`, and where the part behind it starts.
#[inline]
pub(super) fn split_at_equals(word: &[u8]) -> Option<(&[u8], usize)> {
    let at = word.iter().position(|byte| *byte == b'=')?;
    Some((&word[..at], at + 1))
}
