//! What Linux can do and other Unixes cannot, or do otherwise.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod platform {
    use std::ffi::CStr;
    use std::fs;
    use std::path::{Path, PathBuf};

    use rustix::event::PollFlags;
    use rustix::fs::{MemfdFlags, memfd_create};
    use rustix::net::{RecvFlags, SendFlags};

    /// What a socket shows when its other end is gone.
    pub(crate) const HUNG_UP: PollFlags = PollFlags::RDHUP;

    /// A write to a socket whose other end is gone is an error, and no signal that ends the program.
    pub(crate) const SEND: SendFlags = SendFlags::NOSIGNAL;

    /// A file that comes over a socket is not for programs that are started from here.
    pub(crate) const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;

    /// Whether a reset connection says that the other end had not read all that was sent to it.
    pub(crate) const RESET_MEANS_UNREAD: bool = true;

    /// Whether [`resident_memory`] knows.
    pub(crate) const KNOWS_RESIDENT_MEMORY: bool = true;

    /// A name for the file that this process runs, whatever became of the path it was started by.
    pub(crate) fn running_file() -> Option<PathBuf> {
        let path = Path::new("/proc/self/exe");
        path.exists().then(|| path.to_owned())
    }

    /// Tells whether the calling thread is the program's first one.
    pub(crate) fn is_first_thread() -> bool {
        rustix::thread::gettid() == rustix::process::getpid()
    }

    /// Sets the name that `ps` and `top` show.
    pub(crate) fn set_process_name(name: &CStr) {
        // Kept as it is where that is not allowed.
        let _ = rustix::thread::set_name(name);
    }

    /// A file that is nothing but memory; `None` if that cannot be had.
    pub(crate) fn memory_file(len: u64) -> Option<fs::File> {
        let file = fs::File::from(memfd_create("batteries-ledger", MemfdFlags::CLOEXEC).ok()?);
        file.set_len(len).ok()?;
        Some(file)
    }

    /// The bytes of memory that a process has in use.
    pub(crate) fn resident_memory(pid: u32) -> Option<u64> {
        let pages = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
        let resident: u64 = pages.split(' ').nth(1)?.parse().ok()?;
        Some(resident * rustix::param::page_size() as u64)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod platform {
    use std::path::PathBuf;

    use rustix::event::PollFlags;
    use rustix::net::{RecvFlags, SendFlags};

    pub(crate) const HUNG_UP: PollFlags = PollFlags::HUP;

    // The standard library has told each of its sockets.
    pub(crate) const SEND: SendFlags = SendFlags::empty();

    // No file is sent.
    pub(crate) const RECEIVE: RecvFlags = RecvFlags::empty();

    pub(crate) const RESET_MEANS_UNREAD: bool = false;

    pub(crate) const KNOWS_RESIDENT_MEMORY: bool = false;

    pub(crate) fn running_file() -> Option<PathBuf> {
        None
    }

    // By its name, which the standard library gives it.
    pub(crate) fn is_first_thread() -> bool {
        crate::sync::thread::current().name() == Some("main")
    }

    // The file's name, which it has already.
    pub(crate) fn set_process_name(_: &std::ffi::CStr) {}

    pub(crate) fn memory_file(_: u64) -> Option<std::fs::File> {
        None
    }

    pub(crate) fn resident_memory(_: u32) -> Option<u64> {
        None
    }
}

pub(super) use platform::*;
