//! Reading: errors, limits, and what parsers see.

use std::io::{self, BufRead, ErrorKind, Read};

use batteries::io::{
    DecodeError, Ending, Errors, LineTooLong, Newline, Position, TextOptions, TextReader,
};

#[test]
fn all_in_front_of_bad_bytes_is_delivered_and_reading_goes_on() {
    let mut reader = TextReader::new(&b"one\ntw\xe9o\nthree\xf0\x9f\nfour"[..]);
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "one");
    let error = reader.next_line().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert_eq!(
        error.to_string(),
        "line 2, column 3 (byte 6): \"\\xe9\" is no utf-8: invalid continuation byte"
    );
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "two");
    let error = reader.next_line().unwrap_err();
    let error = DecodeError::of(&error).unwrap();
    assert_eq!((error.offset(), error.line(), error.column()), (14, 3, 6));
    assert_eq!((error.bytes(), error.encoding().name()), (&b"\xf0\x9f"[..], "utf-8"));
    let line = reader.next_line().unwrap().unwrap();
    assert_eq!((line.text(), line.number(), line.offset()), ("three", 3, 9));
    let line = reader.next_line().unwrap().unwrap();
    assert_eq!((line.text(), line.ending(), line.offset()), ("four", Ending::None, 17));
    assert!(reader.next_line().unwrap().is_none());
}

#[test]
fn a_line_may_be_as_long_as_the_limit() {
    let text = format!("{}\n{}\nshort\n{}", "a".repeat(9), "b".repeat(10), "c".repeat(100));
    for piece in [1, 3, 4096] {
        let source = Pieces { bytes: text.as_bytes().to_vec(), at: 0, most: piece };
        let mut reader = TextOptions::new().max_line(10).reader(source);
        assert_eq!(reader.next_line().unwrap().unwrap().text(), "aaaaaaaaa");
        let error = reader.next_line().unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 (from byte 10 on) is longer than the limit of 10 bytes"
        );
        let line = reader.next_line().unwrap().unwrap();
        assert_eq!((line.text(), line.number(), line.offset()), ("short", 3, 21));
        let error = reader.next_line().unwrap_err();
        assert_eq!(LineTooLong::of(&error).map(LineTooLong::line), Some(4));
        // It can be had all the same.
        let mut rest = String::new();
        while reader.read_chars(7, &mut rest).unwrap() > 0 {}
        assert_eq!(rest, "c".repeat(100));
    }
}

struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let count = rest.len().min(self.most).min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

/// The same bytes over and over, as many as are asked for.
struct Endless {
    unit: &'static [u8],
    left: u64,
    given: u64,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = (into.len() as u64).min(self.left) as usize;
        for chunk in into[..count].chunks_mut(self.unit.len()) {
            chunk.copy_from_slice(&self.unit[..chunk.len()]);
        }
        self.left -= count as u64;
        self.given += count as u64;
        Ok(count)
    }
}

#[test]
fn an_endless_line_with_a_limit_is_not_read_to_its_end() {
    let source = Endless { unit: b"x", left: 1 << 40, given: 0 };
    let mut reader = TextOptions::new().max_line(1 << 20).reader(source);
    let error = reader.next_line().unwrap_err();
    assert_eq!(LineTooLong::of(&error).map(LineTooLong::limit), Some(1 << 20));
    assert!(reader.get_ref().given < (1 << 20) + (1 << 18), "{}", reader.get_ref().given);
}

#[test]
fn an_error_of_the_source_loses_nothing() {
    struct Failing(u8);
    impl Read for Failing {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => b"one\ntw".as_slice().read(into),
                2 => Err(io::Error::other("a loose wire")),
                3 => b"o\n".as_slice().read(into),
                _ => Ok(0),
            }
        }
    }
    let mut reader = TextReader::new(Failing(0));
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "one");
    assert_eq!(reader.next_line().unwrap_err().to_string(), "a loose wire");
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "two");
    let mut reader = TextReader::new(Failing(0));
    let mut text = String::new();
    assert_eq!(reader.read_chars(100, &mut text).unwrap(), 6);
    assert_eq!(reader.read_chars(100, &mut text).unwrap_err().to_string(), "a loose wire");
    assert_eq!(reader.read_chars(100, &mut text).unwrap(), 2);
    assert_eq!(text, "one\ntwo\n");
}

#[test]
fn a_byte_order_mark_tells_the_encoding() {
    for (bytes, name, text) in [
        (&b"\xef\xbb\xbfab"[..], "utf-8-sig", "ab"),
        (b"\xff\xfea\0b\0", "utf-16", "ab"),
        (b"\xfe\xff\0a\0b", "utf-16", "ab"),
        (b"\xff\xfe\0\0a\0\0\0", "utf-32", "a"),
        (b"\0\0\xfe\xff\0\0\0a", "utf-32", "a"),
        (b"ab", "utf-8", "ab"),
        (b"\xef\xbb", "utf-8", ""),
        (b"", "utf-8", ""),
    ] {
        for most in [1, 2, 100] {
            let source = Pieces { bytes: bytes.to_vec(), at: 0, most };
            let mut reader = TextOptions::new().errors(Errors::Ignore).reader(source);
            let mut got = String::new();
            reader.read_to_string(&mut got).unwrap();
            assert_eq!((got.as_str(), reader.encoding().name()), (text, name));
        }
    }
    // Who names an encoding gets what Python gives.
    let mut reader = TextOptions::new().encoding("utf-8").unwrap().reader(&b"\xef\xbb\xbfa"[..]);
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "\u{feff}a");
}

