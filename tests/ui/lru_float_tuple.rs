use batteries::functools::*;

#[lru_cache]
fn distance(from: (f64, f64), to: (f32, u8), scale: Option<f64>) -> u64 {
    ((from.0 + from.1 + f64::from(to.0)) * scale.unwrap_or(1.0)) as u64
}

fn main() {}
