//! Computes a Fibonacci number by its definition, each of the smaller ones once.
//!
//! ```text
//! cargo run --example fibonacci     # the 100th
//! cargo run --example fibonacci 186 # another, up to the last that has 128 bits
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write};

use batteries::functools::lru_cache;

/// The `n`th Fibonacci number. Without its cache the 100th would take more calls than there have been seconds.
#[lru_cache(maxsize = 256)]
fn fibonacci(n: u32) -> u128 {
    if n < 2 { n.into() } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

fn main() -> Result<(), Box<dyn Error>> {
    let n = env::args().nth(1).map_or(Ok(100), |n| n.parse())?;
    if n > 186 {
        return Err("the 187th Fibonacci number has more than 128 bits".into());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}", fibonacci(n))?;
    writeln!(out, "{}", fibonacci::cache_info())?;
    Ok(())
}
