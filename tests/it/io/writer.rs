//! Writing: what reaches the sink, and what happens when it fails.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};

use batteries::io::{
    BufRandom, EncodeError, Encoding, Errors, Newline, StringIo, TextOptions, TextWriter,
};

use super::Random;

/// Takes a few bytes at a time, is interrupted, blocks and breaks.
struct Moody {
    got: Vec<u8>,
    random: Random,
}

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.random.below(5) {
            0 => Err(ErrorKind::Interrupted.into()),
            1 => Err(ErrorKind::WouldBlock.into()),
            2 => Err(io::Error::other("a loose wire")),
            _ => {
                let count = bytes.len().min(1 + self.random.below(9));
                self.got.extend_from_slice(&bytes[..count]);
                Ok(count)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_is_lost_and_nothing_written_twice_when_the_sink_fails() {
    for round in 0..300 {
        let sink = Moody { got: Vec::new(), random: Random(round) };
        let mut random = Random(1000 + round);
        let options = TextOptions::new().with_encoding(Encoding::UTF_16).newline(Newline::CrLf);
        let mut writer = options.buffer(1 + random.below(30)).writer(sink);
        let mut expected = TextOptions::new()
            .with_encoding(Encoding::UTF_16)
            .newline(Newline::CrLf)
            .writer(Vec::new());
        for _ in 0..random.below(20) {
            let text = random.pick(&["a", "é\n", "", "word after word\n", "🐎"]);
            // Whatever comes of it, the text has been accepted.
            let _ = writer.write_str(text);
            expected.write_str(text).unwrap();
        }
        let expected = expected.finish().unwrap();
        let mut attempts = 0;
        let sink = loop {
            attempts += 1;
            assert!(attempts < 10_000);
            match writer.finish() {
                Ok(sink) => break sink,
                Err(error) => {
                    assert!(error.to_string().contains("could not be written"));
                    writer = error.into_parts().0;
                }
            }
        };
        assert_eq!(sink.got, expected);
    }
}

#[test]
fn a_text_that_cannot_be_encoded_is_not_written_in_part() {
    let mut writer =
        TextOptions::new().encoding("latin-1").unwrap().newline(Newline::CrLf).writer(Vec::new());
    writer.write_str("a\n").unwrap();
    let error = writer.write_str("b\nc\n€").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let found = EncodeError::of(&error).unwrap();
    // In the text that was given, not in what was made of it.
    assert_eq!((found.character(), found.position()), ('€', 4));
    assert_eq!(found.reason(), "ordinal not in range(256)");
    writer.write_str("d").unwrap();
    assert_eq!(writer.finish().unwrap(), b"a\r\nd");
}

#[test]
fn bytes_of_utf_8_may_be_cut_anywhere() {
    let text = "größer 言葉 🐎\n".repeat(50);
    for size in [1, 2, 3, 5, 7, 100] {
        let mut writer = TextOptions::new().encoding("utf-16-le").unwrap().writer(Vec::new());
        for piece in text.as_bytes().chunks(size) {
            writer.write_all(piece).unwrap();
        }
        let expected: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(writer.finish().unwrap(), expected);
    }
    let mut writer = TextWriter::new(Vec::new());
    assert_eq!(writer.write(b"ab\xff").unwrap(), 2);
    assert!(writer.write(b"\xff").is_err());
    writer.write_all(b"\xe2\x82").unwrap();
    assert!(writer.write_all(b"x").is_err());
    assert_eq!(writer.finish().unwrap(), b"ab");
    let mut writer = TextWriter::new(Vec::new());
    writer.write_all(b"\xe2\x82").unwrap();
    let error = writer.finish().unwrap_err();
    assert!(error.to_string().ends_with("the bytes end in the middle of a character"), "{error}");
}

#[test]
fn a_byte_order_mark_is_written_once_and_not_in_the_middle() {
    let mut writer =
        TextOptions::new().encoding("utf-8-sig").unwrap().writer(io::Cursor::new(Vec::new()));
    writer.write_str("a").unwrap();
    writer.write_str("b").unwrap();
    assert_eq!(writer.position().unwrap(), 5);
    writer.seek(SeekFrom::Start(0)).unwrap();
    writer.write_str("c").unwrap();
    assert_eq!(writer.finish().unwrap().into_inner(), b"\xef\xbb\xbfcb");
    let options = TextOptions::new().with_encoding(Encoding::UTF_16).append();
    let mut writer = options.writer(Vec::new());
    writer.write_str("a").unwrap();
    assert_eq!(writer.finish().unwrap(), b"a\0");
}

#[test]
fn policies_write_what_python_writes() {
    for (errors, expected) in [
        (Errors::Ignore, "a"),
        (Errors::Replace, "a??"),
        (Errors::BackslashReplace, "a\\xe9\\U0001f40e"),
        (Errors::XmlCharRef, "a&#233;&#128014;"),
    ] {
        let mut writer =
            TextOptions::new().with_encoding(Encoding::ASCII).errors(errors).writer(Vec::new());
        writer.write_str("aé🐎").unwrap();
        assert_eq!(writer.finish().unwrap(), expected.as_bytes(), "{errors:?}");
    }
}

#[test]
fn a_writer_that_is_dropped_has_written() {
    let mut sink = Vec::new();
    let mut writer = TextWriter::new(&mut sink);
    writer.write_line("the end").unwrap();
    drop(writer);
    assert_eq!(sink, b"the end\n");
}

#[test]
fn a_random_file_is_what_a_plain_one_would_be() {
    for round in 0..300 {
        let mut random = Random(round);
        let start: Vec<u8> = (0..random.below(40) as u8).collect();
        let mut plain = io::Cursor::new(start.clone());
        let mut file = BufRandom::with_capacity(1 + random.below(12), io::Cursor::new(start));
        for step in 0..30_u8 {
            let length = random.below(9);
            match random.below(4) {
                0 => {
                    // A Cursor takes no bytes behind its end for a reason to grow.
                    let bytes = vec![100 + step; 1 + length];
                    plain.write_all(&bytes).unwrap();
                    file.write_all(&bytes).unwrap();
                }
                1 => {
                    let place = SeekFrom::Start(random.below(50) as u64);
                    assert_eq!(file.seek(place).unwrap(), plain.seek(place).unwrap());
                }
                2 => {
                    let by = SeekFrom::Current(random.below(5) as i64);
                    assert_eq!(file.seek(by).unwrap(), plain.seek(by).unwrap());
                }
                _ => {
                    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
                    Read::take(&mut file, length as u64).read_to_end(&mut ours).unwrap();
                    Read::take(&mut plain, length as u64).read_to_end(&mut theirs).unwrap();
                    assert_eq!(ours, theirs);
                }
            }
        }
        assert_eq!(file.into_inner().unwrap().into_inner(), plain.into_inner(), "round {round}");
    }
}

#[test]
fn a_text_in_memory_is_written_by_format() {
    let mut file = StringIo::new("", Newline::CrLf);
    writeln!(file, "{}", 1).unwrap();
    assert_eq!((file.value().as_str(), file.position()), ("1\r\n", 3));
}
