//! Compares the vectors with their safe twin, and both with the plainest way there is.

use super::portable::{self, Marks};
use super::simd;

/// Numbers that look random and are the same in each run (Vigna's splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

fn plain(marks: Marks, text: &[u8]) -> Vec<u32> {
    let is_end = |at: &usize| match (text[*at], marks) {
        (b'\n', Marks::Lf | Marks::Both) | (b'\r', Marks::Cr) => true,
        (b'\r', Marks::Both) => text.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..text.len()).filter(is_end).map(|at| at as u32 + 1).collect()
}

#[track_caller]
fn compare(text: &[u8]) {
    for marks in [Marks::Lf, Marks::Cr, Marks::Both] {
        let expected = plain(marks, text);
        for index in [simd::index, simd::index_sse2, portable::index] {
            // Behind what is there.
            let mut got = vec![7];
            index(marks, text, &mut got);
            assert_eq!(got[0], 7);
            assert_eq!(got[1..], expected, "{marks:?} {}", text.escape_ascii());
        }
    }
}

#[test]
fn one_ending_at_every_place_of_every_length() {
    for length in 0..=200 {
        compare(&vec![b'x'; length]);
        for ending in [&b"\n"[..], b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"\r\n\n"] {
            for at in 0..(length + 1).saturating_sub(ending.len()) {
                let mut text = vec![b'x'; length];
                text[at..at + ending.len()].copy_from_slice(ending);
                compare(&text);
            }
        }
    }
}

#[test]
fn nothing_but_endings() {
    for length in 0..=300 {
        for unit in
            [&b"\n"[..], b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"\r\n\n", b"\x8a\n", b"\x0b\r"]
        {
            let text: Vec<u8> = unit.iter().copied().cycle().take(length).collect();
            compare(&text);
        }
    }
}

#[test]
fn random_text_at_every_alignment() {
    let mut random = Random(6);
    for round in 0..3000 {
        // From next to nothing but endings to next to none.
        let rare = 1 + round % 40;
        let length = random.below(700);
        let text: Vec<u8> = (0..length + 64)
            .map(|_| {
                if random.below(rare) == 0 {
                    b"\r\n\r\n\x0a\x0d"[random.below(6)]
                } else {
                    random.below(256) as u8
                }
            })
            .collect();
        compare(&text[random.below(64)..]);
    }
}
