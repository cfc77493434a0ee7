use batteries::functools::*;

#[lru_cache]
extern "C" fn f(n: u32) -> u32 {
    n
}

fn main() {}
