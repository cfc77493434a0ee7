#[batteries::task]
fn name(_: u8) -> Option<&'static [u8]> {
    None
}

fn main() {}
