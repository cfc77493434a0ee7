//! This program: how to start it once more as a worker, and how to tell that it is the same.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::env;
use std::ffi::{CString, OsString};
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sync::{OnceLock, thread, thread_local};

use super::super::raw;
use super::super::wire;
use super::system;

/// Says that this process is a worker, and of whom: see [`Summons`].
const VARIABLE: &str = "BATTERIES_WORKER";

/// Changes with what goes over the wire.
const PROTOCOL: u32 = 2;

/// How `batteries::init` was called.
#[derive(Debug)]
pub(super) struct Program {
    arguments: Vec<OsString>,
    /// Inside a test of libtest, the name of the test: its first line is what a program's first line is elsewhere.
    test: Option<String>,
    /// Where the program's file was then; for systems that cannot name the file that runs.
    path: Option<PathBuf>,
    identity: Option<Identity>,
}

static PROGRAM: OnceLock<Program> = OnceLock::new();

/// Notes how this program was started; the first call counts.
///
/// Nothing is noted in a process that was to be a worker and cannot be one, since its standard input is not the socket any
/// more: with workers of its own, each of which would fare the same, it would start an endless chain.
pub(super) fn note() {
    let summons = Summons::read();
    if summons.as_ref().is_some_and(|summons| summons.is_ours() && !summons.is_obeyed()) {
        return;
    }
    let test = match summons.filter(Summons::is_obeyed) {
        Some(summons) => summons.test,
        None if system::is_first_thread() || thread::current().name().is_some() => current_test(),
        // No thread of this kind is where a program or a test begins.
        None => return,
    };
    TEST.with(|own| own.replace(test.clone()));
    PROGRAM.get_or_init(|| Program {
        arguments: env::args_os().collect(),
        test,
        path: env::current_exe().ok(),
        identity: Identity::own().ok(),
    });
}

thread_local! {
    /// The test that this thread runs, if it has called `init`.
    static TEST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The test whose first line is a worker's: this thread's own, or the first one that called `init`.
pub(super) fn own_test() -> Option<String> {
    TEST.with(|own| own.borrow().clone()).or_else(|| noted()?.test.clone())
}

/// Calls this process, which was started by the name of a link, what its program is called.
pub(super) fn take_name() {
    let name = noted().and_then(|program| Path::new(program.arguments.first()?).file_name());
    if let Some(name) = name.and_then(|name| CString::new(name.as_bytes()).ok()) {
        system::set_process_name(&name);
    }
}

/// What was noted; `None` if `batteries::init` was not called.
pub(super) fn noted() -> Option<&'static Program> {
    PROGRAM.get()
}

impl Program {
    /// A command that starts it as a worker whose standard input is `socket`.
    pub(super) fn command(
        &self,
        executable: Option<&Path>,
        test: Option<&str>,
        socket: impl AsFd + Into<Stdio>,
    ) -> std::io::Result<Command> {
        let own = || system::running_file().or_else(|| self.path.clone());
        let Some(file) = executable.map(Path::to_owned).or_else(own) else {
            return Err(std::io::Error::other("where the program's file is cannot be told"));
        };
        let mut command = Command::new(file);
        let mut arguments = self.arguments.iter();
        if let Some(name) = arguments.next() {
            command.arg0(name);
        }
        match test {
            None => command.args(arguments),
            // This very test and nothing else, on the harness's own first thread, which keeps its words to itself.
            Some(test) => command
                .args([test, "--exact", "--include-ignored", "--nocapture", "--quiet"])
                .arg("--test-threads=1")
                .stdout(Stdio::null()),
        };
        let stat = rustix::fs::fstat(&socket)?;
        let test = test.unwrap_or_default();
        let (device, inode, own) = (stat.st_dev, stat.st_ino, std::process::id());
        command
            .env(VARIABLE, format!("{PROTOCOL}:{device}:{inode}:{own}:{test}"))
            .stdin(socket)
            // The terminal's Ctrl-C goes to its foreground group: to this program, which then ends its workers.
            .process_group(0);
        Ok(command)
    }

    /// Whether `init` was called by a test, whose harness writes to the standard output of its workers.
    pub(super) fn is_test(&self) -> bool {
        self.test.is_some()
    }

    /// What a worker must be to be let in.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
}

/// Tells whether this process was started as a worker.
pub(super) fn is_worker() -> bool {
    Summons::read().is_some_and(|summons| summons.is_obeyed())
}

