use batteries::functools::*;

struct Model;

impl Model {
    #[lru_cache(shared)]
    fn predict(&mut self, n: u32) -> u32 {
        n
    }
}

fn main() {}
