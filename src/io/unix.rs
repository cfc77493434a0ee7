//! What is Unix's own.

/// Python's `os.linesep`.
pub(super) const LINE_ENDING: &str = "\n";
