//! Asks the terminal that standard output is.

use std::ffi::{c_int, c_ulong, c_ushort};
use std::io::{self, IsTerminal};
use std::os::fd::AsRawFd;

use request::GET_WINDOW_SIZE;

// Linux on these processors took over the numbers of the systems that ran there before.
#[cfg(any(
    target_os = "macos",
    target_arch = "mips",
    target_arch = "mips64",
    target_arch = "powerpc",
    target_arch = "powerpc64",
    target_arch = "sparc64"
))]
#[path = "bsd.rs"]
mod request;
#[cfg(not(any(
    target_os = "macos",
    target_arch = "mips",
    target_arch = "mips64",
    target_arch = "powerpc",
    target_arch = "powerpc64",
    target_arch = "sparc64"
)))]
#[path = "linux.rs"]
mod request;

/// `struct winsize` of `<sys/ioctl.h>`.
#[repr(C)]
#[derive(Debug, Default)]
struct WindowSize {
    rows: c_ushort,
    columns: c_ushort,
    x_pixels: c_ushort,
    y_pixels: c_ushort,
}

#[expect(unsafe_code, reason = "a declaration of the C library, which `std` links already")]
unsafe extern "C" {
    fn ioctl(descriptor: c_int, request: c_ulong, ...) -> c_int;
}

/// The columns of standard output, if it is a terminal that says so.
pub(crate) fn columns() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let mut size = WindowSize::default();
    // SAFETY: the descriptor is open as long as `stdout` lives, and the request writes one `winsize`, which `size` is and
    // which lives through the call.
    #[expect(unsafe_code, reason = "the one system call that `std` does not have")]
    let result = unsafe { ioctl(stdout.as_raw_fd(), GET_WINDOW_SIZE, &raw mut size) };
    (result == 0).then_some(size.columns.into())
}
