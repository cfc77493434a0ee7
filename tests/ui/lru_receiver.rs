use batteries::functools::*;

struct Model;

impl Model {
    #[lru_cache(maxsize = 2)]
    fn predict(&self, n: u32) -> u32 {
        n
    }
}

fn main() { let _ = Model.predict(1); }
