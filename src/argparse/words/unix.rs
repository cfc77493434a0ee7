//! Words are bytes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The part of a word from a byte on.
#[inline]
pub(crate) fn part(word: &OsStr, start: usize) -> OsString {
    OsStr::from_bytes(&word.as_bytes()[start..]).to_owned()
}

/// A word of a file.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}
