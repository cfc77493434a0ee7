//! A value that goes wrong at a chosen moment of its way to a worker and back.

use std::fmt;
use std::process;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

/// The moments of a value's life; "home" is the process that made it, "away" the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Moment {
    Never,
    EncodedAtHome,
    DecodedAway,
    DroppedAway,
    EncodedAway,
    DecodedAtHome,
    DroppedAtHome,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mishap {
    /// An error of the format's kind; where there is none to return, nothing.
    Error,
    Panic,
    Exit3,
    Abort,
    Segfault,
    StackOverflow,
    SigKill,
}

const MOMENTS: [Moment; 7] = [
    Moment::Never,
    Moment::EncodedAtHome,
    Moment::DecodedAway,
    Moment::DroppedAway,
    Moment::EncodedAway,
    Moment::DecodedAtHome,
    Moment::DroppedAtHome,
];

const MISHAPS: [Mishap; 7] = [
    Mishap::Error,
    Mishap::Panic,
    Mishap::Exit3,
    Mishap::Abort,
    Mishap::Segfault,
    Mishap::StackOverflow,
    Mishap::SigKill,
];

impl Mishap {
    /// Lets it happen; returns only if it is an error.
    pub(crate) fn happen(self) {
        match self {
            Self::Error => {}
            Self::Panic => panic!("a trap"),
            Self::Exit3 => process::exit(3),
            Self::Abort => process::abort(),
            Self::Segfault => segfault(),
            Self::StackOverflow => drop(endless(0)),
            Self::SigKill => {
                rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::KILL,
                )
                .unwrap();
            }
        }
    }
}

#[expect(unsafe_code, reason = "safe code does not crash like this")]
fn segfault() {
    // SAFETY: none; no page is ever mapped there, and the process ends here.
    unsafe { std::ptr::without_provenance_mut::<u8>(16).write_volatile(1) };
}

#[expect(unconditional_recursion, reason = "the stack is to overflow")]
fn endless(n: u64) -> u64 {
    std::hint::black_box(endless(std::hint::black_box(n) + 1)) + 1
}

/// See the module's text.
pub(crate) struct Trap {
    home: u32,
    moment: Moment,
    mishap: Mishap,
}

impl Trap {
    pub(crate) fn new(moment: Moment, mishap: Mishap) -> Self {
        Self { home: process::id(), moment, mishap }
    }

    fn is_at_home(&self) -> bool {
        self.home == process::id()
    }

    /// True if it went wrong in a way that can be returned.
    fn reach(&self, at_home: Moment, away: Moment) -> bool {
        let reached = self.moment == if self.is_at_home() { at_home } else { away };
        if reached {
            self.mishap.happen();
        }
        reached
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        self.reach(Moment::DroppedAtHome, Moment::DroppedAway);
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} when {:?}", self.mishap, self.moment)
    }
}

impl Serialize for Trap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.reach(Moment::EncodedAtHome, Moment::EncodedAway) {
            return Err(S::Error::custom("a trap"));
        }
        (self.home, self.moment as u8, self.mishap as u8).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (home, moment, mishap) = <(u32, u8, u8)>::deserialize(deserializer)?;
        let trap = Self {
            home,
            moment: MOMENTS[usize::from(moment)],
            mishap: MISHAPS[usize::from(mishap)],
        };
        if trap.reach(Moment::DecodedAtHome, Moment::DecodedAway) {
            return Err(D::Error::custom("a trap"));
        }
        Ok(trap)
    }
}

/// Takes a trap to a worker and back.
pub(crate) fn there_and_back(trap: Trap) -> Trap {
    trap
}

/// Takes a trap to a worker and leaves it there.
pub(crate) fn leave_there(_: Trap) {}
