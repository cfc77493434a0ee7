//! `textwrap.wrap` and `textwrap.fill`, as they are without options: long words are cut, hyphenated ones broken behind the hyphen.

use super::number::is_decimal;
use super::text::is_space;

/// Wraps a text to lines of at most `width` characters, each with `indent` in front, as `textwrap.wrap` does.
///
/// `width` is at least 1. All white space of ASCII counts as one space each; tabs are not expanded, so the caller writes them
/// as spaces before.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let text: Vec<char> =
        text.chars().map(|c| if matches!(c, '\t'..='\r') { ' ' } else { c }).collect();
    let room = width.saturating_sub(indent.chars().count());
    let mut lines: Vec<String> = Vec::new();
    let mut chunks = Chunks { text: &text, at: 0 };
    // What is left of a long word that was cut.
    let mut pending: Option<&[char]> = None;
    loop {
        let mut next = pending.take().or_else(|| chunks.next());
        // A space never starts a line, but the first one.
        if !lines.is_empty() && next.is_some_and(is_blank) {
            next = chunks.next();
        }
        if next.is_none() {
            return lines;
        }
        let mut line: Vec<&[char]> = Vec::new();
        let mut length = 0;
        while let Some(chunk) = next {
            if length + chunk.len() > room {
                break;
            }
            length += chunk.len();
            line.push(chunk);
            next = chunks.next();
        }
        if let Some(chunk) = next {
            pending = next;
            if chunk.len() > room {
                // It fits on no line: as much of it as there is room for, behind a hyphen if it has one.
                let left = if room < 1 { 1 } else { room - length };
                let mut end = left;
                if let Some(hyphen) = chunk[..left].iter().rposition(|c| *c == '-')
                    && hyphen > 0
                    && chunk[..hyphen].iter().any(|c| *c != '-')
                {
                    end = hyphen + 1;
                }
                // Where there is no room at all this is empty, and the space before it stays, as in Python up to 3.13.
                line.push(&chunk[..end]);
                pending = Some(&chunk[end..]);
            }
        }
        if line.last().copied().is_some_and(is_blank) {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(indent.chars().chain(line.into_iter().flatten().copied()).collect());
        }
    }
}

/// Whether nothing of a chunk is left when its spaces are taken off.
fn is_blank(chunk: &[char]) -> bool {
    chunk.iter().copied().all(is_space)
}

/// The pieces between which a line may end: `TextWrapper.wordsep_re` without regular expressions.
struct Chunks<'a> {
    text: &'a [char],
    at: usize,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a [char];

    fn next(&mut self) -> Option<&'a [char]> {
        let (text, start) = (self.text, self.at);
        let first = *text.get(start)?;
        let end = if first == ' ' {
            start + text[start..].iter().take_while(|c| **c == ' ').count()
        } else {
            self.dash(start).unwrap_or_else(|| self.word(start))
        };
        self.at = end;
        Some(&text[start..end])
    }
}

impl Chunks<'_> {
    /// The end of two or more hyphens at `at` between words.
    fn dash(&self, at: usize) -> Option<usize> {
        let before = *self.text.get(at.checked_sub(1)?)?;
        if self.text[at] != '-' || !is_word_punctuation(before) {
            return None;
        }
        let hyphens = self.text[at..].iter().take_while(|c| **c == '-').count();
        let end = at + hyphens;
        (hyphens >= 2 && self.text.get(end).is_some_and(|c| is_word(*c))).then_some(end)
    }

    /// The end of a word, possibly hyphenated, that starts at `start`.
    fn word(&self, start: usize) -> usize {
        let letter = |at: usize| self.text.get(at).is_some_and(|c| is_letter(*c));
        let letter_before = |at: usize, back: usize| at >= back && letter(at - back);
        for at in start + 1..self.text.len() {
            match self.text[at] {
                ' ' => return at,
                '-' => {
                    let behind = (letter_before(at, 1) && letter_before(at, 2))
                        || (letter_before(at, 1)
                            && at >= 3
                            && self.text[at - 2] == '-'
                            && letter_before(at, 3));
                    let ahead = letter(at + 1)
                        && (letter(at + 2)
                            || (self.text.get(at + 2) == Some(&'-') && letter(at + 3)));
                    if behind && ahead {
                        return at + 1;
                    }
                    if self.dash(at).is_some() {
                        return at;
                    }
                }
                _ => {}
            }
        }
        self.text.len()
    }
}

/// `\w`.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `[^\d\W]`.
fn is_letter(c: char) -> bool {
    is_word(c) && !is_decimal(c)
}

/// `[\w!"'&.,?]`.
fn is_word_punctuation(c: char) -> bool {
    is_word(c) || matches!(c, '!' | '"' | '\'' | '&' | '.' | ',' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, lines: &[&str]) {
        assert_eq!(wrap(text, width, ""), lines);
    }

    #[test]
    fn lines_end_between_chunks() {
        check("", 10, &[]);
        check("   ", 10, &[]);
        check("This is a paragraph that fits.", 80, &["This is a paragraph that fits."]);
        check("hello there friend", 11, &["hello there", "friend"]);
        check("  x  y", 3, &["  x", "y"]);
        check(
            "Look, goof-ball -- use the -b option!",
            12,
            &["Look, goof-", "ball -- use", "the -b", "option!"],
        );
        check("em-dashes--like this", 11, &["em-dashes--", "like this"]);
        check("a-b-c d1-e2", 4, &["a-b-", "c d1", "-e2"]);
    }

    #[test]
    fn long_words_are_cut() {
        check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
        check("1234-678901", 7, &["1234-", "678901"]);
        check("-----------", 4, &["----", "----", "---"]);
        assert_eq!(wrap("ab cd", 2, "  "), ["  a", "  b", "  c", "  d"]);
    }
}
