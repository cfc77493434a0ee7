//! The number of the request, `_IOR('t', 104, struct winsize)` in `<sys/ttycom.h>`.

pub(super) const GET_WINDOW_SIZE: std::ffi::c_ulong = 0x4008_7468;
