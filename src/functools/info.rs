//! What a cache tells of itself.

use std::fmt;

/// Tells how a cache has done: CPython's named tuple, and printed like it.
///
/// `hits + misses` is the number of calls since the cache was made or last cleared. `currsize` may be larger than `misses`
/// after a clear that came in the middle of a call: what was being computed is stored all the same.
///
/// # Examples
///
/// ```
/// use batteries::functools::CacheInfo;
///
/// let info = CacheInfo::default();
/// assert_eq!(info.to_string(), "CacheInfo(hits=0, misses=0, maxsize=None, currsize=0)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct CacheInfo {
    /// Calls that were answered from the cache.
    pub hits: u64,
    /// Calls that were not.
    pub misses: u64,
    /// The most entries that are kept; `None` is no limit, 0 keeps nothing.
    pub maxsize: Option<usize>,
    /// The entries that there are now.
    pub currsize: usize,
}

impl fmt::Display for CacheInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, misses, maxsize, currsize } = self;
        write!(f, "CacheInfo(hits={hits}, misses={misses}, maxsize=")?;
        write_maxsize(f, *maxsize)?;
        write!(f, ", currsize={currsize})")
    }
}

/// Tells how a cache was set up: what CPython gives as a dictionary, and printed like it.
///
/// # Examples
///
/// ```
/// use batteries::functools::CacheParameters;
///
/// let parameters = CacheParameters::default();
/// assert_eq!(parameters.to_string(), "{'maxsize': None, 'typed': False}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct CacheParameters {
    /// The most entries that are kept; `None` is no limit, 0 keeps nothing.
    pub maxsize: Option<usize>,
    /// What `typed` was set to. It changes nothing: arguments of different types are different functions in Rust.
    pub typed: bool,
}

impl fmt::Display for CacheParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{'maxsize': ")?;
        write_maxsize(f, self.maxsize)?;
        write!(f, ", 'typed': {}}}", if self.typed { "True" } else { "False" })
    }
}

/// What a cache tells that has not been used.
#[must_use]
pub fn unused_info(maxsize: Option<usize>) -> CacheInfo {
    CacheInfo { maxsize, ..CacheInfo::default() }
}

/// What a cache tells that was set up so.
#[must_use]
pub fn parameters(maxsize: Option<usize>, typed: bool) -> CacheParameters {
    CacheParameters { maxsize, typed }
}

fn write_maxsize(f: &mut fmt::Formatter<'_>, maxsize: Option<usize>) -> fmt::Result {
    match maxsize {
        Some(maxsize) => write!(f, "{maxsize}"),
        None => f.write_str("None"),
    }
}
