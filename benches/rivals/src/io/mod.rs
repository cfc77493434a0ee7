//! `io`: lines of text files, decoded text, and line endings written.
//!
//! A file has 100 MB and is in the page cache. Every implementation reads it with 64 KiB at a time, adds up the lines and the bytes of
//! their text, and is right when both sums are.

mod inputs;
mod peers;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::LazyLock;
use std::time::Instant;

use batteries::io::{Newline, TextOptions};

use crate::case::{Better, Case, Failure, Sizes, check};

use inputs::{Kind, Sums};

/// Megabytes of a file.
const MEGABYTES: Sizes = Sizes { full: 100, smoke: 1 };

/// The CPython side of all cases, behind the folder of the files.
static SCRIPT: LazyLock<&'static str> = LazyLock::new(|| {
    let script = format!("FOLDER = {:?}\n{}", inputs::folder(), include_str!("io.py"));
    Box::leak(script.into_boxed_str())
});

pub(crate) fn cases() -> Vec<Case> {
    vec![
        lines::<{ Kind::Ascii as u8 }>(
            "io/lines_ascii",
            "Read the lines of 100 MB of ASCII, 59 bytes each, as text that has been checked.",
            "lines_ascii",
        ),
        lines::<{ Kind::Mixed as u8 }>(
            "io/lines_mixed",
            "Read the lines of 100 MB of UTF-8 in several scripts, 70 bytes each.",
            "lines_mixed",
        ),
        lines::<{ Kind::CrLf as u8 }>(
            "io/lines_crlf",
            "Read the lines of 100 MB of ASCII that end in CR LF.",
            "lines_crlf",
        ),
        lines::<{ Kind::Short as u8 }>(
            "io/lines_short",
            "Read the lines of 100 MB of ASCII, 13 bytes each.",
            "lines_short",
        ),
        decode::<{ Kind::Latin1 as u8 }>(
            "io/decode_latin1",
            "Read the lines of 100 MB of Latin-1, one character in 25 beyond ASCII.",
            "decode_latin1",
        ),
        decode::<{ Kind::Utf16 as u8 }>(
            "io/decode_utf16",
            "Read the lines of 100 MB of UTF-16, little-endian, in several scripts.",
            "decode_utf16",
        ),
        write(),
    ]
}

fn lines<const KIND: u8>(name: &'static str, about: &'static str, operation: &'static str) -> Case {
    Case::new(name, about, "MB/s", Better::Higher, MEGABYTES)
        .here("batteries", |size| read::<KIND>(size, peers::batteries))
        .here("std", |size| read::<KIND>(size, peers::std_lines))
        .here("std_read_line", |size| read::<KIND>(size, peers::std_read_line))
        .here("bstr", |size| read::<KIND>(size, peers::bstr))
        .here("linereader", |size| read::<KIND>(size, peers::linereader))
        .here("encoding_rs_io", |size| read::<KIND>(size, peers::encoding_rs_io))
        .here("floor", |size| read::<KIND>(size, peers::floor))
        .python(*SCRIPT, operation, MEGABYTES)
        .also_against("batteries", "std")
        .also_against("batteries", "bstr")
}

fn decode<const KIND: u8>(
    name: &'static str,
    about: &'static str,
    operation: &'static str,
) -> Case {
    Case::new(name, about, "MB/s", Better::Higher, MEGABYTES)
        .here("batteries", |size| read::<KIND>(size, peers::batteries))
        .here("encoding_rs_io", |size| read::<KIND>(size, peers::encoding_rs_io))
        .here("floor", |size| read::<KIND>(size, peers::floor))
        .python(*SCRIPT, operation, MEGABYTES)
}

fn write() -> Case {
    Case::new(
        "io/write_crlf",
        "Write 100 MB in lines of 59 bytes that end in LF, with CR LF, to a sink that only counts.",
        "MB/s",
        Better::Higher,
        MEGABYTES,
    )
    .here("batteries", |size| {
        written(size, |lines, sink| {
            let mut writer = TextOptions::new().newline(Newline::CrLf).writer(sink);
            for line in lines.split_inclusive('\n') {
                writer.write_str(line)?;
            }
            Ok(writer.finish()?)
        })
    })
    .here("std_replace", |size| {
        written(size, |lines, sink| {
            let mut writer = BufWriter::with_capacity(64 * 1024, sink);
            for line in lines.split_inclusive('\n') {
                writer.write_all(line.replace('\n', "\r\n").as_bytes())?;
            }
            Ok(writer.into_inner()?)
        })
    })
    .here("std_two_writes", |size| {
        written(size, |lines, sink| {
            let mut writer = BufWriter::with_capacity(64 * 1024, sink);
            for line in lines.lines() {
                writer.write_all(line.as_bytes())?;
                writer.write_all(b"\r\n")?;
            }
            Ok(writer.into_inner()?)
        })
    })
    .python(*SCRIPT, "write_crlf", MEGABYTES)
    .also_against("batteries", "std_replace")
}

/// Megabytes of the source a second.
fn read<const KIND: u8>(
    megabytes: u64,
    work: fn(File, Kind) -> io::Result<Sums>,
) -> Result<f64, Failure> {
    let broken = |error: io::Error| Failure::Wrong(error.to_string());
    let kind = Kind::ALL[usize::from(KIND)];
    let input = inputs::file(kind, megabytes).map_err(|why| Failure::CannotRun(why.to_string()))?;
    let file = File::open(&input.path).map_err(broken)?;
    let start = Instant::now();
    let sums = work(file, kind).map_err(broken)?;
    let seconds = start.elapsed().as_secs_f64();
    // Who reads no lines has only the bytes of the file.
    check(sums == input.sums || sums == Sums { lines: 0, bytes: input.bytes }, true)?;
    Ok(input.bytes as f64 / 1e6 / seconds)
}

/// Counts what it is given, so that nobody leaves the work out.
#[derive(Default)]
struct Counting {
    bytes: u64,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(
    megabytes: u64,
    work: fn(&str, Counting) -> io::Result<Counting>,
) -> Result<f64, Failure> {
    // CPython takes its lines from the file.
    inputs::file(Kind::Ascii, megabytes).map_err(|why| Failure::CannotRun(why.to_string()))?;
    let text = inputs::text(Kind::Ascii, megabytes);
    let start = Instant::now();
    let sink = work(&text, Counting::default()).map_err(|e| Failure::Wrong(e.to_string()))?;
    let seconds = start.elapsed().as_secs_f64();
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    check(sink.bytes, (text.len() + lines) as u64)?;
    Ok(text.len() as f64 / 1e6 / seconds)
}
