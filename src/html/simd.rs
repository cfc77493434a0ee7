//! The work of this module with the vector instructions of x86-64: the one file with `unsafe`.
//!
//! Escaping takes two passes. The first adds up how much longer the text becomes; where that is nothing there is no
//! second, else the memory is asked for once and in the right size. The second looks at [`BLOCK`] bytes at a time, as a
//! mask with a bit for each special:
//!
//! ```text
//! no bit       copy the block
//! some bits    for each: copy a fixed 32 bytes, step on by the run in front of the special;
//!              write the eight bytes of the reference, step on by its length
//! many bits    for each byte: write the eight bytes that stand for it, step on by their length
//! ```
//!
//! What is copied too much is overwritten by what follows. A copy of fixed size is a load and a store; one of the right
//! size is a call, and a branch that the processor cannot foresee. So a write may reach [`SLACK`] bytes past its end, which
//! the memory has, and a read past the end of a block, which the last block of a text is moved for.
//!
//! AVX2 is looked for while the program runs. SSE2, which every x86-64 has, does the texts of one block, where setting up
//! more costs more than it saves. Without AVX2 longer texts are [`portable`]'s.

#![expect(
    unsafe_code,
    reason = "raw loads and stores: 5.8 GB/s of a page against 1.6 of the safe twin, 2.5 of unescaped CJK against 0.6"
)]

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8,
    _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm256_add_epi8, _mm256_add_epi64,
    _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_extract_epi64,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_sad_epu8, _mm256_set1_epi8,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_testz_si256,
};
use std::ptr;

use super::portable;
use super::reference::Place;
use super::specials::Specials;
use super::unescape;

/// The bytes whose specials fit into one mask.
pub(super) const BLOCK: usize = 64;

/// The room that a block may need when it is escaped.
pub(super) const ESCAPED_BLOCK: usize = BLOCK * "&quot;".len() + SLACK;

/// How far a write may reach past its end, and a read past the end of a block.
const SLACK: usize = 32;

/// With more specials than this a block is written byte by byte.
const MANY: u32 = 24;

/// Appends `text` escaped to `out`, or nothing and answers false if nothing is special in it.
#[inline]
pub(super) fn append(specials: &Specials, out: &mut Vec<u8>, text: &[u8]) -> bool {
    if text.len() <= BLOCK {
        // SAFETY: every x86-64 has SSE2.
        let mask = unsafe { mask_sse2(specials, text) };
        if mask != 0 {
            // SAFETY: the mask is that of the text.
            unsafe { append_short(specials, out, text, mask) };
        }
        mask != 0
    } else if has_avx2() {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { append_avx2(specials, out, text) }
    } else {
        portable::append(specials, out, text)
    }
}

/// Does as [`append`].
#[inline]
pub(super) fn append_str(specials: &Specials, out: &mut String, text: &str) -> bool {
    // SAFETY: `append` leaves what is in `out` and adds `text` with ASCII characters put in the place of ASCII characters.
    append(specials, unsafe { out.as_mut_vec() }, text.as_bytes())
}

/// Returns the text that `text` means, or `None` if it has no reference.
pub(super) fn unescaped(text: &str, place: Place) -> Option<String> {
    let bytes = unescape::unescaped(text.as_bytes(), place)?;
    debug_assert!(str::from_utf8(&bytes).is_ok());
    // SAFETY: references are ASCII from the `&` to the last byte, so what is left of `text` is cut between characters, and
    // what is put in are whole characters.
    Some(unsafe { String::from_utf8_unchecked(bytes) })
}

/// Returns how many bytes in front have no `&` among them, or a smaller number.
pub(super) fn plain_bytes(text: &[u8]) -> usize {
    // SAFETY: the processor has what the function is compiled for.
    if text.len() >= 4 * 32 && has_avx2() { unsafe { plain_bytes_avx2(text) } } else { 0 }
}

