//! However the bytes come, the text is the same.

use std::io::{self, BufRead, ErrorKind, Read};

use batteries::io::{
    DecodeError, Encoding, Errors, IncrementalDecoder, Newline, TextOptions, TextReader,
};

use super::Random;

const ENCODINGS: [&str; 14] = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "ascii",
    "latin-1",
    "cp1252",
    "cp037",
    "koi8-r",
    "mac-roman",
];
#[cfg(feature = "cjk")]
const EAST_ASIAN: [&str; 6] = ["shift_jis", "euc_jp", "gbk", "gb18030", "big5", "euc_kr"];
#[cfg(not(feature = "cjk"))]
const EAST_ASIAN: [&str; 0] = [];
const POLICIES: [Errors; 5] =
    [Errors::Strict, Errors::Ignore, Errors::Replace, Errors::BackslashReplace, Errors::RoundTrip];
const MODES: [Newline; 5] =
    [Newline::Universal, Newline::UniversalKeep, Newline::Lf, Newline::Cr, Newline::CrLf];

/// Gives pieces of any size, is interrupted, and blocks.
struct Moody<'b> {
    bytes: &'b [u8],
    random: Random,
    most: usize,
}

impl Read for Moody<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.random.below(8) {
            0 => return Err(ErrorKind::Interrupted.into()),
            1 => return Err(ErrorKind::WouldBlock.into()),
            _ => {}
        }
        let count = (1 + self.random.below(self.most)).min(self.bytes.len()).min(into.len());
        into[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}

/// What came out, in order: lines, and the places and reasons of errors.
#[derive(Debug, PartialEq, Clone)]
enum Item {
    Line { text: String, ending: &'static str, number: u64, offset: u64 },
    Error { offset: u64, line: u64, column: u64, bytes: Vec<u8>, reason: &'static str },
}

fn item_of(error: &io::Error) -> Item {
    let error = DecodeError::of(error).unwrap_or_else(|| panic!("{error}"));
    Item::Error {
        offset: error.offset(),
        line: error.line(),
        column: error.column(),
        bytes: error.bytes().to_vec(),
        reason: error.reason(),
    }
}

fn unblocked<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return result,
        }
    }
}

fn lines<R: Read>(reader: &mut TextReader<R>) -> Vec<Item> {
    let mut items = Vec::new();
    loop {
        let item = unblocked(|| {
            reader.next_line().map(|line| {
                line.map(|line| Item::Line {
                    text: line.text().to_owned(),
                    ending: line.ending().as_str(),
                    number: line.number(),
                    offset: line.offset(),
                })
            })
        });
        match item {
            Ok(Some(item)) => items.push(item),
            Ok(None) => return items,
            Err(error) => items.push(item_of(&error)),
        }
    }
}

/// The text in the pieces that another way of reading gives, errors in between left out.
fn text<R: Read>(reader: &mut TextReader<R>, way: usize, random: &mut Random) -> String {
    let mut text = String::new();
    let mut bytes = Vec::new();
    loop {
        let done = match way {
            0 => unblocked(|| {
                Ok(match reader.next_chunk()? {
                    Some(chunk) => {
                        text.push_str(chunk);
                        false
                    }
                    None => true,
                })
            }),
            1 => {
                let count = 1 + random.below(9);
                unblocked(|| Ok(reader.read_chars(count, &mut text)? == 0))
            }
            2 => {
                let count = 1 + random.below(9);
                unblocked(|| Ok(reader.read_line_chars(count, &mut text)? == 0))
            }
            3 => {
                let count = 1 + random.below(50);
                unblocked(|| {
                    let piece = reader.fill_buf()?;
                    let length = piece.len().min(count);
                    bytes.extend_from_slice(&piece[..length]);
                    reader.consume(length);
                    Ok(length == 0)
                })
            }
            _ => {
                let mut into = vec![0; 1 + random.below(50)];
                unblocked(|| {
                    let count = reader.read(&mut into)?;
                    bytes.extend_from_slice(&into[..count]);
                    Ok(count == 0)
                })
            }
        };
        match done {
            Ok(true) => break,
            Ok(false) => {}
            Err(error) => {
                item_of(&error);
            }
        }
    }
    text + str::from_utf8(&bytes).expect("UTF-8")
}

