//! Escaping for HTML and back: Python's `html`.
//!
//! [`escape`] makes any text safe to stand between tags or in a quoted attribute value, and [`unescape`] turns character
//! references into the text that they mean, by all rules of the HTML standard. Both give what CPython gives, character for
//! character, and both lend the text back when there is nothing to do.
//!
//! ```
//! use batteries::html::{escape, unescape};
//!
//! let shout = "\"Ham & eggs\" <3";
//! let safe = escape(shout);
//! assert_eq!(safe, "&quot;Ham &amp; eggs&quot; &lt;3");
//! assert_eq!(unescape(&safe), shout);
//!
//! assert_eq!(unescape("&iexcl;Ol&eacute! &#x1F40E;"), "¡Olé! 🐎");
//! ```
//!
//! # Which part for what
//!
//! | You want | with quotes, also for attributes | without, for text between tags |
//! |---|---|---|
//! | a text | [`escape`] | [`escape_text`] |
//! | to append to a `String` | [`escape_into`] | [`escape_text_into`] |
//! | to write to any `fmt::Write` | [`escape_to`] | [`escape_text_to`] |
//! | it in `format!` and `write!` | [`Escaped::new`] | [`Escaped::text`] |
//! | bytes | [`escape_bytes`] | [`escape_text_bytes`] |
//! | to append to a `Vec<u8>`, also piece by piece | [`escape_bytes_into`] | [`escape_text_bytes_into`] |
//!
//! | You have | Use |
//! |---|---|
//! | text between tags | [`unescape`] |
//! | the value of an attribute, such as a URL | [`unescape_attribute`] |
//! | bytes, or a stream | [`Unescaper`] |
//! | a name, or want one | [`entities`] |
//!
//! # What can be relied on
//!
//! - **`unescape(escape(text)) == text`**, for every text and all ways to escape.
//! - **Nothing fails.** Every text can be escaped and unescaped; what is no reference stays as it is.
//! - **Time grows with the length alone**, whatever the text is: no text makes it slow.
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `html.escape(s)` | [`escape(s)`](escape) |
//! | `html.escape(s, quote=False)` | [`escape_text(s)`](escape_text) |
//! | `html.unescape(s)` | [`unescape(s)`](unescape()) |
//! | `f"<p>{html.escape(s)}</p>"` | `format!("<p>{}</p>", Escaped::new(s))` |
//! | `html.entities.html5["gt;"]` | [`entities::html5("gt;")`](entities::html5), [`entities::HTML5`] for the whole |
//! | `html.entities.name2codepoint["gt"]` | [`entities::name2codepoint("gt")`](entities::name2codepoint), [`entities::HTML4`] for the whole |
//! | `html.entities.codepoint2name[62]` | [`entities::codepoint2name('>')`](entities::codepoint2name) |
//! | `html.entities.entitydefs["gt"]` | [`entities::name2codepoint("gt")`](entities::name2codepoint) |
//! | `markupsafe.escape(s)` | [`escape(s)`](escape), which writes `&quot;` and `&#x27;` where that writes `&#34;` and `&#39;` |
//! | `ValueError` for a number of more than 4300 digits | U+FFFD, as for every number that is too large |
//!
//! # Speed
//!
//! A text is looked at 32 bytes at a time (AVX2, found while the program runs) and written without a branch per byte; a name
//! is found by one multiplication and one comparison. Bench ids `html/*`, figures and rivals in `docs/benchmarks.md`.

mod escape;
mod specials;

mod unescape;
mod unescaper;

pub mod entities;
mod names;
mod reference;
mod word;

#[cfg_attr(
    all(target_arch = "x86_64", not(test)),
    expect(dead_code, reason = "all of it serves other processors, and the tests")
)]
mod portable;
#[cfg(target_arch = "x86_64")]
mod simd;
#[cfg(all(test, target_arch = "x86_64"))]
mod twins;

#[cfg(not(target_arch = "x86_64"))]
use portable as fast;
#[cfg(target_arch = "x86_64")]
use simd as fast;

pub use escape::{
    Escaped, escape, escape_bytes, escape_bytes_into, escape_into, escape_text, escape_text_bytes,
    escape_text_bytes_into, escape_text_into, escape_text_to, escape_to,
};
pub use unescape::{unescape, unescape_attribute};
pub use unescaper::Unescaper;
