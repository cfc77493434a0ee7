//! This program: how to start it once more as a worker, and how to tell that it is the same.

use std::backtrace::Backtrace;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sync::{OnceLock, thread};

use super::super::raw;
use super::super::wire;
use super::system;

/// Says that this process is a worker, and which socket is its standard input.
const VARIABLE: &str = "BATTERIES_WORKER";

/// Changes with what goes over the wire.
const PROTOCOL: u32 = 1;

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
pub(super) fn note() {
    PROGRAM.get_or_init(|| Program {
        arguments: env::args_os().collect(),
        test: current_test(),
        path: env::current_exe().ok(),
        identity: Identity::own().ok(),
    });
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
        match &self.test {
            None => command.args(arguments),
            // This very test and nothing else, on the harness's own first thread, which keeps its words to itself.
            Some(test) => command
                .args([test, "--exact", "--include-ignored", "--nocapture", "--quiet"])
                .arg("--test-threads=1")
                .stdout(Stdio::null()),
        };
        let stat = rustix::fs::fstat(&socket)?;
        command
            .env(VARIABLE, format!("{PROTOCOL}:{}:{}", stat.st_dev, stat.st_ino))
            .stdin(socket)
            // The terminal's Ctrl-C goes to its foreground group: to this program, which then ends its workers.
            .process_group(0);
        Ok(command)
    }

    /// What a worker must be to be let in.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
}

/// Tells whether this process was started as a worker: the socket that the variable names is its standard input. A program
/// that a task starts inherits the variable, but not the socket.
pub(super) fn is_worker() -> bool {
    let Some(value) = env::var(VARIABLE).ok() else { return false };
    let Ok(stat) = rustix::fs::fstat(rustix::stdio::stdin()) else { return false };
    value == format!("{PROTOCOL}:{}:{}", stat.st_dev, stat.st_ino)
}

/// Tells whether this worker runs a test, whose standard output went to nowhere.
pub(super) fn is_test() -> bool {
    current_test().is_some()
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
        Some(name) if name != "main" => Some(name.to_owned()),
        _ if tests_share_a_thread() => test_among(&Backtrace::force_capture().to_string()),
        _ => None,
    }
}

fn tests_share_a_thread() -> bool {
    let mut arguments = env::args_os();
    env::var_os("RUST_TEST_THREADS").is_some()
        || arguments.any(|argument| argument.to_string_lossy().starts_with("--test-threads"))
}

/// The path of the test in a backtrace: the harness calls `krate::path::test::{{closure}}` through `FnOnce::call_once`.
fn test_among(backtrace: &str) -> Option<String> {
    let functions = backtrace.lines().filter_map(|line| line.trim_start().split_once(": "));
    let mut last = None;
    for (number, function) in functions {
        if number.bytes().any(|b| !b.is_ascii_digit()) {
            continue;
        }
        if function.starts_with("core::ops::function::FnOnce::call_once")
            && let Some(test) = last
        {
            let path: &str = test;
            let path = path.strip_suffix("::{{closure}}").unwrap_or(path);
            return path.split_once("::").map(|(_, test)| test.to_owned());
        }
        last = Some(function);
    }
    None
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
