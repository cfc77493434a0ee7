//! What is Windows' own.

/// Python's `os.linesep`.
pub(super) const LINE_ENDING: &str = "\r\n";