/// What [`VARIABLE`] says. A program that a task starts inherits it, but neither the socket nor the parent.
#[derive(Debug)]
struct Summons {
    /// Device and inode of the socket that is the worker's standard input.
    socket: (String, String),
    /// The process that has the other end.
    parent: u32,
    /// The test that the worker runs, if it is one's.
    test: Option<String>,
}

impl Summons {
    fn read() -> Option<Self> {
        let value = env::var(VARIABLE).ok()?;
        let mut parts = value.splitn(5, ':');
        let mut part = || parts.next().map(str::to_owned);
        (part()? == PROTOCOL.to_string()).then_some(())?;
        let socket = (part()?, part()?);
        let parent = part()?.parse().ok()?;
        Some(Self { socket, parent, test: part().filter(|test| !test.is_empty()) })
    }

    /// Whether this very process was meant, and not the one that started it.
    fn is_ours(&self) -> bool {
        self.parent == parent_id()
    }

    /// Whether the socket is there.
    fn is_obeyed(&self) -> bool {
        rustix::fs::fstat(rustix::stdio::stdin())
            .is_ok_and(|stat| self.socket == (stat.st_dev.to_string(), stat.st_ino.to_string()))
    }
}

/// What two processes of one program have in common, and those of two builds have not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity(Vec<u8>);

impl Identity {
    /// That of this process.
    pub(super) fn own() -> std::io::Result<Self> {
        let file = system::running_file().map_or_else(env::current_exe, Ok)?;
        let file = fs::metadata(file)?;
        let numbers = (
            [file.dev(), file.ino(), file.size()],
            [file.mtime(), file.mtime_nsec()],
            raw::layout(),
            env!("CARGO_PKG_VERSION"),
        );
        let mut bytes = Vec::new();
        wire::encode(&numbers, &mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The name of the test this thread runs, if it runs one.
///
/// libtest runs a test on a thread of its name. With one thread for all tests it runs them on the program's first thread;
/// then the test is found among its callers.
fn current_test() -> Option<String> {
    let thread = thread::current();
    match thread.name() {
        Some(name) if !system::is_first_thread() => Some(name.to_owned()),
        _ if tests_share_a_thread() => test_among(&Backtrace::force_capture().to_string()),
        _ => None,
    }
}

fn tests_share_a_thread() -> bool {
    let mut arguments = env::args_os();
    env::var_os("RUST_TEST_THREADS").is_some()
        || arguments.any(|argument| argument.to_string_lossy().starts_with("--test-threads"))
}

/// The path of the test in a backtrace: the harness calls `krate::path::test::{{closure}}` through `FnOnce::call_once`, from a
/// function of its own. Whatever else is called like that, `main` for one, is no test.
fn test_among(backtrace: &str) -> Option<String> {
    // By its path, or, among the newer names of symbols, without it.
    const HARNESS: [&str; 2] =
        ["test::__rust_begin_short_backtrace", "__rust_begin_short_backtrace"];

    let functions: Vec<&str> = backtrace
        .lines()
        .filter_map(|line| line.trim_start().split_once(": "))
        .filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()))
        .map(|(_, function)| function)
        .collect();
    let is_harness = |function: &&str| HARNESS.iter().any(|name| function.starts_with(name));
    let harness = functions.iter().position(is_harness)?;
    let callees = functions[..harness].iter().rev();
    let test = callees.copied().find(|f| !f.ends_with("::call_once"))?;
    let closures = ["::{{closure}}", "::{closure#0}"];
    let path = closures.iter().find_map(|closure| test.strip_suffix(closure)).unwrap_or(test);
    let (_krate, test) = path.split_once("::")?;
    (test != "main").then(|| test.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_found_among_its_callers() {
        fn the_way_libtest_calls(f: impl FnOnce() -> String) -> String {
            f()
        }
        let name = current_test().unwrap();
        assert_eq!(name, thread::current().name().unwrap());
        let backtrace = the_way_libtest_calls(|| Backtrace::force_capture().to_string());
        assert_eq!(test_among(&backtrace).as_deref(), Some(name.as_str()), "{backtrace}");
    }

    #[test]
    fn this_process_is_no_worker_and_is_itself() {
        assert!(!is_worker());
        assert_eq!(Identity::own().unwrap(), Identity::own().unwrap());
    }
}
