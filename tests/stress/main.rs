//! Many tasks, treated in random ways, on pools that live through random lives; then the books are closed: every task ran
//! at most once, every future ended once, every closure and value was dropped, no thread is left, and no memory.
//!
//! `BATTERIES_STRESS_TASKS` says how many tasks (`10_000_000`), `BATTERIES_STRESS_SEED` repeats a run's decisions, though
//! not what the scheduler made of them.
//!
//! A program of its own instead of a `#[test]`, since the memory and the threads of a test harness would be counted too.

mod allocator;
mod ledger;
mod random;
mod round;

use std::env;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::panic;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use allocator::Counting;
use batteries::concurrent::futures::ThreadPoolExecutor;
use ledger::{QUIET, Summary};
use random::Random;
use round::Plan;

#[global_allocator]
static ALLOCATOR: Counting = Counting::new();

const NAME: &str = "stress";

/// A few seconds' work for a debug build on two processors.
const DEFAULT_TASKS: usize = 300_000;

/// How long a round may take before it counts as hanging: it is over in a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// Ends the test unless a condition holds, on whatever thread: a panic could end up as some task's outcome.
#[macro_export]
macro_rules! verify {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            $crate::fail(format_args!($($message)+));
        }
    };
}

fn main() {
    let Request { list, chosen } = Request::from_arguments(env::args().skip(1));
    if list && chosen {
        say(format_args!("{NAME}: test\n"));
    } else if !list {
        let tests = if chosen { "1 test" } else { "0 tests" };
        say(format_args!("running {tests}\n"));
        if chosen {
            run();
            say(format_args!("test {NAME} ... ok\n"));
        }
        say(format_args!("\ntest result: ok. {} passed; 0 failed\n", u8::from(chosen)));
    }
}

/// What cargo and nextest ask of a test program.
struct Request {
    /// The names of the tests instead of a run.
    list: bool,
    /// Whether the one test that there is belongs to them.
    chosen: bool,
}

impl Request {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Self {
        let (mut list, mut exact, mut unwanted) = (false, false, false);
        let mut names = Vec::new();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => list = true,
                "--exact" => exact = true,
                // It is no ignored test.
                "--ignored" => unwanted = true,
                "--skip" => unwanted |= arguments.next().is_some_and(|name| NAME.contains(&name)),
                // Other options with a value.
                "--format" | "--test-threads" | "--color" => drop(arguments.next()),
                option if option.starts_with('-') => {}
                _ => names.push(argument),
            }
        }
        let named = |name: &String| if exact { name == NAME } else { NAME.contains(name) };
        Self { list, chosen: !unwanted && (names.is_empty() || names.iter().any(named)) }
    }
}

/// The seed of the round that is under way, for whoever has to report.
static SEED: AtomicU64 = AtomicU64::new(0);
/// How many rounds have begun.
static ROUNDS: AtomicUsize = AtomicUsize::new(0);

fn run() {
    forbid_backtraces();
    let tasks = setting("BATTERIES_STRESS_TASKS", DEFAULT_TASKS as u64);
    let seed = setting("BATTERIES_STRESS_SEED", RandomState::new().hash_one(process::id()));
    say(format_args!("stress: {tasks} tasks, BATTERIES_STRESS_SEED={seed}\n"));

    // Before the first pool, which puts its own hook in front of this one.
    panic::set_hook(Box::new(|info| {
        let meant = info.payload_as_str().is_some_and(|message| message.starts_with(QUIET));
        verify!(meant, "{info}");
    }));
    thread::spawn(watch);

    let mut seeds = Random::new(seed);
    warm_up();
    for _ in 0..4 {
        live(&Plan::new(seeds.next(), 1000));
    }
    let before = ALLOCATOR.live();
    let mut left = usize::try_from(tasks).unwrap_or(usize::MAX);
    let mut rounds = 0;
    let mut summary = Summary::default();
    while left > 0 {
        let plan = Plan::new(seeds.next(), left);
        summary += live(&plan);
        left -= plan.tasks();
        rounds += 1;
        let now = ALLOCATOR.live();
        verify!(now == before, "memory is left: {before:?} before, {now:?} after {plan:?}");
    }
    let Summary { ran, panicked, refused, kept_from_running } = summary;
    say(format_args!(
        "stress: {rounds} rounds: {ran} ran, {panicked} of them to a panic; {refused} were refused, \
         {kept_from_running} cancelled or failed before they ran\n"
    ));
}

/// Panics come by the thousand here: a backtrace of each would take hours, and what it looks up stays in memory.
#[expect(unsafe_code, reason = "the environment is std's only switch for this")]
fn forbid_backtraces() {
    // SAFETY: `main` calls this before it starts a thread.
    unsafe { env::set_var("RUST_LIB_BACKTRACE", "0") };
}

fn live(plan: &Plan) -> Summary {
    SEED.store(plan.seed(), Ordering::Relaxed);
    ROUNDS.fetch_add(1, Ordering::Relaxed);
    plan.run()
}

/// Has more pools and threads at once than any round, so that tables which only grow have grown: the lists of pools and
/// workers, and parking_lot's table of waiting threads.
fn warm_up() {
    ROUNDS.fetch_add(1, Ordering::Relaxed);
    let threads_before = threads();
    let all = Arc::new((parking_lot::Mutex::new(0), parking_lot::Condvar::new()));
    let pools: Vec<_> = (0..8).map(|_| ThreadPoolExecutor::new(16).expect("16 is not 0")).collect();
    for pool in &pools {
        for _ in 0..16 {
            let all = Arc::clone(&all);
            let task = move || {
                let (arrived, changed) = &*all;
                let mut arrived = arrived.lock();
                *arrived += 1;
                changed.notify_all();
                // All 128 wait here at the same time.
                changed.wait_while(&mut arrived, |arrived| *arrived < 128);
            };
            drop(pool.submit(task).expect("nothing is shut down"));
        }
    }
    drop(pools);
    settle(|| threads() == threads_before);
}

/// Waits for what is bound to happen, and is no part of any promise: the system clears away a thread a moment after its end
/// has been told, and a detached task ends when it ends.
fn settle(happened: impl Fn() -> bool) {
    // The watch puts an end to it.
    while !happened() {
        thread::yield_now();
    }
}

/// Reports a round that does not end.
fn watch() {
    let mut seen = (ROUNDS.load(Ordering::Relaxed), Instant::now());
    loop {
        thread::park_timeout(Duration::from_secs(1));
        let rounds = ROUNDS.load(Ordering::Relaxed);
        if rounds != seen.0 {
            seen = (rounds, Instant::now());
        }
        verify!(seen.1.elapsed() < PATIENCE, "round {rounds} hangs; threads: {:?}", threads());
    }
}

/// The threads of this process, where the system tells.
fn threads() -> Option<usize> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    // Not the entries of /proc/self/task: while threads end, reading that directory may pass some over.
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let count = status.lines().find_map(|line| line.strip_prefix("Threads:"));
    Some(count.and_then(|count| count.trim().parse().ok()).expect("a process has threads"))
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| {
        text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is no number: {text}"))
    })
}

fn say(text: fmt::Arguments<'_>) {
    // Whoever closed stdout does not want to know.
    let _ = io::stdout().write_fmt(text);
}

/// Reports what is wrong and ends the process.
fn fail(message: fmt::Arguments<'_>) -> ! {
    let seed = SEED.load(Ordering::Relaxed);
    let _ = writeln!(io::stderr(), "stress failed in the round with seed {seed}: {message}");
    process::exit(101);
}
