use batteries::functools::*;

#[lru_cache(key = x)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}
