use batteries::functools::*;

#[lru_cache]
const fn f(n: u32) -> u32 {
    n
}

fn main() {}