/// Returns a bit for each byte of `block` that is an `&`.
#[inline]
pub(super) fn ampersands(block: &[u8; BLOCK]) -> u64 {
    // SAFETY: every x86-64 has SSE2.
    unsafe { each_16(block, |vector| _mm_cmpeq_epi8(vector, _mm_set1_epi8(b'&'.cast_signed()))) }
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
    // SAFETY: every x86-64 has SSE2.
    let mask = unsafe { mask_sse2(specials, text) };
    if mask == 0 {
        return None;
    }
    let to = buffer.as_mut_ptr();
    // SAFETY: the mask is that of the text; the buffer has room for a block of nothing but the specials that become the
    // longest, and for SLACK bytes.
    let length = unsafe { write_short(specials, text, mask, to).offset_from_unsigned(to) };
    // SAFETY: ASCII characters were put in the place of ASCII characters.
    Some(unsafe { str::from_utf8_unchecked(&buffer[..length]) })
}

#[inline]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("popcnt")
}

/// What 16 bytes are compared with, in three steps that find up to five characters.
#[derive(Clone, Copy)]
struct Wanted {
    /// A bit that is put out first, and a byte: `&`, and where quotes are escaped `"` with it.
    first: (__m128i, __m128i),
    /// `'`, or once more `&`.
    second: __m128i,
}

impl Wanted {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn of(specials: &Specials) -> Self {
        let (bit, first, second) =
            if specials.contains(b'"') { (b'&' ^ b'"', b'"', b'\'') } else { (0, b'&', b'&') };
        let all = |byte: u8| _mm_set1_epi8(byte.cast_signed());
        Self { first: (all(bit), all(first)), second: all(second) }
    }

    /// All ones in each byte that is special.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn found(self, vector: __m128i) -> __m128i {
        let (bit, first) = self.first;
        let first = _mm_cmpeq_epi8(_mm_andnot_si128(bit, vector), first);
        let second = _mm_cmpeq_epi8(vector, self.second);
        // `<` and `>` differ in one bit.
        let angle = _mm_andnot_si128(_mm_set1_epi8((b'<' ^ b'>').cast_signed()), vector);
        let angle = _mm_cmpeq_epi8(angle, _mm_set1_epi8(b'<'.cast_signed()));
        _mm_or_si128(_mm_or_si128(first, second), angle)
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn load_16(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is to as many bytes as are read.
    unsafe { _mm_loadu_si128(ptr::from_ref(bytes).cast()) }
}

/// The lowest bits are those of the vector's bytes, the others zero.
#[inline]
#[target_feature(enable = "sse2")]
fn bits(vector: __m128i) -> u64 {
    u64::from(_mm_movemask_epi8(vector).cast_unsigned())
}

#[inline]
#[target_feature(enable = "sse2")]
fn each_16(block: &[u8; BLOCK], found: impl Fn(__m128i) -> __m128i) -> u64 {
    let mut mask = 0;
    for (part, bytes) in block.as_chunks().0.iter().enumerate() {
        mask |= bits(found(load_16(bytes))) << (16 * part);
    }
    mask
}

/// The mask of at most one block. A text that fills no whole vectors is read from both of its ends; what is read twice sets
/// the same bits twice.
#[inline]
#[target_feature(enable = "sse2")]
fn mask_sse2(specials: &Specials, text: &[u8]) -> u64 {
    let wanted = Wanted::of(specials);
    let length = text.len();
    let ends = |text: &[u8]| match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => {
            let last = bits(wanted.found(load_16(last))) << (text.len() - 16);
            bits(wanted.found(load_16(first))) | last
        }
        _ => 0,
    };
    if length > 32 {
        ends(&text[..32]) | ends(&text[length - 32..]) << (length - 32)
    } else if length >= 16 {
        ends(text)
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let both = _mm_set_epi64x(i64::from_le_bytes(*last), i64::from_le_bytes(*first));
        let both = bits(wanted.found(both));
        (both & 0xff) | (both >> 8) << (length - 8)
    } else {
        let bit = |(at, &byte)| u64::from(specials.contains(byte)) << at;
        text.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit)
    }
}

