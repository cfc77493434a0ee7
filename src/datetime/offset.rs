//! What the types of other crates take as an offset: whole seconds.

use super::TimeZone;
use super::error::{Error, ErrorKind};

impl TimeZone {
    /// The offset in seconds, if it has no fraction of one.
    pub(super) fn offset_seconds(&self) -> Result<i32, Error> {
        let offset = self.utc_offset();
        // Less than a day's.
        let seconds = offset.whole_seconds as i32;
        if offset.microseconds == 0 {
            Ok(seconds)
        } else {
            Err(Error::unfit(ErrorKind::FractionalSecond, offset))
        }
    }
}
