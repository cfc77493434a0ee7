use batteries::functools::*;

#[lru_cache(256)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