fn input(encoding: &str, random: &mut Random) -> Vec<u8> {
    const PIECES: [&str; 20] = [
        "a",
        "word",
        "a longer piece of text ",
        "\n",
        "\n",
        "\r",
        "\r",
        "\r\n",
        "\r\n",
        "é",
        "ß",
        "€",
        "日本",
        "語",
        "🐎",
        "\u{feff}",
        "\0",
        "\u{10ff80}",
        "\u{85}",
        "\u{2028}",
    ];
    let mut text = String::new();
    for _ in 0..random.below(40) {
        let times = if random.below(30) == 0 { 1 + random.below(3000) } else { 1 };
        text.push_str(&random.pick(&PIECES).repeat(times));
    }
    let mut bytes = Vec::new();
    let encoding = Encoding::for_label(encoding).expect("a name");
    batteries::io::IncrementalEncoder::new(encoding, Errors::Ignore)
        .encode(&text, &mut bytes)
        .expect("what cannot be encoded is left out");
    // And some damage.
    if random.below(3) > 0 {
        for _ in 0..random.below(6) {
            if bytes.is_empty() {
                break;
            }
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes.truncate(at),
                1 => {
                    bytes.remove(at);
                }
                _ => {
                    bytes[at] =
                        random.pick(&[0, 0x80, 0xc3, 0xd8, 0xdc, 0xe2, 0xed, 0xf0, 0xf4, 0xff]);
                }
            }
        }
    }
    bytes
}

#[test]
fn however_the_bytes_come_the_text_is_the_same() {
    let mut random = Random(3);
    let encodings = [&ENCODINGS[..], &EAST_ASIAN[..]].concat();
    for round in 0..150 {
        for name in &encodings {
            let bytes = input(name, &mut random);
            let errors = random.pick(&POLICIES);
            let newline = random.pick(&MODES);
            let options = TextOptions::new().encoding(name).expect("a name");
            let options = options.errors(errors).newline(newline);
            let what =
                format!("round {round}: {name}, {errors:?}, {newline:?}, {}", bytes.escape_ascii());

            let mut whole = options.reader(&bytes[..]);
            let expected = lines(&mut whole);
            let most = random.pick(&[1, 2, 3, 7, 64, 9000]);
            let moody = || Moody { bytes: &bytes, random: Random(round), most };
            let mut pieces = options.reader(moody());
            assert_eq!(lines(&mut pieces), expected, "{what}");
            assert_eq!(pieces.newlines(), whole.newlines(), "{what}");

            // All ways to read give the same text, that of the lines.
            let mut joined = String::new();
            for item in &expected {
                if let Item::Line { text, ending, .. } = item {
                    joined.push_str(text);
                    let is_translated = newline == Newline::Universal && !ending.is_empty();
                    joined.push_str(if is_translated { "\n" } else { ending });
                }
            }
            for way in 0..5 {
                // An error between the halves of an ending makes two of it, where text is given before the error.
                let is_whole = errors != Errors::Strict;
                let mut reader = options.reader(moody());
                let got = text(&mut reader, way, &mut random);
                if is_whole || newline != Newline::Universal {
                    assert_eq!(got, joined, "way {way}, {what}");
                }
                let mut whole = options.reader(&bytes[..]);
                assert_eq!(text(&mut whole, way, &mut random), got, "way {way}, {what}");
            }
        }
    }
}

