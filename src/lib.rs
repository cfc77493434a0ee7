#![doc = include_str!("../README.md")]
#![cfg_attr(batteries_docsrs, feature(doc_cfg))]

#[cfg(feature = "io")]
mod atomic_file;
#[cfg(feature = "io")]
mod codec;
mod init;
#[cfg(feature = "futures")]
mod panic_hook;
#[cfg(any(feature = "argparse", feature = "datetime"))]
mod python;
#[cfg(any(feature = "functools", feature = "futures"))]
mod sync;

#[cfg(feature = "argparse")]
pub mod argparse;
#[cfg(feature = "futures")]
pub mod concurrent;
#[cfg(feature = "datetime")]
pub mod datetime;
#[cfg(feature = "functools")]
pub mod functools;
#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "io")]
pub mod io;
#[cfg(feature = "argparse")]
pub mod value;

/// Names a function, so that executors can take it by its name.
///
/// Beside the function stands a type of the same name with one constant, `TASK`: a
/// [`Task`](concurrent::futures::Task) whose name is the function's path, and whose argument is the function's one argument,
/// or a tuple of several. Every [`Executor`](concurrent::futures::Executor) takes it. A worker process that dies of it is
/// reported with its name; where the other side is another program, the name is the only thing that both know.
///
/// The function is a plain `fn`: no generics, no references among its arguments and results, neither `async` nor `unsafe`.
///
/// Options: `companion = Name` for another name of the type, where something else in the module has the function's name;
/// `crate = path` where `batteries` is known by another path.
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{Executor, ProcessPoolExecutor};
///
/// #[batteries::task]
/// fn area(width: f64, height: f64) -> f64 {
///     width * height
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     batteries::init();
///     let pool = ProcessPoolExecutor::new(1)?;
///     assert_eq!(area(2.0, 3.0), 6.0);
///     assert_eq!(pool.submit_task(area::TASK, (2.0, 3.0))?.result()?, 6.0);
///     assert!(area::TASK.name().unwrap().ends_with("::area"));
///     Ok(())
/// }
/// ```
#[cfg(feature = "process")]
pub use batteries_macros::task;
pub use init::init;

/// What the attributes write calls to. No part of the public API: it changes without notice.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "functools")]
    pub use crate::functools::private as functools;
}
