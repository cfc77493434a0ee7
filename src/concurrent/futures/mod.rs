//! Pools of threads and of processes whose `submit` returns a handle: Python's `concurrent.futures` (PEP 3148).
//!
//! [`ThreadPoolExecutor::submit`] takes a closure and returns a [`Future`] at once; [`ProcessPoolExecutor::submit`] takes a
//! function and its argument. The future can be asked for its result,
//! awaited in any async runtime, cancelled, called back, chained, shared, and waited for together with others by [`wait`]
//! and [`as_completed`], whichever executors they come from. Nothing here needs a runtime, and nothing polls.
//!
//! ```
//! use batteries::concurrent::futures::ThreadPoolExecutor;
//!
//! let pool = ThreadPoolExecutor::new(4)?;
//! let future = pool.submit(|| "spam".repeat(2))?;
//! assert_eq!(future.result()?, "spamspam");
//!
//! let squares: Vec<u32> = pool.map(|n| n * n, [1, 2, 3]).collect::<Result<_, _>>()?;
//! assert_eq!(squares, [1, 4, 9]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which part for what
//!
//! | You want | Use |
//! |---|---|
//! | one result, now or later | [`submit`](ThreadPoolExecutor::submit), [`Future::result`], [`Future::result_timeout`], `.await` |
//! | the same function on many arguments, in order | [`map`](ThreadPoolExecutor::map); [`map_builder`](ThreadPoolExecutor::map_builder) for chunks and endless input |
//! | results as they come | [`as_completed`], with a key: `(key, future)` |
//! | some of many | [`wait`] with a [`ReturnWhen`] |
//! | tasks that borrow local variables | [`scope`] |
//! | a long task that can be asked to stop | [`submit_with_token`](ThreadPoolExecutor::submit_with_token) |
//! | no more work in the queue than it can bear | [`queue_bound`](ThreadPoolBuilder::queue_bound) |
//! | a future for something that is not a task | [`Promise`] |
//! | tasks that may crash, hang or leak | [`ProcessPoolExecutor`] |
//! | code that works with any executor | [`Executor`], [`ClosureExecutor`]; [`InlineExecutor`] in its tests |
//! | CPU-bound loops over slices | `rayon`: this module does not split data |
//!
//! # When threads, when processes
//!
//! In Python processes are for work that keeps a processor busy, since threads share one interpreter lock. Rust has no such
//! lock: threads are faster in every respect, share memory, and take closures. A [`ProcessPoolExecutor`] is for what a thread
//! cannot do:
//!
//! - **Fail alone.** An `abort`, a segmentation fault in a C library, a stack overflow, a `panic` while a panic unwinds: each ends
//!   the whole program, or one worker and one task.
//! - **Be stopped.** A deadline, [`Future::kill`], [`ProcessPoolExecutor::kill`] end a task wherever it is; a thread can only be
//!   asked ([`CancelToken`]).
//! - **Be limited.** [`memory_limit`](ProcessPoolBuilder::memory_limit) for tasks that may want too much,
//!   [`max_tasks_per_child`](ProcessPoolBuilder::max_tasks_per_child) and
//!   [`max_rss_per_child`](ProcessPoolBuilder::max_rss_per_child) for those that leak.
//! - **Have a process of their own**: its current directory, its environment, its signal handlers, a library that is not
//!   thread-safe or keeps its state in globals.
//!
//! It costs a call of 15 to 40 microseconds instead of 4, the way of argument and result through serde, and two megabytes for each
//! worker. What must be had is a program of one's own, with [`batteries::init()`](crate::init) as the first line of `main`.
//!
//! # What can be relied on
//!
//! - **Tasks of one pool start in the order in which they were submitted**, each once or, if cancelled in time, never.
//! - **A future is completed exactly once**, and everybody who waits for it in any way then knows.
//! - **Tasks may ask for the results of tasks.** [`Future::result`] (and [`exception`](Future::exception)) on a worker runs a
//!   task of its own pool that has not started, right there, and tasks in a circle get [`TaskError::WouldDeadlock`]. [`wait`],
//!   [`as_completed`] and [`Map`] run such tasks too, but the first two do not look for circles; waits with a timeout and an
//!   `.await` inside a task only block its worker. No wait ever runs a task that it was not asked for.
//! - **A panic is a value**, [`TaskError::Panicked`], with its message and place. The worker lives on, and the program's panic
//!   hook reports it as ever.
//! - **No user code runs under a lock**: not closures, callbacks, wakers or destructors.
//! - **Dropping** a future detaches its task, dropping a pool waits for all its tasks, dropping a half-read [`Map`] cancels
//!   the rest.
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `ThreadPoolExecutor(max_workers=4)` | [`ThreadPoolExecutor::new(4)`](ThreadPoolExecutor::new), [`builder()`](ThreadPoolExecutor::builder) for the rest |
//! | `ThreadPoolExecutor()` | `ThreadPoolExecutor::default()`, of [`default_max_workers`] threads |
//! | `with ThreadPoolExecutor() as ex:` | the end of the pool's scope; [`scope`] to borrow |
//! | `ex.submit(pow, 2, 8)` | `pool.submit(\|\| 2u32.pow(8))` |
//! | `ex.map(f, xs)` | `for result in pool.map(f, xs) { let value = result?; ... }` |
//! | `ex.map(f, xs, chunksize=n, buffersize=m)` | `pool.map_builder().chunk_size(n).buffer(m).map(f, xs)?` |
//! | `ex.map(f, xs, timeout=t)` | `for result in pool.map(f, xs).timeout(t) { let value = result??; ... }` |
//! | `ex.map(f, xs, ys)` | `pool.map(\|(x, y)\| f(x, y), xs.into_iter().zip(ys))` |
//! | `ex.shutdown(wait, cancel_futures=...)` | [`shutdown`](ThreadPoolExecutor::shutdown) with a [`Shutdown`] |
//! | `ProcessPoolExecutor(max_workers=4)` | [`ProcessPoolExecutor::new(4)`](ProcessPoolExecutor::new), [`builder()`](ProcessPoolExecutor::builder) |
//! | `ProcessPoolExecutor()` | `ProcessPoolExecutor::builder().build()`, with a worker for each processor |
//! | `if __name__ == "__main__":` | [`batteries::init()`](crate::init), the first line of `main` |
//! | `ex.submit(pow, 2, 8)` on processes | `pool.submit(\|(base, n): (u32, u32)\| base.pow(n), (2, 8))`, or a named function |
//! | `initializer=f, initargs=(a, b)` | [`initializer(f, (a, b))`](ProcessPoolBuilder::initializer) |
//! | `BrokenProcessPool` | [`TaskError::WorkerDied`] for one task; [`CrashPolicy::Break`] for Python's way |
//! | `ex.terminate_workers()`, `ex.kill_workers()` | [`terminate()`](ProcessPoolExecutor::terminate), [`kill()`](ProcessPoolExecutor::kill) |
//! | `fut.result()`, `fut.result(timeout=t)` | [`result()`](Future::result), [`result_timeout(t)`](Future::result_timeout), which gives the future back |
//! | `fut.result()` twice | [`shared()`](Future::shared) |
//! | `fut.exception()` | [`exception()`](Future::exception); an `Err` that the task returned is a value, not an exception |
//! | `fut.done()`, `running()`, `cancelled()` | [`is_done()`](Future::is_done), [`is_running()`](Future::is_running), [`is_cancelled()`](Future::is_cancelled) |
//! | `fut.add_done_callback(f)` | [`add_done_callback`](Future::add_done_callback); [`then`](Future::then) for callbacks that take the value |
//! | `Future()`, `set_result`, `set_exception` | [`Promise::new`], [`Promise::set`] |
//! | `set_running_or_notify_cancel()` | [`Promise::set_running`] |
//! | `wait(fs, timeout, FIRST_COMPLETED)` | [`wait`], [`wait_timeout`] |
//! | `FIRST_EXCEPTION` | [`ReturnWhen::FirstErr`] for tasks that return `Result`, `FirstException` for panics alone |
//! | `for f in as_completed(fs, timeout=t)` | `for f in as_completed(fs).timeout(t) { let f = f?; ... }` |
//! | `{ex.submit(load, url): url for url in urls}` | a list or a map of `(url, future)`, which `as_completed` takes |
//! | the same `ex` in several places | `Arc<ThreadPoolExecutor>` |
//! | `CancelledError` | [`TaskError::Cancelled`] |
//! | an exception of the task | its own `Err` inside ([`result_flat`](Future::result_flat) joins them), or [`TaskError::Panicked`] |
//! | `TimeoutError` | the future given back, or [`WaitTimeout`] with Python's text |
//! | `BrokenThreadPool`, `RuntimeError` at `submit` | [`SubmitError`] with the closure in it |
//!
//! # Speed
//!
//! One allocation and about 64 bytes per task; bench ids `futures/*`, figures and rivals in `docs/benchmarks.md`.

