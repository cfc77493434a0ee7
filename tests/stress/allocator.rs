//! An allocator that knows how much is out.

#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

/// The system's allocator, counted.
pub(crate) struct Counting {
    blocks: AtomicIsize,
    bytes: AtomicIsize,
}

/// What has been allocated and not been freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) blocks: isize,
    pub(crate) bytes: isize,
}

impl Counting {
    pub(crate) const fn new() -> Self {
        Self { blocks: AtomicIsize::new(0), bytes: AtomicIsize::new(0) }
    }

    /// What is live now; exact when no other thread is at work.
    pub(crate) fn live(&self) -> Live {
        Live {
            blocks: self.blocks.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    fn count(&self, blocks: isize, bytes: isize) {
        // Relaxed: read only after every thread that allocated has been waited for.
        self.blocks.fetch_add(blocks, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A layout's size is at most `isize::MAX`.
fn signed(size: usize) -> isize {
    size.cast_signed()
}

// SAFETY: every call goes to `System` as it came, and what `System` answers goes back as it is; counting touches neither.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout` is passed on.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            self.count(1, signed(layout.size()));
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            self.count(1, signed(layout.size()));
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.count(-1, -signed(layout.size()));
        // SAFETY: the block came from `System` with this layout, as the caller promises of this allocator.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as in `dealloc`; the caller's promise about `size` is passed on.
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() {
            self.count(0, signed(size) - signed(layout.size()));
        }
        moved
    }
}
