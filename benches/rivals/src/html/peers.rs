//! The peers, each called in the way that its documentation shows.

use std::borrow::Cow;

/// Escapes text for a quoted attribute value.
pub(super) trait Escape {
    /// The name in the tables.
    const NAME: &'static str;

    fn escape(text: &str) -> impl AsRef<str>;

    /// What the answer means: the text, unless nothing was done.
    fn meaning(text: &str) -> Cow<'_, str> {
        Cow::Borrowed(text)
    }
}

/// Unescapes text.
pub(super) trait Unescape {
    /// The name in the tables.
    const NAME: &'static str;

    fn unescape(text: &str) -> impl AsRef<str>;
}

pub(super) struct Batteries;

impl Batteries {
    pub(super) const NAME: &'static str = "batteries";
}

impl Escape for Batteries {
    const NAME: &'static str = Self::NAME;

    fn escape(text: &str) -> impl AsRef<str> {
        batteries::html::escape(text)
    }
}

impl Unescape for Batteries {
    const NAME: &'static str = Self::NAME;

    fn unescape(text: &str) -> impl AsRef<str> {
        batteries::html::unescape(text)
    }
}

/// Writes what Python writes. `encode_safe` escapes `/` as well.
pub(super) struct HtmlEscape;

impl HtmlEscape {
    pub(super) const NAME: &'static str = "html-escape";
}

impl Escape for HtmlEscape {
    const NAME: &'static str = Self::NAME;

    fn escape(text: &str) -> impl AsRef<str> {
        html_escape::encode_quoted_attribute(text)
    }
}

impl Unescape for HtmlEscape {
    const NAME: &'static str = Self::NAME;

    fn unescape(text: &str) -> impl AsRef<str> {
        html_escape::decode_html_entities(text)
    }
}

/// Writes `&apos;` for `'`. Unescapes with the feature that its documentation calls the faster one.
pub(super) struct Htmlize;

impl Htmlize {
    pub(super) const NAME: &'static str = "htmlize";
}

impl Escape for Htmlize {
    const NAME: &'static str = Self::NAME;

    fn escape(text: &str) -> impl AsRef<str> {
        htmlize::escape_all_quotes(text)
    }
}

impl Unescape for Htmlize {
    const NAME: &'static str = Self::NAME;

    fn unescape(text: &str) -> impl AsRef<str> {
        htmlize::unescape(text)
    }
}

/// Writes numbers for all five.
pub(super) struct AskamaEscape;

impl Escape for AskamaEscape {
    const NAME: &'static str = "askama_escape";

    fn escape(text: &str) -> impl AsRef<str> {
        let mut out = String::with_capacity(text.len());
        askama_escape::escape_html(&mut out, text).expect("a String takes all");
        out
    }
}

/// Escapes `/` as well.
pub(super) struct VHtmlescape;

impl Escape for VHtmlescape {
    const NAME: &'static str = "v_htmlescape";

    fn escape(text: &str) -> impl AsRef<str> {
        let mut out = String::with_capacity(text.len());
        v_htmlescape::escape_string(text, &mut out);
        out
    }
}

/// Escapes `/` as well.
pub(super) struct HtmlEscapeSimd;

impl Escape for HtmlEscapeSimd {
    const NAME: &'static str = "html-escape-simd";

    fn escape(text: &str) -> impl AsRef<str> {
        html_escape_simd::escape_html(text).expect("it is not too large")
    }
}

/// A copy: nothing that returns a new text costs less.
pub(super) struct Floor;

impl Floor {
    pub(super) const NAME: &'static str = "floor";
}

impl Escape for Floor {
    const NAME: &'static str = Self::NAME;

    fn escape(text: &str) -> impl AsRef<str> {
        text.to_owned()
    }

    fn meaning(text: &str) -> Cow<'_, str> {
        batteries::html::unescape(text)
    }
}

impl Unescape for Floor {
    const NAME: &'static str = Self::NAME;

    fn unescape(text: &str) -> impl AsRef<str> {
        text.to_owned()
    }
}
