//! Asks the terminal that standard output is.

/// The columns of standard output, if it is a terminal that says so.
pub(crate) fn columns() -> Option<usize> {
    rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| size.ws_col.into())
}
