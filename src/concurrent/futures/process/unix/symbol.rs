//! The name of a function, for the report of a worker that died of it.
//!
//! A `fn` pointer has no name, but the program's file has a table of them unless it was stripped of it. Read only when a
//! worker has died, and only the 64-bit ELF of Linux and its kin: elsewhere the function's type has to do.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::super::raw;
use super::system;

/// The path of the function at `address`, `krate::module::function`.
pub(crate) fn name_of(address: usize) -> Option<String> {
    let file = File::open(system::running_file()?).ok()?;
    let symbol = symbol_at(&file, raw::linked_address(address)?)?;
    // Without the hash at its end.
    let name = format!("{:#}", rustc_demangle::demangle(&symbol));
    if !name.ends_with("::call_once") {
        return Some(name);
    }
    // What the compiler makes of a closure to be pointed at: newer names of symbols say of which, older ones do not.
    let (closure, _) = name.strip_prefix('<')?.split_once(" as core::ops::function::FnOnce")?;
    Some(closure.to_owned())
}

const SYMBOL_TABLE: u32 = 2;
const FUNCTION: u8 = 2;
/// Bytes of an entry in the table of sections, and in a table of symbols.
const SECTION: usize = 64;
const SYMBOL: usize = 24;

fn symbol_at(file: &File, address: u64) -> Option<String> {
    let mut head = [0; 64];
    file.read_exact_at(&mut head, 0).ok()?;
    if !head.starts_with(b"\x7fELF\x02") || usize::from(half(&head, 58)?) != SECTION {
        return None;
    }
    let mut sections = vec![0; usize::from(half(&head, 60)?) * SECTION];
    file.read_exact_at(&mut sections, long(&head, 40)?).ok()?;
    let section = |index| sections.chunks_exact(SECTION).nth(index);
    let table = sections.chunks_exact(SECTION).find(|s| word(s, 4) == Some(SYMBOL_TABLE))?;
    let names = section(usize::try_from(word(table, 40)?).ok()?)?;

    let (mut at, mut left) = (long(table, 24)?, long(table, 32)?);
    let mut part = vec![0; SYMBOL * 4096];
    while left > 0 {
        let len = part.len().min(usize::try_from(left).ok()?);
        file.read_exact_at(&mut part[..len], at).ok()?;
        (at, left) = (at + len as u64, left - len as u64);
        let found = part[..len]
            .chunks_exact(SYMBOL)
            .find(|symbol| long(symbol, 8) == Some(address) && symbol[4] & 0xf == FUNCTION);
        if let Some(symbol) = found {
            return text(file, long(names, 24)? + u64::from(word(symbol, 0)?));
        }
    }
    None
}

/// The text that starts at `at` and ends with a zero.
fn text(file: &File, mut at: u64) -> Option<String> {
    const LONGEST: usize = 1 << 16;

    let mut text = Vec::new();
    let mut part = [0; 256];
    loop {
        let len = file.read_at(&mut part, at).ok().filter(|&len| len > 0)?;
        if let Some(end) = part[..len].iter().position(|&byte| byte == 0) {
            text.extend_from_slice(&part[..end]);
            return String::from_utf8(text).ok();
        }
        text.extend_from_slice(&part[..len]);
        at += len as u64;
        if text.len() > LONGEST {
            return None;
        }
    }
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn spam<T: Default>(_: u8) -> T {
        T::default()
    }

    #[test]
    fn a_function_has_its_path() {
        let name = name_of(spam::<String> as fn(u8) -> String as usize).unwrap();
        assert!(name.ends_with("::symbol::tests::spam") || name.contains("::spam::<"), "{name}");
        assert_eq!(name_of(1), None);
        let nameless = (|n: u8| n + 1) as fn(u8) -> u8 as usize;
        let name = name_of(nameless);
        assert!(name.as_ref().is_none_or(|name| name.ends_with("{closure#0}")), "{name:?}");
    }
}
