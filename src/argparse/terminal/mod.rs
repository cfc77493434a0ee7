//! The width of the terminal.
//!
//! One system call. The crates that have it take more processor time to build than all of `argparse`, so it is declared here.

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod ioctl;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
#[path = "other.rs"]
mod ioctl;

pub(super) use ioctl::columns;
