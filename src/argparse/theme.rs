//! The colours of the help: Python 3.14's.

/// What stands in front of each part.
#[derive(Debug)]
pub(super) struct Theme {
    pub(super) usage: &'static str,
    pub(super) prog: &'static str,
    pub(super) prog_extra: &'static str,
    pub(super) heading: &'static str,
    pub(super) summary_long_option: &'static str,
    pub(super) summary_short_option: &'static str,
    pub(super) summary_label: &'static str,
    pub(super) summary_action: &'static str,
    pub(super) long_option: &'static str,
    pub(super) short_option: &'static str,
    pub(super) label: &'static str,
    pub(super) action: &'static str,
    pub(super) reset: &'static str,
}

pub(super) static PLAIN: Theme = Theme {
    usage: "",
    prog: "",
    prog_extra: "",
    heading: "",
    summary_long_option: "",
    summary_short_option: "",
    summary_label: "",
    summary_action: "",
    long_option: "",
    short_option: "",
    label: "",
    action: "",
    reset: "",
};

// `Argparse` in CPython's Lib/_colorize.py.
pub(super) static COLORED: Theme = Theme {
    usage: "\x1b[1;34m",
    prog: "\x1b[1;35m",
    prog_extra: "\x1b[35m",
    heading: "\x1b[1;34m",
    summary_long_option: "\x1b[36m",
    summary_short_option: "\x1b[32m",
    summary_label: "\x1b[33m",
    summary_action: "\x1b[32m",
    long_option: "\x1b[1;36m",
    short_option: "\x1b[1;32m",
    label: "\x1b[1;33m",
    action: "\x1b[1;32m",
    reset: "\x1b[0m",
};

/// How many characters a text has without its colours.
pub(super) fn length(text: &str) -> usize {
    let mut parts = text.split("\x1b[");
    let mut count = parts.next().map_or(0, |part| part.chars().count());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';');
        count += match end {
            Some(end) if part[end..].starts_with('m') => part[end + 1..].chars().count(),
            // No colour: the text's own.
            _ => part.chars().count() + 2,
        };
    }
    count
}
