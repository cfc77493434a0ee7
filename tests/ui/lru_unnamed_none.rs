use batteries::functools::*;

#[lru_cache(None)]
fn square(n: u32) -> u32 {
    n * n
}

fn main() {}
