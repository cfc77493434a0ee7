//! What a program with workers looks like from outside: its arguments, folder, streams, signals, descriptors, processes.

use std::env;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use batteries::concurrent::futures::{
    ProcessPoolExecutor, Shutdown, TaskError, ThreadPoolExecutor,
};

use super::books;
use super::desk::{self, Desk};

pub(super) const CASES: &[super::Case] = &[
    ("arguments_folder_and_environment_are_the_programs", surroundings),
    ("arguments_are_the_programs_whatever_a_harness_is_told", surroundings_in_a_harness),
    ("tasks_print_to_the_programs_own_streams", streams),
    ("ctrl_c_reaches_the_program_alone", ctrl_c),
    ("workers_inherit_no_descriptor", descriptors),
    ("grandchild_ends_with_a_worker_that_crashes", grandchild_of_a_crash),
    ("grandchild_outlives_a_worker_that_ends_well", grandchild_of_a_good_end),
    ("task_has_a_pool_of_its_own", nested),
    ("pools_are_dropped_in_any_order", any_order),
    ("output_is_complete_after_a_shutdown_that_does_not_wait", output_is_complete),
    ("pools_of_processes_come_and_go_beside_busy_threads", pools_beside_threads),
    ("detached_pool_runs_what_it_was_given", detached),
    ("killed_pool_leaves_nothing", || ended(ProcessPoolExecutor::kill)),
    ("terminated_pool_leaves_nothing", || ended(ProcessPoolExecutor::terminate)),
    ("replaced_workers_leave_nothing", replaced_workers),
    ("failed_initializer_leaves_nothing", failed_initializer),
    ("program_that_reaps_all_children_disturbs_nothing", reaping_program),
];

pub(super) const PROGRAMS: &[super::Case] = &[
    ("program_of_surroundings", program_of_surroundings),
    ("program_of_streams", program_of_streams),
    ("program_of_ctrl_c", program_of_ctrl_c),
    ("program_of_descriptors", program_of_descriptors),
    ("program_of_last_words", program_of_last_words),
];

#[track_caller]
fn passed(output: Output) -> (String, String) {
    let Output { status, stdout, stderr } = output;
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success(), "{status}\n{stdout}\n{stderr}");
    (stdout, stderr)
}

type Surroundings = (Vec<String>, String, Option<String>);

fn look_around(_: ()) -> Surroundings {
    let folder = env::current_dir().unwrap().to_str().unwrap().to_owned();
    (env::args().collect(), folder, env::var("BATTERIES_PROCESSES_COLOUR").ok())
}

/// Compares what a worker sees with what this process sees.
fn program_of_surroundings() {
    let here = look_around(());
    assert_eq!(here.0[1..], ["--exact", "an argument", "", "--test-threads=1"]);
    assert_eq!(here.2.as_deref(), Some("red"));
    env::set_current_dir("/").unwrap();
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let there = pool.submit(look_around, ()).unwrap().result().unwrap();
    // A worker starts where the program is then.
    assert_eq!(there, (here.0, "/".to_owned(), here.2));
    io::stdout().write_all(b"seen").unwrap();
}

fn surroundings() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = super::program("program_of_surroundings");
    program.args(["--exact", "an argument", "", "--test-threads=1"]).current_dir(folder.path());
    program.env("BATTERIES_PROCESSES_COLOUR", "red").arg0("another name");
    assert_eq!(passed(program.output().unwrap()), ("seen".into(), String::new()));
}

/// What a test harness is told in the environment is no business of a program that a test starts.
fn surroundings_in_a_harness() {
    let mut program = super::program("program_of_surroundings");
    program.args(["--exact", "an argument", "", "--test-threads=1"]).env("RUST_TEST_THREADS", "1");
    program.env("BATTERIES_PROCESSES_COLOUR", "red");
    assert_eq!(passed(program.output().unwrap()), ("seen".into(), String::new()));
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it is about what becomes of it")]
fn speak(_: ()) -> usize {
    // Unfinished lines too arrive, at the latest when the worker ends.
    print!("to standard output");
    eprint!("to standard error");
    io::stdin().read_to_end(&mut Vec::new()).unwrap()
}

fn program_of_streams() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    assert_eq!(pool.submit(speak, ()).unwrap().result(), Ok(0), "its standard input is at its end");
    drop(pool);
    let mut own = String::new();
    io::stdin().read_line(&mut own).unwrap();
    assert_eq!(own, "for the program\n");
}

