#![doc = include_str!("../README.md")]

mod init;
#[cfg(feature = "futures")]
mod panic_hook;
#[cfg(feature = "futures")]
mod sync;

#[cfg(feature = "futures")]
pub mod concurrent;
#[cfg(feature = "html")]
pub mod html;

pub use init::init;
