//! Python's `concurrent` package: [`futures`] is its one module.

pub mod futures;
