//! Floats as keys.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A float that can be, or be a part of, a key: it equals itself, and what is equal hashes alike.
///
/// `0.0` and `-0.0` are one key, as in Python. All NaNs are one key as well, above all other numbers; in Python a NaN is only found
/// again if it is the same object, so that a cache asked for NaNs grows with each.
///
/// # Examples
///
/// ```
/// use batteries::functools::{F64Key, LruCache};
///
/// let cache = LruCache::new(128);
/// cache.put(F64Key(0.0), "zero");
/// cache.put(F64Key(f64::NAN), "not a number");
/// assert_eq!(cache.get(&F64Key(-0.0)), Some("zero"));
/// assert_eq!(cache.get(&F64Key(0.0 / 0.0)), Some("not a number"));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct F64Key(
    /// The float, as it was given.
    pub f64,
);

impl PartialEq for F64Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.0.is_nan() && other.0.is_nan())
    }
}

impl Eq for F64Key {}

impl Hash for F64Key {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let bits = if self.0.is_nan() {
            f64::NAN.to_bits()
        } else {
            // -0.0 + 0.0 is 0.0, and all else stays what it is.
            (self.0 + 0.0).to_bits()
        };
        state.write_u64(bits);
    }
}

impl Ord for F64Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // Two numbers compare; otherwise the one that is none is above.
        let by_number = self.0.partial_cmp(&other.0);
        by_number.unwrap_or_else(|| self.0.is_nan().cmp(&other.0.is_nan()))
    }
}

impl PartialOrd for F64Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for F64Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<f64> for F64Key {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<F64Key> for f64 {
    fn from(key: F64Key) -> Self {
        key.0
    }
}
