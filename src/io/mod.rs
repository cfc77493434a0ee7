//! Text in and out: Python's `io`.

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
