use batteries::functools::*;

struct Model {
    cache: u32,
}

impl Model {
    #[lru_cache(field = cache)]
    fn predict(&self, n: u32) -> u32 {
        n
    }
}

fn main() {}
