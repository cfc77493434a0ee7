use batteries::functools::*;

#[lru_cache(single_flight)]
async fn f(n: u32) -> u32 {
    n
}

fn main() {}
