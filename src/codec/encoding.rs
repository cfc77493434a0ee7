//! What an encoding is called, and which there are.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::str::FromStr;

use super::charsets::{NAMES, SETS};
use super::east_asian::EastAsian;

/// Names a way to write text as bytes.
///
/// The constants are the common ones; [`for_label`](Self::for_label) knows every name that Python knows for them and for the
/// single-byte character sets (`"cp437"`, `"koi8-r"`, `"mac-roman"`, EBCDIC's `"cp037"`...), and with the feature `cjk` the
/// East Asian encodings.
///
/// # Examples
///
/// ```
/// use batteries::io::Encoding;
///
/// assert_eq!(Encoding::for_label("Latin-1")?, Encoding::LATIN_1);
/// assert_eq!(Encoding::for_label("l1")?.name(), "iso8859-1");
/// assert_eq!(Encoding::for_label("windows-1252")?.name(), "cp1252");
/// let error = Encoding::for_label("klingon").unwrap_err();
/// assert_eq!(error.to_string(), "unknown encoding: \"klingon\"");
/// # Ok::<(), batteries::io::UnknownEncoding>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoding(pub(super) Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Utf8 {
        /// A byte order mark in front is no text, and is written.
        sig: bool,
    },
    /// In the order of the byte order mark where none is given.
    Utf16(Option<Order>),
    Utf32(Option<Order>),
    Ascii,
    /// A place in [`SETS`].
    Charmap(u8),
    EastAsian(EastAsian),
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Encoding {
    /// UTF-8; a byte order mark is text like any other.
    pub const UTF_8: Self = Self(Kind::Utf8 { sig: false });
    /// UTF-8 with a byte order mark, which is skipped when read and need not be there, and is written.
    pub const UTF_8_SIG: Self = Self(Kind::Utf8 { sig: true });
    /// UTF-16 with a byte order mark: asked for when read, and written, little-endian.
    pub const UTF_16: Self = Self(Kind::Utf16(None));
    /// UTF-16, little-endian; a byte order mark is text like any other.
    pub const UTF_16_LE: Self = Self(Kind::Utf16(Some(Order::Little)));
    /// UTF-16, big-endian; a byte order mark is text like any other.
    pub const UTF_16_BE: Self = Self(Kind::Utf16(Some(Order::Big)));
    /// UTF-32 with a byte order mark: asked for when read, and written, little-endian.
    pub const UTF_32: Self = Self(Kind::Utf32(None));
    /// UTF-32, little-endian; a byte order mark is text like any other.
    pub const UTF_32_LE: Self = Self(Kind::Utf32(Some(Order::Little)));
    /// UTF-32, big-endian; a byte order mark is text like any other.
    pub const UTF_32_BE: Self = Self(Kind::Utf32(Some(Order::Big)));
    /// US-ASCII: bytes from 0x80 on are malformed.
    pub const ASCII: Self = Self(Kind::Ascii);
    /// ISO 8859-1: each byte is the character of its number. This is Python's and no WHATWG "latin1", which is windows-1252.
    pub const LATIN_1: Self = Self(Kind::Charmap(charset("iso8859-1")));
    /// Windows-1252; the five bytes that mean nothing there are malformed, as in Python.
    pub const CP1252: Self = Self(Kind::Charmap(charset("cp1252")));
    /// The character set of the IBM PC.
    pub const CP437: Self = Self(Kind::Charmap(charset("cp437")));

    /// Finds the encoding that Python calls `label`.
    ///
    /// Case does not matter, and neither does which character stands between the words and numbers: `"utf_8"`, `"UTF-8"`.
    ///
    /// # Errors
    ///
    /// [`UnknownEncoding`] if there is none of that name here, which is the case as well for East Asian names without the
    /// feature `cjk`.
    #[doc(alias = "lookup")]
    pub fn for_label(label: &str) -> Result<Self, UnknownEncoding> {
        let unknown = || UnknownEncoding { label: label.to_owned() };
        let mut folded = String::with_capacity(label.len());
        for c in label.chars() {
            if c.is_ascii_alphanumeric() {
                folded.push(c.to_ascii_lowercase());
            } else if !folded.is_empty() && !folded.ends_with('_') {
                folded.push('_');
            }
        }
        let folded = folded.trim_end_matches('_');
        let found = NAMES.binary_search_by_key(&folded, |(alias, _)| alias);
        let (_, name) = NAMES[found.map_err(|_| unknown())?];
        let kind = match name {
            "ascii" => Kind::Ascii,
            "utf-8" => Kind::Utf8 { sig: false },
            "utf-8-sig" => Kind::Utf8 { sig: true },
            "utf-16" => Kind::Utf16(None),
            "utf-16-le" => Kind::Utf16(Some(Order::Little)),
            "utf-16-be" => Kind::Utf16(Some(Order::Big)),
            "utf-32" => Kind::Utf32(None),
            "utf-32-le" => Kind::Utf32(Some(Order::Little)),
            "utf-32-be" => Kind::Utf32(Some(Order::Big)),
            name => match SETS.iter().position(|(set, _)| *set == name) {
                // There are fewer than 256, or the constants above would not compile.
                Some(place) => Kind::Charmap(place as u8),
                None => Kind::EastAsian(EastAsian::for_name(name).ok_or_else(unknown)?),
            },
        };
        Ok(Self(kind))
    }

    /// Returns Python's name for it: `"utf-8"`, `"iso8859-1"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Utf8 { sig: false } => "utf-8",
            Kind::Utf8 { sig: true } => "utf-8-sig",
            Kind::Utf16(None) => "utf-16",
            Kind::Utf16(Some(Order::Little)) => "utf-16-le",
            Kind::Utf16(Some(Order::Big)) => "utf-16-be",
            Kind::Utf32(None) => "utf-32",
            Kind::Utf32(Some(Order::Little)) => "utf-32-le",
            Kind::Utf32(Some(Order::Big)) => "utf-32-be",
            Kind::Ascii => "ascii",
            Kind::Charmap(place) => SETS[usize::from(place)].0,
            Kind::EastAsian(encoding) => encoding.name(),
        }
    }

    /// Says whether the bytes of UTF-8 text are the text's own.
    pub(crate) fn is_utf8(self) -> bool {
        matches!(self.0, Kind::Utf8 { .. })
    }

    /// Returns how many bytes `text` is when it has been decoded without an error, or `None` where that is not the same for
    /// every way to write it.
    pub(crate) fn source_length(self, text: &str) -> Option<u64> {
        let length = match self.0 {
            Kind::Utf8 { .. } => text.len(),
            Kind::Utf16(_) => 2 * text.chars().map(char::len_utf16).sum::<usize>(),
            Kind::Utf32(_) => 4 * text.chars().count(),
            Kind::Ascii | Kind::Charmap(_) => text.chars().count(),
            Kind::EastAsian(_) => return None,
        };
        Some(length as u64)
    }

    /// Says whether a piece of text may be looked at line by line to know where it came from.
    pub(crate) fn has_fixed_lengths(self) -> bool {
        !matches!(self.0, Kind::EastAsian(_))
    }
}

