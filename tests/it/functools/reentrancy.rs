//! Keys and results whose own code calls the cached function.
//!
//! Everything here ends, with the values that the function has: what is asked from inside of a cache is computed.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

use batteries::functools::{cache, lru_cache};

use super::attribute::check_info;

/// `test_need_for_rlock`, `test_lru_reentrancy_with_len` of CPython 3.13's `Lib/test/test_functools.py`.
#[test]
fn comparing_and_hashing_may_call_the_function() {
    #[derive(Debug, Clone)]
    struct Key(u64);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            // All keys of this test collide, so that this is called.
            assert_eq!(double(Self(self.0 + 100)), 2 * (self.0 + 100));
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            if self.0 < 100 {
                assert_eq!(double(Self(200)), 400);
            }
            state.write_u8(0);
        }
    }
    static CALLS: AtomicU64 = AtomicU64::new(0);
    #[lru_cache(maxsize = 3)]
    fn double(key: Key) -> u64 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        2 * key.0
    }
    for round in 0..3 {
        for n in 0..5 {
            assert_eq!(double(Key(n)), 2 * n, "round {round}");
        }
    }
    let info = double::cache_info();
    assert_eq!(info.misses, CALLS.load(Ordering::Relaxed), "every computation was a miss");
    assert!(info.hits > 0 && info.currsize <= 3);
}

#[test]
fn cloning_a_result_may_call_the_function() {
    #[derive(Debug, PartialEq)]
    struct Value(u64);
    impl Clone for Value {
        fn clone(&self) -> Self {
            if self.0 > 0 {
                assert_eq!(f(self.0 - 1), Self(self.0 - 1));
            }
            Self(self.0)
        }
    }
    #[lru_cache(maxsize = 2)]
    fn f(n: u64) -> Value {
        Value(n)
    }
    for _ in 0..3 {
        for n in 0..4 {
            assert_eq!(f(n), Value(n));
        }
    }
    assert!(f::cache_info().currsize <= 2);
}

#[test]
fn dropping_what_was_evicted_may_call_the_function() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    struct Key(u64);
    impl Drop for Key {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
            if self.0 < 50 {
                assert_eq!(f(Self(self.0 + 50)).0, self.0 + 50);
                assert!(f::cache_info().currsize <= 2);
            }
        }
    }
    #[derive(Debug, Clone)]
    struct Value(u64);
    impl Drop for Value {
        fn drop(&mut self) {
            if self.0 < 50 {
                assert_eq!(f(Key(self.0 + 70)).0, self.0 + 70);
            }
        }
    }
    #[lru_cache(maxsize = 2)]
    fn f(key: Key) -> Value {
        Value(key.0)
    }
    for n in 0..10 {
        assert_eq!(f(Key(n)).0, n);
    }
    f::cache_remove(Key(9));
    f::cache_clear();
    assert!(f::cache_info().currsize <= 2);
    assert!(DROPPED.load(Ordering::Relaxed) > 10);
}

/// Seen from inside of a cache there is nothing in it; a destructor sees what it has put in.
#[test]
fn what_a_cache_gives_up_is_dropped_outside() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Key(u64);
    #[derive(Clone)]
    struct Value(u64);
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    impl Drop for Value {
        fn drop(&mut self) {
            if self.0 < 50 && bounded::cache_info().misses > 0 {
                let key = || Key(self.0 + 50);
                assert_eq!((bounded(key()).0, unbounded(key()).0), (self.0 + 50, self.0 + 50));
                assert!(bounded::cache_contains(key()) && unbounded::cache_contains(key()));
                SEEN.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    #[lru_cache(maxsize = 4)]
    fn bounded(key: Key) -> Value {
        Value(key.0)
    }
    #[cache(single_flight)]
    fn unbounded(key: Key) -> Value {
        Value(key.0)
    }
    for n in 0..20 {
        let values = (bounded(Key(n)), unbounded(Key(n)));
        let seen = SEEN.load(Ordering::Relaxed);
        drop(values);
        assert!(SEEN.load(Ordering::Relaxed) >= seen + 2);
    }
    for (remove, clear) in [
        (bounded::cache_remove as fn(Key) -> bool, bounded::cache_clear as fn()),
        (unbounded::cache_remove, unbounded::cache_clear),
    ] {
        let _ = (bounded(Key(1)), unbounded(Key(1)), bounded(Key(2)), unbounded(Key(2)));
        let seen = SEEN.load(Ordering::Relaxed);
        assert!(remove(Key(2)));
        assert!(SEEN.load(Ordering::Relaxed) > seen);
        let seen = SEEN.load(Ordering::Relaxed);
        let _ = (bounded(Key(1)), unbounded(Key(1)));
        clear();
        assert!(SEEN.load(Ordering::Relaxed) > seen);
    }
}

#[test]
fn a_clear_from_inside_is_done_by_who_comes_next() {
    thread_local! {
        static CLEAR: Cell<bool> = const { Cell::new(false) };
    }
    #[expect(
        clippy::derived_hash_with_manual_eq,
        reason = "they agree; `eq` does more, on purpose"
    )]
    #[derive(Clone, Hash)]
    struct Key(u8);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            if CLEAR.replace(false) {
                f::cache_clear();
                check_info(f::cache_info(), (0, 1, Some(128), 1));
                assert!(!f::cache_contains(Self(1)), "from inside there is nothing");
                assert!(!f::cache_remove(Self(1)));
            }
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    #[lru_cache]
    fn f(key: Key) -> u8 {
        key.0
    }
    f(Key(1));
    CLEAR.set(true);
    assert_eq!(f(Key(1)), 1);
    check_info(f::cache_info(), (0, 0, Some(128), 0));
    f(Key(1));
    check_info(f::cache_info(), (0, 1, Some(128), 1));
}

