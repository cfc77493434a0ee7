//! How the help is laid out and worded.

/// How the help is laid out: Python's formatter classes, and any mix of them.
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, HelpFormat, arg};
///
/// let mut parser = ArgumentParser::new()
///     .prog("tool")
///     .description("a\n  b")
///     .format(HelpFormat::new().raw_description().show_defaults());
/// parser.add(arg("--jobs").default(4).help("how many"));
/// assert_eq!(
///     parser.format_help(),
///     "usage: tool [-h] [--jobs JOBS]\n\na\n  b\n\noptions:\n  \
///      -h, --help   show this help message and exit\n  --jobs JOBS  how many (default: 4)\n",
/// );
/// ```
#[doc(alias = "formatter_class")]
#[doc(alias = "HelpFormatter")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpFormat {
    pub(super) raw_description: bool,
    pub(super) raw_text: bool,
    pub(super) show_defaults: bool,
    pub(super) metavar_type: bool,
    pub(super) width: Option<usize>,
    pub(super) max_help_position: usize,
    pub(super) indent_increment: usize,
}

impl HelpFormat {
    /// Wraps all texts.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            raw_description: false,
            raw_text: false,
            show_defaults: false,
            metavar_type: false,
            width: None,
            max_help_position: 24,
            indent_increment: 2,
        }
    }

    /// Keeps the lines of descriptions and of the epilog.
    #[must_use]
    #[doc(alias = "RawDescriptionHelpFormatter")]
    pub const fn raw_description(mut self) -> Self {
        self.raw_description = true;
        self
    }

    /// Keeps the lines of all texts.
    #[must_use]
    #[doc(alias = "RawTextHelpFormatter")]
    pub const fn raw_text(mut self) -> Self {
        self.raw_description = true;
        self.raw_text = true;
        self
    }

    /// Adds the default to each help.
    #[must_use]
    #[doc(alias = "ArgumentDefaultsHelpFormatter")]
    pub const fn show_defaults(mut self) -> Self {
        self.show_defaults = true;
        self
    }

    /// Names the words of an argument by its type.
    #[must_use]
    #[doc(alias = "MetavarTypeHelpFormatter")]
    pub const fn metavar_type(mut self) -> Self {
        self.metavar_type = true;
        self
    }

    /// Sets the width of all lines, in characters, otherwise two less than the terminal's.
    #[must_use]
    pub const fn width(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }

    /// Sets the column, from 0, behind which no help starts; 24 otherwise.
    #[must_use]
    pub const fn max_help_position(mut self, column: usize) -> Self {
        self.max_help_position = column;
        self
    }

    /// Sets how many characters each level is indented by; 2 otherwise.
    #[must_use]
    pub const fn indent_increment(mut self, characters: usize) -> Self {
        self.indent_increment = characters;
        self
    }
}

impl Default for HelpFormat {
    fn default() -> Self {
        Self::new()
    }
}

/// Which Python's wording the texts have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// Python 3.8 and 3.9: `optional arguments:`.
    Python39,
    /// Python 3.10 to 3.12: `-s X, --long X`.
    Python310,
    /// Python 3.13: choices as their `repr`; exclusive groups in the usage only where their options stand together.
    Python313,
    /// Python 3.14: also colours.
    #[default]
    Python314,
}

impl Dialect {
    pub(super) const fn options_heading(self) -> &'static str {
        if matches!(self, Self::Python39) { "optional arguments" } else { "options" }
    }

    /// Whether the words of an option stand behind each option string.
    pub(super) const fn repeats_metavar(self) -> bool {
        matches!(self, Self::Python39 | Self::Python310)
    }

    /// Whether an error quotes choices that are no texts.
    pub(super) const fn quotes_choices(self) -> bool {
        matches!(self, Self::Python314)
    }

    pub(super) const fn has_colors(self) -> bool {
        matches!(self, Self::Python314)
    }

    /// Whether the usage brings the options of an exclusive group together.
    pub(super) const fn gathers_groups(self) -> bool {
        matches!(self, Self::Python314)
    }
}
