//! Runs tasks that abort, hang, exit, panic and overflow their stack beside others that do their work, and prints what became
//! of each: only the guilty fail.

#![expect(clippy::print_stdout, reason = "what an example is for")]

use std::error::Error;
use std::time::Duration;

use batteries::concurrent::futures::{ProcessPoolExecutor, TaskError};

fn work(n: u64) -> u64 {
    match n {
        2 => std::process::abort(),
        4 => loop {
            std::hint::spin_loop();
        },
        6 => panic!("six is not a number to work with"),
        8 => std::process::exit(3),
        10 => dig(n),
        _ => n * n,
    }
}

/// Uses up the stack.
fn dig(n: u64) -> u64 {
    if n == 0 { 0 } else { std::hint::black_box([n; 512]).iter().sum::<u64>() + dig(n + 1) }
}

fn main() -> Result<(), Box<dyn Error>> {
    batteries::init();
    let pool =
        ProcessPoolExecutor::builder().max_workers(2).deadline(Duration::from_secs(1)).build()?;

    println!("each number a task:");
    for (n, result) in (1..=11).zip(pool.map(work, 1..=11)) {
        println!("{n:3}: {}", describe(result));
    }

    println!("six numbers a task, and the neighbours still have their results:");
    let results = pool.map_builder().chunk_size(6).map(work, 1..=11)?;
    for (n, result) in (1..=11).zip(results) {
        println!("{n:3}: {}", describe(result));
    }
    Ok(())
}

fn describe(result: Result<u64, TaskError>) -> String {
    match result {
        Ok(square) => format!("its square is {square}"),
        Err(TaskError::WorkerDied(death)) => match (death.signal(), death.exit_code()) {
            (Some(signal), _) => format!("worker {} died by signal {signal}", death.pid()),
            (None, Some(code)) => format!("worker {} exited with {code}", death.pid()),
            (None, None) => death.to_string(),
        },
        Err(other) => other.to_string(),
    }
}
