//! The width of the terminal.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use other::columns;
#[cfg(unix)]
pub(super) use unix::columns;
