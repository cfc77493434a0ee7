use batteries::functools::*;

#[lru_cache]
fn power(name: &str, n: u32, tag: String, x: f64) -> f64 {
    x.powi(n as i32) + (name.len() + tag.len()) as f64
}

fn main() {}
