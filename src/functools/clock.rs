//! The clock that results grow old by where there is no cheaper one.

use std::time::{Duration, Instant};

use crate::sync::global::LazyLock;

/// Tells the time since the first call.
pub(super) fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
