//! Lends local variables to a pool: no call outlives the scope, so none has to own what it uses.

use std::error::Error;
use std::io::{self, Write};

use batteries::concurrent::futures::{as_completed, scope};

fn main() -> Result<(), Box<dyn Error>> {
    let text = String::from("twas brillig and the slithy toves\ndid gyre and gimble in the wabe");
    let lines: Vec<&str> = text.lines().collect();
    let mut words = vec![0; lines.len()];

    // Python's `with ThreadPoolExecutor(2) as pool:`: the scope ends when all of its calls have.
    let longest = scope(2, |pool| {
        let mut calls = Vec::new();
        // `words` can be lent piece by piece, each to one call, to be changed there.
        for (line, words) in lines.iter().zip(&mut words) {
            calls.push(pool.submit(move || {
                *words = line.split(' ').count();
                line.split(' ').max_by_key(|word| word.len()).unwrap_or_default()
            }));
        }
        as_completed(calls).map(|call| call.result()).collect::<Result<Vec<_>, _>>()
    })?;

    let mut stdout = io::stdout().lock();
    writeln!(stdout, "words in each line: {words:?}")?;
    let longest = longest.into_iter().max_by_key(|word| word.len());
    writeln!(stdout, "longest word: {}", longest.unwrap_or_default())?;
    Ok(())
}
