//! What a process has, and what is left of those it had.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

/// Runs a case, and fails unless it leaves no child, no zombie and no descriptor behind.
pub(super) fn balanced(case: fn()) {
    static ENDED: AtomicBool = AtomicBool::new(false);
    super::watch(&ENDED);
    let before = descriptors("self");
    case();
    assert_no_children();
    assert_eq!(descriptors("self"), before, "descriptors: after the case, and before it");
    ENDED.store(true, Ordering::Relaxed);
}

/// The open descriptors of a process, and what they are.
pub(super) fn descriptors(pid: &str) -> BTreeMap<String, PathBuf> {
    let folder = PathBuf::from(format!("/proc/{pid}/fd"));
    fs::read_dir(&folder)
        .unwrap()
        // The one that this listing itself uses is closed by the time it is looked at.
        .filter_map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            fs::read_link(entry.path()).ok().map(|target| (name, target))
        })
        .filter(|(_, target)| !(target.starts_with("/proc") && target.ends_with("fd")))
        .collect()
}

#[track_caller]
pub(super) fn assert_no_children() {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let child = rustix::process::waitid(WaitId::All, options);
    assert_eq!(child.err(), Some(rustix::io::Errno::CHILD), "a child is left: {:?}", children());
}

/// The children of this process, zombies too.
pub(super) fn children() -> Vec<u32> {
    children_of(std::process::id())
}

/// The children of a process, zombies too.
pub(super) fn children_of(pid: u32) -> Vec<u32> {
    let is_child = |stat: &str| {
        // `pid (name) state ppid ...`, and the name may hold anything.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(1);
        (fields.next()?.parse() == Ok(pid)).then_some(())
    };
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok()?.parse().ok())
        .filter(|child| {
            fs::read_to_string(format!("/proc/{child}/stat")).is_ok_and(|s| is_child(&s).is_some())
        })
        .collect()
}

/// Whether a process exists and is no zombie.
pub(super) fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    })
}

/// Waits for what is bound to happen within a second, and for much longer on a busy machine.
#[track_caller]
pub(super) fn soon(what: &str, happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}: not after 30 s");
        thread::yield_now();
    }
}

pub(super) fn kill(pid: u32) {
    // Gone already: as good as killed.
    let _ = rustix::process::kill_process(number(pid), Signal::KILL);
}

pub(super) fn number(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().unwrap()).unwrap()
}