#[test]
fn a_panic_inside_leaves_a_cache_that_works() {
    thread_local! {
        static FAIL: Cell<bool> = const { Cell::new(false) };
    }
    fn fail() {
        assert!(!FAIL.replace(false), "on purpose");
    }
    #[expect(
        clippy::derived_hash_with_manual_eq,
        reason = "they agree; `eq` does more, on purpose"
    )]
    #[derive(Hash)]
    struct Fragile(u8);
    impl Clone for Fragile {
        fn clone(&self) -> Self {
            fail();
            Self(self.0)
        }
    }
    impl PartialEq for Fragile {
        fn eq(&self, other: &Self) -> bool {
            fail();
            self.0 == other.0
        }
    }
    impl Eq for Fragile {}
    #[cache]
    fn unbounded(key: Fragile) -> Fragile {
        key
    }
    #[lru_cache(maxsize = 2)]
    fn bounded(key: Fragile) -> Fragile {
        key
    }
    #[lru_cache(maxsize = 2, single_flight)]
    fn flights(key: Fragile) -> Fragile {
        key
    }
    for f in [unbounded, bounded, flights] {
        for n in [1, 1, 2, 3, 1] {
            FAIL.set(true);
            assert!(catch_unwind(AssertUnwindSafe(|| f(Fragile(n)))).is_err() || !FAIL.get());
            FAIL.set(false);
            assert_eq!(f(Fragile(n)).0, n);
            assert_eq!(f(Fragile(n)).0, n);
        }
    }
    assert_eq!(unbounded::cache_info().currsize, 3);
    assert_eq!(bounded::cache_info().currsize, 2);
    assert_eq!(flights::cache_info().currsize, 2);
}

/// Two caches whose keys ask the other one: with two threads, and locks that wait, each would wait for the other.
#[test]
fn caches_that_ask_each_other_from_inside_do_not_hang() {
    static ROUND: Barrier = Barrier::new(2);
    #[expect(
        clippy::derived_hash_with_manual_eq,
        reason = "they agree; `eq` does more, on purpose"
    )]
    #[derive(Clone, Hash)]
    struct Ask<const LEFT: bool>(u8);
    impl<const LEFT: bool> PartialEq for Ask<LEFT> {
        fn eq(&self, other: &Self) -> bool {
            let answer = if LEFT { right(Ask(self.0)) } else { left(Ask(self.0)) };
            assert_eq!(answer, self.0);
            self.0 == other.0
        }
    }
    impl<const LEFT: bool> Eq for Ask<LEFT> {}
    #[lru_cache]
    fn left(ask: Ask<true>) -> u8 {
        ask.0
    }
    #[lru_cache]
    fn right(ask: Ask<false>) -> u8 {
        ask.0
    }
    left(Ask(1));
    right(Ask(1));
    thread::scope(|scope| {
        for from_left in [true, false] {
            scope.spawn(move || {
                for _ in 0..2000 {
                    ROUND.wait();
                    let answer = if from_left { left(Ask(1)) } else { right(Ask(1)) };
                    assert_eq!(answer, 1);
                }
            });
        }
    });
}

#[test]
fn a_function_may_hold_its_own_locks() {
    static LOG: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    #[lru_cache(maxsize = 4)]
    fn logged(n: u64) -> u64 {
        if n > 0 {
            logged(n - 1);
        }
        LOG.lock().unwrap().push(n);
        n
    }
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..200).for_each(|n| assert_eq!(logged(n % 9), n % 9)));
        }
    });
    let info = logged::cache_info();
    assert_eq!(info.misses, LOG.lock().unwrap().len() as u64);
}
