//! Words have an encoding of the platform's own. What is cut off in front is always text.

use std::ffi::{OsStr, OsString};

/// The part of a word from a byte on, where a character starts.
pub(crate) fn part(word: &OsStr, start: usize) -> OsString {
    match word.to_str() {
        Some(text) => text[start..].into(),
        // A word that is not Unicode, whose front is an option string, that is: text.
        None => String::from_utf8_lossy(&word.as_encoded_bytes()[start..]).into_owned().into(),
    }
}

/// A word of a file. Bytes that are no text are replaced.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
