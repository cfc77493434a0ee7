//! The number of the request, in `<asm-generic/ioctls.h>`.

pub(super) const GET_WINDOW_SIZE: std::ffi::c_ulong = 0x5413;
