//! The program's file: replaced while it runs, another one, a library beside it; and programs that forgot their first line.

use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use batteries::concurrent::futures::{
    BuildErrorKind, ProcessPoolExecutor, SubmitErrorKind, TaskError,
};

use super::books;
use super::desk;

pub(super) const CASES: &[super::Case] = &[
    ("program_goes_on_when_its_file_is_replaced", goes_on_when_replaced),
    ("program_goes_on_when_its_file_is_gone", goes_on_when_gone),
    ("same_file_by_another_name_is_let_in", same_file_by_another_name),
    ("other_build_is_turned_away", other_build_is_turned_away),
    ("program_that_is_none_of_ours_is_turned_away", foreign_program),
    ("file_that_is_missing_breaks_the_pool", missing_file),
    ("function_of_a_shared_library_is_refused", shared_library),
    ("missing_first_line_is_an_error_that_shows_it", missing_first_line),
    ("first_line_that_comes_too_late_starts_no_avalanche", late_first_line),
    ("first_line_in_a_worker_alone_starts_no_avalanche", shy_first_line),
];

pub(super) const PROGRAMS: &[super::Case] = &[("program_replaced", replaced)];

pub(super) const LATE_PROGRAMS: &[super::Case] =
    &[("program_forgetful", forgetful), ("program_late", late), ("program_shy", shy)];

/// Where a copy of this program stands; the file goes with it.
struct Copied {
    folder: tempfile::TempDir,
}

impl Copied {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(env::current_exe().unwrap(), folder.path().join("program")).unwrap();
        Self { folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("program")
    }

    /// Starts the copy in a role; does `change` to its file as soon as its pool has worked, and returns what it printed.
    fn run(&self, role: &str, change: impl FnOnce(&Path)) -> String {
        let mut command = Command::new(self.file());
        command.env(super::ROLE, role).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut ready = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
        assert_eq!(&ready, b"ready\n");
        change(&self.file());
        child.stdin.take().unwrap().write_all(b"\n").unwrap();
        let Output { status, stdout, .. } = child.wait_with_output().unwrap();
        assert!(status.success(), "{status}");
        String::from_utf8(stdout).unwrap()
    }
}

/// Uses one worker, waits for a line, uses another one.
fn replaced() {
    let pool =
        ProcessPoolExecutor::builder().max_workers(1).max_tasks_per_child(1).build().unwrap();
    assert_eq!(pool.submit(double, 1).unwrap().result(), Ok(2));
    say("ready\n");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    assert_eq!(pool.submit(double, 21).unwrap().result(), Ok(42));
    say("42\n");
}

fn double(n: u64) -> u64 {
    n * 2
}

fn say(text: &str) {
    let mut stdout = std::io::stdout();
    stdout.write_all(text.as_bytes()).unwrap();
    stdout.flush().unwrap();
}

/// Better than an error: the workers are started from the file that runs, whatever its name leads to by now.
fn goes_on_when_replaced() {
    let printed = Copied::new().run("program_replaced", |file| {
        let other = file.with_extension("new");
        fs::copy("/bin/false", &other).unwrap();
        fs::rename(other, file).unwrap();
    });
    assert_eq!(printed, "42\n");
}

fn goes_on_when_gone() {
    let printed = Copied::new().run("program_replaced", |file| fs::remove_file(file).unwrap());
    assert_eq!(printed, "42\n");
}

/// A pool whose workers are to be started from `file`.
fn pool_of(file: &Path) -> ProcessPoolExecutor {
    ProcessPoolExecutor::builder().max_workers(1).executable(file).build().unwrap()
}

fn same_file_by_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(env::current_exe().unwrap(), &link).unwrap();
    assert_eq!(pool_of(&link).submit(double, 4).unwrap().result(), Ok(8));
}

#[track_caller]
fn assert_broken(pool: &ProcessPoolExecutor, words: &[&str]) {
    let Err(TaskError::Broken(text)) = pool.submit(double, 4).unwrap().result() else {
        panic!("a worker of another program gave a value");
    };
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in {text:?}");
    }
    let error = pool.submit(double, 4).unwrap_err();
    assert_eq!(error.kind(), SubmitErrorKind::Broken);
}

/// A copy has everything but the identity.
fn other_build_is_turned_away() {
    let copied = Copied::new();
    assert_broken(&pool_of(&copied.file()), &["file was replaced", "start the program again"]);
}

fn foreign_program() {
    assert_broken(
        &pool_of(Path::new("/bin/true")),
        &["ended before it was ready", "exit status: 0", "`batteries::init()` the first line"],
    );
    // One that neither reads nor ends.
    let sleeper = sleeper();
    let pool = ProcessPoolExecutor::builder()
        .max_workers(1)
        .executable(sleeper.path().join("sleeper"))
        .startup_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    assert_broken(&pool, &["was not ready after 50ms", "`batteries::init()` the first line"]);
}

