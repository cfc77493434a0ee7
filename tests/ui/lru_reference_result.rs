use batteries::functools::*;

#[lru_cache]
fn first(text: &str) -> Option<&str> {
    text.split(' ').next()
}

fn main() {}