#[test]
fn the_first_line_waits_for_no_second_byte() {
    // Whoever writes waits for an answer to each line.
    struct Asked(u32);
    impl Read for Asked {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            assert!(self.0 <= 1, "nobody has answered yet");
            b"a\n".as_slice().read(into)
        }
    }
    let mut reader = TextReader::new(Asked(0));
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "a");
}

#[test]
fn other_parsers_read_any_encoding() {
    let source = &b"Stra\xdfe,Ort\r\n\"Gro\xdfe Allee\",K\xf6ln\r\nAm Bach,\"B\r\n\xfc\"\r\n"[..];
    let reader = TextOptions::new().encoding("latin-1").unwrap().reader(source);
    let mut table = csv::Reader::from_reader(reader);
    assert_eq!(table.headers().unwrap(), vec!["Straße", "Ort"]);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows, [vec!["Große Allee", "Köln"], vec!["Am Bach", "B\nü"]]);

    let json: Vec<u8> = "{\"größe\": 7}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let reader = TextOptions::new().encoding("utf-16-be").unwrap().reader(&json[..]);
    let value: serde_json::Value = serde_json::from_reader(reader).unwrap();
    assert_eq!(value["größe"], 7);
}

#[test]
fn half_a_character_can_be_consumed() {
    let mut reader = TextReader::new("aé\r\nb".as_bytes());
    reader.consume(0);
    assert_eq!(reader.fill_buf().unwrap(), "aé".as_bytes());
    reader.consume(2);
    assert_eq!(reader.fill_buf().unwrap(), b"\xa9");
    reader.consume(1);
    assert_eq!(reader.fill_buf().unwrap(), b"\nb");
    reader.consume(1);
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "b");
}

#[test]
fn what_was_read_ahead_can_be_taken_out() {
    let mut reader = TextReader::new(&b"one\r\ntwo\xff three"[..]);
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "one");
    let (source, text, bytes) = reader.into_parts();
    assert_eq!((source, text.as_str(), &bytes[..]), (&b""[..], "two", &b"\xff three"[..]));
}

#[test]
fn a_place_is_an_offset_of_the_source() {
    let source = io::Cursor::new("aé\n日本\n".as_bytes());
    let mut reader = TextReader::new(source);
    reader.next_line().unwrap();
    let second = reader.position();
    assert_eq!((second.offset(), second.skip(), second.lines()), (4, 0, 1));
    reader.next_line().unwrap();
    reader.seek(second).unwrap();
    let line = reader.next_line().unwrap().unwrap();
    assert_eq!((line.text(), line.number(), line.offset()), ("日本", 2, 4));
    reader.seek(Position::START).unwrap();
    assert_eq!(reader.next_line().unwrap().unwrap().number(), 1);
    reader.seek(Position::at_offset(7)).unwrap();
    assert_eq!(reader.next_line().unwrap().unwrap().text(), "本");
    assert_eq!(reader.seek_to_end().unwrap().offset(), 11);
    assert!(reader.next_line().unwrap().is_none());
}

#[test]
fn only_python_s_three_endings_end_a_line() {
    let text = "a\x0bb\x0cc\x1cd\u{85}e\u{2028}f\r\n";
    let mut reader = TextReader::new(text.as_bytes());
    let line = reader.next_line().unwrap().unwrap();
    assert_eq!((line.text(), line.ending()), (text.trim_end_matches("\r\n"), Ending::CrLf));
    for (newline, expected) in [
        (Newline::Universal, vec!["a", "b", "c", ""]),
        (Newline::Lf, vec!["a\rb\r", "c", ""]),
        (Newline::Cr, vec!["a", "b", "\nc\n\n"]),
        (Newline::CrLf, vec!["a\rb", "c\n\n"]),
    ] {
        let reader = &mut TextOptions::new().newline(newline).reader(&b"a\rb\r\nc\n\n"[..]);
        let lines: Vec<String> = reader.lines().map(Result::unwrap).collect();
        assert_eq!(lines, expected, "{newline:?}");
    }
}

#[test]
fn memory_does_not_grow_with_the_stream() {
    // With some damage, so that the marks are used: the window and they stay as they are.
    let unit = b"some text, \xc3\xa9 and \xff\r\n";
    let source = Endless { unit, left: 8 << 20, given: 0 };
    let mut reader = TextOptions::new().errors(Errors::Replace).reader(source);
    let mut lines = 0_u64;
    reader
        .for_each_line(|line| {
            lines += 1;
            assert_eq!(line.number(), lines);
            Ok(())
        })
        .unwrap();
    assert!(lines > 300_000);
}
