//! Submits calls to a pool of threads and looks at what can become of one: a value, an error, a
//! panic, a cancelled call, a call that takes too long.

use std::error::Error;
use std::io::{self, Write};
use std::sync::mpsc;
use std::time::Duration;

use batteries::concurrent::futures::{TaskError, ThreadPoolExecutor, TryError};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    let pool = ThreadPoolExecutor::new(1)?;

    let power = pool.submit(|| 323_u64.pow(3))?;
    writeln!(out, "value: {}", power.result()?)?;

    // A call that returns a `Result`: `result_flat` has one error for both ways to fail.
    let parsed = pool.submit(|| "12x".parse::<u8>())?;
    if let Err(TryError::Returned(error)) = parsed.result_flat() {
        writeln!(out, "error: {error}")?;
    }

    // A panic ends the call, not the thread, and is a value like any other.
    let panics = pool.submit(|| [1, 2, 3].iter().position(|&n| n == 4).expect("no 4 in there"))?;
    if let Err(TaskError::Panicked(panic)) = panics.result() {
        writeln!(out, "panic: {}", panic.message())?;
    }

    // The pool's one thread waits for a word from here.
    let (word, hears) = mpsc::channel();
    let listens = pool.submit(move || hears.recv())?;

    // What is behind it in the queue can be cancelled.
    let queued = pool.submit(|| "never computed")?;
    writeln!(out, "cancelled: {}", queued.cancel())?;
    if let Err(error) = queued.result() {
        writeln!(out, "outcome: {error}")?;
    }

    // A timeout gives the future back.
    let Err(listens) = listens.result_timeout(Duration::from_millis(1)) else {
        return Err("nothing was said yet".into());
    };
    writeln!(out, "not yet: {}", !listens.is_done())?;
    word.send("thanks")?;
    writeln!(out, "at last: {}", listens.result_flat()?)?;
    Ok(())
}
