//! `difflib.get_close_matches`.

use std::collections::HashMap;

/// Finds the possibility that is most like `word`, if any is at least six tenths alike, as
/// `difflib.get_close_matches(word, possibilities, 1)` does. Of equals the greatest text wins.
pub(crate) fn closest<'a>(
    word: &str,
    possibilities: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    const CUTOFF: f64 = 0.6;
    let matcher = Matcher::new(word);
    let mut best: Option<(f64, &str)> = None;
    for possibility in possibilities {
        let a: Vec<char> = possibility.chars().collect();
        // First the upper bounds, which cost less.
        if matcher.ratio_of(a.len().min(matcher.b.len()), &a) < CUTOFF
            || matcher.ratio_of(matcher.common(&a), &a) < CUTOFF
        {
            continue;
        }
        let ratio = matcher.ratio_of(matcher.matches(&a), &a);
        if ratio >= CUTOFF
            && best
                .is_none_or(|(score, text)| ratio > score || (ratio == score && possibility > text))
        {
            best = Some((ratio, possibility));
        }
    }
    best.map(|(_, text)| text)
}

/// `difflib.SequenceMatcher`, with `word` as its second sequence.
struct Matcher {
    b: Vec<char>,
    /// Where in `b` a character stands; without those that stand in very many places of a long text (`autojunk`).
    places: HashMap<char, Vec<usize>>,
}

impl Matcher {
    fn new(word: &str) -> Self {
        let b: Vec<char> = word.chars().collect();
        let mut places: HashMap<char, Vec<usize>> = HashMap::new();
        for (at, c) in b.iter().enumerate() {
            places.entry(*c).or_default().push(at);
        }
        if b.len() >= 200 {
            let popular = b.len() / 100 + 1;
            places.retain(|_, places| places.len() <= popular);
        }
        Self { b, places }
    }

    fn ratio_of(&self, matches: usize, a: &[char]) -> f64 {
        let length = a.len() + self.b.len();
        if length == 0 { 1.0 } else { 2.0 * matches as f64 / length as f64 }
    }

    /// How many characters both have, wherever they stand.
    fn common(&self, a: &[char]) -> usize {
        let mut left: HashMap<char, usize> = HashMap::new();
        for c in &self.b {
            *left.entry(*c).or_default() += 1;
        }
        a.iter()
            .filter(|c| match left.get_mut(c) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            })
            .count()
    }

    /// The characters in all matching blocks.
    fn matches(&self, a: &[char]) -> usize {
        let mut sum = 0;
        let mut open = vec![(0, a.len(), 0, self.b.len())];
        while let Some((a_low, a_high, b_low, b_high)) = open.pop() {
            let (i, j, size) = self.longest(a, a_low, a_high, b_low, b_high);
            if size > 0 {
                sum += size;
                if a_low < i && b_low < j {
                    open.push((a_low, i, b_low, j));
                }
                if i + size < a_high && j + size < b_high {
                    open.push((i + size, a_high, j + size, b_high));
                }
            }
        }
        sum
    }

    /// `find_longest_match`: where the longest common block starts, in `a` and `b`, and its length.
    fn longest(
        &self,
        a: &[char],
        a_low: usize,
        a_high: usize,
        b_low: usize,
        b_high: usize,
    ) -> (usize, usize, usize) {
        let (mut i, mut j, mut size) = (a_low, b_low, 0);
        // The length of the block that ends at each place of `b`, for the character before.
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        for (at, c) in a.iter().enumerate().take(a_high).skip(a_low) {
            let mut next = HashMap::new();
            for &place in self.places.get(c).map_or(&[][..], |places| places) {
                if place < b_low {
                    continue;
                }
                if place >= b_high {
                    break;
                }
                let before = place.checked_sub(1).and_then(|p| lengths.get(&p)).copied();
                let length = before.unwrap_or(0) + 1;
                next.insert(place, length);
                if length > size {
                    (i, j, size) = (at + 1 - length, place + 1 - length, length);
                }
            }
            lengths = next;
        }
        // Popular characters count where they lengthen a block.
        while i > a_low && j > b_low && a[i - 1] == self.b[j - 1] {
            (i, j, size) = (i - 1, j - 1, size + 1);
        }
        while i + size < a_high && j + size < b_high && a[i + size] == self.b[j + size] {
            size += 1;
        }
        (i, j, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_wins() {
        assert_eq!(closest("appel", ["ape", "apple", "peach", "puppy"]), Some("apple"));
        assert_eq!(closest("wheel", ["if", "while", "with"]), Some("while"));
        assert_eq!(closest("accept", ["if", "while", "with"]), None);
        assert_eq!(closest("ab", ["ac", "ad"]), None);
        assert_eq!(closest("abc", ["abd", "abe"]), Some("abe"));
        assert_eq!(closest("", ["", "a"]), Some(""));
    }
}
