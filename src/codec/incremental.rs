//! A stream in pieces that somebody else brings.

use std::error::Error;
use std::fmt::{self, Display};

use super::decode::{Decoder, Stop};
use super::encode::{Encoder, Refused};
use super::encoding::Encoding;
use super::errors::{Errors, Reason};

/// Decodes bytes that come in pieces, wherever they are cut.
///
/// For what has a [`Read`](std::io::Read) there is [`TextReader`](crate::io::TextReader); this is for what has none.
///
/// # Examples
///
/// ```
/// use batteries::io::{Encoding, Errors, IncrementalDecoder};
///
/// let mut decoder = IncrementalDecoder::new(Encoding::UTF_8, Errors::Strict);
/// let mut text = String::new();
/// for byte in "héé".as_bytes() {
///     decoder.decode(&[*byte], false, &mut text)?;
/// }
/// decoder.decode(b"", true, &mut text)?;
/// assert_eq!(text, "héé");
/// # Ok::<(), batteries::io::Malformed>(())
/// ```
#[doc(alias = "getincrementaldecoder")]
#[derive(Debug, Clone)]
pub struct IncrementalDecoder {
    decoder: Decoder,
    errors: Errors,
    /// The beginning of a character.
    held: Vec<u8>,
}

impl IncrementalDecoder {
    /// Makes a decoder for the start of a stream.
    #[must_use]
    pub fn new(encoding: Encoding, errors: Errors) -> Self {
        let decoder = Decoder::new(encoding, errors == Errors::RoundTrip);
        Self { decoder, errors, held: Vec::new() }
    }

    /// Appends the text of `bytes` to `out`; `last` says that the stream ends with them.
    ///
    /// A character that has only begun is held back until the rest of it comes.
    ///
    /// # Errors
    ///
    /// [`Malformed`] at bytes that are no text, where the policy does not say what becomes of them. The text before them has
    /// been appended, the bytes themselves are dropped, and what is behind them is held back: going on with no bytes at all
    /// gives the text of it.
    pub fn decode(&mut self, bytes: &[u8], last: bool, out: &mut String) -> Result<(), Malformed> {
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(bytes);
        let mut at = 0;
        let mut room = vec![0; Decoder::room(input.len().min(8192))];
        loop {
            let end = input.len().min(at + 8192);
            let is_whole = last && end == input.len();
            let step = self.decoder.decode(&input[at..end], is_whole, &mut room);
            // The decoder writes whole characters of UTF-8 and nothing else; to look again costs little.
            out.push_str(str::from_utf8(&room[..step.written]).expect("UTF-8 from a decoder"));
            at += step.read;
            match step.stop {
                Stop::Input if end == input.len() => {
                    self.held = input.split_off(at);
                    return Ok(());
                }
                Stop::Input => {}
                Stop::Malformed { length, reason } => {
                    let sequence = &input[at..at + length];
                    let stand_in = match reason {
                        Reason::NO_BYTE_ORDER_MARK => None,
                        _ => self.errors.decode(sequence, out),
                    };
                    let Some(length) = stand_in else {
                        let error = Malformed::new(self.decoder.encoding(), sequence, reason);
                        let length = reason.dropped(sequence.len());
                        self.held = input.split_off(at + length);
                        return Err(error);
                    };
                    at += length;
                }
            }
        }
    }

    /// Returns the bytes that are held back.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.held
    }
}

/// Says which bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    encoding: Encoding,
    bytes: Vec<u8>,
    reason: Reason,
}

impl Malformed {
    pub(crate) fn new(encoding: Encoding, bytes: &[u8], reason: Reason) -> Self {
        Self { encoding, bytes: bytes.to_vec(), reason }
    }

    /// Returns the encoding that they were read in.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns the bytes, one to four.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what is wrong with them, in CPython's words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason.text()
    }
}

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { encoding, bytes, reason } = self;
        write!(f, "\"{}\" is no {encoding}: {}", bytes.escape_ascii(), reason.text())
    }
}

impl Error for Malformed {}

/// Encodes text that comes in pieces.
///
/// # Examples
///
/// ```
/// use batteries::io::{Encoding, Errors, IncrementalEncoder};
///
/// let mut encoder = IncrementalEncoder::new(Encoding::UTF_16, Errors::Strict);
/// let mut bytes = Vec::new();
/// encoder.encode("a", &mut bytes)?;
/// encoder.encode("b", &mut bytes)?;
/// assert_eq!(bytes, b"\xff\xfea\0b\0");
/// # Ok::<(), batteries::io::Unencodable>(())
/// ```
#[doc(alias = "getincrementalencoder")]
#[derive(Debug, Clone)]
pub struct IncrementalEncoder(Encoder);

impl IncrementalEncoder {
    /// Makes an encoder for the start of a stream, where the byte order mark stands.
    #[must_use]
    pub fn new(encoding: Encoding, errors: Errors) -> Self {
        Self(Encoder::new(encoding, errors))
    }

    /// Appends the bytes of `text`.
    ///
    /// # Errors
    ///
    /// [`Unencodable`] at a character that the encoding has not, where the policy does not say what becomes of it. Nothing of
    /// `text` has been appended then.
    pub fn encode(&mut self, text: &str, out: &mut Vec<u8>) -> Result<(), Unencodable> {
        self.0
            .encode(text, out)
            .map_err(|refused| Unencodable::new(self.0.encoding(), text, refused))
    }
}

/// Says which character an encoding has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unencodable {
    encoding: Encoding,
    character: char,
    position: usize,
    reason: Reason,
}

impl Unencodable {
    pub(crate) fn new(encoding: Encoding, text: &str, Refused { at, reason }: Refused) -> Self {
        let character = text[at..].chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
        Self { encoding, character, position: at, reason }
    }

    /// Says that the character begins elsewhere.
    pub(crate) fn at(self, position: usize) -> Self {
        Self { position, ..self }
    }

    /// Returns the encoding that has it not.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns the character.
    #[must_use]
    pub fn character(&self) -> char {
        self.character
    }

    /// Returns at which byte of the text the character begins.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns what is wrong with it, in CPython's words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason.text()
    }
}

impl Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { encoding, character, position, reason } = self;
        let reason = reason.text();
        write!(f, "{encoding} has no {character:?} (at byte {position} of the text): {reason}")
    }
}

impl Error for Unencodable {}
