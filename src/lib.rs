#![doc = include_str!("../README.md")]

mod init;
#[cfg(feature = "futures")]
mod panic_hook;
#[cfg(feature = "datetime")]
mod python;
#[cfg(feature = "futures")]
mod sync;

#[cfg(feature = "futures")]
pub mod concurrent;
#[cfg(feature = "datetime")]
pub mod datetime;

pub use init::init;
