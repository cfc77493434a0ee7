use batteries::functools::*;

#[lru_cache(ttl)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