mod cell;
mod chain;
mod crew;
mod error;
mod future;
mod inline;
mod map;
mod pool;
#[cfg(feature = "process")]
#[cfg_attr(not(unix), expect(dead_code, reason = "where there are no workers nothing runs them"))]
pub(crate) mod process;
mod promise;
mod scope;
mod shared;
mod task;
mod thread;
mod token;
mod wait;
mod worker;

pub use error::{
    BuildError, BuildErrorKind, Panic, Reason, ShutdownTimeout, SubmitError, SubmitErrorKind,
    TaskError, TryError, WaitTimeout, WorkerDeath,
};
pub use future::{Completed, Future, ScopedFuture};
pub use inline::InlineExecutor;
pub use map::{
    BufferedMap, BufferedMapBuilder, BufferedMapTimeout, ChunkSize, Map, MapBuilder, MapTimeout,
};
#[cfg(feature = "process")]
pub use process::{
    BufferedProcessMapBuilder, Bytes, CrashPolicy, ProcessMapBuilder, ProcessPoolBuilder,
    ProcessPoolExecutor, TaskBuilder,
};
pub use promise::Promise;
pub use scope::{Scope, scope};
pub use shared::SharedFuture;
pub use task::{ClosureExecutor, Executor, Task};
pub use thread::{
    Metrics, Shutdown, ThreadPoolBuilder, ThreadPoolExecutor, WhenFull, default_max_workers,
};
pub use token::CancelToken;
pub use wait::{
    AsCompleted, AsCompletedTimeout, ReturnWhen, Waitable, Waited, as_completed, wait, wait_timeout,
};
