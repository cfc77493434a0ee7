//! Files as only Unix has them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Adds links, files that are none, files that cannot be read, and odd names; returns what is to be given to the program
/// as a path of its own.
pub(super) fn add_odd_files(root: &Path) -> [PathBuf; 5] {
    let link = |to: &str, name: &str| symlink(to, root.join(name)).unwrap();
    link("deep", "link to deep");
    link("deep/deeper/deepest/file", "link to file");
    link("nowhere", "broken link");
    link("loop", "loop");
    link("..", "deep/up");
    link("/dev/null", "device");
    // The file stays when the listener goes.
    drop(UnixListener::bind(root.join("socket")).unwrap());
    let made = Command::new("mkfifo").arg(root.join("fifo")).status().unwrap();
    assert!(made.success(), "mkfifo: {made}");
    link("fifo", "link to fifo");

    fs::write(root.join("two\nlines"), "one word").unwrap();
    fs::create_dir(root.join("locked")).unwrap();
    for name in ["locked file", "locked/file"] {
        fs::write(root.join(name), "nobody reads this, but root").unwrap();
    }
    for name in ["locked file", "locked"] {
        fs::set_permissions(root.join(name), Permissions::from_mode(0o000)).unwrap();
    }

    linux::add_odd_files(root);
    ["link to deep", "link to file", "broken link", "fifo", "locked"].map(|name| root.join(name))
}

/// Gives back what removing the tree needs.
pub(super) fn make_removable(root: &Path) {
    fs::set_permissions(root.join("locked"), Permissions::from_mode(0o700)).unwrap();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    pub(super) fn add_odd_files(root: &Path) {
        // A regular file that not even root can read: nothing is mapped where it begins.
        symlink("/proc/self/mem", root.join("unreadable")).unwrap();
        // Names are bytes here; macOS wants UTF-8.
        let name = |bytes: &'static [u8]| root.join(OsStr::from_bytes(bytes));
        fs::write(name(b"caf\xe9"), "in Latin-1").unwrap();
        fs::write(name(b"caf\xe9 \xff bad"), b"not \xff read").unwrap();
        fs::create_dir(name(b"\xfe")).unwrap();
        fs::write(name(b"\xfe/below"), "also counted").unwrap();
    }
}

#[cfg(not(target_os = "linux"))]
mod linux {
    use std::path::Path;

    pub(super) fn add_odd_files(_: &Path) {}
}
