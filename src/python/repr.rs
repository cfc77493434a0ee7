//! Python's `repr` of a text.

use std::fmt::{self, Write};

/// Writes a text as Python's `repr` does: in single quotes, or in double ones where that saves backslashes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repr<'a>(pub(crate) &'a str);

impl fmt::Display for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = quote(self.0.as_bytes());
        f.write_char(quote)?;
        write_escaped(f, self.0, quote)?;
        f.write_char(quote)
    }
}

/// The quotes that save backslashes.
pub(super) fn quote(text: &[u8]) -> char {
    if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' }
}

/// Writes what stands between the quotes: `unicode_repr` in CPython's Objects/unicodeobject.c.
pub(super) fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    for c in text.chars() {
        match c {
            '\t' => f.write_str("\\t")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\\' => f.write_str("\\\\")?,
            _ if c == quote => write!(f, "\\{c}")?,
            _ if is_printable(c) => f.write_char(c)?,
            '\0'..='\u{ff}' => write!(f, "\\x{:02x}", u32::from(c))?,
            '\u{100}'..='\u{ffff}' => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => write!(f, "\\U{:08x}", u32::from(c))?,
        }
    }
    Ok(())
}

/// Whether Python's `str.isprintable` says yes: neither a control, format, private, unassigned character nor a space that
/// is not U+0020.
fn is_printable(c: char) -> bool {
    // The standard library decides by the same categories what `escape_debug` leaves alone, for the Unicode version that it
    // knows. It escapes marks that extend the character before them only where there is none, hence the letter in front.
    let mut text = [b'a'; 5];
    let length = c.encode_utf8(&mut text[1..]).len();
    let text = str::from_utf8(&text[..=length]).expect("a letter and a character");
    matches!(c, '\'' | '"' | '\\') || text.escape_debug().eq(text.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, repr: &str) {
        assert_eq!(Repr(text).to_string(), repr);
    }

    #[test]
    fn quotes_are_chosen_to_save_backslashes() {
        check("", "''");
        check("CET", "'CET'");
        check("it's", r#""it's""#);
        check(r#"a "b""#, r#"'a "b"'"#);
        check(r#"it's "b""#, r#"'it\'s "b"'"#);
    }

    #[test]
    fn what_is_not_printable_is_escaped() {
        check("\t\n\r\\\0\x1f\x7f\u{85}\u{a0}\u{ad}", r"'\t\n\r\\\x00\x1f\x7f\x85\xa0\xad'");
        check("é\u{301}\u{1f600}x", "'é\u{301}\u{1f600}x'");
        check("\u{301}", "'\u{301}'");
        check("\u{200b}\u{2028}\u{3000}\u{feff}\u{e000}", r"'\u200b\u2028\u3000\ufeff\ue000'");
        check("\u{e0001}\u{10ffff}", r"'\U000e0001\U0010ffff'");
    }
}
