use batteries::functools::*;

struct Handle;

#[lru_cache]
fn open(_name: &str) -> Handle {
    Handle
}

fn main() { let _ = open("a"); }
