//! What Python prints and reads.

mod repr;

#[cfg(feature = "argparse")]
pub(crate) mod close_matches;
#[cfg(feature = "argparse")]
pub(crate) mod float;
#[cfg(feature = "argparse")]
pub(crate) mod number;
#[cfg(feature = "argparse")]
pub(crate) mod percent;
#[cfg(feature = "argparse")]
mod repr_bytes;
#[cfg(feature = "argparse")]
pub(crate) mod text;
#[cfg(feature = "argparse")]
pub(crate) mod textwrap;

pub(crate) use repr::Repr;
#[cfg(feature = "argparse")]
pub(crate) use repr_bytes::ReprBytes;
