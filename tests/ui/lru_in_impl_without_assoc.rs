use batteries::functools::*;

struct Model;

impl Model {
    #[lru_cache]
    fn make(n: u32) -> Option<Self> {
        (n > 0).then_some(Self)
    }
}

fn main() {}
