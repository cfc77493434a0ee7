//! What CPython 3.13's `lru_cache` does, call by call: the numbers here are what it printed for the same calls.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use batteries::functools::{CacheInfo, cache, lru_cache};

use super::attribute::check_info;

/// Marsaglia's xorshift: keys that both languages draw.
struct Keys(u64);

impl Keys {
    const fn new() -> Self {
        Self(88_172_645_463_325_252)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// The hits and misses of all calls in one number.
fn path_hash(hits: impl IntoIterator<Item = bool>) -> u64 {
    const MODULUS: u128 = (1 << 61) - 1;
    let path =
        hits.into_iter().fold(0_u128, |path, hit| (path * 31 + u128::from(hit) + 1) % MODULUS);
    u64::try_from(path).expect("it is below 2^61")
}

#[test]
fn traces_hit_and_miss_in_the_same_places() {
    macro_rules! trace {
        ($size:literal, $limit:literal, $calls:literal, $info:expr, $path:literal) => {{
            #[lru_cache(maxsize = $size)]
            fn f(n: u64) -> u64 {
                n * n
            }
            let mut keys = Keys::new();
            let path = path_hash((0..$calls).map(|_| {
                let key = keys.below($limit);
                let before = f::cache_info().hits;
                assert_eq!(f(key), key * key);
                f::cache_info().hits > before
            }));
            check_info(f::cache_info(), $info);
            assert_eq!(path, $path);
        }};
    }
    trace!(8, 12, 1000, (677, 323, Some(8), 8), 1_137_766_489_023_541_904);
    trace!(3, 7, 500, (212, 288, Some(3), 3), 112_871_705_074_403_908);
    trace!(64, 100, 10_000, (6417, 3583, Some(64), 64), 158_612_715_488_918_756);
    trace!(1, 4, 1000, (267, 733, Some(1), 1), 1_819_344_522_757_437_476);
    trace!(100, 90, 5000, (4910, 90, Some(100), 90), 1_265_314_292_790_340_660);
}

#[test]
fn clears_start_the_counts_anew() {
    #[lru_cache(maxsize = 16)]
    fn f(n: u64) -> u64 {
        n
    }
    let mut keys = Keys(1);
    let (mut hits, mut misses) = (0, 0);
    for call in 0..2000 {
        if call % 137 == 136 {
            let info = f::cache_info();
            hits += info.hits;
            misses += info.misses;
            f::cache_clear();
        }
        f(keys.below(24));
    }
    check_info(f::cache_info(), (49, 34, Some(16), 16));
    assert_eq!((hits, misses), (1174, 743));
}

#[test]
fn recursion_evicts_and_counts_from_inside() {
    macro_rules! fib {
        ($size:expr, $n:literal, $value:literal, $info:expr) => {{
            #[lru_cache(maxsize = $size)]
            fn fib(n: u64) -> u64 {
                if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
            }
            assert_eq!(fib($n), $value);
            check_info(fib::cache_info(), $info);
        }};
    }
    fib!(4, 30, 832_040, (28, 31, Some(4), 4));
    fib!(3, 20, 6765, (18, 21, Some(3), 3));
    fib!(2, 15, 610, (68, 329, Some(2), 2));
    fib!(1, 15, 610, (0, 1973, Some(1), 1));
    fib!(256, 90, 2_880_067_194_370_816_120, (88, 91, Some(256), 91));
}

/// `TestLRU.test_lru_with_maxsize_none`, `test_lru_with_keyword_args`: `Lib/test/test_functools.py` of CPython 3.13, as all
/// that is named so below.
#[test]
fn the_first_fibonacci_numbers_in_order() {
    #[lru_cache(maxsize = None)]
    fn unbounded(n: u64) -> u64 {
        if n < 2 { n } else { unbounded(n - 1) + unbounded(n - 2) }
    }
    #[lru_cache]
    fn bounded(n: u64) -> u64 {
        if n < 2 { n } else { bounded(n - 1) + bounded(n - 2) }
    }
    let expected = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610];
    assert_eq!(std::array::from_fn(|n| unbounded(n as u64)), expected);
    check_info(unbounded::cache_info(), (28, 16, None, 16));
    unbounded::cache_clear();
    check_info(unbounded::cache_info(), (0, 0, None, 0));
    assert_eq!(std::array::from_fn(|n| bounded(n as u64)), expected);
    check_info(bounded::cache_info(), (28, 16, Some(128), 16));
    bounded::cache_clear();
    check_info(bounded::cache_info(), (0, 0, Some(128), 0));
}

#[test]
fn collatz_and_other_recursions() {
    #[lru_cache(maxsize = 64)]
    fn collatz(n: u64) -> u64 {
        match n {
            1 => 0,
            n if n % 2 == 0 => 1 + collatz(n / 2),
            n => 1 + collatz(3 * n + 1),
        }
    }
    #[cache]
    fn collatz_all(n: u64) -> u64 {
        match n {
            1 => 0,
            n if n % 2 == 0 => 1 + collatz_all(n / 2),
            n => 1 + collatz_all(3 * n + 1),
        }
    }
    assert_eq!((1..300).map(collatz).sum::<u64>(), 14_151);
    check_info(collatz::cache_info(), (260, 5827, Some(64), 64));
    assert_eq!((1..300).map(collatz_all).sum::<u64>(), 14_151);
    check_info(collatz_all::cache_info(), (298, 609, None, 609));

    #[cache]
    fn ackermann(m: u64, n: u64) -> u64 {
        match (m, n) {
            (0, n) => n + 1,
            (m, 0) => ackermann(m - 1, 1),
            (m, n) => ackermann(m - 1, ackermann(m, n - 1)),
        }
    }
    assert_eq!(ackermann(2, 9), 21);
    check_info(ackermann::cache_info(), (9, 50, None, 50));

    #[cache]
    fn partitions(n: i64, largest: i64) -> u64 {
        if n == 0 {
            1
        } else if n < 0 || largest == 0 {
            0
        } else {
            partitions(n - largest, largest) + partitions(n, largest - 1)
        }
    }
    assert_eq!(partitions(50, 50), 204_226);
    check_info(partitions::cache_info(), (600, 1951, None, 1951));
}

#[test]
fn edit_distances() {
    const FROM: &[u8] = b"intention";
    const TO: &[u8] = b"execution";
    macro_rules! distance {
        ($size:expr, $info:expr) => {{
            #[lru_cache(maxsize = $size)]
            fn distance(i: usize, j: usize) -> usize {
                match (i, j) {
                    (0, j) => j,
                    (i, 0) => i,
                    (i, j) => (distance(i - 1, j) + 1)
                        .min(distance(i, j - 1) + 1)
                        .min(distance(i - 1, j - 1) + usize::from(FROM[i - 1] != TO[j - 1])),
                }
            }
            assert_eq!(distance(FROM.len(), TO.len()), 5);
            check_info(distance::cache_info(), $info);
        }};
    }
    distance!(None, (144, 100, None, 100));
    distance!(20, (144, 100, Some(20), 20));
}

#[test]
fn failures_are_misses_and_are_not_kept() {
    #[lru_cache(maxsize = 8)]
    fn errs(n: u8) -> Result<u8, u8> {
        if n.is_multiple_of(3) { Err(n) } else { Ok(n) }
    }
    #[lru_cache(maxsize = 8)]
    fn panics(n: u8) -> u8 {
        assert!(!n.is_multiple_of(3), "on purpose");
        n
    }
    #[lru_cache(maxsize = 0)]
    fn keeps_nothing(n: u8) -> Result<u8, u8> {
        if n == 1 { Err(n) } else { Ok(n) }
    }
    for _ in 0..3 {
        for n in 0..9 {
            assert_eq!(errs(n).is_err(), n % 3 == 0);
            assert_eq!(catch_unwind(|| panics(n)).is_err(), n % 3 == 0);
        }
    }
    check_info(errs::cache_info(), (12, 15, Some(8), 6));
    check_info(panics::cache_info(), (12, 15, Some(8), 6));
    assert_eq!([0, 1, 2].map(keeps_nothing), [Ok(0), Err(1), Ok(2)]);
    check_info(keeps_nothing::cache_info(), (0, 3, Some(0), 0));
}

/// `test_lru_with_exceptions`: with and without a limit.
#[test]
fn a_failure_fails_every_time() {
    macro_rules! squares {
        ($size:expr) => {{
            #[lru_cache(maxsize = $size)]
            fn item(n: usize) -> Option<char> {
                Some(*b"abc".get(n)? as char)
            }
            #[lru_cache(maxsize = $size)]
            fn must(n: usize) -> char {
                b"abc"[n] as char
            }
            assert_eq!(item(0), Some('a'));
            assert_eq!((item(15), item(15)), (None, None));
            assert_eq!(must(0), 'a');
            assert!(catch_unwind(|| must(15)).is_err());
            assert!(catch_unwind(|| must(15)).is_err());
            check_info(must::cache_info(), (0, 3, $size, 1));
            check_info(item::cache_info(), (1, 2, $size, 2));
        }};
    }
    squares!(None);
    squares!(Some(128));
}

#[test]
fn a_clear_in_the_middle_of_a_call() {
    #[lru_cache(maxsize = 4)]
    fn f(n: u8) -> u8 {
        if n == 1 {
            f::cache_clear();
        }
        n
    }
    assert_eq!([0, 0, 1].map(f), [0, 0, 1]);
    check_info(f::cache_info(), (0, 0, Some(4), 1));
    f(1);
    check_info(f::cache_info(), (1, 0, Some(4), 1));
}

#[test]
fn who_computes_twice_keeps_the_first_with_a_limit_and_the_last_without() {
    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
        static AGAIN: Cell<bool> = const { Cell::new(true) };
    }
    fn next() -> u64 {
        COUNT.set(COUNT.get() + 1);
        COUNT.get()
    }
    #[lru_cache(maxsize = 3)]
    fn bounded(key: u8) -> u64 {
        let mine = next();
        if AGAIN.replace(false) {
            bounded(key);
        }
        mine
    }
    #[cache]
    fn unbounded(key: u8) -> u64 {
        let mine = next();
        if AGAIN.replace(false) {
            unbounded(key);
        }
        mine
    }
    assert_eq!((bounded(7), bounded(7)), (1, 2));
    COUNT.set(0);
    AGAIN.set(true);
    assert_eq!((unbounded(7), unbounded(7)), (1, 1));
}

