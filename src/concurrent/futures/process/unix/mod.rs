//! Worker processes on Unix: this program started again, with a socket as its standard input.

mod child;
mod link;
mod program;
mod symbol;
mod system;

pub(crate) use child::begin;
pub(super) use link::{Leash, Link};
pub(super) use symbol::name_of;

use super::super::error::BuildErrorKind;
use super::office::Settings;
use super::raw;

/// Why worker processes cannot be had here, if they cannot.
pub(super) fn check(settings: &Settings) -> Result<(), BuildErrorKind> {
    if program::noted().is_none() {
        return Err(BuildErrorKind::NotInitialized);
    }
    if !raw::is_in_main_program() {
        return Err(BuildErrorKind::NotInMainProgram);
    }
    if settings.max_rss_per_child.is_some() && !system::KNOWS_RESIDENT_MEMORY {
        return Err(BuildErrorKind::Unsupported);
    }
    Ok(())
}

/// The test that workers run, if this is one.
pub(super) fn test() -> Option<String> {
    program::own_test()
}

/// What a worker compares with its own before it follows anybody.
pub(super) fn identity() -> Vec<u8> {
    program::noted().and_then(|p| p.identity()).map_or_else(Vec::new, |i| i.as_bytes().to_vec())
}