fn streams() {
    for threads in [None, Some("1")] {
        let mut program = super::program("program_of_streams");
        if let Some(threads) = threads {
            program.env("RUST_TEST_THREADS", threads);
        }
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"for the program\n").unwrap();
        let printed = passed(child.wait_with_output().unwrap());
        assert_eq!(printed, ("to standard output".into(), "to standard error".into()));
    }
}

static INTERRUPTS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    INTERRUPTS.fetch_add(1, Ordering::Relaxed);
}

/// Notices Ctrl-C, and so does not end by it.
#[expect(unsafe_code, reason = "there is no safe way to see a signal")]
fn program_of_ctrl_c() {
    let handler = count as extern "C" fn(libc::c_int);
    // SAFETY: the handler does what a handler may, it adds to an atomic.
    unsafe { libc::signal(libc::SIGINT, handler as libc::sighandler_t) };
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let future = pool.submit(desk::wait_at, env::var(DESK).unwrap()).unwrap();
    // A worker that was reached would have died: no handler outlives the start of another program.
    let pid = future.result().unwrap();
    assert_eq!(pool.submit(desk::pid, ()).unwrap().result(), Ok(pid));
    assert_eq!(INTERRUPTS.load(Ordering::Relaxed), 1);
}

const DESK: &str = "BATTERIES_PROCESSES_DESK";

fn ctrl_c() {
    let desk = Desk::new();
    let mut program = super::program("program_of_ctrl_c");
    // The terminal's foreground group, without a terminal.
    let program = program.env(DESK, desk.address()).process_group(0).stderr(Stdio::piped());
    let program = program.spawn().unwrap();
    let visitor = desk.next();
    let group = books::number(program.id());
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    drop(visitor);
    passed(program.wait_with_output().unwrap());
}

/// Has descriptors of its own, some of which the workers would inherit if they were given to every child.
fn program_of_descriptors() {
    let inherited = books::descriptors("self");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let file = std::fs::File::open(env::current_exe().unwrap()).unwrap();
    let pool = ProcessPoolExecutor::new(2).unwrap();
    let desk = Desk::new();
    let tasks: Vec<_> =
        (0..2).map(|_| pool.submit(desk::wait_at, desk.address()).unwrap()).collect();
    for visitor in desk.take(2) {
        let mut open = books::descriptors(&visitor.pid().to_string());
        // What whoever started this program left open for all its descendants.
        open.retain(|fd, target| {
            ["0", "1", "2"].contains(&fd.as_str()) || inherited.get(fd) != Some(target)
        });
        let targets: Vec<_> = open.values().map(|target| target.to_str().unwrap()).collect();
        let sockets = targets.iter().filter(|target| target.starts_with("socket:")).count();
        // The worker's own, once for the task's side and once for the watch's, and what the task itself has to the desk.
        assert_eq!(sockets, 3, "{open:?}");
        // The others: standard input, which is empty, standard output and standard error.
        assert_eq!(targets.len(), 6, "{open:?}");
        assert_eq!(open["0"].to_str(), Some("/dev/null"));
    }
    for task in tasks {
        task.result().unwrap();
    }
    drop((listener, file));
}

fn descriptors() {
    passed(super::program("program_of_descriptors").output().unwrap());
}

fn start_a_grandchild((address, crash): (String, bool)) -> u32 {
    #[expect(clippy::zombie_processes, reason = "its end is what the tests are about")]
    let grandchild = Command::new("sleep").arg("100000").stdout(Stdio::null()).spawn().unwrap();
    let pid = grandchild.id();
    let _stream = desk::report_as(&address, pid);
    if crash {
        std::process::abort();
    }
    pid
}

