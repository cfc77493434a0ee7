use batteries::functools::*;

#[lru_cache]
fn show<T: std::fmt::Debug + Send + 'static>(x: T) -> String {
    format!("{x:?}")
}

fn main() {}
