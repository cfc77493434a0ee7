#[batteries::task]
struct Area;

fn main() {}
