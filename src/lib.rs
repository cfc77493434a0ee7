#![doc = include_str!("../README.md")]

#[cfg(feature = "futures")]
pub mod concurrent;
