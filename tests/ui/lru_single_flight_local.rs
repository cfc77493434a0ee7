use batteries::functools::*;

#[lru_cache(local, single_flight)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