/// Appends a text of at most one block, escaped.
///
/// # Safety
///
/// `mask` must be that of the text.
#[inline(never)]
unsafe fn append_short(specials: &Specials, out: &mut Vec<u8>, text: &[u8], mask: u64) {
    let mut growth = 0;
    let mut rest = mask;
    while rest != 0 {
        growth += specials.growth(text[rest.trailing_zeros() as usize]);
        rest &= rest - 1;
    }
    // SAFETY: the mask is that of the text, and `growth` that of all its specials.
    unsafe {
        append_by(out, text.len() + growth, |to| write_short(specials, text, mask, to));
    }
}

/// Writes a text of at most one block, escaped, and returns the end of what was written.
///
/// # Safety
///
/// `mask` must be that of the text, and `to` valid for writing it escaped and SLACK bytes behind.
#[inline(always)]
unsafe fn write_short(specials: &Specials, text: &[u8], mask: u64, to: *mut u8) -> *mut u8 {
    let length = text.len();
    let mut moved = [0; BLOCK + SLACK];
    // Copies of fixed size, from both ends as above.
    if let (Some(first), Some(last)) = (text.first_chunk::<32>(), text.last_chunk::<32>()) {
        moved[..32].copy_from_slice(first);
        moved[length - 32..length].copy_from_slice(last);
    } else if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        moved[..16].copy_from_slice(first);
        moved[length - 16..length].copy_from_slice(last);
    } else {
        moved[..length].copy_from_slice(text);
    }
    // SAFETY: as is asked of the caller.
    unsafe { write_block(specials, &moved[..length + SLACK], mask, to) }
}

/// Lets `write` write at the end of `out`, from the pointer that it gets to the one that it returns.
///
/// # Safety
///
/// `write` must have written all bytes between the two pointers, which are at most `length`, and nothing outside of them
/// but the SLACK bytes that follow.
#[inline(always)]
unsafe fn append_by(out: &mut Vec<u8>, length: usize, write: impl FnOnce(*mut u8) -> *mut u8) {
    out.reserve(length + SLACK);
    // SAFETY: the end of the vector's bytes is inside its memory, or just behind it.
    let to = unsafe { out.as_mut_ptr().add(out.len()) };
    let end = write(to);
    // SAFETY: both lie in the memory that was reserved.
    let written = unsafe { end.offset_from_unsigned(to) };
    debug_assert!(written <= length);
    // SAFETY: so much was written behind what was there.
    unsafe { out.set_len(out.len() + written) };
}

/// Writes a block, escaped, and returns the end of what was written; `from` is the block and SLACK bytes more.
///
/// # Safety
///
/// `mask` must have a bit for each special of the block and no other, and `to` must be valid for writing the escaped block
/// and SLACK bytes behind.
#[inline(always)]
unsafe fn write_block(specials: &Specials, from: &[u8], mask: u64, to: *mut u8) -> *mut u8 {
    let length = from.len() - SLACK;
    debug_assert!(length <= BLOCK && mask.checked_shr(length as u32).unwrap_or(0) == 0);
    if mask.count_ones() > MANY {
        // SAFETY: as is asked of the caller.
        return unsafe { write_bytes(specials, &from[..length], to) };
    }
    let (mut to, mut done, mut rest) = (to, 0, mask);
    while rest != 0 {
        let special = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        // SAFETY: the mask's bits ascend and are below `length`, so the run lies in the block and the special behind it;
        // both are written where the caller has room for them.
        unsafe {
            to = write_run(from, done, special, to);
            to = write_byte(specials, *from.get_unchecked(special), to);
        }
        done = special + 1;
    }
    // SAFETY: `done` is at most `length`.
    unsafe { write_run(from, done, length, to) }
}

