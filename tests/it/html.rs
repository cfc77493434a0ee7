//! `html`: what holds for every text, beyond the recorded vectors.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::process::Command;

use batteries::html::{
    Escaped, Unescaper, entities, escape, escape_bytes, escape_into, escape_text, escape_to,
    unescape, unescape_attribute,
};

use crate::source;
use crate::support::require;

/// Vigna's splitmix64: numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Replaces `text` by up to `longest` characters: many specials and much of what references are made of.
    fn fill(&mut self, text: &mut String, longest: usize) {
        const MARKUP: [char; 24] = [
            '&', '&', '<', '>', '"', '\'', ';', '#', 'x', 'a', 'm', 'p', 'l', 't', 'g', 'n', 'o',
            '0', '3', '9', '=', ' ', 'é', '語',
        ];
        text.clear();
        for _ in 0..self.below(longest + 1) {
            let number = self.next();
            if number & 7 == 0 {
                text.push(char::from_u32(number as u32 >> 11).unwrap_or('\0'));
            } else {
                text.push(MARKUP[(number >> 8) as usize % MARKUP.len()]);
            }
        }
    }
}

/// The rules of CPython's `html.unescape` as they are written there: a regular expression, then a function for what it
/// found.
fn unescape_by_the_book(text: &str, in_attribute: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        let (meaning, length) = number_by_the_book(rest)
            .or_else(|| name_by_the_book(rest, in_attribute))
            .unwrap_or_else(|| ("&".to_owned(), 0));
        out += &meaning;
        rest = &rest[length..];
    }
    out + rest
}

/// What the regular expressions `#[0-9]+;?` and `#[xX][0-9a-fA-F]+;?` find.
fn number_by_the_book(text: &str) -> Option<(String, usize)> {
    let behind = text.strip_prefix('#')?;
    let hexadecimal = behind.strip_prefix(['x', 'X']);
    let (digits, radix) = hexadecimal.map_or((behind, 10), |digits| (digits, 16));
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    if end == 0 {
        return None;
    }
    let significant = digits[..end].trim_start_matches('0');
    let number = match significant.len() {
        0 => 0,
        1..=12 => u64::from_str_radix(significant, radix).expect("digits"),
        _ => u64::MAX,
    };
    let length = text.len() - digits.len() + end + usize::from(digits[end..].starts_with(';'));
    let meaning = match number {
        0 | 0xd800..=0xdfff | 0x11_0000.. => "\u{fffd}".to_owned(),
        0x0d => "\r".to_owned(),
        // Windows-1252, and itself where that has nothing.
        0x80..=0x9f => {
            let windows = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
            windows.chars().nth(number as usize - 0x80).expect("32 characters").to_string()
        }
        0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f | 0xfdd0..=0xfdef => String::new(),
        _ if number % 0x1_0000 >= 0xfffe => String::new(),
        _ => char::from_u32(number as u32).expect("a character").to_string(),
    };
    Some((meaning, length))
}

/// What the regular expression `[^\t\n\f <&#;]{1,32};?` finds, if it is a name or begins with one.
fn name_by_the_book(text: &str, in_attribute: bool) -> Option<(String, usize)> {
    let known = |name: &str| {
        let at = entities::HTML5.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
        Some((entities::HTML5[at].1.to_owned(), name.len()))
    };
    let mut end = 0;
    for c in text.chars().take(32).take_while(|c| !"\t\n\x0c <&#;".contains(*c)) {
        end += c.len_utf8();
    }
    let semicolon = usize::from(end > 0 && text[end..].starts_with(';'));
    if semicolon == 1
        && let Some(found) = known(&text[..=end])
    {
        return Some(found);
    }
    let prefixes = (2..=end).rev().filter_map(|at| text.get(..at));
    let (meaning, length) = prefixes.into_iter().find_map(known)?;
    // The HTML standard, "Named character reference state": historical reasons.
    let goes_on = text[length..].starts_with(|c: char| c == '=' || c.is_ascii_alphanumeric());
    (!(in_attribute && goes_on)).then_some((meaning, length))
}

/// Replaces one character after the other.
fn escape_by_the_book(text: &str, quote: bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' if quote => out += "&quot;",
            '\'' if quote => out += "&#x27;",
            _ => out.push(c),
        }
    }
    out
}

