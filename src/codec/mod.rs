//! Character sets: bytes into text and back, piece by piece, with Python's error policies.
//!
//! [`Decoder`] and [`Encoder`] do the work and decide nothing: they stop in front of what cannot be decoded or encoded.
//! [`Errors`] says what becomes of that, and [`IncrementalDecoder`] and [`IncrementalEncoder`] put the two together.

mod encoding;
mod errors;
mod incremental;

mod decode;
mod encode;

mod charmap;
mod charsets;
mod utf16;
mod utf32;
mod utf8;

#[cfg(feature = "cjk")]
mod east_asian;
#[cfg(not(feature = "cjk"))]
#[path = "no_east_asian.rs"]
mod east_asian;

#[cfg(feature = "unicode-names")]
mod names;

pub(crate) use decode::{Decoder, Stop};
pub(crate) use encode::Encoder;
pub use encoding::{Encoding, UnknownEncoding};
pub(crate) use errors::Reason;
pub use errors::{CharacterNames, Errors, UnknownErrors};
pub use incremental::{IncrementalDecoder, IncrementalEncoder, Malformed, Unencodable};
