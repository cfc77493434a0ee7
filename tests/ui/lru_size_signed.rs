use batteries::functools::*;

const SIZE: i32 = 4;

#[lru_cache(maxsize = SIZE)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
