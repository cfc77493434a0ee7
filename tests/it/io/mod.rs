//! `io`: readers, writers and files of text.

mod files;
mod invariance;
mod reader;
mod writer;

use std::io::{self, Write};
use std::process::Command;

use batteries::io::{Encoding, Errors, IncrementalDecoder, IncrementalEncoder};

use crate::source;

/// Numbers that look random and are the same in each run (Vigna's splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

#[test]
fn the_charsets_are_what_the_script_writes() {
    // Only 3.13 has this list of encodings.
    const VERSION: &str = "import sys; print(*sys.version_info[:2])";
    let is_it = |python: &&str| {
        let output = Command::new(python).args(["-c", VERSION]).output();
        output.is_ok_and(|output| output.stdout.trim_ascii_end() == b"3 13")
    };
    let Some(python) = ["python3.13", "python3"].into_iter().find(is_it) else {
        // Straight to the descriptor: what `println!` gives libtest is shown only when a test fails.
        let _ = writeln!(io::stderr(), "skipped: CPython 3.13 is missing");
        return;
    };
    let script = source::root().join("tests/vectors/record/charsets.py");
    let output = Command::new(python).arg(script).output().expect("it was started before");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        written == source::read("src/codec/charsets.rs"),
        "src/codec/charsets.rs is not of this script"
    );
}

#[test]
fn every_single_byte_set_encodes_what_it_decodes() {
    let mut sets = 0;
    for label in source::read("src/codec/charsets.rs").lines().filter_map(|line| {
        let name = line.strip_prefix("        \"")?.strip_suffix("\",")?;
        (name.is_ascii() && name.len() < 20).then(|| name.to_owned())
    }) {
        let encoding = Encoding::for_label(&label).expect("a name of the table");
        assert_eq!(encoding.name(), label);
        sets += 1;
        for byte in 0..=255 {
            let mut text = String::new();
            let mut decoder = IncrementalDecoder::new(encoding, Errors::Strict);
            if decoder.decode(&[byte], true, &mut text).is_err() {
                continue;
            }
            let mut bytes = Vec::new();
            let mut encoder = IncrementalEncoder::new(encoding, Errors::Strict);
            encoder.encode(&text, &mut bytes).expect("a character of the set");
            let mut again = String::new();
            let mut decoder = IncrementalDecoder::new(encoding, Errors::Strict);
            decoder.decode(&bytes, true, &mut again).expect("a byte of the set");
            assert_eq!((again, bytes.len()), (text, 1), "{label} {byte:#x}");
        }
    }
    assert_eq!(sets, 70);
}

#[test]
fn names_are_found_as_python_finds_them() {
    for (label, name) in [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("U8", "utf-8"),
        ("Utf_8 Sig", "utf-8-sig"),
        ("latin-1", "iso8859-1"),
        ("ISO-8859-1", "iso8859-1"),
        ("l1", "iso8859-1"),
        ("cp819", "iso8859-1"),
        ("us-ascii", "ascii"),
        ("windows-1252", "cp1252"),
        ("IBM437", "cp437"),
        ("ebcdic-cp-us", "cp037"),
        ("koi8-r", "koi8-r"),
        ("macintosh", "mac-roman"),
        ("utf-16le", "utf-16-le"),
        ("UTF-32BE", "utf-32-be"),
    ] {
        assert_eq!(Encoding::for_label(label).map(Encoding::name), Ok(name), "{label}");
    }
    for label in ["", "utf-9", "latin-11", "base64", "rot13", "idna", "klingon"] {
        assert!(Encoding::for_label(label).is_err(), "{label}");
    }
}
