//! What runs before a program's own first line.

#[cfg(feature = "process")]
use crate::concurrent::futures::process::begin;
#[cfg(not(feature = "process"))]
use nothing::begin;

/// Turns this process into a worker if it was started as one, and returns at once if not.
///
/// Call it as the first line of `main` in programs whose tasks run in other processes
/// ([`ProcessPoolExecutor`](crate::concurrent::futures::ProcessPoolExecutor)): whatever comes before it would run in every
/// worker too. In a worker it never returns: it answers the pool's requests, and ends the process when the pool is done
/// with it or gone.
///
/// In a test, call it as the first line of the test, on the test's own thread, since `main` belongs to the test harness: the
/// worker is then the test's program, told to run this test alone, up to this line. Tests need no more than that, whether libtest
/// or nextest runs them; what a worker writes to its standard output comes out at standard error there, past the harness's
/// capture. Each test that builds a pool calls it: one that forgot it may find another test's worker, or none. In a
/// documentation example it is the first line of the example.
///
/// Under `#[tokio::main]` and its like the first line of `main` is already inside of the runtime, and so would every task be:
/// write a plain `main` that calls `init` and then starts the runtime.
///
/// # Examples
///
/// ```
/// batteries::init();
/// println!("once per program, not once per worker");
/// ```
pub fn init() {
    begin();
}

#[cfg(not(feature = "process"))]
mod nothing {
    /// There is no other process.
    pub(super) fn begin() {}
}
