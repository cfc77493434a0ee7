//! The tests of the public API, and of the promises that the sources and documents make; one file per module.

mod source;
mod support;

mod conformance;
mod documents;
mod layers;
mod tidy;
