//! Text in and out of files, sockets and memory: Python's `io`.
//!
//! A [`TextReader`] makes text of any source of bytes, a [`TextWriter`] bytes of text for any sink: in 80 encodings, with Python's
//! newline modes and error policies, and with CPython's results, however the bytes are cut.
//!
//! ```
//! use batteries::io::TextOptions;
//!
//! // Count the words of a file from another machine.
//! let source = &b"Caf\x82 au lait\r\nth\x82 vert\r\n"[..];
//! let mut reader = TextOptions::new().encoding("cp437")?.reader(source);
//! let mut words = 0;
//! while let Some(line) = reader.next_line()? {
//!     words += line.split_whitespace().count();
//!     assert!(line.contains('é'));
//! }
//! assert_eq!(words, 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which part for what
//!
//! | You want | Use |
//! |---|---|
//! | the lines of a file, fast | [`TextReader::next_line`], [`TextReader::for_each_line`] |
//! | lines of your own | [`TextReader::lines`] |
//! | a piece of text at a time, or characters | [`TextReader::next_chunk`], [`TextReader::read_chars`] |
//! | csv, JSON or XML in an encoding that its parser does not know | a [`TextReader`]: it is a [`BufRead`](std::io::BufRead) of UTF-8 |
//! | a whole file | [`read_text`], [`write_text`], [`open`] |
//! | to change a file and nothing of its style | [`TextFile`] |
//! | to write another encoding, or other line endings | [`TextWriter`] |
//! | bytes that come in pieces, without a `Read` | [`IncrementalDecoder`], [`IncrementalEncoder`], [`IncrementalNewlineDecoder`] |
//! | to look at bytes before reading them | [`PeekReader`] |
//! | to read and write one file through one buffer | [`BufRandom`] |
//! | a text in memory that is a file | [`StringIo`] |
//!
//! # What can be relied on
//!
//! - **No chunk is special.** A character, a `\r\n` or a byte order mark may be cut anywhere by the source: the result is the same.
//! - **What is delivered is UTF-8**, checked once for each buffer.
//! - **An error loses nothing.** All text in front of malformed bytes comes first, the error says where they are and reading can go
//!   on behind them; a sink that fails is offered the rest again.
//! - **Memory is bounded** by the longest line, and that by [`TextOptions::max_line`].
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `open(p, encoding="latin-1")` | [`open(p).encoding("latin-1")?.read()?`](Open::read); UTF-8 without, on every platform |
//! | `open(p, "w")`, `"a"`, `"x"` | [`write`](Open::write), [`append`](Open::append), [`create_new`](Open::create_new) |
//! | `open(p).read()`, `Path.read_text()` | [`read_text(p)?`](read_text) |
//! | `Path.write_text(s)` | [`write_text(p, s)?`](write_text), which replaces the file whole or not at all |
//! | `TextIOWrapper(raw, encoding, errors, newline)` | [`TextOptions::reader`], [`TextOptions::writer`] |
//! | `for line in f` | `while let Some(line) = f.next_line()?`; [`Line::translated`] is what Python's line is |
//! | `f.readline(n)`, `f.read(n)` | [`read_line_chars`](TextReader::read_line_chars), [`read_chars`](TextReader::read_chars) |
//! | `newline=None`, `''`, `'\n'`, `'\r'`, `'\r\n'` | [`Newline::Universal`], [`UniversalKeep`](Newline::UniversalKeep), [`Lf`](Newline::Lf), [`Cr`](Newline::Cr), [`CrLf`](Newline::CrLf) |
//! | `errors="surrogateescape"` | [`Errors::RoundTrip`] |
//! | `f.newlines` | [`TextReader::newlines`] |
//! | `f.tell()`, `f.seek(cookie)` | [`TextReader::position`], [`TextReader::seek`], also between lines |
//! | `f.reconfigure(...)` | [`TextReader::reconfigure`], the `set_` methods of [`TextWriter`] |
//! | `f.detach()` | [`TextReader::into_inner`], [`TextWriter::finish`] |
//! | `StringIO`, `BytesIO` | [`StringIo`], [`std::io::Cursor`] |
//! | `BufferedReader.peek`, `read1`, `readinto` | [`PeekReader`] |
//! | `BufferedRandom` | [`BufRandom`] |
//! | `UnicodeDecodeError`, `UnicodeEncodeError` | [`DecodeError`], [`EncodeError`], inside an [`io::Error`](std::io::Error) |
//! | `codecs.getincrementaldecoder(e)(errors)` | [`IncrementalDecoder::new`] |
//!
//! # Features
//!
//! `cjk` adds `shift_jis`, `cp932`, `euc_jp`, `gbk`, `gb18030`, `big5`, `euc_kr` and `cp949`, in the flavour of the WHATWG; `unicode-names`
//! adds `Errors::name_replace`.
//!
//! # Speed
//!
//! UTF-8 is checked where it was read, a buffer at a time, and all line ends of a buffer are found in one pass (AVX2, found while
//! the program runs); a line is then two numbers. Bench ids `io/*`, figures and rivals in `docs/benchmarks.md`.

mod options;

mod line;
mod position;
mod reader;
mod source_map;
mod window;

mod writer;

mod file;

mod buf_random;
mod peek_reader;
mod string_io;

mod error;
mod newline;

#[cfg(unix)]
#[path = "unix.rs"]
mod platform;
#[cfg(not(unix))]
#[path = "windows.rs"]
mod platform;

mod portable;
#[cfg(target_arch = "x86_64")]
mod simd;
#[cfg(all(test, target_arch = "x86_64"))]
mod twins;

#[cfg(not(target_arch = "x86_64"))]
use portable as fast;
#[cfg(target_arch = "x86_64")]
use simd as fast;

pub use crate::codec::{
    CharacterNames, Encoding, Errors, IncrementalDecoder, IncrementalEncoder, Malformed,
    Unencodable, UnknownEncoding, UnknownErrors,
};
pub use buf_random::BufRandom;
pub use error::{DecodeError, EncodeError, LineTooLong};
pub use file::{Open, TextFile, open, read_text, write_text};
pub use line::Line;
pub use newline::{Ending, IncrementalNewlineDecoder, Newline, NewlineSet, NewlineTranslation};
pub use options::{Bom, TextOptions};
pub use peek_reader::PeekReader;
pub use position::Position;
pub use reader::{Lines, TextReader};
pub use string_io::StringIo;
pub use writer::{FinishError, TextWriter};
