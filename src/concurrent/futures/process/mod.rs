//! Worker processes: what threads cannot give, since a thread can neither be stopped nor fail alone.

mod builder;
mod bytes;
mod entry;
mod executor;
mod map;
mod office;
#[cfg(unix)]
#[path = "unix/mod.rs"]
mod platform;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
mod platform;
mod raw;
mod remote;
mod strict;
mod wire;

pub use builder::ProcessPoolBuilder;
pub use bytes::Bytes;
pub use executor::{ProcessPoolExecutor, TaskBuilder};
pub use map::{BufferedProcessMapBuilder, ProcessMapBuilder};
pub use office::CrashPolicy;

pub(crate) use platform::begin;
