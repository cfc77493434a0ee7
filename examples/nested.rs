//! Submits calls from inside calls, on a pool of one thread: what Python's documentation warns
//! against, because there a call that waits for another one may wait for ever.

use std::error::Error;
use std::io::{self, Write};
use std::sync::{Arc, mpsc};

use batteries::concurrent::futures::{SharedFuture, TaskError, ThreadPoolExecutor};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let mut stdout = io::stdout().lock();
    let pool = Arc::new(ThreadPoolExecutor::new(1)?);

    let inner = Arc::clone(&pool);
    let sorted = pool.submit(move || quicksort(&inner, vec![5, 3, 8, 1, 9, 2, 7, 4, 6]))?;
    writeln!(stdout, "sorted: {:?}", sorted.result()??)?;

    // A call that waits for itself would wait for ever here too: it gets an error instead.
    let (sender, receiver) = mpsc::channel::<SharedFuture<Option<TaskError>>>();
    let call = pool.submit(move || receiver.recv().ok()?.result().err().cloned())?.shared();
    sender.send(call.clone())?;
    if let Ok(Some(error)) = call.result() {
        writeln!(stdout, "waiting for itself: {error}")?;
    }
    Ok(())
}

/// Sorts the larger numbers in a call of its own, the smaller ones meanwhile.
fn quicksort(pool: &Arc<ThreadPoolExecutor>, mut numbers: Vec<u32>) -> Outcome<Vec<u32>> {
    let Some(pivot) = numbers.pop() else {
        return Ok(numbers);
    };
    let (smaller, larger): (Vec<_>, Vec<_>) = numbers.into_iter().partition(|&n| n < pivot);
    let inner = Arc::clone(pool);
    let larger = pool.submit(move || quicksort(&inner, larger))?;
    let mut sorted = quicksort(pool, smaller)?;
    sorted.push(pivot);
    // All threads of the pool may be waiting here: `result` runs a call that nobody has started.
    sorted.extend(larger.result()??);
    Ok(sorted)
}
