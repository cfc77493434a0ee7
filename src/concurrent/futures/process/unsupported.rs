//! Where there are no worker processes: everything has its name, and a pool says that it cannot be built.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use crate::sync::Arc;

use super::super::error::BuildErrorKind;
use super::office::{End, Remains, Settings, Silence, StartError};
use super::wire::Kind;

/// No process is ever started as a worker.
pub(crate) fn begin() {}

pub(super) fn check(_: &Settings) -> Result<(), BuildErrorKind> {
    Err(BuildErrorKind::Unsupported)
}

pub(super) fn test() -> Option<String> {
    None
}

pub(super) fn identity() -> Vec<u8> {
    Vec::new()
}

pub(super) fn name_of(_: usize) -> Option<String> {
    None
}

/// A worker, of which there is none.
pub(super) struct Link(Infallible);

/// The hold on a worker, of which there is none.
#[derive(Debug)]
pub(super) struct Leash(Infallible);

impl Leash {
    pub(super) fn pid(&self) -> u32 {
        match self.0 {}
    }

    pub(super) fn end(&self, _: End) {
        match self.0 {}
    }
}

impl Link {
    pub(super) fn start(_: &Settings) -> Result<Self, StartError> {
        Err(StartError::Hopeless("worker processes are not supported on this platform".to_owned()))
    }

    pub(super) fn leash(&self) -> &Arc<Leash> {
        match self.0 {}
    }

    pub(super) fn pid(&self) -> u32 {
        match self.0 {}
    }

    pub(super) fn is_used_up(&self, _: &Settings) -> bool {
        match self.0 {}
    }

    pub(super) fn get_ready(self, _: &Settings) -> Result<Self, StartError> {
        match self.0 {}
    }

    pub(super) fn call(&mut self, _: &[u8], _: Option<Duration>) -> Result<(Kind, &[u8]), Silence> {
        match self.0 {}
    }

    pub(super) fn stop(&self) {
        match self.0 {}
    }

    pub(super) fn notes_progress(&self) -> bool {
        match self.0 {}
    }

    pub(super) fn note_progress(&mut self) {
        match self.0 {}
    }

    pub(super) fn reap(self) -> Remains {
        match self.0 {}
    }

    pub(super) fn reap_all(self) -> Remains {
        match self.0 {}
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}
