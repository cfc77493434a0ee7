//! From text to what stands for it in a page.

use std::borrow::Cow;
use std::fmt;

use super::fast::{self, BLOCK, ESCAPED_BLOCK};
use super::specials::{self, Specials};

/// Replaces `&`, `<`, `>`, `"` and `'` in `text` by references, as Python's `html.escape` does.
///
/// What comes out is safe between tags and in a quoted attribute value: `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&#x27;` stand
/// for the five. A text without any of them is borrowed, which costs a look at it and no allocation. [`unescape`] gives the
/// text back.
///
/// It is not enough inside `<script>` and `<style>`, in an attribute value without quotes, nor for a URL, which may be
/// `javascript:` whatever its characters are.
///
/// [`unescape`]: super::unescape()
///
/// # Examples
///
/// ```
/// use batteries::html::escape;
/// use std::borrow::Cow;
///
/// assert_eq!(escape("<a href='?x&y'>"), "&lt;a href=&#x27;?x&amp;y&#x27;&gt;");
/// assert!(matches!(escape("nothing to do"), Cow::Borrowed("nothing to do")));
/// ```
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    escaped(&specials::WITH_QUOTES, text)
}

/// Replaces `&`, `<` and `>` in `text` by references and leaves quotes alone, as `html.escape(text, quote=False)` does.
///
/// What comes out is safe between tags and in no attribute value.
///
/// # Examples
///
/// ```
/// use batteries::html::escape_text;
///
/// assert_eq!(escape_text("it's 3 > 2"), "it's 3 &gt; 2");
/// ```
#[must_use]
#[doc(alias = "quote")]
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escaped(&specials::WITHOUT_QUOTES, text)
}

/// Appends `text` to `out` with the replacements of [`escape`]: as fast, and into memory that is there.
///
/// # Examples
///
/// ```
/// use batteries::html::escape_into;
///
/// let mut page = String::from("<p title=\"");
/// escape_into(&mut page, "\"quoted\"");
/// page += "\">";
/// assert_eq!(page, "<p title=\"&quot;quoted&quot;\">");
/// ```
pub fn escape_into(out: &mut String, text: &str) {
    append(&specials::WITH_QUOTES, out, text);
}

/// Appends `text` to `out` with the replacements of [`escape_text`].
///
/// # Examples
///
/// ```
/// use batteries::html::escape_text_into;
///
/// let mut page = String::from("<p>");
/// escape_text_into(&mut page, "\"R&D\"");
/// assert_eq!(page, "<p>\"R&amp;D\"");
/// ```
pub fn escape_text_into(out: &mut String, text: &str) {
    append(&specials::WITHOUT_QUOTES, out, text);
}

/// Writes `text` to `out` with the replacements of [`escape`], block by block and without an allocation.
///
/// [`escape_into`] is faster where `out` is a `String`.
///
/// # Errors
///
/// Returns the first error of `out`, and writes no more after it.
///
/// # Examples
///
/// ```
/// use batteries::html::escape_to;
///
/// let mut out = String::new();
/// escape_to(&mut out, "<>")?;
/// assert_eq!(out, "&lt;&gt;");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn escape_to<W: fmt::Write + ?Sized>(out: &mut W, text: &str) -> fmt::Result {
    write(&specials::WITH_QUOTES, out, text)
}

/// Writes `text` to `out` with the replacements of [`escape_text`], block by block and without an allocation.
///
/// # Errors
///
/// Returns the first error of `out`, and writes no more after it.
///
/// # Examples
///
/// ```
/// use batteries::html::escape_text_to;
///
/// let mut out = String::new();
/// escape_text_to(&mut out, "'a' < 'b'")?;
/// assert_eq!(out, "'a' &lt; 'b'");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn escape_text_to<W: fmt::Write + ?Sized>(out: &mut W, text: &str) -> fmt::Result {
    write(&specials::WITHOUT_QUOTES, out, text)
}

/// Does as [`escape`] with bytes, for template engines and streams.
///
/// The five characters are found in UTF-8 and in every other charset that has ASCII in its place and nowhere else; a text
/// may be cut anywhere, and its parts escaped one by one.
///
/// # Examples
///
/// ```
/// use batteries::html::escape_bytes;
///
/// assert_eq!(&*escape_bytes(b"caf\xe9 <b>"), b"caf\xe9 &lt;b&gt;");
/// ```
#[must_use]
pub fn escape_bytes(text: &[u8]) -> Cow<'_, [u8]> {
    escaped_bytes(&specials::WITH_QUOTES, text)
}