/// What a worker that crashes has started would be in nobody's care.
fn grandchild_of_a_crash() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let desk = Desk::new();
    let future = pool.submit(start_a_grandchild, (desk.address(), true)).unwrap();
    let grandchild = desk.next().pid();
    let Err(TaskError::WorkerDied(death)) = future.result() else { panic!("it aborts") };
    assert_eq!(death.signal(), Some(libc::SIGABRT));
    books::soon("the grandchild's end", || !books::is_alive(grandchild));
}

/// A worker that is asked to end leaves alone what its tasks have started, as any program does that returns from `main`.
fn grandchild_of_a_good_end() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let desk = Desk::new();
    let future = pool.submit(start_a_grandchild, (desk.address(), false)).unwrap();
    let grandchild = future.result().unwrap();
    drop(pool);
    assert!(books::is_alive(grandchild));
    books::kill(grandchild);
    books::soon("the grandchild's end", || !books::is_alive(grandchild));
}

fn nest(depth: u32) -> Vec<u32> {
    let mut pids = vec![std::process::id()];
    if depth > 0 {
        let pool = ProcessPoolExecutor::new(1).unwrap();
        pids.extend(pool.submit(nest, depth - 1).unwrap().result().unwrap());
    }
    pids
}

fn nested() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let mut pids = pool.submit(nest, 3).unwrap().result().unwrap();
    pids.push(std::process::id());
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 5, "five processes, each a child of the one before");
}

fn any_order() {
    // The future last.
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let future = pool.submit(desk::pid, ()).unwrap();
    drop(pool);
    assert!(future.result().is_ok());
    // The future first.
    let pool = ProcessPoolExecutor::new(1).unwrap();
    drop(pool.submit(desk::pid, ()).unwrap());
    drop(pool);
    // The future while its task runs, which goes on.
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let desk = Desk::new();
    let future = pool.submit(desk::wait_at, desk.address()).unwrap();
    let visitor = desk.next();
    drop(future);
    drop(visitor);
    drop(pool);
    // A pool that was never used, and one that another one's callback drops.
    drop(ProcessPoolExecutor::new(1).unwrap());
    let (outer, inner) =
        (ProcessPoolExecutor::new(1).unwrap(), ProcessPoolExecutor::new(1).unwrap());
    let late = inner.submit(desk::pid, ()).unwrap();
    outer.submit(desk::pid, ()).unwrap().add_done_callback(move |_| drop(inner));
    drop(outer);
    assert!(late.result().is_ok());
    // A pool that its own callback drops.
    let pool = std::sync::Arc::new(ProcessPoolExecutor::new(1).unwrap());
    let own = std::sync::Arc::clone(&pool);
    let (told, heard) = std::sync::mpsc::channel();
    let future = pool.submit(desk::wait_at, desk.address()).unwrap();
    let visitor = desk.next();
    future.add_done_callback(move |_| {
        drop(own);
        told.send(()).unwrap();
    });
    drop(pool);
    drop(visitor);
    heard.recv().unwrap();
    assert!(future.result().is_ok());
    settled();
}

/// Waits for threads that nobody joins, and what they close.
fn settled() {
    books::soon("the end of all workers", || books::children().is_empty());
    books::soon("the end of all threads", || {
        // The main thread, and the one that watches over the case.
        std::fs::read_dir("/proc/self/task").unwrap().count() == 2
    });
}

fn say_apple(address: String) {
    desk::wait_at(address);
    io::stdout().write_all(b"apple\n").unwrap();
}

/// Returns from `main` while a task runs that has not said a word, and another one waits.
fn program_of_last_words() {
    let address = env::var(DESK).unwrap();
    let pool = ProcessPoolExecutor::new(1).unwrap();
    drop(pool.submit(say_apple, address.clone()).unwrap());
    drop(pool.submit(say_apple, address).unwrap());
    pool.shutdown(Shutdown::NoWait);
}

