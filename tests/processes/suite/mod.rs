//! The harness: which cases there are, who runs them, what they must leave behind.

mod books;
mod crash;
#[path = "../../it/futures/process/desk.rs"]
mod desk;
mod file;
mod limits;
mod orphans;
mod program;
mod storm;
#[path = "../../it/futures/process/trap.rs"]
mod trap;

use std::env;
use std::io::{self, Read, Seek, Write};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Names what this program is to be: a case, or a program that a case starts. Without it, it is the test program.
const ROLE: &str = "BATTERIES_PROCESSES_ROLE";

/// How long a case may take before it counts as hanging: most are over in a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(600);

type Case = (&'static str, fn());

/// All cases, by the files that they stand in.
const CASES: &[&[Case]] =
    &[storm::CASES, crash::CASES, file::CASES, limits::CASES, orphans::CASES, program::CASES];

/// Programs that cases start.
const PROGRAMS: &[&[Case]] =
    &[file::PROGRAMS, limits::PROGRAMS, orphans::PROGRAMS, program::PROGRAMS];

/// Programs that do not begin with `batteries::init()`.
const LATE_PROGRAMS: &[Case] = file::LATE_PROGRAMS;

pub(super) fn run() {
    let role = env::var(ROLE).ok();
    let find = |cases: &[Case]| {
        cases.iter().find(|(name, _)| role.as_deref() == Some(*name)).map(|(_, body)| *body)
    };
    // This much is allowed in front of it: it looks, and leaves no trace.
    if let Some(body) = find(LATE_PROGRAMS) {
        return body();
    }
    batteries::init();
    if role.is_none() {
        std::process::exit(i32::from(harness() != ExitCode::SUCCESS));
    }
    if let Some(body) = CASES.iter().find_map(|cases| find(cases)) {
        books::balanced(body);
    } else if let Some(body) = PROGRAMS.iter().find_map(|programs| find(programs)) {
        body();
    } else {
        panic!("there is no role {role:?}");
    }
}

/// This program once more, in another role.
fn program(role: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(ROLE, role).stdin(Stdio::null());
    command
}

fn harness() -> ExitCode {
    let request = Request::from_arguments(env::args().skip(1));
    let chosen: Vec<&str> = CASES
        .iter()
        .flat_map(|cases| cases.iter().map(|(name, _)| *name))
        .filter(|name| request.wants(name))
        .collect();
    if request.list {
        for name in chosen {
            say(format_args!("{name}: test\n"));
        }
        return ExitCode::SUCCESS;
    }
    let tests = if chosen.len() == 1 { "test" } else { "tests" };
    say(format_args!("running {} {tests}\n", chosen.len()));
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = request.threads.unwrap_or_else(|| {
        // Much of a case is waiting for processes to come and go.
        thread::available_parallelism().map_or(2, |n| n.get() * 2)
    });
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(name) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let output = case(name);
                    if output.status.success() {
                        say(format_args!("test {name} ... ok\n"));
                    } else {
                        say(format_args!("test {name} ... FAILED\n"));
                        failed.lock().unwrap().push((*name, output));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    for (name, Output { status, stdout, stderr }) in &failed {
        let (stdout, stderr) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
        say(format_args!("\n---- {name}: {status} ----\n{stdout}{stderr}\n"));
    }
    let (verdict, code) =
        if failed.is_empty() { ("ok", ExitCode::SUCCESS) } else { ("FAILED", ExitCode::FAILURE) };
    let passed = chosen.len() - failed.len();
    say(format_args!("\ntest result: {verdict}. {passed} passed; {} failed\n", failed.len()));
    code
}

/// Runs a case in a process of its own.
fn case(name: &str) -> Output {
    // Files and no pipes: a process that a failed case leaves behind would keep a pipe open, and this program waiting.
    let mut files = [tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap()];
    let [out, err] = files.each_ref().map(|file| file.try_clone().unwrap());
    let mut case = program(name);
    // Nobody reads the backtraces of meant panics.
    case.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE").stdout(out).stderr(err);
    let status = case.status().unwrap();
    let [stdout, stderr] = files.each_mut().map(|file| {
        let mut printed = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut printed).unwrap();
        printed
    });
    Output { status, stdout, stderr }
}

/// Ends this process with a message if it still runs after [`PATIENCE`].
fn watch(ended: &'static AtomicBool) {
    thread::spawn(|| {
        thread::park_timeout(PATIENCE);
        if !ended.load(Ordering::Relaxed) {
            let _ = writeln!(io::stderr(), "still running after {PATIENCE:?}: aborting");
            std::process::abort();
        }
    });
}

/// What cargo and nextest ask of a test program.
struct Request {
    list: bool,
    exact: bool,
    /// Asked for ignored tests alone, of which there are none.
    none: bool,
    names: Vec<String>,
    skipped: Vec<String>,
    threads: Option<usize>,
}

impl Request {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut request = Self {
            list: false,
            exact: false,
            none: false,
            names: Vec::new(),
            skipped: Vec::new(),
            threads: None,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => request.list = true,
                "--exact" => request.exact = true,
                "--ignored" => request.none = true,
                "--skip" => request.skipped.extend(arguments.next()),
                "--test-threads" => request.threads = arguments.next().and_then(|n| n.parse().ok()),
                // Other options with a value.
                "--format" | "--color" => drop(arguments.next()),
                option if option.starts_with('-') => {
                    let threads = option.strip_prefix("--test-threads=");
                    request.threads = threads.and_then(|n| n.parse().ok()).or(request.threads);
                }
                _ => request.names.push(argument),
            }
        }
        request
    }

    fn wants(&self, name: &str) -> bool {
        let named = |asked: &String| if self.exact { asked == name } else { name.contains(asked) };
        !self.none
            && (self.names.is_empty() || self.names.iter().any(named))
            && !self.skipped.iter().any(named)
    }
}

fn say(text: std::fmt::Arguments<'_>) {
    // A reader that has gone wants to hear no more.
    let _ = io::stdout().lock().write_fmt(text);
}
