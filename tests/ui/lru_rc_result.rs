use batteries::functools::*;

#[lru_cache]
fn text(n: u32) -> std::rc::Rc<str> {
    n.to_string().into()
}

fn main() {}
