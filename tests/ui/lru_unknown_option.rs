use batteries::functools::*;

#[lru_cache(max_size = 4)]
fn f(n: u32) -> u32 {
    n
}

fn main() { let _ = f(1); }
