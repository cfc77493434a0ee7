use batteries::functools::*;

#[lru_cache]
fn len(text: std::rc::Rc<str>) -> usize {
    text.len()
}

fn main() {}
