//! What characters are called.

use std::fmt::Write;

use super::errors::{CharacterNames, Errors};

impl Errors {
    /// Returns the policy that writes a character that the encoding has not as `\N{EURO SIGN}`.
    ///
    /// A character without a name becomes `\u20ac`, as with [`BackslashReplace`](Self::BackslashReplace).
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::io::{Encoding, Errors, IncrementalEncoder};
    ///
    /// let mut bytes = Vec::new();
    /// IncrementalEncoder::new(Encoding::ASCII, Errors::name_replace()).encode("5 €", &mut bytes)?;
    /// assert_eq!(bytes, b"5 \\N{EURO SIGN}");
    /// # Ok::<(), batteries::io::Unencodable>(())
    /// ```
    #[doc(alias = "namereplace")]
    #[must_use]
    pub fn name_replace() -> Self {
        Self::NameReplace(CharacterNames(|c, out| match unicode_names2::name(c) {
            // A String takes all.
            Some(name) => write!(out, "{name}").is_ok(),
            None => false,
        }))
    }
}
