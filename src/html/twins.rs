//! Compares the vectors with their safe twin: what one gives, the other gives.

use super::reference::Place;
use super::specials::{Specials, WITH_QUOTES, WITHOUT_QUOTES};
use super::{portable, simd};

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

    fn pick(&mut self, bytes: &[u8]) -> u8 {
        bytes[self.below(bytes.len())]
    }
}

/// Escapes by each way there is, behind what is there already, and compares with the twin.
#[track_caller]
fn compare(text: &[u8]) {
    for specials in [&WITH_QUOTES, &WITHOUT_QUOTES] {
        let mut expected = b"kept".to_vec();
        let is_special = portable::append(specials, &mut expected, text);
        let mut got = b"kept".to_vec();
        assert_eq!(simd::append(specials, &mut got, text), is_special, "{}", text.escape_ascii());
        assert_eq!(got, expected, "{}", text.escape_ascii());
    }
    for block in text.as_chunks().0 {
        assert_eq!(simd::ampersands(block), portable::ampersands(block), "{}", text.escape_ascii());
    }
    if let Ok(text) = str::from_utf8(text) {
        compare_text(text);
    }
}

/// Does what only texts can be asked for by both, and compares.
#[track_caller]
fn compare_text(text: &str) {
    for specials in [&WITH_QUOTES, &WITHOUT_QUOTES] {
        let (mut ours, mut theirs) = (String::from("ä"), String::from("ä"));
        let is_special = portable::append_str(specials, &mut theirs, text);
        assert_eq!(simd::append_str(specials, &mut ours, text), is_special, "{text:?}");
        assert_eq!(ours, theirs, "{text:?}");
        for block in text.as_bytes().chunks(simd::BLOCK) {
            compare_block(specials, block);
        }
    }
    for place in [Place::Text, Place::Attribute] {
        assert_eq!(simd::unescaped(text, place), portable::unescaped(text, place), "{text:?}");
    }
    assert!(simd::plain_bytes(text.as_bytes()) <= text.find('&').unwrap_or(text.len()));
    assert!(portable::plain_bytes(text.as_bytes()) <= text.find('&').unwrap_or(text.len()));
}

#[track_caller]
fn compare_block(specials: &Specials, text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    let (mut ours, mut theirs) = ([0; simd::ESCAPED_BLOCK], [0; portable::ESCAPED_BLOCK]);
    let ours = simd::escaped_block(specials, text, &mut ours);
    assert_eq!(ours, portable::escaped_block(specials, text, &mut theirs), "{text:?}");
}

#[test]
fn every_byte_is_written_as_the_twin_writes_it() {
    for byte in 0..=u8::MAX {
        for length in [1, 2, 5, 8, 16, 32, 64, 65, 128] {
            compare(&vec![byte; length]);
        }
    }
}

#[test]
fn every_place_of_a_special_in_every_length_gives_what_the_twin_gives() {
    for length in 0..=200 {
        let mut text = vec![b'x'; length];
        compare(&text);
        for at in 0..length {
            let byte = b"&<>\"'"[at % 5];
            text[at] = byte;
            compare(&text);
            // And all behind it.
            text[at..].fill(byte);
            compare(&text);
            text[at..].fill(b'x');
        }
    }
}

#[test]
fn every_alignment_and_length_gives_what_the_twin_gives() {
    let mut random = Random(1);
    let memory: Vec<u8> = (0..264).map(|_| random.pick(b"ab&c<d>ef\"g'\x06\x0c\xa6\xe2")).collect();
    for start in 0..64 {
        for length in 0..=200 {
            compare(&memory[start..start + length]);
        }
    }
}

#[test]
fn random_texts_give_what_the_twin_gives() {
    // What shares a half with a special, or a bit, or is no ASCII: each could be taken for one.
    let near = b"\x00\x01\x02\x06\x07\x0c\x0e2678BFGLN\xa2\xa6\xa7\xbc\xbe\xff%/=;? \n";
    let mut random = Random(2);
    for _ in 0..20_000 {
        let longest = [70, 300, 2_000][random.below(100) / 45];
        let length = random.below(longest);
        // From no special to nothing else, and from one block to the next not the same.
        let mut percent = 0;
        let mut text = Vec::with_capacity(length);
        for at in 0..length {
            if at % 40 == 0 {
                percent = [0, 0, 2, 5, 30, 60, 100][random.below(7)];
            }
            let specials = random.below(100) < percent;
            text.push(if specials { random.pick(b"&<>\"'") } else { random.pick(near) });
        }
        compare(&text);
    }
}

#[test]
fn random_pages_mean_what_the_twin_says() {
    let mut random = Random(3);
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..random.below(60) {
            text += [
                "&",
                "&amp;",
                "&notit;",
                "&not",
                "&#x27;",
                "&#128",
                "&nGt;",
                "&sum",
                "语",
                "é",
                "\u{1f40e}",
                " ",
                "=",
                "some text of a page, ",
                "<p class=\"x\">",
                "it's",
                ";",
            ][random.below(17)];
        }
        compare_text(&text);
    }
}

#[test]
fn memory_is_asked_for_once_and_not_in_excess() {
    for length in [1, 31, 64, 65, 96, 1_000, 100_000] {
        let mut out = Vec::new();
        assert!(simd::append(&WITH_QUOTES, &mut out, &vec![b'"'; length]));
        assert_eq!(out.len(), 6 * length);
        assert!(out.capacity() <= out.len() + 32, "{} for {}", out.capacity(), out.len());
    }
}
