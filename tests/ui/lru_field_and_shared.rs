use batteries::functools::*;

struct Model {
    cache: LruCache<u32, u32>,
}

impl Model {
    #[lru_cache(shared, field = cache)]
    fn predict(&self, n: u32) -> u32 {
        n
    }
}

fn main() {}