#[test]
fn who_computes_twice_does_not_make_it_newer() {
    static FIRST: AtomicBool = AtomicBool::new(true);
    #[lru_cache(maxsize = 2)]
    fn order(n: u8) -> u8 {
        if n == 1 && FIRST.swap(false, Ordering::Relaxed) {
            order(1);
            order(2);
        }
        n
    }
    order(1);
    order(3);
    assert!(order::cache_contains(2) && !order::cache_contains(1));
    order(2);
    check_info(order::cache_info(), (1, 4, Some(2), 2));
}

/// bpo-35780.
#[test]
fn recursion_on_a_full_cache_leaves_no_orphans() {
    static ONCE: AtomicBool = AtomicBool::new(true);
    #[lru_cache(maxsize = 3)]
    fn rec(n: u8) -> u8 {
        if n == 20 && ONCE.swap(false, Ordering::Relaxed) {
            rec(n);
        }
        n
    }
    for n in [1, 2, 3, 20] {
        rec(n);
    }
    check_info(rec::cache_info(), (0, 5, Some(3), 3));
    let hits = [20, 3, 2, 1].map(|n| {
        let before = rec::cache_info().hits;
        rec(n);
        rec::cache_info().hits > before
    });
    assert_eq!(hits, [true, true, true, false]);
}

