//! The tests of `concurrent::futures` through its public API.
//!
//! A file stands for a file of CPython's own suite, `Lib/test/test_concurrent_futures/`, and each
//! ported test names its twin (`file.py: Class.test`); `process/` has those that run on processes.
//! `additions.rs` and `async.rs` hold what has no twin there. Where CPython sleeps to order two threads, an event orders them here.

use std::fmt;
use std::io::{self, Write};
use std::panic::Location;
use std::process::{Command, Output, abort};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use batteries::concurrent::futures::{Future, Panic, Promise, TaskError, ThreadPoolExecutor};

mod additions;
mod as_completed;
mod r#async;
mod executor;
mod future;
mod initializer;
#[cfg(feature = "process")]
mod named;
#[cfg(all(unix, feature = "process"))]
mod process;
mod shutdown;
mod thread_pool;
mod wait;

/// How long a test may take before it counts as hung.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs `body`, and ends the whole process with a message when it takes longer than `limit`.
///
/// A hung test cannot be stopped from outside, so the choice is between losing the process and
/// losing the run.
#[track_caller]
fn within<R>(limit: Duration, body: impl FnOnce() -> R) -> R {
    let place = Location::caller();
    let (alive, watched) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        if watched.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            // Not `eprintln!`: the harness would capture it and lose it in the abort.
            let message = format!("the test at {place} still runs after {limit:?}: aborting\n");
            // Nothing is left to report a failing stderr to.
            let _ = io::stderr().write_all(message.as_bytes());
            abort();
        }
    });
    let result = body();
    drop(alive);
    watchdog.join().expect("the watchdog does not panic");
    result
}

/// [`within`] the usual limit.
#[track_caller]
fn bounded<R>(body: impl FnOnce() -> R) -> R {
    within(LIMIT, body)
}

/// What Python calls `threading.Event`: closed, then open for good.
///
/// The handle that made it opens it when dropped, so a failing assertion cannot leave a pool's
/// `Drop` waiting for tasks that wait for the event. Declare it after the pool.
struct Gate(Event);

/// The side of a [`Gate`] that tasks hold.
#[derive(Clone, Default)]
struct Event(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn new() -> Self {
        Self(Event::default())
    }

    fn event(&self) -> Event {
        self.0.clone()
    }

    fn open(&self) {
        self.0.set();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

impl Event {
    fn set(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(open, |open| !*open).unwrap());
    }
}

/// Starts `n` tasks that wait for the gate, and returns when all of them are running.
fn occupy(pool: &ThreadPoolExecutor, n: usize, gate: &Gate) -> Vec<Future<()>> {
    let (started, starts) = mpsc::channel();
    let tasks = (0..n)
        .map(|_| {
            let (started, event) = (started.clone(), gate.event());
            pool.submit(move || {
                started.send(()).unwrap();
                event.wait();
            })
            .unwrap()
        })
        .collect();
    starts.iter().take(n).for_each(drop);
    tasks
}

/// A thread that a test watches while it waits for something.
struct Waiter<R> {
    handle: JoinHandle<R>,
    sleeper: Sleeper,
}

/// Runs `body` on a thread of its own and returns when that thread sleeps in it, or has ended.
///
/// It lets a test set a value while someone is really blocked on it. A thread that is seen asleep
/// too early only makes the test exercise another order, never fail.
fn blocked<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> Waiter<R> {
    let (about_to, entering) = mpsc::channel();
    let handle = thread::spawn(move || {
        about_to.send(Sleeper::this_thread()).unwrap();
        body()
    });
    let waiter = Waiter { handle, sleeper: entering.recv().unwrap() };
    waiter.settle();
    waiter
}

impl<R> Waiter<R> {
    /// Returns when the thread sleeps (again), or has ended.
    fn settle(&self) {
        while !self.is_finished() && !self.sleeper.is_asleep() {
            thread::yield_now();
        }
    }

    fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    fn join(self) -> thread::Result<R> {
        self.handle.join()
    }
}

/// A thread of this process, as the kernel's scheduler sees it.
struct Sleeper {
    #[cfg(target_os = "linux")]
    stat: std::path::PathBuf,
}

impl Sleeper {
    #[cfg(target_os = "linux")]
    fn this_thread() -> Self {
        let task = std::fs::read_link("/proc/thread-self").unwrap();
        Self { stat: std::path::Path::new("/proc").join(task).join("stat") }
    }

    #[cfg(target_os = "linux")]
    fn is_asleep(&self) -> bool {
        // `tid (name) S ...`, and the name may hold anything, also `)`. A thread that is gone is
        // not asleep.
        std::fs::read_to_string(&self.stat)
            .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S')))
    }

    #[cfg(not(target_os = "linux"))]
    fn this_thread() -> Self {
        Self {}
    }

    // Without a way to look, giving up the processor is all the help there is.
    #[cfg(not(target_os = "linux"))]
    fn is_asleep(&self) -> bool {
        (0..1000).for_each(|_| thread::yield_now());
        true
    }
}

/// Drives an iterator to its end: what it submits or spawns is then all under way.
fn at_once<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect()
}

