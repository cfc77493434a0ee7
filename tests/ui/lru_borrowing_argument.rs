use batteries::functools::*;

#[lru_cache]
fn len(text: std::borrow::Cow<'_, str>) -> usize {
    text.len()
}

fn main() {}