#[test]
fn a_million_texts_come_back() {
    let mut random = Random(1);
    let (mut text, mut page) = (String::new(), String::new());
    for _ in 0..1_000_000 {
        random.fill(&mut text, 24);
        page.clear();
        escape_into(&mut page, &text);
        assert_eq!(unescape(&page), text, "{page:?}");
    }
    for _ in 0..2_000 {
        random.fill(&mut text, 3_000);
        assert_eq!(unescape(&escape(&text)), text);
        assert_eq!(unescape(&escape_text(&text)), text);
        assert_eq!(unescape_attribute(&escape(&text)), text);
    }
}

#[test]
fn escaping_does_what_the_book_says() {
    let mut random = Random(2);
    let mut text = String::new();
    for round in 0..60_000 {
        random.fill(&mut text, [20, 70, 400][round % 3]);
        assert_eq!(escape(&text), escape_by_the_book(&text, true), "{text:?}");
        assert_eq!(escape_text(&text), escape_by_the_book(&text, false), "{text:?}");
        assert_eq!(Escaped::new(&text).to_string(), escape_by_the_book(&text, true), "{text:?}");
        assert_eq!(Escaped::text(&text).to_string(), escape_by_the_book(&text, false), "{text:?}");
    }
}

#[test]
fn unescaping_does_what_the_book_says() {
    let mut random = Random(3);
    let (mut text, mut tail) = (String::new(), String::new());
    for round in 0..60_000 {
        random.fill(&mut text, [8, 30, 300][round % 3]);
        for _ in 0..random.below(4) {
            let (name, _) = entities::HTML5[random.below(entities::HTML5.len())];
            let end = random.below(name.len()) + 1;
            random.fill(&mut tail, 3);
            text += "&";
            text += [name, name, &name[..end]][random.below(3)];
            text += &tail;
        }
        assert_eq!(unescape(&text), unescape_by_the_book(&text, false), "{text:?}");
        assert_eq!(unescape_attribute(&text), unescape_by_the_book(&text, true), "{text:?}");
    }
}

#[test]
fn every_name_means_its_text_wherever_it_stands() {
    for &(name, text) in entities::HTML5 {
        // At the end of the text, where less than a word is left to read, and at every place of a block.
        for before in 0..70 {
            let before = ".".repeat(before);
            let page = format!("{before}&{name}");
            assert_eq!(unescape(&page), format!("{before}{text}"), "{page}");
        }
        if name.ends_with(';') {
            assert_eq!(unescape(&format!("&{name}&{name};")), format!("{text}{text};"));
            assert_eq!(unescape_attribute(&format!("?x&{name}=1")), format!("?x{text}=1"));
        } else {
            assert_eq!(unescape(&format!("?x&{name}=1")), format!("?x{text}=1"));
            assert_eq!(unescape_attribute(&format!("?x&{name}=1")), format!("?x&{name}=1"));
            assert_eq!(unescape_attribute(&format!("?x&{name}")), format!("?x{text}"));
        }
    }
}

#[test]
fn what_has_nothing_to_do_is_lent_back() {
    let texts = ["", "x", "R/D; #65; #x41;", "été 語 \u{10ffff}", &"a".repeat(1_000)];
    for text in texts {
        assert!(matches!(escape(text), Cow::Borrowed(same) if std::ptr::eq(same, text)), "{text}");
        assert!(matches!(escape_text(text), Cow::Borrowed(_)), "{text}");
        assert!(matches!(escape_bytes(text.as_bytes()), Cow::Borrowed(_)), "{text}");
        assert!(matches!(unescape(text), Cow::Borrowed(_)), "{text}");
    }
    assert!(matches!(escape_text("\"it's\""), Cow::Borrowed(_)));
    for text in ["AT&T", "&", "a & b", "&#;", "&#x;", "&nosuch;", "&&&&", "?a&b=c"] {
        assert!(matches!(unescape(text), Cow::Borrowed(same) if same == text), "{text}");
    }
    assert!(matches!(unescape_attribute("?a=1&copy=2&lt"), Cow::Owned(_)));
    assert!(matches!(unescape_attribute("?a=1&copy=2&lt2"), Cow::Borrowed(_)));
}

