use batteries::functools::*;

#[lru_cache(ttl = 60)]
fn square(n: u32) -> u32 {
    n * n
}

fn main() {}
