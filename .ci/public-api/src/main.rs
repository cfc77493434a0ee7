//! Prints the public items that a rustdoc JSON file describes, one a line.

use std::env;
use std::error::Error;
use std::io::{self, Write};

/// Traits of the compiler's own, which no program can name on stable Rust.
const UNNAMEABLE: &[&str] = &[
    "impl core::marker::Freeze for ",
    "impl core::marker::StructuralPartialEq for ",
    "impl core::marker::UnsafeUnpin for ",
];

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args_os().nth(1).ok_or("usage: public-api-text RUSTDOC_JSON")?;
    // What every type has says nothing about this crate; which types can be sent, shared and cloned does.
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
    let mut out = io::stdout().lock();
    for item in api.items().map(ToString::to_string) {
        if !UNNAMEABLE.iter().any(|start| item.starts_with(start)) {
            writeln!(out, "{item}")?;
        }
    }
    Ok(())
}
