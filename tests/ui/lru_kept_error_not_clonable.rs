use batteries::functools::*;

#[lru_cache(cache_err = true)]
fn read(n: u32) -> Result<u32, std::io::Error> {
    Ok(n)
}

fn main() {}
