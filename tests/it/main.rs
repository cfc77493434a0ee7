//! The tests of the public API, and of the promises that the sources and documents make; one file per module.

mod source;
#[cfg(feature = "futures")]
mod support;

mod conformance;
mod documents;
#[cfg(feature = "futures")]
mod examples;
#[cfg(feature = "futures")]
mod futures;
mod layers;
mod tidy;
#[cfg(feature = "futures")]
mod wordcount;
