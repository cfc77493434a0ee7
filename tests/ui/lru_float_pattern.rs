use batteries::functools::*;

#[lru_cache]
fn sum((x, y): (f64, f64)) -> u64 {
    (x + y) as u64
}

fn main() {}
