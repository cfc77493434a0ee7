//! What goes over a worker's socket: frames, and values in postcard's format.
//!
//! A frame is a head of 40 bytes and a payload. Both ends are the same program on the same machine, so the numbers are in the
//! machine's own byte order. There is one request at a time and one answer to each; nothing is ever sent ahead.
//!
//! | Frame | Words | Payload |
//! |---|---|---|
//! | `Setup` | the initializer | settings, then the initializer's argument |
//! | `Ledger` | its length in bytes | (a file, beside the bytes) |
//! | `Call` | the function | its argument |
//! | `Stop` | | |
//! | `Hello` | | |
//! | `Value` | | the result |
//! | `Panicked` | | message, location, backtrace, thread |
//! | `Encode`, `Decode`, `Mismatch` | | a text |

use std::any::type_name;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::bytes::Bytes;
use super::strict::{self, Strict};

/// Bytes of a frame's head.
pub(super) const HEAD: usize = 40;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// To a new worker: how it is to be.
    Setup,
    /// To a worker: a file to note its progress in. Not answered.
    Ledger,
    /// To a worker: a task.
    Call,
    /// To a worker: end in good order.
    Stop,
    /// From a worker: it is one. Its first word.
    Hello,
    /// From a worker: the task returned.
    Value,
    /// From a worker: the task panicked.
    Panicked,
    /// From a worker: the result cannot be encoded.
    Encode,
    /// From a worker: the argument cannot be decoded.
    Decode,
    /// From a worker: it is not the program that started it.
    Mismatch,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Setup,
        Self::Ledger,
        Self::Call,
        Self::Stop,
        Self::Hello,
        Self::Value,
        Self::Panicked,
        Self::Encode,
        Self::Decode,
        Self::Mismatch,
    ];
}

/// A frame's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) len: u64,
    pub(super) words: [u64; 3],
}

impl Head {
    pub(super) fn to_bytes(self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let kind = Kind::ALL.iter().position(|&kind| kind == self.kind);
        bytes[0] = kind.and_then(|k| u8::try_from(k).ok()).unwrap_or(u8::MAX);
        let numbers = [self.len].into_iter().chain(self.words);
        for (place, number) in bytes[8..].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_ne_bytes());
        }
        bytes
    }

    /// `None` for bytes that are no head.
    pub(super) fn from_bytes(bytes: &[u8; HEAD]) -> Option<Self> {
        let kind = *Kind::ALL.get(usize::from(bytes[0]))?;
        let mut numbers = [0; 4];
        for (number, place) in numbers.iter_mut().zip(bytes[8..].chunks_exact(8)) {
            *number = u64::from_ne_bytes(place.try_into().ok()?);
        }
        let [len, words @ ..] = numbers;
        Some(Self { kind, len, words })
    }
}

/// A new worker's settings: the identity of the program that starts it, whether panics come with a backtrace, the limit of its
/// memory in bytes, and the argument of its initializer.
pub(super) type Setup = (Vec<u8>, bool, Option<u64>, Bytes);

/// Starts a frame whose payload will be appended.
pub(super) fn open(capacity: usize) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEAD + capacity);
    frame.resize(HEAD, 0);
    frame
}

/// Writes the head of a frame whose payload is complete.
pub(super) fn close(frame: &mut [u8], kind: Kind, words: [u64; 3]) {
    let len = (frame.len() - HEAD) as u64;
    frame[..HEAD].copy_from_slice(&Head { kind, len, words }.to_bytes());
}

struct Append<'v>(&'v mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.push(data);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Appends `value`; on an error what was appended is taken away again.
pub(super) fn encode<T: Serialize>(value: &T, to: &mut Vec<u8>) -> Result<(), String> {
    let before = to.len();
    let mut serializer = postcard::Serializer { output: Append(to) };
    value.serialize(Strict(&mut serializer)).map_err(|e| {
        to.truncate(before);
        match strict::take_skipped() {
            Some(field) => format!(
                "{}: the field `{field}` is left out (`skip_serializing_if`), and the format \
                 cannot tell that from the next field",
                type_name::<T>()
            ),
            None => complaint::<T>(e),
        }
    })
}

/// Reads a value that fills `bytes`.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(format!("{}: {} bytes are left over", type_name::<T>(), rest.len())),
        Err(e) => Err(complaint::<T>(e)),
    }
}

