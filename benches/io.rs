//! The hot paths of `io`: lines and pieces of decoded text, and line endings written.

use std::hint::black_box;
use std::io;

use batteries::io::{Encoding, Newline, TextOptions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// About a megabyte of lines of 59 bytes.
fn text(word: &str) -> String {
    let mut line = word.repeat(58 / word.len());
    line.push('\n');
    line.repeat(1_000_000 / line.len())
}

fn lines(c: &mut Criterion) {
    let mut group = c.benchmark_group("io");
    let ascii = text("of words ");
    let mixed = text("größer 言葉 ");
    let crlf = ascii.replace('\n', "\r\n");
    let short = text("a\nb").replace('a', "a dozen bytes");
    let latin1: Vec<u8> = text("größer ").chars().map(|c| c as u8).collect();
    let utf16: Vec<u8> = mixed.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8], Encoding); 6] = [
        ("lines_ascii", ascii.as_bytes(), Encoding::UTF_8),
        ("lines_mixed", mixed.as_bytes(), Encoding::UTF_8),
        ("lines_crlf", crlf.as_bytes(), Encoding::UTF_8),
        ("lines_short", short.as_bytes(), Encoding::UTF_8),
        ("decode_latin1", &latin1, Encoding::LATIN_1),
        ("decode_utf16", &utf16, Encoding::UTF_16_LE),
    ];
    for (name, bytes, encoding) in cases {
        let options = TextOptions::new().with_encoding(encoding);
        let count = |bytes: &[u8]| {
            let mut reader = options.reader(bytes);
            let (mut lines, mut length) = (0, 0);
            while let Some(line) = reader.next_line().expect("text") {
                (lines, length) = (lines + 1, length + line.text().len());
            }
            (lines, length)
        };
        let (lines, length) = count(bytes);
        let mut whole = String::new();
        io::Read::read_to_string(&mut options.reader(bytes), &mut whole).expect("text");
        assert_eq!((lines, length + lines), (whole.lines().count(), whole.len()));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |b| b.iter(|| count(black_box(bytes))));
    }
    group.throughput(Throughput::Bytes(ascii.len() as u64));
    group.bench_function("write_crlf", |b| {
        b.iter(|| {
            let mut writer = TextOptions::new().newline(Newline::CrLf).writer(io::sink());
            for line in black_box(&ascii).split_inclusive('\n') {
                writer.write_str(line).expect("a sink takes all");
            }
            writer.finish().expect("a sink takes all")
        });
    });
    group.bench_function("chunks_mixed", |b| {
        b.iter(|| {
            let mut reader = TextOptions::new().reader(black_box(mixed.as_bytes()));
            let mut length = 0;
            while let Some(chunk) = reader.next_chunk().expect("text") {
                length += chunk.len();
            }
            assert_eq!(length, mixed.len());
        });
    });
    group.finish();
}

criterion_group!(benches, lines);
criterion_main!(benches);
