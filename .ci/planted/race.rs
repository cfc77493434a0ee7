//! Two threads, one number, no lock: ThreadSanitizer must report it.

use std::cell::UnsafeCell;
use std::sync::Barrier;
use std::thread;

struct Shared(UnsafeCell<u64>);

// SAFETY: none; this is the defect.
unsafe impl Sync for Shared {}

impl Shared {
    fn count(&self) {
        // SAFETY: none; this is the defect.
        unsafe { *self.0.get() += 1 };
    }
}

fn main() {
    let shared = Shared(UnsafeCell::new(0));
    let start = Barrier::new(2);
    let count = || {
        start.wait();
        for _ in 0..1000 {
            shared.count();
        }
    };
    thread::scope(|threads| {
        threads.spawn(count);
        count();
    });
}
