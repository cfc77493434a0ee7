use batteries::functools::*;

#[lru_cache(clock = my_clock)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
