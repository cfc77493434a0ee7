//! Where tasks in other processes report, and wait until they may go on: what orders a test and its workers without a clock.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use tempfile::TempDir;

/// See the module's text.
///
/// When it is dropped, whoever waits at it goes on: declare it after the pool, so that a failing assertion cannot leave the
/// pool's `Drop` waiting for tasks that wait.
pub(crate) struct Desk {
    folder: TempDir,
    listener: UnixListener,
}

/// A task that waits at a desk, until this is dropped.
pub(crate) struct Visitor {
    pid: u32,
    _stream: UnixStream,
}

impl Visitor {
    /// The process that the task runs in.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("desk")).unwrap();
        Self { folder, listener }
    }

    /// What a task is given, for [`report`] and [`wait_at`].
    pub(crate) fn address(&self) -> String {
        self.folder.path().join("desk").to_str().unwrap().to_owned()
    }

    /// Waits for the next task that reports.
    pub(crate) fn next(&self) -> Visitor {
        let (mut stream, _) = self.listener.accept().unwrap();
        let mut pid = [0; 4];
        stream.read_exact(&mut pid).unwrap();
        Visitor { pid: u32::from_ne_bytes(pid), _stream: stream }
    }

    /// The next `n` tasks that report.
    pub(crate) fn take(&self, n: usize) -> Vec<Visitor> {
        (0..n).map(|_| self.next()).collect()
    }

    /// How many have reported that nobody has seen, and sees them.
    pub(crate) fn waiting(&self) -> usize {
        self.listener.set_nonblocking(true).unwrap();
        let count = self.listener.incoming().take_while(Result::is_ok).count();
        self.listener.set_nonblocking(false).unwrap();
        count
    }
}

/// Reports at the desk of that address.
pub(crate) fn report(address: &str) -> UnixStream {
    report_as(address, std::process::id())
}

/// Reports another process.
pub(crate) fn report_as(address: &str, pid: u32) -> UnixStream {
    let mut stream = UnixStream::connect(address).unwrap();
    stream.write_all(&pid.to_ne_bytes()).unwrap();
    stream
}

/// A task: reports, waits until the visitor or the desk is dropped, and returns its process.
pub(crate) fn wait_at(address: String) -> u32 {
    // An error says the same as the end of the stream: nobody keeps this task back any more.
    let _ = report(&address).read(&mut [0]);
    std::process::id()
}

/// A task: reports, and never ends by itself.
pub(crate) fn spin_at(address: String) {
    let _stream = report(&address);
    loop {
        std::hint::spin_loop();
    }
}

/// A task: its process.
pub(crate) fn pid(_: ()) -> u32 {
    std::process::id()
}