#[test]
fn the_incremental_decoder_gives_the_same_text() {
    let mut random = Random(4);
    for _ in 0..400 {
        let name = random.pick(&ENCODINGS);
        let bytes = input(name, &mut random);
        let encoding = Encoding::for_label(name).expect("a name");
        let errors = random.pick(&POLICIES);
        let run = |size: usize| {
            let mut decoder = IncrementalDecoder::new(encoding, errors);
            let (mut text, mut found) = (String::new(), Vec::new());
            let pieces = bytes.chunks(size).chain([&b""[..]]);
            let count = bytes.chunks(size).len();
            for (at, piece) in pieces.enumerate() {
                let mut piece = piece;
                while let Err(error) = decoder.decode(piece, at == count, &mut text) {
                    found.push(error);
                    piece = b"";
                }
            }
            (text, found)
        };
        let expected = run(usize::MAX >> 1);
        for size in [1, 2, 3, 5, 100] {
            assert_eq!(run(size), expected, "{name} {errors:?} {}", bytes.escape_ascii());
        }
    }
}

#[test]
fn what_is_read_by_round_trip_is_written_as_it_was() {
    let mut random = Random(5);
    for round in 0..600 {
        // Encodings in which no byte below 0x80 is ever malformed.
        let name =
            random.pick(&["utf-8", "ascii", "latin-1", "cp1252", "koi8-r", "iso8859-6", "cp864"]);
        let bytes = match round % 2 {
            0 => input(name, &mut random),
            _ => (0..random.below(300)).map(|_| random.below(256) as u8).collect(),
        };
        let options = TextOptions::new().encoding(name).expect("a name");
        let options = options.errors(Errors::RoundTrip).newline(Newline::UniversalKeep);
        let mut writer = options.writer(Vec::new());
        let mut reader = options.reader(&bytes[..]);
        while let Some(chunk) = reader.next_chunk().expect("no byte is an error") {
            writer.write_str(chunk).expect("nor a character");
        }
        let written = writer.finish().expect("a Vec takes all");
        assert_eq!(written, bytes, "{name} {}", bytes.escape_ascii());
    }
}

#[test]
fn the_verdict_on_utf_8_is_that_of_the_standard_library() {
    let mut random = Random(6);
    for round in 0..4000 {
        let bytes: Vec<u8> = match round % 2 {
            0 => input("utf-8", &mut random),
            _ => (0..random.below(200))
                .map(|_| {
                    random.pick(&[
                        0x61, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f,
                    ])
                })
                .collect(),
        };
        let mut reader = TextOptions::new().with_encoding(Encoding::UTF_8).errors(Errors::Replace);
        reader = reader.newline(Newline::UniversalKeep);
        let mut text = String::new();
        reader.reader(&bytes[..]).read_to_string(&mut text).expect("all is replaced");
        assert_eq!(text, String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn every_position_is_found_again() {
    let mut random = Random(7);
    let encodings = [&ENCODINGS[..], &EAST_ASIAN[..]].concat();
    for _ in 0..300 {
        let name = random.pick(&encodings);
        let bytes = input(name, &mut random);
        let bytes = &bytes[..bytes.len().min(400)];
        let errors = random.pick(&[Errors::Ignore, Errors::Replace, Errors::BackslashReplace]);
        let newline = random.pick(&MODES);
        let options = TextOptions::new().encoding(name).expect("a name");
        let options = options.errors(errors).newline(newline);
        let mut reader = options.reader(io::Cursor::new(bytes));
        let mut whole = String::new();
        let mut places = Vec::new();
        let mut is_marked = true;
        loop {
            places.push((reader.position(), whole.len()));
            match reader.read_chars(1, &mut whole) {
                Ok(0) => break,
                Ok(_) => {}
                // Only a missing byte order mark, and what could not be escaped.
                Err(_) => {
                    is_marked = false;
                    break;
                }
            }
        }
        if !is_marked {
            continue;
        }
        while let Some((position, length)) = places.pop() {
            reader.seek(position).expect("a place in memory");
            assert_eq!(reader.position().lines(), position.lines());
            let mut rest = String::new();
            while reader.read_chars(1 + random.below(50), &mut rest).expect("as before") > 0 {}
            assert_eq!(rest, whole[length..], "{position:?} {options:?} {}", bytes.escape_ascii());
            places.truncate(places.len() - random.below(5).min(places.len()));
        }
    }
}
