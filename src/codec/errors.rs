//! What becomes of bytes that are no text, and of characters that an encoding has not.

use std::error::Error;
use std::fmt::{self, Debug, Display, Write};
use std::str::FromStr;

/// Says what becomes of bytes that cannot be decoded, and of characters that cannot be encoded.
///
/// # Examples
///
/// ```
/// use batteries::io::{Encoding, Errors, IncrementalDecoder, IncrementalEncoder};
///
/// let read = |errors| {
///     let mut text = String::new();
///     IncrementalDecoder::new(Encoding::UTF_8, errors).decode(b"caf\xe9!", true, &mut text).map(|()| text)
/// };
/// assert_eq!(read(Errors::Strict).unwrap_err().reason(), "invalid continuation byte");
/// assert_eq!(read(Errors::Replace)?, "caf\u{fffd}!");
/// assert_eq!(read(Errors::BackslashReplace)?, "caf\\xe9!");
///
/// let mut bytes = Vec::new();
/// IncrementalEncoder::new(Encoding::ASCII, Errors::XmlCharRef).encode("café!", &mut bytes)?;
/// assert_eq!(bytes, b"caf&#233;!");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Errors {
    /// They are an error.
    #[default]
    Strict,
    /// They are left out.
    Ignore,
    /// Bytes become U+FFFD, one for each sequence that breaks off; characters become `?`.
    Replace,
    /// Bytes become `\xe9`; characters become `\xe9`, `\u20ac` or `\U0001f40e`.
    BackslashReplace,
    /// Characters become `&#233;`. For bytes, which Python refuses to decode so, it is [`Strict`](Self::Strict).
    XmlCharRef,
    /// Characters become `\N{EURO SIGN}`; see [`Errors::name_replace`](Self#method.name_replace). For bytes it is
    /// [`Strict`](Self::Strict).
    NameReplace(CharacterNames),
    /// Bytes become characters that become the same bytes again.
    ///
    /// It stands in the place of Python's `surrogateescape`, whose half surrogates no Rust text can hold: byte `b`, which is 0x80
    /// or more, becomes the character U+10FF00 + `b`. Where such a character is in the input already, it is taken apart into bytes
    /// itself, so that whatever was read comes back when it is written. In UTF-16, UTF-32 and gb18030 a byte below 0x80 can be
    /// malformed too; that is an error, as it is in Python.
    #[doc(alias = "surrogateescape")]
    RoundTrip,
}

/// Knows the names of characters; the feature `unicode-names` makes one, in `Errors::name_replace`.
#[derive(Clone, Copy)]
pub struct CharacterNames(pub(super) fn(char, &mut String) -> bool);

impl Debug for CharacterNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CharacterNames")
    }
}