/// The place of a character set; an absent one is an error of the compiler.
const fn charset(name: &str) -> u8 {
    let mut place = 0;
    loop {
        let (candidate, name) = (SETS[place].0.as_bytes(), name.as_bytes());
        let mut at = 0;
        while at < name.len() && at < candidate.len() && candidate[at] == name[at] {
            at += 1;
        }
        if at == name.len() && at == candidate.len() {
            assert!(place < 256);
            return place as u8;
        }
        place += 1;
    }
}

impl Default for Encoding {
    /// UTF-8.
    fn default() -> Self {
        Self::UTF_8
    }
}

impl Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Encoding").field(&self.name()).finish()
    }
}

/// Writes the name.
impl Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(label: &str) -> Result<Self, UnknownEncoding> {
        Self::for_label(label)
    }
}

/// Says that there is no encoding of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEncoding {
    label: String,
}

impl UnknownEncoding {
    /// Returns the name that was asked for.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Display for UnknownEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown encoding: {:?}", self.label)?;
        if is_east_asian(&self.label) {
            f.write_str(" (it is in the feature `cjk`)")?;
        }
        Ok(())
    }
}

fn is_east_asian(label: &str) -> bool {
    let label = label.to_ascii_lowercase().replace(['-', ' '], "_");
    let found = NAMES.binary_search_by_key(&label.as_str(), |(alias, _)| alias);
    found.is_ok_and(|found| !NAMES[found].1.starts_with("utf") && NAMES[found].1 != "ascii")
}

impl Error for UnknownEncoding {}
