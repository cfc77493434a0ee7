use batteries::functools::*;

#[lru_cache(shared)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
