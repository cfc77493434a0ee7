//! What the attributes write calls to. No part of the public API: it changes without notice.

pub use super::bounded::{Bounded, BoundedRest};
pub use super::flight::{Boarding, Flights, Lead};
pub use super::guard::{Guard, Local, Shared, SharedEntered};
pub use super::info::{parameters, unused_info};
pub use super::keep::{KeepAll, KeepOk, Kept};
pub use super::key::{
    BorrowedCacheKey, CacheKey, CacheValue, IsBorrowedKey, IsKey, IsOkValue, IsValue,
    NoBorrowedKey, NoKey, NoValue, Probe, hash_variant,
};
pub use super::life::{Forever, Life, Ttl};
pub use super::memo::Memo;
pub use super::recent::Recent;
pub use super::registry::{Constant, Control, LocalRegistry, Registry};
pub use super::store::{Pair, Store};
pub use super::unbounded::{Unbounded, UnboundedRest};
