//! The one place that names the locks, atomics, threads and channels of the concurrency core and of the caches.
//!
//! Everything under `concurrent` and `functools` takes them from here, so that building with `--cfg batteries_shuttle` puts a model
//! checker's versions underneath: every lock, atomic and park then becomes a point where the checker may switch
//! threads. Some stay std's in both builds: reference counts, which order nothing that the core relies on, what lives in
//! statics, where a checker cannot put its own, and the threads of a scope, which it cannot start.

#[cfg(feature = "futures")]
pub(crate) use std::sync::Weak;
pub(crate) use std::sync::{Arc, OnceLock};

/// For statics: std's own in both builds. Nothing a checker should see may happen under these locks.
pub(crate) mod global {
    pub(crate) use std::sync::atomic::Ordering;
    #[cfg(feature = "functools")]
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64};
    #[cfg(feature = "futures")]
    pub(crate) use std::sync::atomic::{AtomicU32, AtomicUsize};
    #[cfg(feature = "functools")]
    pub(crate) use std::sync::{LazyLock, OnceLock};
    pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};
}

/// Threads that may borrow.
#[cfg(feature = "futures")]
pub(crate) mod scoped {
    pub(crate) use std::thread::{Builder, scope};
}

#[cfg(not(batteries_shuttle))]
mod real {
    #[cfg(feature = "futures")]
    pub(crate) use std::hint::spin_loop;
    pub(crate) use std::sync::atomic;
    #[cfg(feature = "futures")]
    pub(crate) use std::thread::{self, JoinHandle, Thread};
    pub(crate) use std::thread_local;

    pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};

    #[cfg(feature = "futures")]
    pub(crate) use spin::SPIN;

    #[cfg(feature = "futures")]
    mod spin {
        /// How long a thread that waits for another looks before it sleeps. A round trip between two sleeping threads
        /// costs two wake-ups (about 4 microseconds each way on the machines measured); most hand-overs are far shorter.
        pub(crate) const SPIN: std::time::Duration = std::time::Duration::from_micros(4);
    }

    /// Completions on their way to one waiting thread.
    #[cfg(feature = "futures")]
    pub(crate) mod mailbox {
        pub(crate) use crossbeam_channel::{Receiver, Sender, unbounded};

        use std::time::Instant;

        /// Takes the next message, waiting until `deadline` (forever without one).
        pub(crate) fn receive<T>(rx: &Receiver<T>, deadline: Option<Instant>) -> Option<T> {
            match deadline {
                None => rx.recv().ok(),
                Some(at) => rx.recv_deadline(at).ok(),
            }
        }
    }
}

#[cfg(batteries_shuttle)]
mod model {
    pub(crate) use shuttle::hint::spin_loop;
    pub(crate) use shuttle::sync::atomic;
    pub(crate) use shuttle::thread::{self, JoinHandle, Thread};
    pub(crate) use shuttle::thread_local;

    use std::ops::{Deref, DerefMut};
    use std::time::{Duration, Instant};

    /// Time stands still in a model: nobody looks before sleeping.
    pub(crate) const SPIN: Duration = Duration::ZERO;

    /// `parking_lot::Mutex`'s interface over the model's lock.
    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

    pub(crate) struct MutexGuard<'a, T>(Option<shuttle::sync::MutexGuard<'a, T>>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            MutexGuard(Some(self.0.lock().unwrap_or_else(|e| e.into_inner())))
        }

        pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
            self.0.try_lock().ok().map(|guard| MutexGuard(Some(guard)))
        }

        pub(crate) fn into_inner(self) -> T {
            self.0.into_inner().unwrap_or_else(|e| e.into_inner())
        }
    }

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;
        fn deref(&self) -> &T {
            self.0.as_ref().expect("the guard is only empty inside Condvar::wait")
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.0.as_mut().expect("the guard is only empty inside Condvar::wait")
        }
    }

    /// `parking_lot::Condvar`'s interface over the model's.
    #[derive(Debug, Default)]
    pub(crate) struct Condvar(shuttle::sync::Condvar);

    pub(crate) struct WaitTimeoutResult(bool);

    impl WaitTimeoutResult {
        pub(crate) fn timed_out(&self) -> bool {
            self.0
        }
    }

    impl Condvar {
        pub(crate) fn new() -> Self {
            Self(shuttle::sync::Condvar::new())
        }

        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            let inner = guard.0.take().expect("one wait at a time holds the guard");
            guard.0 = Some(self.0.wait(inner).unwrap_or_else(|e| e.into_inner()));
        }

        pub(crate) fn wait_until<T>(
            &self,
            guard: &mut MutexGuard<'_, T>,
            _at: Instant,
        ) -> WaitTimeoutResult {
            self.wait(guard);
            WaitTimeoutResult(false)
        }

        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }

    pub(crate) mod mailbox {
        pub(crate) use shuttle::sync::mpsc::{Receiver, Sender, channel as unbounded};

        use std::time::Instant;

        pub(crate) fn receive<T>(rx: &Receiver<T>, _deadline: Option<Instant>) -> Option<T> {
            rx.recv().ok()
        }
    }
}

#[cfg(batteries_shuttle)]
pub(crate) use model::*;
#[cfg(not(batteries_shuttle))]
pub(crate) use real::*;
