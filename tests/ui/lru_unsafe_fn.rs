use batteries::functools::*;

#[lru_cache]
unsafe fn f(n: u32) -> u32 {
    n
}

fn main() {}
