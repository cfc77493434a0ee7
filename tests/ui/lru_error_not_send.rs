use batteries::functools::*;

#[lru_cache]
fn number(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
    Ok(text.parse()?)
}

fn main() {}
