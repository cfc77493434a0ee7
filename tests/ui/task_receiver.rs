struct Shape;

impl Shape {
    #[batteries::task]
    fn area(&self) -> f64 {
        1.0
    }
}

fn main() {}
