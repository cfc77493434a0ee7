use batteries::functools::*;

#[lru_cache]
fn len(text: impl AsRef<str>) -> usize {
    text.as_ref().len()
}

fn main() {}