/// `test_lru_bug_35780`.
#[test]
fn a_full_cache_stays_full() {
    static ONCE: AtomicBool = AtomicBool::new(true);
    #[lru_cache(maxsize = 10)]
    fn f(n: u8) -> u8 {
        if n == 20 && ONCE.swap(false, Ordering::Relaxed) {
            f(n);
        }
        n
    }
    (0..15).for_each(|n| _ = f(n));
    assert_eq!(f::cache_info().currsize, 10);
    f(20);
    assert_eq!(f::cache_info().currsize, 10);
}

/// `test_lru_with_maxsize_negative`.
#[test]
fn a_negative_size_keeps_nothing() {
    #[lru_cache(maxsize = -10)]
    fn equal(n: u8) -> u8 {
        n
    }
    for _ in 0..2 {
        for n in 0..150 {
            assert_eq!(equal(n), n);
        }
    }
    check_info(equal::cache_info(), (0, 300, Some(0), 0));
    assert_eq!(equal::cache_parameters().maxsize, Some(0));
}

/// `test_lru`, all sizes.
#[test]
fn small_sizes() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    fn count(n: u32) -> u32 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        n * 10
    }
    #[lru_cache(maxsize = 20)]
    fn twenty(x: u32, y: u32) -> u32 {
        3 * x + y
    }
    #[lru_cache(maxsize = 0)]
    fn none(n: u32) -> u32 {
        count(n)
    }
    #[lru_cache(maxsize = 1)]
    fn one(n: u32) -> u32 {
        count(n)
    }
    #[lru_cache(maxsize = 2)]
    fn two(n: u32) -> u32 {
        count(n)
    }
    let mut keys = Keys::new();
    for _ in 0..1000 {
        let (x, y) = (keys.below(5) as u32, keys.below(5) as u32);
        assert_eq!(twenty(x, y), 3 * x + y);
    }
    let CacheInfo { hits, misses, maxsize, currsize, .. } = twenty::cache_info();
    assert!(hits > misses);
    assert_eq!((hits + misses, maxsize, currsize), (1000, Some(20), 20));
    twenty::cache_clear();
    check_info(twenty::cache_info(), (0, 0, Some(20), 0));
    twenty(1, 2);
    check_info(twenty::cache_info(), (0, 1, Some(20), 1));
    assert_eq!(twenty::__wrapped__(1, 2), 5);
    check_info(twenty::cache_info(), (0, 1, Some(20), 1));

    (0..5).for_each(|_| assert_eq!(none(7), 70));
    check_info(none::cache_info(), (0, 5, Some(0), 0));
    assert_eq!(CALLS.swap(0, Ordering::Relaxed), 5);
    (0..5).for_each(|_| assert_eq!(one(7), 70));
    check_info(one::cache_info(), (4, 1, Some(1), 1));
    assert_eq!(CALLS.swap(0, Ordering::Relaxed), 1);
    for n in [7, 9, 7, 9, 7, 9, 8, 8, 8, 9, 9, 9, 8, 8, 8, 7] {
        assert_eq!(two(n), n * 10);
    }
    check_info(two::cache_info(), (12, 4, Some(2), 2));
    assert_eq!(CALLS.swap(0, Ordering::Relaxed), 4);
}

