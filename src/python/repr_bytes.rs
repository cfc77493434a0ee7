//! Python's `repr` of a text that is not quite UTF-8.

use std::fmt::{self, Write};

use super::repr::{quote, write_escaped};

/// Writes bytes that are mostly UTF-8 as Python's `repr` writes the text that it holds them in: a byte that is no part of a
/// character is a surrogate, `\udc80` to `\udcff` (PEP 383).
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReprBytes<'a>(pub(crate) &'a [u8]);

impl fmt::Display for ReprBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = quote(self.0);
        f.write_char(quote)?;
        for chunk in self.0.utf8_chunks() {
            write_escaped(f, chunk.valid(), quote)?;
            for byte in chunk.invalid() {
                write!(f, "\\udc{byte:02x}")?;
            }
        }
        f.write_char(quote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_surrogates() {
        assert_eq!(ReprBytes(b"a\xff'\xc3\xa9\xc3").to_string(), "\"a\\udcff'é\\udcc3\"");
    }
}
