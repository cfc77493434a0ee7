//! How long a result is good for.

use std::time::Duration;

use super::machine;

/// How long a result is good for.
pub trait Life {
    /// When a result was stored.
    type Moment: Copy;

    /// Reads the clock; never under a lock, since it may be the user's.
    fn now(&self) -> Self::Moment;

    /// Says whether what was stored then is still good now.
    fn is_fresh(&self, stored: Self::Moment, now: Self::Moment) -> bool;
}

/// Results are good for ever.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forever;

impl Life for Forever {
    type Moment = ();

    #[inline]
    fn now(&self) {}

    #[inline]
    fn is_fresh(&self, (): (), (): ()) -> bool {
        true
    }
}

/// Results are good for a time, counted from when they were stored.
#[derive(Debug, Clone, Copy)]
pub struct Ttl {
    ttl: Duration,
    clock: fn() -> Duration,
}

impl Ttl {
    /// Counts on the machine's clock that never goes back, in steps of some milliseconds on Linux.
    pub fn new(ttl: Duration) -> Self {
        Self::with_clock(ttl, machine::now)
    }

    /// Counts on `clock`, which tells the time since any moment that does not change.
    pub fn with_clock(ttl: Duration, clock: fn() -> Duration) -> Self {
        Self { ttl, clock }
    }
}

impl Life for Ttl {
    type Moment = Duration;

    #[inline]
    fn now(&self) -> Duration {
        (self.clock)()
    }

    #[inline]
    fn is_fresh(&self, stored: Duration, now: Duration) -> bool {
        // A thread that read the clock before another one stored is no reason to forget.
        now.saturating_sub(stored) < self.ttl
    }
}