/// There is only one.
impl PartialEq for CharacterNames {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for CharacterNames {}

/// The first character that stands for a byte in [`Errors::RoundTrip`], and what it adds to the byte.
const ESCAPES: u32 = 0x10_ff80;
const ESCAPE: u32 = 0x10_ff00;

/// Returns the byte that `c` stands for in [`Errors::RoundTrip`].
pub(super) fn escaped_byte(c: char) -> Option<u8> {
    (u32::from(c) >= ESCAPES).then(|| (u32::from(c) - ESCAPE) as u8)
}

/// Returns where the first character of `text` begins that stands for a byte in [`Errors::RoundTrip`].
pub(super) fn find_escape(text: &[u8]) -> Option<usize> {
    // U+10FF80 to U+10FFFF, the last 128 characters, are F4 8F BE 80 to F4 8F BF BF.
    memchr::memchr_iter(0xf4, text).find(|&at| matches!(text[at..], [0xf4, 0x8f, 0xbe | 0xbf, ..]))
}

impl Errors {
    /// Appends what stands for `bytes`, a malformed sequence, and returns for how many of them; `None` where they are an error.
    pub(crate) fn decode(self, bytes: &[u8], out: &mut String) -> Option<usize> {
        match self {
            Self::Strict | Self::XmlCharRef | Self::NameReplace(_) => return None,
            Self::Ignore => {}
            Self::Replace => out.push(char::REPLACEMENT_CHARACTER),
            Self::BackslashReplace => {
                for byte in bytes {
                    // A String takes all.
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
            Self::RoundTrip => {
                let high = bytes.iter().take_while(|byte| **byte >= 0x80);
                let escapes = high.map(|&byte| char::from_u32(ESCAPE + u32::from(byte)));
                let before = out.len();
                out.extend(escapes.flatten());
                let count = (out.len() - before) / 4;
                return (count > 0).then_some(count);
            }
        }
        Some(bytes.len())
    }

    /// Appends what stands for `c`, which the encoding has not; false where it is an error.
    pub(super) fn encode(self, c: char, out: &mut String) -> bool {
        match self {
            Self::Strict | Self::RoundTrip => return false,
            Self::Ignore => {}
            Self::Replace => out.push('?'),
            Self::BackslashReplace => backslash(c, out),
            Self::XmlCharRef => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            Self::NameReplace(CharacterNames(name)) => {
                let before = out.len();
                out.push_str("\\N{");
                if name(c, out) {
                    out.push('}');
                } else {
                    out.truncate(before);
                    backslash(c, out);
                }
            }
        }
        true
    }
}

fn backslash(c: char, out: &mut String) {
    // A String takes all.
    let _ = match u32::from(c) {
        number @ ..=0xff => write!(out, "\\x{number:02x}"),
        number @ ..=0xffff => write!(out, "\\u{number:04x}"),
        number => write!(out, "\\U{number:08x}"),
    };
}

/// Reads Python's name of a policy: `"strict"`, `"surrogateescape"`; `"namereplace"` is made by `Errors::name_replace` alone.
impl FromStr for Errors {
    type Err = UnknownErrors;

    fn from_str(name: &str) -> Result<Self, UnknownErrors> {
        Ok(match name {
            "strict" => Self::Strict,
            "ignore" => Self::Ignore,
            "replace" => Self::Replace,
            "backslashreplace" => Self::BackslashReplace,
            "xmlcharrefreplace" => Self::XmlCharRef,
            "surrogateescape" => Self::RoundTrip,
            _ => return Err(UnknownErrors { name: name.to_owned() }),
        })
    }
}

/// Says that there is no error policy of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownErrors {
    name: String,
}

impl UnknownErrors {
    /// Returns the name that was asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Display for UnknownErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown error handler name {:?}", self.name)
    }
}

impl Error for UnknownErrors {}

/// Why bytes are no text, or a character no bytes, in CPython's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reason(pub(super) &'static str);

impl Reason {
    pub(crate) const INVALID_START: Self = Self("invalid start byte");
    pub(crate) const INVALID_CONTINUATION: Self = Self("invalid continuation byte");
    pub(crate) const UNEXPECTED_END: Self = Self("unexpected end of data");
    pub(crate) const TRUNCATED: Self = Self("truncated data");
    pub(crate) const ILLEGAL_ENCODING: Self = Self("illegal encoding");
    pub(crate) const ILLEGAL_SURROGATE: Self = Self("illegal UTF-16 surrogate");
    pub(crate) const LONE_SURROGATE: Self = Self("surrogates not allowed");
    pub(crate) const SURROGATE_NUMBER: Self =
        Self("code point in surrogate code point range(0xd800, 0xe000)");
    pub(crate) const NUMBER_TOO_LARGE: Self = Self("code point not in range(0x110000)");
    pub(crate) const NO_BYTE_ORDER_MARK: Self = Self("Stream does not start with BOM");
    pub(crate) const NOT_ASCII: Self = Self("ordinal not in range(128)");
    pub(crate) const NOT_LATIN_1: Self = Self("ordinal not in range(256)");
    pub(crate) const NOT_MAPPED: Self = Self("character maps to <undefined>");
    /// The character is one of those of [`Errors::RoundTrip`].
    pub(crate) const RESERVED: Self = Self("a character that stands for a byte that is no text");

    pub(crate) fn text(self) -> &'static str {
        self.0
    }

    /// Returns how many of `count` bytes are not read again behind the error.
    pub(crate) fn dropped(self, count: usize) -> usize {
        if self == Self::NO_BYTE_ORDER_MARK { 0 } else { count }
    }
}
