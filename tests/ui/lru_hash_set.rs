use batteries::functools::*;

#[cache]
fn count(words: Option<std::collections::HashSet<String>>) -> usize {
    words.map_or(0, |words| words.len())
}

fn main() {}
