//! What Python prints.

mod repr;

pub(crate) use repr::Repr;