#[test]
fn bytes_that_are_no_text_pass_through() {
    let mut random = Random(4);
    for _ in 0..5_000 {
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.next() as u8).collect();
        let mut expected = Vec::new();
        for &byte in &bytes {
            let c = char::from(byte);
            match c.is_ascii() {
                true => expected.extend(escape_by_the_book(&c.to_string(), true).bytes()),
                false => expected.push(byte),
            }
        }
        assert_eq!(escape_bytes(&bytes), expected);
    }
}

#[test]
fn where_a_text_is_cut_makes_no_difference() {
    let mut random = Random(5);
    let (mut text, mut tail) = (String::new(), String::new());
    for _ in 0..20_000 {
        random.fill(&mut text, 60);
        let (name, _) = entities::HTML5[random.below(entities::HTML5.len())];
        text += "&";
        text += name;
        random.fill(&mut tail, 3);
        text += &tail;
        for (mut unescaper, expected) in [
            (Unescaper::new(), unescape(&text)),
            (Unescaper::for_attribute(), unescape_attribute(&text)),
        ] {
            let mut out = Vec::new();
            let mut rest = text.as_bytes();
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(random.below(rest.len().min(9)) + 1);
                unescaper.feed(piece, &mut out);
                rest = behind;
            }
            unescaper.close(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{text:?}");
        }
    }
}

#[test]
fn a_number_without_end_is_not_kept() {
    for (start, digit, end, meaning) in [
        ("&#", "0", "65;x", "Ax"),
        ("&#x", "0", "41", "A"),
        ("&#", "9", ";", "\u{fffd}"),
        ("&#X", "f", "g", "\u{fffd}g"),
        ("&#0", "0", "", "\u{fffd}"),
    ] {
        let mut unescaper = Unescaper::new();
        let mut out = Vec::new();
        unescaper.feed(start.as_bytes(), &mut out);
        for _ in 0..1_000 {
            unescaper.feed(digit.repeat(77).as_bytes(), &mut out);
            // Debug shows what is held: its length bounds it.
            assert!(format!("{unescaper:?}").len() < 400, "{unescaper:?}");
        }
        assert!(out.is_empty(), "nothing is certain yet");
        unescaper.feed(end.as_bytes(), &mut out);
        unescaper.close(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), meaning, "{start}{digit}...{end}");
    }
}

#[test]
fn an_error_of_the_writer_ends_the_writing() {
    /// Takes so many pieces, then fails.
    struct Failing(usize);

    impl Write for Failing {
        fn write_str(&mut self, _: &str) -> fmt::Result {
            self.0 = self.0.checked_sub(1).ok_or(fmt::Error)?;
            Ok(())
        }
    }

    let text = format!("{}<{}", "a".repeat(200), "b".repeat(200));
    let mut enough = Failing(3);
    assert_eq!(escape_to(&mut enough, &text), Ok(()));
    assert_eq!(enough.0, 0, "three pieces: what is plain, the block of the special, what is plain");
    for pieces in 0..3 {
        assert_eq!(escape_to(&mut Failing(pieces), &text), Err(fmt::Error));
    }
    // Also where the writer is only known to be one.
    let mut out = String::new();
    let any: &mut dyn Write = &mut out;
    assert_eq!(escape_to(any, "<"), Ok(()));
    assert_eq!(out, "&lt;");
}

#[test]
fn tables_answer_for_what_they_have_and_nothing_else() {
    for name in
        ["", ";", "amp;;", "Amp;", "#39;", "#x27;", "hellip", "nosuchname;", "&amp;", "\u{e9}"]
    {
        assert_eq!(entities::html5(name), None, "{name}");
    }
    assert_eq!(entities::html5(&"x".repeat(1_000)), None);
    for &(name, character) in entities::HTML4 {
        assert_eq!(entities::codepoint2name(character), Some(name));
        // Two that got other characters in HTML 5.
        let same = !matches!(name, "lang" | "rang");
        let text = character.to_string();
        assert_eq!(entities::html5(&format!("{name};")) == Some(&text), same, "{name}");
    }
    assert!(entities::HTML5.is_sorted() && entities::HTML4.is_sorted());
}

#[test]
fn the_table_is_what_the_script_writes() {
    if !require("python3") {
        return;
    }
    let script = source::root().join("tests/vectors/record/html_names.py");
    let output = Command::new("python3").arg(script).output().expect("python3 can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = String::from_utf8(output.stdout).expect("ASCII");
    assert!(
        written == source::read("src/html/names.rs"),
        "src/html/names.rs is not of this script"
    );
}
