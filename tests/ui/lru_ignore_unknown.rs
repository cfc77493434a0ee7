use batteries::functools::*;

#[lru_cache(ignore(connexion))]
fn load(connection: &str, id: u32) -> u32 {
    id + connection.len() as u32
}

fn main() {}
