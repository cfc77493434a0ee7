//! Prints the public items that a rustdoc JSON file describes, one a line, sorted.

use std::env;
use std::error::Error;
use std::io::{self, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args_os().nth(1).ok_or("usage: public-api-text RUSTDOC_JSON")?;
    // What every type has says nothing about this crate; derived and automatic traits do.
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
    write!(io::stdout().lock(), "{api}")?;
    Ok(())
}
