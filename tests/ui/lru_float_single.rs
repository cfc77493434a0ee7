use batteries::functools::*;

#[lru_cache(ignore(log))]
fn double(n: u32, x: f32, log: &mut Vec<f32>) -> u64 {
    log.push(x);
    u64::from(n) + x as u64
}

fn main() {}
