//! A hit allocates nothing: counted by the allocator, in a binary of its own.

#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;

use batteries::functools::{LruCache, Memoized, cache, lru_cache};

/// The system's allocator, which counts what each thread asks for.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    ALLOCATED.set(ALLOCATED.get() + 1);
}

// SAFETY: every call goes to `System` as it came, and what `System` answers goes back as it is; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from `System` with this layout, as the caller promises of this allocator.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as in `dealloc`; the caller's promise about `size` is passed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `work` makes in this thread.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATED.get();
    work();
    ALLOCATED.get() - before
}

/// The first call allocates, the second is a hit.
#[track_caller]
fn check(mut call: impl FnMut()) {
    assert!(allocations(&mut call) > 0, "a miss keeps something");
    assert_eq!(allocations(&mut call), 0, "a hit allocates nothing");
    assert_eq!(allocations(call), 0, "nor does the next one");
}

#[lru_cache]
fn number(n: u64) -> u64 {
    n + 1
}

#[lru_cache]
fn text(s: &str) -> u64 {
    s.len() as u64
}

#[lru_cache]
fn text_and_bytes(s: &str, bytes: &[u8]) -> u64 {
    (s.len() + bytes.len()) as u64
}

#[cache]
fn deep(path: &Path, pair: (&str, Option<&str>), n: u8) -> usize {
    path.as_os_str().len() + pair.0.len() + pair.1.map_or(0, str::len) + usize::from(n)
}

#[lru_cache(single_flight, ttl = std::time::Duration::from_secs(3600))]
fn flight(s: &str) -> u64 {
    s.len() as u64
}

#[lru_cache(local)]
fn local(s: &str) -> u64 {
    s.len() as u64
}

#[lru_cache]
fn generic<T: Clone + Eq + std::hash::Hash + Send + 'static>(items: &[T]) -> usize {
    items.len()
}

struct Client {
    answers: LruCache<(String, u8), usize>,
}

impl Client {
    #[lru_cache(field = answers, maxsize = 4)]
    fn ask(&self, question: &str, n: u8) -> usize {
        question.len() + usize::from(n)
    }
}

#[test]
fn hits_allocate_nothing() {
    check(|| assert_eq!(number(7), 8));
    check(|| assert_eq!(text("abc"), 3));
    check(|| assert_eq!(text_and_bytes("abc", b"de"), 5));
    check(|| assert_eq!(deep(Path::new("/tmp"), ("a", Some("b")), 1), 7));
    check(|| assert_eq!(flight("abc"), 3));
    check(|| assert_eq!(local("abc"), 3));
    check(|| assert_eq!(generic(&["a", "b"]), 2));
    let client = Client { answers: LruCache::default() };
    check(|| assert_eq!(client.ask("abc", 1), 4));
    let length = Memoized::new(8, |s: &String| s.len());
    check(|| assert_eq!(length.call("abc"), 3));
}

#[test]
fn a_full_cache_of_numbers_allocates_nothing_any_more() {
    #[lru_cache(maxsize = 64)]
    fn small(n: u64) -> u64 {
        n
    }
    let turn = |from: u64| (from..from + 10_000).for_each(|n| assert_eq!(small(n), n));
    turn(0);
    // The table of a full cache may still be swept and grow once.
    turn(10_000);
    assert_eq!(allocations(|| turn(20_000)), 0);
    small::cache_clear();
    assert_eq!(allocations(|| turn(0)), 0, "a small cache keeps its room when it is cleared");
}
