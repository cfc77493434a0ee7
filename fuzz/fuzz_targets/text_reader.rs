//! Reads any bytes in any encoding, mode and policy, whole and in pieces: nothing may panic, and both must agree; what round trips must.
//!
//! ```text
//! cargo +nightly fuzz run text_reader -- -max_total_time=60
//! ```

#![no_main]

use std::io::{self, Read};

use batteries::io::{DecodeError, Encoding, Errors, LineTooLong, Newline, TextOptions, TextReader};
use libfuzzer_sys::fuzz_target;

const ENCODINGS: [&str; 20] = [
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
    "iso8859-6",
    "mac-arabic",
    "shift_jis",
    "euc_jp",
    "gbk",
    "gb18030",
    "big5",
    "euc_kr",
];
const POLICIES: [Errors; 6] = [
    Errors::Strict,
    Errors::Ignore,
    Errors::Replace,
    Errors::BackslashReplace,
    Errors::RoundTrip,
    Errors::XmlCharRef,
];
const MODES: [Newline; 5] =
    [Newline::Universal, Newline::UniversalKeep, Newline::Lf, Newline::Cr, Newline::CrLf];

struct Pieces<'b>(&'b [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Lines, their places, and errors.
fn all<R: Read>(mut reader: TextReader<R>) -> Vec<(String, u64, u64)> {
    let mut items = Vec::new();
    loop {
        match reader.next_line() {
            Ok(None) => return items,
            Ok(Some(line)) => {
                let (number, offset) = (line.number(), line.offset());
                items.push((line.with_ending().to_owned(), number, offset));
            }
            Err(error) => match (DecodeError::of(&error), LineTooLong::of(&error)) {
                (Some(found), _) => items.push((error.to_string(), found.line(), found.offset())),
                (_, Some(found)) => items.push((error.to_string(), found.line(), found.offset())),
                _ => panic!("{error}"),
            },
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&[encoding, policy, size, limit], data)) = data.split_first_chunk() else { return };
    let encoding = Encoding::for_label(ENCODINGS[usize::from(encoding) % 20]).expect("a name");
    let errors = POLICIES[usize::from(policy) % 6];
    let newline = MODES[usize::from(policy) / 6 % 5];
    let mut options = TextOptions::new().with_encoding(encoding).errors(errors).newline(newline);
    let pieces = || Pieces(data, 1 + usize::from(size));
    if limit < 128 {
        options = options.max_line(usize::from(limit));
    }
    assert_eq!(all(options.reader(data)), all(options.reader(pieces())));

    let text = |mut reader: TextReader<Pieces<'_>>| {
        let (mut text, mut errors) = (Vec::new(), 0);
        while let Err(_) = reader.read_to_end(&mut text) {
            errors += 1;
        }
        (text, errors)
    };
    let whole = text(options.reader(Pieces(data, usize::MAX)));
    assert_eq!(whole, text(options.reader(pieces())));
    assert!(str::from_utf8(&whole.0).is_ok());

    if errors == Errors::RoundTrip && newline == Newline::UniversalKeep && whole.1 == 0 {
        let ascii = ["utf-8", "ascii", "iso8859-1", "cp1252", "iso8859-6"];
        if ascii.contains(&encoding.name()) {
            let mut writer = options.writer(Vec::new());
            writer.write_str(str::from_utf8(&whole.0).expect("checked")).expect("it was read");
            assert_eq!(writer.finish().expect("a Vec takes all"), data);
        }
    }
});
