//! The grammar of numbers: what `int`, `float` and `complex` make of a text.

use super::text::is_space;

/// Reads an integer as `int(text)` does: spaces around, a sign, decimal digits of any script, single underscores between digits.
///
/// `None` also where the number lies beyond 128 bits.
pub(crate) fn int(text: &str) -> Option<i128> {
    let text = ascii(text)?;
    let (negative, digits) = sign(&text);
    let mut value = 0i128;
    let mut after_digit = false;
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                let digit = i128::from(byte - b'0');
                // Downwards, where there is one more.
                value = value.checked_mul(10)?.checked_sub(digit)?;
                after_digit = true;
            }
            b'_' if after_digit => after_digit = false,
            _ => return None,
        }
    }
    if !after_digit {
        return None;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// Reads a float as `float(text)` does: also `inf`, `infinity` and `nan` in any case.
pub(crate) fn float(text: &str) -> Option<f64> {
    let text = ascii(text)?;
    let bytes = text.as_bytes();
    let (value, length) = float_prefix(bytes)?;
    (length == bytes.len()).then_some(value)
}

/// Reads a complex number as `complex(text)` does, the parts in this order: real, imaginary.
pub(crate) fn complex(text: &str) -> Option<(f64, f64)> {
    // `complex_from_string_inner` in CPython's Objects/complexobject.c.
    let text = ascii(text)?;
    let mut rest = text.as_bytes();
    let bracketed = rest.first() == Some(&b'(');
    if bracketed {
        rest = rest[1..].trim_ascii_start();
    }
    let unit = |rest: &[u8]| matches!(rest.first(), Some(b'j' | b'J'));
    let alone = |rest: &[u8]| -> Option<(f64, usize)> {
        let sign = match rest.first() {
            Some(b'+') => 1.0,
            Some(b'-') => -1.0,
            _ => return unit(rest).then_some((1.0, 0)),
        };
        unit(&rest[1..]).then_some((sign, 1))
    };
    let (mut real, mut imag) = (0.0, 0.0);
    if let Some((value, length)) = float_prefix(rest) {
        rest = &rest[length..];
        match rest.first() {
            Some(b'+' | b'-') => {
                real = value;
                let (value, length) = float_prefix(rest).or_else(|| alone(rest))?;
                imag = value;
                rest = &rest[length..];
                if !unit(rest) {
                    return None;
                }
                rest = &rest[1..];
            }
            Some(b'j' | b'J') => {
                imag = value;
                rest = &rest[1..];
            }
            _ => real = value,
        }
    } else {
        let (value, length) = alone(rest)?;
        imag = value;
        rest = &rest[length + 1..];
    }
    rest = rest.trim_ascii_start();
    if bracketed {
        rest = rest.strip_prefix(b")")?.trim_ascii_start();
    }
    rest.is_empty().then_some((real, imag))
}

/// Takes the spaces off and writes every decimal digit as ASCII; `None` if anything else is not ASCII.
fn ascii(text: &str) -> Option<String> {
    let text = text.trim_matches(is_space);
    if text.is_ascii() {
        return Some(text.to_owned());
    }
    text.chars()
        .map(|c| match c {
            _ if c.is_ascii() => Some(c),
            // `_PyUnicode_TransformDecimalAndSpaceToASCII`: any space is a space.
            _ if is_space(c) => Some(' '),
            _ => decimal(c).map(|digit| char::from(b'0' + digit)),
        })
        .collect()
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Reads the longest float that `text` starts with, and its length.
fn float_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let mut at = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let negative = text.first() == Some(&b'-');
    let word = |word: &[u8]| {
        text.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    let signed = |value: f64| if negative { -value } else { value };
    for (name, value) in
        [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)]
    {
        if word(name) {
            return Some((signed(value), at + name.len()));
        }
    }
    let mut clean = String::with_capacity(text.len());
    if negative {
        clean.push('-');
    }
    let digits = |at: &mut usize, clean: &mut String| {
        let start = *at;
        loop {
            match text.get(*at) {
                Some(digit @ b'0'..=b'9') => clean.push(char::from(*digit)),
                // An underscore stands between two digits.
                Some(b'_') if *at > start && matches!(text.get(*at + 1), Some(b'0'..=b'9')) => {}
                _ => return *at > start,
            }
            *at += 1;
        }
    };
    let mut any = digits(&mut at, &mut clean);
    if text.get(at) == Some(&b'.') {
        at += 1;
        clean.push('.');
        any |= digits(&mut at, &mut clean);
    }
    if !any {
        return None;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let (before, length) = (at, clean.len());
        at += 1;
        clean.push('e');
        if let Some(sign @ (b'+' | b'-')) = text.get(at) {
            clean.push(char::from(*sign));
            at += 1;
        }
        if !digits(&mut at, &mut clean) {
            at = before;
            clean.truncate(length);
        }
    }
    // Rust reads the same grammar, and rounds correctly as well.
    clean.parse().ok().map(|value| (value, at))
}

/// Whether a character is a decimal digit of any script: `\d`.
pub(crate) fn is_decimal(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { decimal(c).is_some() }
}

/// The value of a decimal digit (Unicode's Nd) outside ASCII.
fn decimal(c: char) -> Option<u8> {
    let c = u32::from(c);
    // Where a run of ten starts; sorted. The mathematical digits are five runs in a row.
    let run = match DECIMALS.binary_search(&c) {
        Ok(at) => DECIMALS[at],
        Err(0) => return None,
        Err(at) => DECIMALS[at - 1],
    };
    u8::try_from(c - run).ok().filter(|digit| *digit < 10)
}

/// The zeros of all scripts with decimal digits but ASCII, Unicode 15.1 (CPython 3.13's).
const DECIMALS: &[u32] = &[
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950,
    0x1fbf0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, value) in [
            ("0", 0),
            (" 1_000 ", 1000),
            ("+5", 5),
            ("-007", -7),
            ("\u{a0}42\x1f", 42),
            ("\u{661}\u{662}", 12),
            ("\u{1d7d8}\u{1d7ff}", 9),
            ("170141183460469231731687303715884105727", i128::MAX),
            ("-170141183460469231731687303715884105728", i128::MIN),
        ] {
            assert_eq!(int(text), Some(value), "{text}");
        }
        for text in ["", " ", "+", "1__0", "_1", "1_", "0x1", "1.0", "1 0", "\u{b2}", "- 1", "--1"]
        {
            assert_eq!(int(text), None, "{text}");
        }
        assert_eq!(int("170141183460469231731687303715884105728"), None);
    }

    #[test]
    fn floats() {
        for (text, value) in [
            ("1", 1.0),
            (" 1_0.5e1_0 ", 10.5e10),
            (".5", 0.5),
            ("5.", 5.0),
            ("-1e5", -1e5),
            ("iNf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("1e400", f64::INFINITY),
            ("\u{661}.5", 1.5),
        ] {
            assert_eq!(float(text), Some(value), "{text}");
        }
        assert!(float("+nan").is_some_and(f64::is_nan));
        for text in ["", ".", "1e", "e5", "1_.5", "1._5", "_1", "0x1p3", "infin", "1 2", "1__0"] {
            assert_eq!(float(text), None, "{text}");
        }
    }

    #[test]
    fn complex_numbers() {
        for (text, value) in [
            ("1", (1.0, 0.0)),
            ("3j", (0.0, 3.0)),
            (" ( 1+2J ) ", (1.0, 2.0)),
            ("-j", (0.0, -1.0)),
            ("1-j", (1.0, -1.0)),
            ("1e1+1e1j", (10.0, 10.0)),
            ("inf-infj", (f64::INFINITY, f64::NEG_INFINITY)),
        ] {
            assert_eq!(complex(text), Some(value), "{text}");
        }
        for text in ["", "1 + 2j", "(1", "1)", "1+", "1+2", "jj", "i", "1j+2"] {
            assert_eq!(complex(text), None, "{text}");
        }
    }
}