/// `test_lru_no_args`.
#[test]
fn no_arguments() {
    #[lru_cache]
    fn square() -> u32 {
        25
    }
    assert_eq!([square(), square(), square()], [25; 3]);
    check_info(square::cache_info(), (2, 1, Some(128), 1));
}

/// `test_lru_with_types`: types are apart, as with `typed=True`.
#[test]
fn types_are_apart() {
    #[lru_cache]
    fn square<T: Copy + std::ops::Mul<Output = T> + Eq + Hash + Send + 'static>(x: T) -> T {
        x * x
    }
    for _ in 0..2 {
        assert_eq!((square(3_u8), square(3_u32), square(3_i64)), (9, 9, 9));
        assert_eq!(square(4_u8), 16);
    }
    check_info(square::<u8>::cache_info(), (2, 2, Some(128), 2));
    check_info(square::<u32>::cache_info(), (1, 1, Some(128), 1));
    check_info(square::<i64>::cache_info(), (1, 1, Some(128), 1));
}

/// `test_lru_star_arg_handling`: a sequence as one argument is not the same as its elements.
#[test]
fn a_slice_is_not_a_tuple() {
    #[lru_cache]
    fn slice(args: &[u8]) -> usize {
        args.len()
    }
    #[lru_cache]
    fn tuple(args: (u8, u8)) -> u8 {
        args.0 + args.1
    }
    assert_eq!((slice(&[1, 2]), slice(&[1, 2]), slice(&[1])), (2, 2, 1));
    assert_eq!((tuple((1, 2)), tuple((1, 2))), (3, 3));
    check_info(slice::cache_info(), (1, 2, Some(128), 2));
    check_info(tuple::cache_info(), (1, 1, Some(128), 1));
}

