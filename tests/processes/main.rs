//! Worker processes that crash, are killed, are left alone and run out of things; then the books are closed: every future
//! has ended, no process is left, not even a zombie, and no descriptor.
//!
//! Each case runs in a program of its own, since the processes and descriptors of a test harness would be counted too, and
//! since most of it is about whole programs: this one, started in another role.
//!
//! `BATTERIES_PROCESSES_TASKS` says how many tasks the storm of kills has to survive, 4000 if it is not set; `100_000` in a release build takes seconds.

#[cfg(target_os = "linux")]
mod suite;

// What is left of a process is read from /proc.
#[cfg(not(target_os = "linux"))]
mod suite {
    pub(super) fn run() {}
}

fn main() {
    suite::run();
}
