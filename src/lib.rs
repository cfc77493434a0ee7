#![doc = include_str!("../README.md")]
#![cfg_attr(batteries_docsrs, feature(doc_cfg))]

mod init;
#[cfg(feature = "futures")]
mod panic_hook;
#[cfg(feature = "datetime")]
mod python;
#[cfg(any(feature = "functools", feature = "futures"))]
mod sync;

#[cfg(feature = "futures")]
pub mod concurrent;
#[cfg(feature = "datetime")]
pub mod datetime;
#[cfg(feature = "functools")]
pub mod functools;
#[cfg(feature = "html")]
pub mod html;

pub use init::init;

/// What the attributes write calls to. No part of the public API: it changes without notice.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "functools")]
    pub use crate::functools::private as functools;
}