/// A script that sleeps, whatever its arguments.
fn sleeper() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sleeper");
    fs::write(&file, "#!/bin/sh\nexec sleep 1000\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn missing_file() {
    let pool = pool_of(Path::new("/nowhere/to/be/found"));
    assert_broken(&pool, &["could not be started", "No such file"]);
}

/// Builds a library with a function in it, and loads it.
#[expect(unsafe_code, reason = "loading a library is")]
fn shared_library() {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("plugin.rs"), folder.path().join("libplugin.so"));
    fs::write(&source, "#[unsafe(no_mangle)] pub fn treble(n: u64) -> u64 { n * 3 }").unwrap();
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built = Command::new(rustc)
        .args(["--edition=2024", "--crate-type=cdylib", "-Cpanic=abort", "-o"])
        .args([&library, &source])
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let name = std::ffi::CString::new(library.to_str().unwrap()).unwrap();
    // SAFETY: the library does nothing when it is loaded, its function has the type that it is given here (the compiler is
    // the one that built this program), and it stays loaded.
    let treble: fn(u64) -> u64 = unsafe {
        let handle = libc::dlopen(name.as_ptr(), libc::RTLD_NOW);
        assert!(!handle.is_null());
        let address = libc::dlsym(handle, c"treble".as_ptr());
        assert!(!address.is_null());
        std::mem::transmute::<*mut libc::c_void, fn(u64) -> u64>(address)
    };
    assert_eq!(treble(14), 42);

    let pool = ProcessPoolExecutor::new(1).unwrap();
    let error = pool.submit(treble, 14).unwrap_err();
    assert_eq!(error.kind(), SubmitErrorKind::NotInMainImage);
    assert!(error.to_string().contains("not a function of this executable"), "{error}");
    assert_eq!(error.into_work(), 14);
    let mut results = pool.map_builder().chunk_size(2).map(treble, [1, 2]).unwrap();
    assert!(matches!(results.next(), Some(Err(TaskError::Broken(_)))));
    assert_eq!(pool.submit(double, 14).unwrap().result(), Ok(28), "the pool is none the worse");
}

/// Has a pool without having called `init`.
fn forgetful() {
    let error = ProcessPoolExecutor::new(1).unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::NotInitialized);
    say(&error.to_string());
}

fn missing_first_line() {
    let output = super::program("program_forgetful").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("batteries::init();"), "{printed}");
    assert!(printed.contains("first line of `main`"), "{printed}");
}

/// What the programs below report to when they start: the test counts them.
const DESK: &str = "BATTERIES_PROCESSES_DESK";

fn report() -> UnixStream {
    desk::report(&env::var(DESK).unwrap())
}

/// Starts the program `role`, whose every process reports; returns what it printed, and how many there were.
fn counted(role: &str) -> (String, usize) {
    let desk = desk::Desk::new();
    let output = super::program(role).env(DESK, desk.address()).output().unwrap();
    let count = desk.waiting();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    (printed, count)
}

/// Makes a pool before it calls `init`, and, since that failed, once more after it.
fn late() {
    let _stream = report();
    assert_eq!(ProcessPoolExecutor::new(1).unwrap_err().kind(), BuildErrorKind::NotInitialized);
    batteries::init();
    let pool = ProcessPoolExecutor::new(1).unwrap();
    say(&format!("{:?}", pool.submit(double, 2).unwrap().result()));
}

/// What comes before the first line runs in every worker too, and no worker has workers of its own.
fn late_first_line() {
    let (printed, count) = counted("program_late");
    assert_eq!((printed.as_str(), count), ("Ok(4)", 2));
}

/// Gives away its standard input before it calls `init`, as daemons do: a worker does not know then that it is one.
fn shy() {
    let _stream = report();
    rustix::stdio::dup2_stdin(fs::File::open("/dev/null").unwrap()).unwrap();
    batteries::init();
    match ProcessPoolExecutor::new(1) {
        Ok(pool) => match pool.submit(double, 2).unwrap().result() {
            Err(TaskError::Broken(text)) => say(&text),
            other => say(&format!("{other:?}")),
        },
        Err(error) => {
            assert_eq!(error.kind(), BuildErrorKind::NotInitialized);
            // As programs do that cannot go on.
            std::process::exit(1);
        }
    }
}

fn shy_first_line() {
    let (printed, count) = counted("program_shy");
    assert!(printed.contains("`batteries::init()` the first line of `main`"), "{printed}");
    assert_eq!(count, 2, "the program, and one process that did not become a worker");
    books::assert_no_children();
}