/// `test_lru_hash_only_once`.
#[test]
fn a_key_is_hashed_once_for_each_use() {
    thread_local! {
        static HASHED: Cell<u32> = const { Cell::new(0) };
    }
    #[derive(Clone, PartialEq, Eq)]
    struct Key(u8);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            if self.0 == 1 {
                HASHED.set(HASHED.get() + 1);
            }
            self.0.hash(state);
        }
    }
    #[lru_cache(maxsize = 1)]
    fn f(key: Key, y: u8) -> u8 {
        key.0 * 3 + y
    }
    #[lru_cache(maxsize = 1)]
    fn borrowed(key: &Key, y: u8) -> u8 {
        key.0 * 3 + y
    }
    assert_eq!(f(Key(1), 1), 4);
    assert_eq!(HASHED.get(), 1);
    check_info(f::cache_info(), (0, 1, Some(1), 1));
    assert_eq!(f(Key(1), 1), 4);
    assert_eq!(HASHED.get(), 2);
    check_info(f::cache_info(), (1, 1, Some(1), 1));
    assert_eq!(f(Key(2), 1), 7);
    assert_eq!(HASHED.get(), 2);
    check_info(f::cache_info(), (1, 2, Some(1), 1));
    assert_eq!(f(Key(1), 1), 4);
    assert_eq!(HASHED.get(), 3);
    check_info(f::cache_info(), (1, 3, Some(1), 1));
    HASHED.set(0);
    for (n, hashed) in [(1, 1), (1, 2), (2, 2), (1, 3)] {
        borrowed(&Key(n), 1);
        assert_eq!(HASHED.get(), hashed);
    }
}

/// `test_lru_method`: receivers that are equal are one key, others are not.
#[test]
fn receivers_are_keys_by_value() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct X {
        id: u8,
    }
    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }
    impl X {
        #[lru_cache(maxsize = 2, key = (self.clone(), x))]
        fn f(&self, x: u64) -> u64 {
            COUNT.set(COUNT.get() + 1);
            x * 10 + u64::from(self.id)
        }
    }
    let (a, b, c) = (X { id: 5 }, X { id: 5 }, X { id: 7 });
    let play = |x: &X, arguments: [u64; 10]| {
        for n in arguments {
            assert_eq!(x.f(n), n * 10 + u64::from(x.id));
        }
        COUNT.get()
    };
    assert_eq!(play(&a, [1, 2, 2, 3, 1, 1, 1, 2, 3, 3]), 6);
    check_info(X::f_cache_info(), (4, 6, Some(2), 2));
    assert_eq!(play(&b, [1, 2, 1, 1, 1, 1, 3, 2, 2, 2]), 6 + 4);
    check_info(X::f_cache_info(), (10, 10, Some(2), 2));
    assert_eq!(play(&c, [2, 1, 1, 1, 1, 2, 1, 3, 2, 1]), 6 + 4 + 5);
    check_info(X::f_cache_info(), (15, 15, Some(2), 2));
}

