use batteries::functools::*;

#[derive(Clone, PartialEq, Eq)]
struct Point(i32, i32);

#[lru_cache]
fn norm(point: Point) -> i32 {
    point.0.abs() + point.1.abs()
}

fn main() {}
