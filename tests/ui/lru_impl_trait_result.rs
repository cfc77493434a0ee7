use batteries::functools::*;

#[lru_cache]
fn digits(n: u32) -> impl Iterator<Item = u32> {
    std::iter::once(n)
}

fn main() {}
