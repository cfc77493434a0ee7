#![doc = include_str!("../README.md")]
#![cfg_attr(batteries_docsrs, feature(doc_cfg))]

mod init;
#[cfg(feature = "futures")]
mod panic_hook;
#[cfg(any(feature = "argparse", feature = "datetime"))]
mod python;
#[cfg(feature = "futures")]
mod sync;

#[cfg(feature = "argparse")]
pub mod argparse;
#[cfg(feature = "futures")]
pub mod concurrent;
#[cfg(feature = "datetime")]
pub mod datetime;
#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "argparse")]
pub mod value;

pub use init::init;
