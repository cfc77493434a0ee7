//! Finding line ends with the `memchr` crate: what other processors use, and what the vectors are tested against.

use memchr::{memchr, memchr_iter, memchr2_iter};

/// Which bytes end a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    Lf,
    Cr,
    /// Both; a `\r` in front of a `\n` is part of it.
    Both,
}

/// Appends where lines end in `text`, which is shorter than 4 GiB: the places behind the ending.
pub(super) fn index(marks: Marks, text: &[u8], ends: &mut Vec<u32>) {
    // `as` cuts nothing off: `text` is shorter.
    let behind = |at: usize| at as u32 + 1;
    match marks {
        Marks::Lf => ends.extend(memchr_iter(b'\n', text).map(behind)),
        Marks::Cr => ends.extend(memchr_iter(b'\r', text).map(behind)),
        Marks::Both if memchr(b'\r', text).is_none() => index(Marks::Lf, text, ends),
        Marks::Both => {
            let is_end = |at: &usize| text[*at] == b'\n' || text.get(at + 1) != Some(&b'\n');
            ends.extend(memchr2_iter(b'\n', b'\r', text).filter(is_end).map(behind));
        }
    }
}
