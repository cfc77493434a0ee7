//! The East Asian encodings, in the flavour of the WHATWG, by `encoding_rs`.

use encoding_rs::{DecoderResult, EncoderResult};

use super::decode::Step;
use super::encode::Refused;
use super::errors::{Reason, find_escape};

const ILLEGAL: Reason = Reason("illegal multibyte sequence");
const INCOMPLETE: Reason = Reason("incomplete multibyte sequence");

/// An encoding of one to four bytes for a character.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum EastAsian {
    ShiftJis,
    Cp932,
    EucJp,
    Gbk,
    Gb18030,
    Big5,
    EucKr,
    Cp949,
}

impl EastAsian {
    pub(super) fn for_name(name: &str) -> Option<Self> {
        Some(match name {
            "shift_jis" => Self::ShiftJis,
            "cp932" => Self::Cp932,
            "euc_jp" => Self::EucJp,
            "gbk" => Self::Gbk,
            "gb18030" => Self::Gb18030,
            "big5" => Self::Big5,
            "euc_kr" => Self::EucKr,
            "cp949" => Self::Cp949,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ShiftJis => "shift_jis",
            Self::Cp932 => "cp932",
            Self::EucJp => "euc_jp",
            Self::Gbk => "gbk",
            Self::Gb18030 => "gb18030",
            Self::Big5 => "big5",
            Self::EucKr => "euc_kr",
            Self::Cp949 => "cp949",
        }
    }

    fn encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::ShiftJis | Self::Cp932 => encoding_rs::SHIFT_JIS,
            Self::EucJp => encoding_rs::EUC_JP,
            Self::Gbk => encoding_rs::GBK,
            Self::Gb18030 => encoding_rs::GB18030,
            Self::Big5 => encoding_rs::BIG5,
            Self::EucKr | Self::Cp949 => encoding_rs::EUC_KR,
        }
    }

    /// Decodes whole characters, as if there had been nothing before: none of these encodings has a memory.
    pub(super) fn decode(self, input: &[u8], last: bool, reserve: bool, out: &mut [u8]) -> Step {
        let step = self.decode_without_reserve(input, last, out);
        if !reserve || find_escape(&out[..step.written]).is_none() {
            return step;
        }
        // Only gb18030 has these characters. Which bytes they were is found by feeding fewer, which nobody will have to wait for.
        let mut before = 0;
        for end in 1..=input.len() {
            let step = self.decode_without_reserve(&input[..end], false, out);
            if find_escape(&out[..step.written]).is_some() {
                let step = self.decode_without_reserve(&input[..before], false, out);
                return Step::malformed(before, step.written, end - before, Reason::RESERVED);
            }
            before = step.read;
        }
        step
    }

    fn decode_without_reserve(self, input: &[u8], last: bool, out: &mut [u8]) -> Step {
        let mut decoder = self.encoding().new_decoder_without_bom_handling();
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(input, out, false);
        let (end, length) = match result {
            DecoderResult::Malformed(length, behind) => {
                (read - usize::from(behind), usize::from(length))
            }
            // `out` has room for all of it; without, what is left is asked for again.
            DecoderResult::OutputFull => return Step::new(read, written),
            DecoderResult::InputEmpty => {
                // Is there a character that has only begun?
                let rest = &mut out[written..];
                match decoder.decode_to_utf8_without_replacement(b"", rest, true) {
                    (DecoderResult::Malformed(length, _), ..) if !last => {
                        let read = read - usize::from(length);
                        return Step::new(read, written);
                    }
                    (DecoderResult::Malformed(length, _), ..) => {
                        let length = usize::from(length);
                        let reason = INCOMPLETE;
                        return Step::malformed(read - length, written, length, reason);
                    }
                    _ => return Step::new(read, written),
                }
            }
        };
        Step::malformed(end - length, written, length, ILLEGAL)
    }

    /// Appends what it can of `text`.
    pub(super) fn encode(self, text: &str, out: &mut Vec<u8>) -> Option<Refused> {
        // The WHATWG writes GBK with the encoder of gb18030, but for four bytes.
        let mut encoder = self.encoding().new_encoder();
        let mut at = 0;
        loop {
            let rest = &text[at..];
            out.reserve(rest.len().max(16) * 2);
            let (result, read) =
                encoder.encode_from_utf8_to_vec_without_replacement(rest, out, true);
            at += read;
            match result {
                EncoderResult::InputEmpty => return None,
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(c) => {
                    let at = at - c.len_utf8();
                    return Some(Refused { at, reason: ILLEGAL });
                }
            }
        }
    }
}
