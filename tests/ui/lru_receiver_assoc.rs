use batteries::functools::*;

struct Model;

impl Model {
    #[lru_cache(assoc)]
    fn predict(&self, n: u32) -> u32 {
        n
    }
}

fn main() {}
