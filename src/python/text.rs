//! What Python takes for spaces, lines and letters.

/// Whether `str.isspace` says yes: what `str.strip` takes off.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Whether `str.splitlines` ends a line behind it.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Splits a text into lines as `str.splitlines(keepends=True)` does.
pub(crate) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = match rest.find(ends_line) {
            _ if rest.is_empty() => return None,
            None => rest.len(),
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + rest[at..].chars().next().map_or(0, char::len_utf8),
        };
        let (line, others) = rest.split_at(end);
        rest = others;
        Some(line)
    })
}

/// Takes the end off a line that [`split_lines`] gave.
pub(crate) fn without_end(line: &str) -> &str {
    line.strip_suffix("\r\n").or_else(|| line.strip_suffix(ends_line)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_python_ends_them() {
        let lines = |text| split_lines(text).map(without_end).collect::<Vec<_>>();
        assert_eq!(lines(""), [""; 0]);
        assert_eq!(lines("a\n\nb\r\nc\rd\u{85}e\x1cf\u{2028}"), ["a", "", "b", "c", "d", "e", "f"]);
        assert_eq!(split_lines("a\r\nb").collect::<Vec<_>>(), ["a\r\n", "b"]);
    }
}
