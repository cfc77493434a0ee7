use batteries::functools::*;

struct Model {
    cache: LruCache<u32, u32>,
}

impl Model {
    #[lru_cache(field = cache, ttl = std::time::Duration::from_secs(1))]
    fn predict(&self, n: u32) -> u32 {
        n
    }
}

fn main() {}