/// Writes the bytes from `start` to `end`, at most a block, and returns the end of what was written.
///
/// # Safety
///
/// `start <= end <= from.len() - SLACK`, and `to` must be valid for writing that run and SLACK bytes behind.
#[inline(always)]
unsafe fn write_run(from: &[u8], start: usize, end: usize, to: *mut u8) -> *mut u8 {
    debug_assert!(start <= end && end + SLACK <= from.len());
    // SAFETY: the first copy ends SLACK bytes behind `start`; the second is made for a run that is longer than the first
    // copy, so it ends less than SLACK bytes behind the run. Nobody else has the memory at `to`.
    unsafe {
        let from = from.as_ptr().add(start);
        ptr::copy_nonoverlapping(from, to, 32);
        if end - start > 32 {
            ptr::copy_nonoverlapping(from.add(32), to.add(32), 32);
        }
        to.add(end - start)
    }
}

/// Writes what stands for each byte and returns the end of what was written.
///
/// # Safety
///
/// `to` must be valid for writing `bytes` escaped and SLACK bytes behind.
#[inline(always)]
unsafe fn write_bytes(specials: &Specials, bytes: &[u8], mut to: *mut u8) -> *mut u8 {
    for &byte in bytes {
        // SAFETY: as is asked of the caller.
        to = unsafe { write_byte(specials, byte, to) };
    }
    to
}

/// Writes what stands for one byte and returns the end of what was written.
///
/// # Safety
///
/// `to` must be valid for writing eight bytes.
#[inline(always)]
unsafe fn write_byte(specials: &Specials, byte: u8, to: *mut u8) -> *mut u8 {
    let written = &specials.written[usize::from(byte)];
    // SAFETY: eight bytes are written and at most seven of them are stepped over.
    unsafe {
        to.cast::<[u8; 8]>().write_unaligned(*written.bytes());
        to.add(written.len())
    }
}

/// Does as [`append`], for a text of more than a block.
#[target_feature(enable = "avx2,bmi1,popcnt")]
fn append_avx2(specials: &Specials, out: &mut Vec<u8>, text: &[u8]) -> bool {
    let growth = growth_avx2(specials, text);
    if growth == 0 {
        return false;
    }
    // SAFETY: `write_avx2` writes `text` escaped, which is longer by `growth`.
    unsafe { append_by(out, text.len() + growth, |to| write_avx2(specials, text, to)) };
    true
}

