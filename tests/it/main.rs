//! The tests of the public API, and of the promises that the sources and documents make; one file per module.

mod source;
#[cfg(any(feature = "futures", feature = "html", feature = "io"))]
mod support;

#[cfg(feature = "argparse")]
mod argparse;
mod conformance;
#[cfg(feature = "datetime")]
mod datetime;
#[cfg(feature = "datetime")]
mod datetime_stream;
mod documents;
#[cfg(all(feature = "futures", feature = "io"))]
mod examples;
#[cfg(feature = "functools")]
mod functools;
#[cfg(feature = "futures")]
mod futures;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "io")]
mod io;
mod layers;
mod tidy;
#[cfg(all(feature = "futures", feature = "io"))]
mod wordcount;
