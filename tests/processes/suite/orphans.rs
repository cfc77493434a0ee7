//! A program that is killed takes its workers along, whatever they do.

use std::io::Read;
use std::process::{Command, Stdio};

use batteries::concurrent::futures::ProcessPoolExecutor;

use super::books;
use super::desk::{self, Desk};

pub(super) const CASES: &[super::Case] = &[
    ("workers_do_not_outlive_a_killed_program", || killed("program_with_busy_workers")),
    ("stuck_workers_do_not_outlive_a_killed_program", || killed("program_with_stuck_workers")),
    ("workers_of_workers_do_not_outlive_a_killed_program", || {
        killed("program_with_nested_workers");
    }),
    ("what_workers_started_does_not_outlive_a_killed_program", || {
        killed("program_with_grandchildren");
    }),
    ("workers_do_not_outlive_a_program_that_returns", || killed("program_that_returns")),
    ("dropped_pool_ends_idle_workers", dropped_pool_ends_idle_workers),
];

pub(super) const PROGRAMS: &[super::Case] = &[
    ("program_with_busy_workers", || employ(desk::spin_at)),
    ("program_with_stuck_workers", || employ(stuck)),
    ("program_with_nested_workers", || employ(nested)),
    ("program_with_grandchildren", || employ(with_a_grandchild)),
    ("program_that_returns", returns),
];

const DESK: &str = "BATTERIES_PROCESSES_DESK";

/// How many processes report to the desk in each of the programs.
const REPORTS: usize = 2;

/// Starts a program, kills it when its workers are busy, and waits for their end.
fn killed(role: &str) {
    let desk = Desk::new();
    let mut program = super::program(role)
        .env(DESK, desk.address())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let visitors = desk.take(REPORTS);
    for visitor in &visitors {
        assert!(books::is_alive(visitor.pid()), "it works");
        assert_ne!(visitor.pid(), program.id());
    }
    // A program that is about to return does so at the end of its standard input; a killed one never sees it.
    if role == "program_that_returns" {
        drop(program.stdin.take());
    } else {
        program.kill().unwrap();
    }
    program.wait().unwrap();
    // They spin, or sleep for ever, so nothing but the program's end ends them.
    for visitor in &visitors {
        books::soon("the end of a worker", || !books::is_alive(visitor.pid()));
    }
}

/// Has two workers that never end, and waits with them.
fn employ(task: fn(String)) {
    let address = std::env::var(DESK).unwrap();
    let pool = ProcessPoolExecutor::new(REPORTS).unwrap();
    let futures: Vec<_> =
        (0..REPORTS).map(|_| pool.submit(task, address.clone()).unwrap()).collect();
    for future in futures {
        let _ = future.result();
    }
}

/// Holds what an orderly end would want to have: standard output.
fn stuck(address: String) {
    let _held = std::io::stdout().lock();
    desk::spin_at(address);
}

fn nested(address: String) {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let _ = pool.submit(desk::spin_at, address).unwrap().result();
}

/// A process that reports as the grandchild that it waits for.
fn with_a_grandchild(address: String) {
    let mut grandchild = Command::new("sleep").arg("100000").spawn().unwrap();
    desk::report_as(&address, grandchild.id());
    grandchild.wait().unwrap();
}

/// Gives its pool up and returns from `main` while its workers are busy.
fn returns() {
    let address = std::env::var(DESK).unwrap();
    let pool = ProcessPoolExecutor::new(REPORTS).unwrap();
    for _ in 0..REPORTS {
        drop(pool.submit(desk::spin_at, address.clone()).unwrap());
    }
    pool.detach();
    // The end of the standard input says that the workers are busy.
    let _ = std::io::stdin().read(&mut [0]);
}

fn dropped_pool_ends_idle_workers() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let pid = pool.submit(desk::pid, ()).unwrap().result().unwrap();
    assert_eq!(pool.worker_pids(), [pid]);
    assert_eq!(books::children(), [pid]);
    drop(pool);
    assert_eq!(books::children(), [0; 0]);
}
