#![doc = include_str!("../README.md")]
#![cfg_attr(batteries_docsrs, feature(doc_cfg))]

#[cfg(feature = "io")]
mod atomic_file;
#[cfg(feature = "io")]
mod codec;
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
#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "io")]
pub mod io;

pub use init::init;
