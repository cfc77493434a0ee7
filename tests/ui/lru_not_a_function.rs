use batteries::functools::*;

#[lru_cache]
struct Fib;

fn main() {}
