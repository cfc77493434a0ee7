//! Each reads lines as its documentation says.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use ::bstr::io::BufReadExt;
use ::encoding_rs_io::DecodeReaderBytesBuilder;
use ::linereader::LineReader;

use batteries::io::{Encoding, TextOptions};

use super::inputs::{Kind, Sums};

const BUFFER: usize = 64 * 1024;

impl Sums {
    #[inline]
    fn add(&mut self, length: usize) {
        self.lines += 1;
        self.bytes += length as u64;
    }
}

pub(super) fn batteries(file: File, kind: Kind) -> io::Result<Sums> {
    let encoding = match kind {
        Kind::Latin1 => Encoding::LATIN_1,
        Kind::Utf16 => Encoding::UTF_16_LE,
        _ => Encoding::UTF_8,
    };
    let mut reader = TextOptions::new().with_encoding(encoding).reader(file);
    let mut sums = Sums::default();
    while let Some(line) = reader.next_line()? {
        sums.add(line.text().len());
    }
    Ok(sums)
}

pub(super) fn std_lines(file: File, _: Kind) -> io::Result<Sums> {
    let mut sums = Sums::default();
    for line in BufReader::with_capacity(BUFFER, file).lines() {
        sums.add(line?.len());
    }
    Ok(sums)
}

pub(super) fn std_read_line(file: File, _: Kind) -> io::Result<Sums> {
    read_line(BufReader::with_capacity(BUFFER, file))
}

fn read_line(mut reader: impl BufRead) -> io::Result<Sums> {
    let mut sums = Sums::default();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        sums.add(line.trim_end_matches(['\r', '\n']).len());
        line.clear();
    }
    Ok(sums)
}

/// Does not check that the bytes are text.
pub(super) fn bstr(file: File, _: Kind) -> io::Result<Sums> {
    let mut sums = Sums::default();
    BufReader::with_capacity(BUFFER, file).for_byte_line(|line| {
        sums.add(line.len());
        Ok(true)
    })?;
    Ok(sums)
}

/// Does not check that the bytes are text.
pub(super) fn linereader(file: File, _: Kind) -> io::Result<Sums> {
    let mut sums = Sums::default();
    let mut reader = LineReader::with_capacity(BUFFER, file);
    while let Some(line) = reader.next_line() {
        sums.add(line?.trim_ascii_end().len());
    }
    Ok(sums)
}

pub(super) fn encoding_rs_io(file: File, kind: Kind) -> io::Result<Sums> {
    let encoding = match kind {
        Kind::Latin1 => ::encoding_rs::WINDOWS_1252,
        Kind::Utf16 => ::encoding_rs::UTF_16LE,
        _ => ::encoding_rs::UTF_8,
    };
    let decoder = DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(file);
    read_line(BufReader::with_capacity(BUFFER, decoder))
}

/// Only reads.
pub(super) fn floor(mut file: File, _: Kind) -> io::Result<Sums> {
    let mut buffer = vec![0; BUFFER];
    let mut sums = Sums::default();
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(sums),
            count => sums.bytes += count as u64,
        }
    }
}
