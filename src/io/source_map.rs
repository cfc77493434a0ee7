//! Where in the source a piece of text comes from.

use crate::codec::Encoding;

/// A place that is known in both.
///
/// From one mark to the next, text and source go along with each other in the way of the encoding, or the text stands for the
/// source as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// The place in the window.
    pub(super) text: usize,
    /// The place in the source.
    pub(super) source: u64,
    /// How many characters from this place of the source on come before that place of the text.
    pub(super) skip: u64,
    /// What follows is not what the bytes are in the encoding, but what stands for them.
    pub(super) is_whole: bool,
}

impl Mark {
    pub(super) fn new(text: usize, source: u64, is_whole: bool) -> Self {
        Self { text, source, skip: 0, is_whole }
    }
}

/// Returns the place of the source that the text at `at` comes from, and how many characters of text there are in between.
pub(super) fn offset_at(
    marks: &[Mark],
    encoding: Encoding,
    window: &[u8],
    at: usize,
) -> (u64, u64) {
    let mark = match marks {
        [.., last] if last.text <= at => last,
        _ => {
            let behind = marks.partition_point(|mark| mark.text <= at);
            // There is always a mark at the window's start or before.
            &marks[behind.saturating_sub(1)]
        }
    };
    if encoding.is_utf8() && !mark.is_whole {
        return (mark.source + (at - mark.text) as u64, mark.skip);
    }
    let between = &window[mark.text..at];
    let text = str::from_utf8(between).expect("the window holds text");
    match encoding.source_length(text) {
        Some(length) if !mark.is_whole && mark.skip == 0 => (mark.source + length, 0),
        _ => (mark.source, mark.skip + text.chars().count() as u64),
    }
}
