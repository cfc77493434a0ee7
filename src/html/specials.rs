//! The characters that are escaped, and what is written for them.

use super::word::Word;

/// A choice of characters that may not stand in a text as they are.
#[derive(Debug)]
pub(super) struct Specials {
    /// What is written for each byte: the byte itself, or a reference.
    pub(super) written: [Word; 256],
    /// The special byte of each low half: no two share theirs. Where a half has none, a byte that has another half.
    pub(super) by_low_half: [u8; 16],
    /// How many bytes longer than the special the reference is, by the low half.
    pub(super) growth_by_low_half: [u8; 16],
    reference_by_low_half: [&'static str; 16],
}

/// For any text and any quoted attribute value.
pub(super) static WITH_QUOTES: Specials = Specials::new(&[
    (b'&', "&amp;"),
    (b'<', "&lt;"),
    (b'>', "&gt;"),
    (b'"', "&quot;"),
    // Five characters in every version of HTML: `&apos;` came with the fifth.
    (b'\'', "&#x27;"),
]);

/// For text between tags.
pub(super) static WITHOUT_QUOTES: Specials =
    Specials::new(&[(b'&', "&amp;"), (b'<', "&lt;"), (b'>', "&gt;")]);

impl Specials {
    const fn new(references: &[(u8, &'static str)]) -> Self {
        let mut written = [Word::EMPTY; 256];
        let mut byte = 0;
        while byte < 256 {
            written[byte] = Word::byte(byte as u8);
            byte += 1;
        }
        // A byte of 0 has the low half 0 and any other byte has not: they are no fillers for their own halves.
        let mut by_low_half = [0; 16];
        by_low_half[0] = 1;
        let mut growth_by_low_half = [0; 16];
        let mut reference_by_low_half = [""; 16];
        let mut at = 0;
        while at < references.len() {
            let (byte, reference) = references[at];
            let half = (byte & 15) as usize;
            assert!(growth_by_low_half[half] == 0, "two specials share their low half");
            written[byte as usize] = Word::new(reference);
            by_low_half[half] = byte;
            growth_by_low_half[half] = reference.len() as u8 - 1;
            reference_by_low_half[half] = reference;
            at += 1;
        }
        Self { written, by_low_half, growth_by_low_half, reference_by_low_half }
    }

    #[inline]
    pub(super) fn contains(&self, byte: u8) -> bool {
        self.by_low_half[usize::from(byte & 15)] == byte
    }

    /// How many bytes longer than the special `byte` its reference is.
    #[inline]
    pub(super) fn growth(&self, byte: u8) -> usize {
        self.growth_by_low_half[usize::from(byte & 15)].into()
    }

    /// What is written for the special `byte`.
    #[inline]
    pub(super) fn reference(&self, byte: u8) -> &'static str {
        self.reference_by_low_half[usize::from(byte & 15)]
    }
}