/// `test_lru_recursion`: as deep as the stack goes.
#[test]
fn deep_recursion() {
    #[lru_cache(maxsize = None)]
    fn depth(n: u64) -> u64 {
        if n == 0 { 0 } else { 1 + depth(n - 1) }
    }
    let deep = thread::Builder::new().stack_size(64 << 20);
    let deep = deep.spawn(|| depth(50_000)).expect("a thread starts");
    assert_eq!(deep.join().expect("it is deep enough"), 50_000);
    check_info(depth::cache_info(), (0, 50_001, None, 50_001));
}

/// `test_lru_cache_threaded`, with `n = 5` threads and `m = 11` rounds.
#[test]
fn threads_agree_on_the_counts() {
    const THREADS: u64 = 5;
    const ROUNDS: u64 = 11;
    #[lru_cache(maxsize = 50)]
    fn f(x: u64, y: u64) -> u64 {
        3 * x + y
    }
    let start = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for key in 0..THREADS {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for _ in 0..ROUNDS {
                    assert_eq!(f(key, key), 4 * key);
                }
            });
        }
    });
    check_info(f::cache_info(), (THREADS * ROUNDS - THREADS, THREADS, Some(50), 5));
    // And with one that clears in between.
    thread::scope(|scope| {
        scope.spawn(|| (0..50).for_each(|_| f::cache_clear()));
        for key in 0..THREADS {
            scope.spawn(move || (0..500).for_each(|_| assert_eq!(f(key, key), 4 * key)));
        }
    });
    assert!(f::cache_info().currsize <= 50);
}

/// `test_lru_cache_threaded2`: everybody misses what nobody has finished.
#[test]
fn threads_that_start_together_each_compute() {
    const THREADS: u64 = 5;
    const ROUNDS: u64 = 7;
    static START: Barrier = Barrier::new(THREADS as usize);
    #[lru_cache(maxsize = 35)]
    fn f(x: u64) -> u64 {
        START.wait();
        3 * x
    }
    #[lru_cache(maxsize = 35)]
    fn other(x: u64) -> u64 {
        x
    }
    let _ = other(1);
    for round in 0..ROUNDS {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(move || assert_eq!(f(round), 3 * round));
            }
        });
        check_info(f::cache_info(), (0, (round + 1) * THREADS, Some(35), round as usize + 1));
    }
}

/// `test_lru_cache_threaded3`: right values, whatever is evicted meanwhile.
#[test]
fn threads_that_evict_each_others_results_get_their_own() {
    #[lru_cache(maxsize = 2)]
    fn f(x: u64) -> Arc<u64> {
        thread::yield_now();
        Arc::new(3 * x)
    }
    thread::scope(|scope| {
        for key in 0..5 {
            scope.spawn(move || {
                for n in 0..50 {
                    assert_eq!(*f(key + n % 3), 3 * (key + n % 3));
                }
            });
        }
    });
    let CacheInfo { hits, misses, currsize, .. } = f::cache_info();
    assert_eq!(hits + misses, 250);
    assert_eq!(currsize, 2);
}

/// Check 14 with `single_flight`: one computes, the others wait for it.
#[test]
fn threads_that_start_together_compute_once_if_they_wait() {
    const THREADS: u64 = 5;
    static CALLS: AtomicU64 = AtomicU64::new(0);
    #[lru_cache(maxsize = 35, single_flight)]
    fn f(x: u64) -> u64 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        3 * x
    }
    let start = Barrier::new(THREADS as usize);
    for round in 0..7 {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    assert_eq!(f(round), 3 * round);
                });
            }
        });
        let rounds = round + 1;
        check_info(f::cache_info(), (rounds * (THREADS - 1), rounds, Some(35), rounds as usize));
        assert_eq!(CALLS.load(Ordering::Relaxed), rounds);
    }
}
