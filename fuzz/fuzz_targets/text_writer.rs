//! Writes any text in any encoding, in one piece and in pieces of bytes: nothing may panic, both must agree, and what is strict comes back.
//!
//! ```text
//! cargo +nightly fuzz run text_writer -- -max_total_time=60
//! ```

#![no_main]

use std::io::{Read, Write};

use batteries::io::{Encoding, Errors, Newline, TextOptions};
use libfuzzer_sys::fuzz_target;

const ENCODINGS: [&str; 16] = [
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
    "koi8-r",
    "cp437",
    "cp037",
    "shift_jis",
    "gb18030",
];
const POLICIES: [Errors; 6] = [
    Errors::Strict,
    Errors::Ignore,
    Errors::Replace,
    Errors::BackslashReplace,
    Errors::RoundTrip,
    Errors::XmlCharRef,
];
const MODES: [Newline; 4] = [Newline::UniversalKeep, Newline::Lf, Newline::Cr, Newline::CrLf];

fuzz_target!(|data: &[u8]| {
    let Some((&[encoding, policy, size], data)) = data.split_first_chunk() else { return };
    let Ok(text) = str::from_utf8(data) else { return };
    let encoding = Encoding::for_label(ENCODINGS[usize::from(encoding) % 16]).expect("a name");
    let errors = POLICIES[usize::from(policy) % 6];
    let newline = MODES[usize::from(policy) / 6 % 4];
    let options = TextOptions::new().with_encoding(encoding).errors(errors).newline(newline);
    let options = options.buffer(usize::from(size));

    let mut writer = options.writer(Vec::new());
    let written = writer.write_str(text);
    let bytes = writer.finish().expect("a Vec takes all");
    if written.is_err() {
        assert!(bytes.is_empty());
        return;
    }
    if errors != Errors::RoundTrip {
        let mut writer = options.writer(Vec::new());
        for piece in data.chunks(1 + usize::from(size) % 7) {
            writer.write_all(piece).expect("it was written before");
        }
        let pieces = writer.finish().expect("a Vec takes all");
        // Where nothing is written there is no byte order mark either.
        assert!(pieces == bytes || data.is_empty());
    }
    if errors == Errors::Strict && !["shift_jis", "gb18030"].contains(&encoding.name()) {
        let mut again = String::new();
        let reading = options.newline(Newline::UniversalKeep);
        reading.reader(&bytes[..]).read_to_string(&mut again).expect("what was written");
        let ending = ["\n", "\n", "\r", "\r\n"][usize::from(policy) / 6 % 4];
        let sig = encoding == Encoding::UTF_8_SIG || encoding == Encoding::UTF_8;
        assert!(again == text.replace('\n', ending) || (sig && text.starts_with('\u{feff}')));
    }
});
