use batteries::functools::*;

#[lru_cache(maxsize = 1, maxsize = 2)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
