//! One character reference: what stands behind an `&`, and the text that it means.
//!
//! The rules are those of the HTML standard, section "Character reference state" and the states after it, as CPython's
//! `html.unescape` has them.

use super::names::{
    HTML5, LONG_DISPLACEMENTS, LONG_MULTIPLIER, NUMBERS, SHORT_DISPLACEMENTS, SHORT_MULTIPLIER,
};
use super::word::Word;

/// The longest name with its `;`.
pub(super) const LONGEST: usize = 32;

/// The longest name that is known without one.
const LONGEST_BARE: usize = 6;

/// Where a reference may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// In the value of an attribute: a name without `;` is none when a letter, a digit or `=` follows, since URLs have
    /// `&copy=1`.
    Attribute,
}

/// What an `&` begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference {
    /// The bytes behind the `&` that belong to it.
    pub(super) bytes: usize,
    pub(super) text: Word,
}

/// Reads what stands behind an `&`; `None` if that is no reference.
#[inline]
pub(super) fn read(behind: &[u8], place: Place) -> Option<Reference> {
    // Nearly all references fit into eight bytes, their `;` included.
    if let Some(eight) = behind.first_chunk() {
        let word = u64::from_le_bytes(*eight);
        let semicolons = zero_bytes(word ^ repeat(b';'));
        if semicolons != 0 {
            let bytes = semicolons.trailing_zeros() as usize / 8 + 1;
            if let Some(&text) = short(first_bytes(word, bytes)) {
                return Some(Reference { bytes, text });
            }
        }
    }
    read_any(behind, place)
}

/// Reads what is long, has no `;`, is a number or stands at the end.
#[inline(never)]
fn read_any(behind: &[u8], place: Place) -> Option<Reference> {
    match behind.first()? {
        b'#' => number(&behind[1..]),
        byte if byte.is_ascii_alphabetic() => name(behind, place),
        _ => None,
    }
}

fn name(behind: &[u8], place: Place) -> Option<Reference> {
    let word = word_at(behind);
    let window = &behind[..behind.len().min(LONGEST)];
    let length =
        window.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(window.len());
    if window.get(length) == Some(&b';') {
        let bytes = length + 1;
        let text =
            if bytes <= 8 { short(first_bytes(word, bytes)) } else { long(&window[..bytes]) };
        if let Some(&text) = text {
            return Some(Reference { bytes, text });
        }
    }
    for bytes in (2..=length.min(LONGEST_BARE)).rev() {
        if let Some(&text) = short(first_bytes(word, bytes)) {
            let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'=';
            let literal = place == Place::Attribute && behind.get(bytes).is_some_and(goes_on);
            return (!literal).then_some(Reference { bytes, text });
        }
    }
    None
}

/// Reads what stands behind `&#`.
fn number(behind: &[u8]) -> Option<Reference> {
    let (prefix, radix) = radix(behind);
    let (value, digits) = value(&behind[prefix..], radix);
    if digits == 0 {
        return None;
    }
    let end = prefix + digits;
    let semicolon = usize::from(behind.get(end) == Some(&b';'));
    Some(Reference { bytes: 1 + end + semicolon, text: character(value) })
}

/// The length of what says how to read the digits, and how.
fn radix(behind: &[u8]) -> (usize, u32) {
    match behind {
        [b'x' | b'X', ..] => (1, 16),
        _ => (0, 10),
    }
}

/// The number that `digits` begins with, or the largest there is when that is larger, and how many digits it has.
fn value(digits: &[u8], radix: u32) -> (u32, usize) {
    let mut value: u32 = 0;
    for (at, &byte) in digits.iter().enumerate() {
        let Some(digit) = char::from(byte).to_digit(radix) else { return (value, at) };
        value = value.saturating_mul(radix).saturating_add(digit);
    }
    (value, digits.len())
}

