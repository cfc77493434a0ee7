//! The clock that results grow old by on Linux: the one that never goes back, read as of the last tick.
//!
//! A lookup reads it once, and the rest of a hit takes about ten nanoseconds. This takes 6 of them, the exact clock 25 (measured on
//! the machine of `docs/benchmarks.md`), and nobody keeps a result for four milliseconds more or less. The library has no name
//! for it, so the system is asked; `clock` is the same without `unsafe`.

#![expect(unsafe_code, reason = "a clock of the system that the library has no name for")]

use std::mem::MaybeUninit;
use std::time::Duration;

use super::clock;

/// Tells the time since some moment before.
pub(super) fn now() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: `time` is a place for a `timespec`, which the call writes and does not keep.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, time.as_mut_ptr()) };
    if result != 0 {
        // A system without this clock is without it every time.
        return clock::now();
    }
    // SAFETY: all zeros are a `timespec` as well as what the call wrote.
    let time = unsafe { time.assume_init() };
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest tick that Linux is built with, and as much again.
    const TICKS: Duration = Duration::from_millis(20);

    #[test]
    fn it_goes_as_the_exact_clock_goes() {
        let (start, exact_start) = (now(), clock::now());
        let mut last = start;
        for _ in 0..100_000 {
            let time = now();
            assert!(last <= time, "it never goes back");
            last = time;
        }
        // It was read before the exact one: it cannot have gone further, but for the ticks.
        assert!(last - start <= clock::now() - exact_start + TICKS);
    }

    #[test]
    fn it_does_not_stand_still() {
        let start = now();
        while now() == start {
            std::hint::spin_loop();
        }
        assert!(now() > start);
    }
}