/// CPython: `test_shutdown.py: ExecutorShutdownTest.test_hang_gh83386`, `test_interpreter_shutdown` (cases 51 and 55).
fn output_is_complete() {
    let desk = Desk::new();
    let mut program = super::program("program_of_last_words");
    let program = program.env(DESK, desk.address()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = program.spawn().unwrap();
    drop(desk.next());
    drop(desk.next());
    let (stdout, stderr) = passed(program.wait_with_output().unwrap());
    assert_eq!((stdout.as_str(), stderr.as_str()), ("apple\napple\n", ""));
}

/// CPython: `test_thread_pool.py: ThreadPoolExecutorTest.test_hang_global_shutdown_lock` (case 49).
fn pools_beside_threads() {
    let threads = Arc::new(ThreadPoolExecutor::new(2).unwrap());
    let over = Arc::new(AtomicBool::new(false));
    fn resubmit(threads: &Arc<ThreadPoolExecutor>, over: &Arc<AtomicBool>) {
        let (own, own_over) = (Arc::clone(threads), Arc::clone(over));
        if !over.load(Ordering::Relaxed) {
            let future = threads.submit(|| ()).unwrap();
            future.add_done_callback(move |_| resubmit(&own, &own_over));
        }
    }
    resubmit(&threads, &over);
    for _ in 0..50 {
        let pool = ProcessPoolExecutor::new(1).unwrap();
        assert!(pool.submit(desk::pid, ()).unwrap().result().is_ok());
    }
    over.store(true, Ordering::Relaxed);
    drop(threads);
    settled();
}

fn detached() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let futures: Vec<_> = (0..3).map(|_| pool.submit(desk::pid, ()).unwrap()).collect();
    pool.detach();
    for future in futures {
        assert!(future.result().is_ok());
    }
    settled();
}

fn ended(end: fn(&ProcessPoolExecutor)) {
    let pool = ProcessPoolExecutor::new(2).unwrap();
    let desk = Desk::new();
    let running: Vec<_> =
        (0..2).map(|_| pool.submit(desk::spin_at, desk.address()).unwrap()).collect();
    let queued: Vec<_> = (0..5).map(|_| pool.submit(desk::pid, ()).unwrap()).collect();
    let visitors = desk.take(2);
    end(&pool);
    for future in running {
        assert!(matches!(future.result(), Err(TaskError::WorkerDied(_))));
    }
    for future in queued {
        assert_eq!(future.result(), Err(TaskError::Cancelled));
    }
    assert!(pool.submit(desk::pid, ()).is_err());
    drop(pool);
    drop(visitors);
}

fn replaced_workers() {
    let pool =
        ProcessPoolExecutor::builder().max_workers(2).max_tasks_per_child(3).build().unwrap();
    let pids: Result<Vec<_>, _> = pool.map(|_: u32| std::process::id(), 0..30).collect();
    let mut pids = pids.unwrap();
    pids.sort_unstable();
    assert!(pids.chunk_by(|a, b| a == b).all(|tasks| tasks.len() <= 3), "{pids:?}");
    // Whoever has retired is not there any more when the pool is.
    assert!(books::children().len() <= 2 + 2);
}

fn failed_initializer() {
    fn fail(words: String) -> Result<(), String> {
        Err(words)
    }
    let pool = ProcessPoolExecutor::builder()
        .max_workers(2)
        .initializer(fail, "no licence".to_owned())
        .build()
        .unwrap();
    let futures: Vec<_> = (0..10).filter_map(|_| pool.submit(desk::pid, ()).ok()).collect();
    assert!(!futures.is_empty());
    for future in futures {
        let Err(TaskError::Broken(text)) = future.result() else { panic!("it cannot run") };
        assert!(text.contains("no licence"), "{text}");
    }
}

/// As init processes and some servers do.
fn reaping_program() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let first = pool.submit(desk::pid, ()).unwrap().result().unwrap();
    books::kill(first);
    let options = rustix::process::WaitIdOptions::EXITED;
    let reaped = rustix::process::waitid(rustix::process::WaitId::All, options).unwrap();
    assert!(reaped.is_some());
    assert_ne!(pool.submit(desk::pid, ()).unwrap().result().unwrap(), first);
    pool.shutdown(Shutdown::Wait);
}
