use batteries::functools::*;

type Meters = f64;

#[lru_cache]
fn double(length: Meters, times: u32) -> u64 {
    (length * 2.0) as u64 + u64::from(times)
}

fn main() {}