/// Runs a closure when dropped: sees where values end, and makes them panic there.
struct OnDrop(Option<Box<dyn FnOnce() + Send + Sync>>);

impl OnDrop {
    fn new(f: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(f)))
    }

    /// Panics with `message` when dropped.
    fn bomb(message: &'static str) -> Self {
        Self::new(move || panic!("{message}"))
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

impl fmt::Debug for OnDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDrop")
    }
}

/// A future that never started, and the promise that keeps it so.
fn pending<T: Send + 'static>() -> (Promise<T>, Future<T>) {
    Promise::new()
}

/// A future whose work has begun, and the promise that keeps it so.
fn running<T: Send + 'static>() -> (Promise<T>, Future<T>) {
    let (mut promise, future) = Promise::new();
    assert!(promise.set_running());
    (promise, future)
}

/// CPython's tests tell `CANCELLED` from `CANCELLED_AND_NOTIFIED`; there is one state here.
fn cancelled<T: Send + 'static>() -> Future<T> {
    let (_promise, future) = Promise::new();
    assert!(future.cancel());
    future
}

fn failed<T: Send + 'static>(message: &'static str) -> Future<T> {
    let (promise, future) = Promise::new();
    promise.set(Err(TaskError::Panicked(Panic::new(message))));
    future
}

fn finished<T: Send + 'static>(value: T) -> Future<T> {
    let (promise, future) = Promise::new();
    promise.set(Ok(value));
    future
}

#[track_caller]
fn assert_cancelled<T: fmt::Debug>(result: Result<T, TaskError>) {
    assert!(matches!(result, Err(TaskError::Cancelled)), "{result:?}");
}

#[track_caller]
fn assert_panicked<T: fmt::Debug>(result: Result<T, TaskError>, message: &str) {
    match result {
        Err(TaskError::Panicked(panic)) => assert_eq!(panic.message(), message),
        other => panic!("expected a panic that says {message:?}, got {other:?}"),
    }
}

#[track_caller]
fn assert_would_deadlock<T: fmt::Debug>(result: Result<T, TaskError>) {
    assert!(matches!(result, Err(TaskError::WouldDeadlock)), "{result:?}");
}

const CHILD: &str = "BATTERIES_IT_CHILD";

/// Runs `body` in a process of its own, which is this test binary with only the test `name`.
///
/// The child gets `None`, and its test has nothing left to do. `name` is `here!("test_name")`.
/// Backtraces are off in the child, however the tests are run.
fn in_child(name: &str, body: impl FnOnce()) -> Option<Output> {
    in_child_of(Command::new(std::env::current_exe().unwrap()), name, body)
}

/// [`in_child`], started by `command`, which is given the test binary's own arguments.
fn in_child_of(mut command: Command, name: &str, body: impl FnOnce()) -> Option<Output> {
    let (_crate_name, name) = name.split_once("::").expect("a path below the crate");
    if std::env::var_os(CHILD).is_some_and(|child| child == name) {
        bounded(body);
        return None;
    }
    let output = bounded(|| {
        command
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(CHILD, name)
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LIB_BACKTRACE")
            .output()
            .unwrap()
    });
    Some(output)
}

/// The path of a test of the calling module, for [`in_child`].
macro_rules! here {
    ($test:literal) => {
        concat!(module_path!(), "::", $test)
    };
}
use here;

/// Asserts that the child ran its one test and that it passed.
#[track_caller]
fn assert_passed(output: &Output) -> (String, String) {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    // Without this line a misspelt name would run no test at all, and pass.
    assert!(stdout.contains("running 1 test"), "{stdout}");
    (stdout, stderr)
}

/// Asserts that repeating `work` does not make the process grow; for a process of its own.
#[cfg(target_os = "linux")]
#[track_caller]
fn assert_steady_memory(mut work: impl FnMut()) {
    fn resident_pages() -> usize {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse().unwrap()
    }
    // The first round fills caches and free lists.
    work();
    let before = resident_pages();
    (0..4).for_each(|_| work());
    let grown = resident_pages().saturating_sub(before);
    // One registration left behind by each call is 400 pages and more; an allocator's whims are not.
    assert!(grown < 256, "the process has grown by {grown} pages");
}
