//! What runs before a program's own first line.

/// Turns this process into a worker if it was started as one, and returns at once if not.
///
/// Call it as the first line of `main` in programs whose tasks will run in other processes: whatever comes before it would
/// run in every worker too. No executor of this version starts processes, so for now it always returns; a program that
/// calls it needs no change when one does.
///
/// # Examples
///
/// ```
/// batteries::init();
/// println!("once per program, not once per worker");
/// ```
pub fn init() {}