/// Writes `text`, which is more than a block, escaped, and returns the end of what was written.
///
/// # Safety
///
/// `to` must be valid for writing the escaped text and SLACK bytes behind.
#[inline]
#[target_feature(enable = "avx2,bmi1,popcnt")]
unsafe fn write_avx2(specials: &Specials, text: &[u8], mut to: *mut u8) -> *mut u8 {
    let wanted = both_halves(&specials.by_low_half);
    let mut rest = text;
    while let Some(from) = rest.first_chunk::<{ BLOCK + SLACK }>() {
        let block = from.first_chunk().expect("it is longer than a block");
        // SAFETY: the caller has room for all blocks and SLACK bytes behind.
        to = unsafe { write_block(specials, from, mask_avx2(wanted, block), to) };
        rest = &rest[BLOCK..];
    }
    if let Some(from) = rest.first_chunk() {
        let first_half = mask_avx2(wanted, from) & u64::from(u32::MAX);
        // SAFETY: as above; a block of SLACK bytes has as many behind.
        to = unsafe { write_block(specials, from, first_half, to) };
        rest = &rest[BLOCK - SLACK..];
    }
    if rest.is_empty() {
        return to;
    }
    let last = text.last_chunk().expect("it is longer than a block");
    let before = BLOCK - rest.len();
    let mut moved = [0; BLOCK + SLACK];
    moved[..BLOCK].copy_from_slice(last);
    // SAFETY: as above.
    unsafe { write_block(specials, &moved[before..], mask_avx2(wanted, last) >> before, to) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_32(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the reference is to as many bytes as are read.
    unsafe { _mm256_loadu_si256(ptr::from_ref(bytes).cast()) }
}

/// A table of 16 bytes, in both halves: `shuffle` looks up in each half for itself.
#[inline]
#[target_feature(enable = "avx2")]
fn both_halves(table: &[u8; 16]) -> __m256i {
    _mm256_broadcastsi128_si256(load_16(table))
}

/// All ones in each byte that is special: the low half of a byte looks up the one special that it could be. A byte that is
/// not ASCII looks up zero, which it is not.
#[inline]
#[target_feature(enable = "avx2")]
fn found_avx2(wanted: __m256i, vector: __m256i) -> __m256i {
    _mm256_cmpeq_epi8(_mm256_shuffle_epi8(wanted, vector), vector)
}

#[inline]
#[target_feature(enable = "avx2")]
fn mask_avx2(wanted: __m256i, block: &[u8; BLOCK]) -> u64 {
    let mut mask = 0;
    for (part, bytes) in block.as_chunks().0.iter().enumerate() {
        let found = _mm256_movemask_epi8(found_avx2(wanted, load_32(bytes)));
        mask |= u64::from(found.cast_unsigned()) << (32 * part);
    }
    mask
}

/// How many bytes longer the text becomes, which is at least a vector.
#[target_feature(enable = "avx2")]
fn growth_avx2(specials: &Specials, text: &[u8]) -> usize {
    /// From byte N on 32 bytes of which the last N are ones.
    static LAST: [u8; 64] = {
        let mut bytes = [0; 64];
        let mut at = 32;
        while at < 64 {
            bytes[at] = 0xff;
            at += 1;
        }
        bytes
    };

    let wanted = both_halves(&specials.by_low_half);
    let growth = both_halves(&specials.growth_by_low_half);
    let zero = _mm256_setzero_si256();
    let mut sums = zero;
    let (vectors, tail) = text.as_chunks::<32>();
    let (fours, single) = vectors.as_chunks::<4>();
    for four in fours {
        let four = four.each_ref().map(|bytes| load_32(bytes));
        let found = four.map(|vector| found_avx2(wanted, vector));
        let any = _mm256_or_si256(
            _mm256_or_si256(found[0], found[1]),
            _mm256_or_si256(found[2], found[3]),
        );
        // Nearly always so in a text without specials, so it is foreseen there; and nearly never in one with many.
        if _mm256_testz_si256(any, any) == 1 {
            continue;
        }
        // Four times the largest growth fits into a byte.
        let mut growths = zero;
        for (vector, found) in four.into_iter().zip(found) {
            let each = _mm256_and_si256(_mm256_shuffle_epi8(growth, vector), found);
            growths = _mm256_add_epi8(growths, each);
        }
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(growths, zero));
    }
    for bytes in single {
        let vector = load_32(bytes);
        let growths =
            _mm256_and_si256(_mm256_shuffle_epi8(growth, vector), found_avx2(wanted, vector));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(growths, zero));
    }
    // The last vector of the text, without what was counted before.
    let last = text.last_chunk().expect("the text is at least a vector");
    let keep = LAST[tail.len()..].first_chunk().expect("a tail is less than a vector");
    let vector = load_32(last);
    let found = _mm256_and_si256(found_avx2(wanted, vector), load_32(keep));
    let growths = _mm256_and_si256(_mm256_shuffle_epi8(growth, vector), found);
    sums = _mm256_add_epi64(sums, _mm256_sad_epu8(growths, zero));
    let sum = _mm256_extract_epi64::<0>(sums)
        + _mm256_extract_epi64::<1>(sums)
        + _mm256_extract_epi64::<2>(sums)
        + _mm256_extract_epi64::<3>(sums);
    sum.cast_unsigned() as usize
}

/// Does as [`plain_bytes`], in steps of four vectors.
#[target_feature(enable = "avx2")]
fn plain_bytes_avx2(text: &[u8]) -> usize {
    let ampersand = _mm256_set1_epi8(b'&'.cast_signed());
    let (vectors, _) = text.as_chunks::<32>();
    let (fours, _) = vectors.as_chunks::<4>();
    let has_none = |four: &&[[u8; 32]; 4]| {
        let [a, b, c, d] =
            four.each_ref().map(|bytes| _mm256_cmpeq_epi8(load_32(bytes), ampersand));
        let any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
        _mm256_testz_si256(any, any) == 1
    };
    fours.iter().take_while(has_none).count() * size_of::<[[u8; 32]; 4]>()
}
