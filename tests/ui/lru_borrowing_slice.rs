use batteries::functools::*;

#[lru_cache]
fn len(texts: &[&str]) -> usize {
    texts.len()
}

fn main() {}