/// Whether more text could change what the text `behind` an `&` means, all of which is there so far.
pub(super) fn may_go_on(behind: &[u8]) -> bool {
    match behind {
        [b'#'] | [b'#', b'x' | b'X'] => true,
        [b'#', b'x' | b'X', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        [b'#', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        name => name.len() <= LONGEST && name.iter().all(u8::is_ascii_alphanumeric),
    }
}

/// Makes a long number that [may go on](may_go_on) a short one that means the same, whatever follows: one without zeros in
/// front, and of all numbers that are too large the smallest.
pub(super) fn shorten(reference: &mut Vec<u8>) {
    if reference.len() <= LONGEST {
        return;
    }
    let [b'&', b'#', digits @ ..] = reference.as_slice() else { return };
    let (prefix, radix) = radix(digits);
    let (value, _) = value(&digits[prefix..], radix);
    let value = value.min(u32::from(char::MAX) + 1);
    *reference = if radix == 16 { format!("&#x{value:x}") } else { format!("&#{value}") }.into();
}

/// What the number of a character means.
fn character(value: u32) -> Word {
    // What numbers from 0x80 to 0x9f mean in pages of the time when that was Windows' character set.
    const WINDOWS_1252: [char; 32] = [
        '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}',
        '\u{2021}', '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}',
        '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}',
        '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}',
        '\u{178}',
    ];
    match value {
        0 => Word::of(char::REPLACEMENT_CHARACTER),
        0x80..=0x9f => Word::of(WINDOWS_1252[value as usize - 0x80]),
        // Control characters and code points that are no characters: nothing is written for them.
        0x1..=0x8 | 0xb | 0xe..=0x1f | 0x7f | 0xfdd0..=0xfdef => Word::EMPTY,
        _ if value & 0xfffe == 0xfffe && value <= 0x10_ffff => Word::EMPTY,
        _ => Word::of(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

/// Returns the text of a name of HTML 5, which ends with `;` unless it is also known without one.
pub(super) fn named(name: &str) -> Option<&'static Word> {
    let bytes = name.as_bytes();
    match bytes {
        // Some numbers are in the table, too.
        [b'#', ..] => None,
        _ if bytes.len() <= 8 => short(word_at(bytes)),
        _ => long(bytes),
    }
}

#[derive(Clone, Copy)]
struct Short {
    name: u64,
    text: Word,
}

#[derive(Clone, Copy)]
struct Long {
    name: &'static str,
    text: Word,
}

const SHORT_BITS: u32 = 11;
const LONG_BITS: u32 = 10;

static SHORT: [Short; 1 << SHORT_BITS] = {
    // Bytes that are in no UTF-8: no name, and no piece of a text, is taken for what is not there.
    let mut table = [Short { name: u64::MAX, text: Word::EMPTY }; 1 << SHORT_BITS];
    let mut at = 0;
    while at < HTML5.len() + NUMBERS.len() {
        let (name, text) = if at < HTML5.len() { HTML5[at] } else { NUMBERS[at - HTML5.len()] };
        if name.len() <= 8 {
            let word = word_at(name.as_bytes());
            let slot = short_slot(word);
            assert!(table[slot].name == u64::MAX, "two names share a place");
            table[slot] = Short { name: word, text: Word::new(text) };
        }
        at += 1;
    }
    table
};

static LONG: [Long; 1 << LONG_BITS] = {
    let mut table = [Long { name: "", text: Word::EMPTY }; 1 << LONG_BITS];
    let mut at = 0;
    while at < HTML5.len() {
        let (name, text) = HTML5[at];
        if name.len() > 8 {
            let slot = long_slot(name.as_bytes());
            assert!(table[slot].name.is_empty(), "two names share a place");
            table[slot] = Long { name, text: Word::new(text) };
        }
        at += 1;
    }
    table
};

/// Looks up a name of at most eight bytes, its `;` included.
#[inline]
fn short(name: u64) -> Option<&'static Word> {
    let entry = &SHORT[short_slot(name)];
    (entry.name == name).then_some(&entry.text)
}

/// Looks up a longer name.
fn long(name: &[u8]) -> Option<&'static Word> {
    let entry = &LONG[long_slot(name)];
    (entry.name.as_bytes() == name).then_some(&entry.text)
}

const fn short_slot(name: u64) -> usize {
    let hash = name.wrapping_mul(SHORT_MULTIPLIER);
    let bucket = (hash >> (64 - 9)) as usize;
    let place = (hash >> (64 - 9 - SHORT_BITS)) as usize & ((1 << SHORT_BITS) - 1);
    place ^ SHORT_DISPLACEMENTS[bucket] as usize
}

const fn long_slot(name: &[u8]) -> usize {
    let length = name.len() - 1;
    let mixed = eight(name, 0)
        ^ eight(name, length - 8).rotate_left(21)
        ^ eight(name, length / 2 - 4).rotate_left(42);
    let hash = mixed.wrapping_mul(LONG_MULTIPLIER);
    let bucket = (hash >> (64 - 7)) as usize;
    let place = (hash >> (64 - 7 - LONG_BITS)) as usize & ((1 << LONG_BITS) - 1);
    place ^ LONG_DISPLACEMENTS[bucket] as usize
}

const fn eight(bytes: &[u8], at: usize) -> u64 {
    let (_, rest) = bytes.split_at(at);
    match rest.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => 0,
    }
}

/// The first eight bytes, zeros for those that are not there.
const fn word_at(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    let mut word = 0;
    let mut at = 0;
    while at < bytes.len() {
        word |= (bytes[at] as u64) << (8 * at);
        at += 1;
    }
    word
}

/// The first `count` bytes of `word`, zeros behind; `count` is from 1 to 8.
const fn first_bytes(word: u64, count: usize) -> u64 {
    word & (u64::MAX >> (64 - 8 * count))
}

const fn repeat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of the first byte that is zero, and of others perhaps.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(repeat(0x01)) & !word & repeat(0x80)
}
