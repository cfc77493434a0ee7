use batteries::functools::*;

#[cache(maxsize = 4)]
fn f(n: u32) -> u32 {
    n
}

fn main() {}