/// Does as [`escape_text`] with bytes; see [`escape_bytes`].
///
/// # Examples
///
/// ```
/// use batteries::html::escape_text_bytes;
///
/// assert_eq!(&*escape_text_bytes(b"'<'"), b"'&lt;'");
/// ```
#[must_use]
pub fn escape_text_bytes(text: &[u8]) -> Cow<'_, [u8]> {
    escaped_bytes(&specials::WITHOUT_QUOTES, text)
}

/// Does as [`escape_into`] with bytes; see [`escape_bytes`].
///
/// # Examples
///
/// ```
/// use batteries::html::escape_bytes_into;
///
/// let mut out = Vec::new();
/// for piece in [&b"a <"[..], b"b> c"] {
///     escape_bytes_into(&mut out, piece);
/// }
/// assert_eq!(out, b"a &lt;b&gt; c");
/// ```
pub fn escape_bytes_into(out: &mut Vec<u8>, text: &[u8]) {
    append_bytes(&specials::WITH_QUOTES, out, text);
}

/// Does as [`escape_text_into`] with bytes; see [`escape_bytes`].
///
/// # Examples
///
/// ```
/// use batteries::html::escape_text_bytes_into;
///
/// let mut out = Vec::new();
/// escape_text_bytes_into(&mut out, b"'&'");
/// assert_eq!(out, b"'&amp;'");
/// ```
pub fn escape_text_bytes_into(out: &mut Vec<u8>, text: &[u8]) {
    append_bytes(&specials::WITHOUT_QUOTES, out, text);
}

/// A text that is escaped when it is displayed: in `format!` and `write!`, without an allocation.
///
/// The width, fill and precision of a format are not looked at.
///
/// # Examples
///
/// ```
/// use batteries::html::Escaped;
///
/// let (url, name) = ("?a=1&b=2", "Tom's <page>");
/// let link = format!("<a href=\"{}\">{}</a>", Escaped::new(url), Escaped::text(name));
/// assert_eq!(link, "<a href=\"?a=1&amp;b=2\">Tom's &lt;page&gt;</a>");
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'a> {
    text: &'a str,
    specials: &'static Specials,
}

impl<'a> Escaped<'a> {
    /// Makes the replacements of [`escape`].
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, specials: &specials::WITH_QUOTES }
    }

    /// Makes the replacements of [`escape_text`].
    #[must_use]
    pub fn text(text: &'a str) -> Self {
        Self { text, specials: &specials::WITHOUT_QUOTES }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.specials, f, self.text)
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Escaped").field(&format_args!("{self}")).finish()
    }
}

fn escaped<'t>(specials: &Specials, text: &'t str) -> Cow<'t, str> {
    let mut out = String::new();
    if fast::append_str(specials, &mut out, text) { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

fn append(specials: &Specials, out: &mut String, text: &str) {
    if !fast::append_str(specials, out, text) {
        out.push_str(text);
    }
}

fn escaped_bytes<'t>(specials: &Specials, text: &'t [u8]) -> Cow<'t, [u8]> {
    let mut out = Vec::new();
    if fast::append(specials, &mut out, text) { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

fn append_bytes(specials: &Specials, out: &mut Vec<u8>, text: &[u8]) {
    if !fast::append(specials, out, text) {
        out.extend_from_slice(text);
    }
}

/// Writes block by block: blocks without a special as they are, as many as there are in one piece, and each other one
/// from a buffer, so that `out`, of which every write is a call, is written to as seldom as can be.
fn write<W: fmt::Write + ?Sized>(specials: &Specials, out: &mut W, text: &str) -> fmt::Result {
    let mut buffer = [0; ESCAPED_BLOCK];
    let mut done = 0;
    let mut at = 0;
    while at < text.len() {
        let end = text.floor_char_boundary(at + BLOCK);
        let block = &text[at..end];
        if let Some(escaped) = fast::escaped_block(specials, block, &mut buffer) {
            if done < at {
                out.write_str(&text[done..at])?;
            }
            out.write_str(escaped)?;
            done = end;
        }
        at = end;
    }
    if done < text.len() {
        out.write_str(&text[done..])?;
    }
    Ok(())
}
