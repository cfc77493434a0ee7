//! What stands for the East Asian encodings where the feature `cjk` is off: none.

use super::decode::Step;
use super::encode::Refused;

/// None.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum EastAsian {}

impl EastAsian {
    pub(super) fn for_name(_: &str) -> Option<Self> {
        None
    }

    pub(super) fn name(self) -> &'static str {
        match self {}
    }

    pub(super) fn decode(self, _: &[u8], _: bool, _: bool, _: &mut [u8]) -> Step {
        match self {}
    }

    pub(super) fn encode(self, _: &str, _: &mut Vec<u8>) -> Option<Refused> {
        match self {}
    }
}
