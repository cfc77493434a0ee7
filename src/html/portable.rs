//! The work of this module without `unsafe`: for other processors, and the twin that `simd` is tested against.

use std::ops::Range;

use super::reference::Place;
use super::specials::Specials;
use super::unescape;
use super::word::Word;

/// The bytes whose specials fit into one mask.
pub(super) const BLOCK: usize = 64;

/// The room that a block may need when it is escaped.
pub(super) const ESCAPED_BLOCK: usize = BLOCK * "&quot;".len();

/// Appends `text` escaped to `out`, or nothing and answers false if nothing is special in it.
pub(super) fn append(specials: &Specials, out: &mut Vec<u8>, text: &[u8]) -> bool {
    let growth = growth(specials, text);
    if growth > 0 {
        out.reserve(text.len() + growth + size_of::<Word>());
        let tail = each_special(specials, text, |run, special| {
            let written = &specials.written[usize::from(special)];
            out.extend_from_slice(&text[run]);
            // Eight bytes, then cut: a copy of fixed size is no call.
            out.extend_from_slice(written.bytes());
            out.truncate(out.len() - written.bytes().len() + written.len());
        });
        out.extend_from_slice(&text[tail..]);
    }
    growth > 0
}

/// Does as [`append`].
pub(super) fn append_str(specials: &Specials, out: &mut String, text: &str) -> bool {
    let growth = growth(specials, text.as_bytes());
    if growth > 0 {
        out.reserve(text.len() + growth);
        let tail = each_special(specials, text.as_bytes(), |run, special| {
            out.push_str(&text[run]);
            out.push_str(specials.reference(special));
        });
        out.push_str(&text[tail..]);
    }
    growth > 0
}

/// Returns the text that `text` means, or `None` if it has no reference.
pub(super) fn unescaped(text: &str, place: Place) -> Option<String> {
    let bytes = unescape::unescaped(text.as_bytes(), place)?;
    Some(String::from_utf8(bytes).expect("references are ASCII and mean whole characters"))
}

/// Returns how many bytes in front have no `&` among them, or a smaller number.
pub(super) fn plain_bytes(text: &[u8]) -> usize {
    let (blocks, _) = text.as_chunks::<BLOCK>();
    blocks.iter().take_while(|block| has_none(*block, |byte| byte == b'&')).count() * BLOCK
}

/// Returns a bit for each byte of `block` that is an `&`.
pub(super) fn ampersands(block: &[u8; BLOCK]) -> u64 {
    if has_none(block, |byte| byte == b'&') {
        return 0;
    }
    let bit = |(at, &byte)| u64::from(byte == b'&') << at;
    block.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit)
}

/// Writes `block`, which is at most a block, into `buffer`, escaped, and returns what was written; `None` if nothing is
/// special in it.
pub(super) fn escaped_block<'b>(
    specials: &Specials,
    block: &str,
    buffer: &'b mut [u8; ESCAPED_BLOCK],
) -> Option<&'b str> {
    let text = block.as_bytes();
    assert!(text.len() <= BLOCK, "a block has {BLOCK} bytes");
    let mut length = 0;
    let mut write = |bytes: &[u8]| {
        buffer[length..length + bytes.len()].copy_from_slice(bytes);
        length += bytes.len();
    };
    let tail = each_special(specials, text, |run, special| {
        write(&text[run]);
        write(specials.reference(special).as_bytes());
    });
    write(&text[tail..]);
    let written = || str::from_utf8(&buffer[..length]).expect("ASCII in the place of ASCII");
    (tail > 0).then(written)
}

/// Calls `write` with the run in front of each special and with the special; returns where the last run begins.
fn each_special(
    specials: &Specials,
    text: &[u8],
    mut write: impl FnMut(Range<usize>, u8),
) -> usize {
    let quotes = specials.contains(b'"');
    let mut done = 0;
    for (number, block) in text.chunks(BLOCK).enumerate() {
        if has_none(block, |byte| is_special(byte, quotes)) {
            continue;
        }
        for (at, &byte) in block.iter().enumerate() {
            if specials.contains(byte) {
                let at = number * BLOCK + at;
                write(done..at, byte);
                done = at + 1;
            }
        }
    }
    done
}

/// How many bytes longer the text becomes.
fn growth(specials: &Specials, text: &[u8]) -> usize {
    let quotes = specials.contains(b'"');
    // Sums in bytes, so that a vector holds many: 32 times the largest growth fits into one.
    let growth_of = |byte| {
        let quote = u8::from(byte == b'"' || byte == b'\'') & u8::from(quotes);
        quote * 5 + u8::from(byte == b'&') * 4 + u8::from(byte == b'<' || byte == b'>') * 3
    };
    // Arrays: a compiler unrolls what it knows the length of.
    let (parts, tail) = text.as_chunks::<32>();
    let of_part =
        |part: &[u8; 32]| usize::from(part.iter().map(|&byte| growth_of(byte)).sum::<u8>());
    let in_tail = tail.iter().filter(|&&byte| specials.contains(byte));
    parts.iter().map(of_part).sum::<usize>()
        + in_tail.map(|&byte| specials.growth(byte)).sum::<usize>()
}

/// In arithmetic, which a compiler makes vectors of; `Specials::contains` looks up.
fn is_special(byte: u8, quotes: bool) -> bool {
    let quote = (byte == b'"') | (byte == b'\'');
    (byte == b'&') | (byte == b'<') | (byte == b'>') | (quote & quotes)
}

/// Without a branch, for the same reason.
fn has_none(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |any, &byte| any | u8::from(is_wanted(byte))) == 0
}
