use batteries::functools::*;

#[lru_cache]
fn lower(text: &str) -> std::borrow::Cow<'_, str> {
    text.into()
}

fn main() {}
