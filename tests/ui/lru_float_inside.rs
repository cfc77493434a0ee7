use batteries::functools::*;

#[lru_cache]
fn sum(xs: &[f32]) -> u64 {
    xs.len() as u64
}

fn main() {}