/// postcard forgets what the type's own code said, so the type's name is the best hint there is.
fn complaint<T>(error: postcard::Error) -> String {
    use postcard::Error;
    let why = match error {
        Error::SerializeSeqLengthUnknown => {
            "a sequence or map does not know its length (is there a `flatten` in it?)"
        }
        Error::WontImplement => {
            "the format is not self-describing (no `untagged`, no `flatten`, no value of any type)"
        }
        Error::SerdeSerCustom => "its Serialize reported an error",
        Error::SerdeDeCustom => "its Deserialize reported an error",
        Error::DeserializeUnexpectedEnd => "the bytes end too early",
        other => return format!("{}: {other}", type_name::<T>()),
    };
    format!("{}: {why}", type_name::<T>())
}

/// A piece of a chunk's payload: the bytes of one argument or result, with their length in front, so that one that cannot be
/// read does not cost those behind it.
///
/// A piece that cannot be written leaves nothing behind.
pub(super) fn piece<E>(
    to: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let at = to.len();
    to.extend_from_slice(&[0; PIECE]);
    if let Err(e) = write(to) {
        to.truncate(at);
        return Err(e);
    }
    let len = (to.len() - at - PIECE) as u64;
    to[at..at + PIECE].copy_from_slice(&len.to_ne_bytes());
    Ok(())
}

/// Bytes in front of a piece.
pub(super) const PIECE: usize = 8;

/// The pieces of a chunk's payload; ends early where the bytes do.
pub(super) fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = bytes.split_first_chunk::<PIECE>()?;
        let len = usize::try_from(u64::from_ne_bytes(*len)).ok()?;
        let piece = rest.get(..len)?;
        bytes = &rest[len..];
        Some(piece)
    })
}

/// Takes the first `n` pieces out of a frame.
pub(super) fn skip_pieces(frame: &mut Vec<u8>, n: usize) {
    let bytes: usize = pieces(&frame[HEAD..]).take(n).map(|piece| PIECE + piece.len()).sum();
    frame.drain(HEAD..HEAD + bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_comes_back() {
        for kind in Kind::ALL {
            let head = Head { kind, len: u64::MAX - 1, words: [1, 0, u64::MAX] };
            assert_eq!(Head::from_bytes(&head.to_bytes()), Some(head));
        }
        assert_eq!(Head::from_bytes(&[0xff; HEAD]), None);
    }

    #[test]
    fn a_value_comes_back_or_names_its_type() {
        let mut bytes = vec![7];
        encode(&("spam", Some(3_u64)), &mut bytes).unwrap();
        assert_eq!(decode::<(String, Option<u64>)>(&bytes[1..]), Ok(("spam".into(), Some(3))));
        bytes.push(0);
        let error = decode::<(String, Option<u64>)>(&bytes[1..]).unwrap_err();
        assert!(error.ends_with("Option<u64>): 1 bytes are left over"), "{error}");
        assert!(decode::<String>(&[5, b'a']).unwrap_err().contains("end too early"));
    }

    #[test]
    fn a_field_that_is_left_out_is_an_error_wherever_it_is() {
        struct Crop(Option<u8>);
        impl Serialize for Crop {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;

                let mut fields = serializer.serialize_struct("Crop", 2)?;
                match &self.0 {
                    Some(crop) => fields.serialize_field("crop", crop)?,
                    None => fields.skip_field("crop")?,
                }
                fields.end()
            }
        }
        let mut bytes = vec![1];
        encode(&[Some(Crop(Some(7)))], &mut bytes).unwrap();
        assert_eq!(bytes, [1, 1, 7]);
        let error = encode(&(1, [Some(Crop(None))]), &mut bytes).unwrap_err();
        assert!(error.contains("`crop` is left out (`skip_serializing_if`)"), "{error}");
        assert_eq!(bytes, [1, 1, 7]);
    }

    #[test]
    fn pieces_come_back_and_end_where_the_bytes_do() {
        let mut bytes = Vec::new();
        for text in ["", "a", "bcd"] {
            let write = |to: &mut Vec<u8>| {
                to.extend_from_slice(text.as_bytes());
                Ok::<(), ()>(())
            };
            piece(&mut bytes, write).unwrap();
        }
        assert_eq!(piece(&mut bytes, |_| Err(7)), Err(7));
        assert_eq!(pieces(&bytes).collect::<Vec<_>>(), [&b""[..], b"a", b"bcd"]);
        bytes.pop();
        assert_eq!(pieces(&bytes).count(), 2);
    }
}
