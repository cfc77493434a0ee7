//! `LruCache`: its order and its counts against a model, CPython's rules, and keys and values that come back to it.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, LazyLock, Mutex};
use std::thread;

use batteries::functools::{CacheInfo, LruCache};

/// Random numbers, the same on every run: xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

const SEED: u64 = 88_172_645_463_325_252;

#[track_caller]
fn check_info<K: Hash + Eq, V>(
    cache: &LruCache<K, V>,
    hits: u64,
    misses: u64,
    maxsize: Option<usize>,
    currsize: usize,
) {
    let info = cache.cache_info();
    assert_eq!(
        (info.hits, info.misses, info.maxsize, info.currsize),
        (hits, misses, maxsize, currsize)
    );
}

/// What a cache has to do, said with a list: the entry used last is at its end.
#[derive(Debug, Default)]
struct Model {
    entries: Vec<(u64, u64)>,
    maxsize: Option<usize>,
    hits: u64,
    misses: u64,
}

impl Model {
    fn place(&self, key: u64) -> Option<usize> {
        self.entries.iter().position(|entry| entry.0 == key)
    }

    fn get(&mut self, key: u64) -> Option<u64> {
        let Some(place) = self.place(key) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        let entry = self.entries.remove(place);
        self.entries.push(entry);
        Some(entry.1)
    }

    fn remove(&mut self, key: u64) -> Option<u64> {
        self.place(key).map(|place| self.entries.remove(place).1)
    }

    fn put(&mut self, key: u64, value: u64) -> Option<u64> {
        let old = self.remove(key);
        self.entries.push((key, value));
        self.shrink();
        old
    }

    fn shrink(&mut self) {
        let over = self.maxsize.map_or(0, |maxsize| self.entries.len().saturating_sub(maxsize));
        self.entries.drain(..over);
    }

    fn snapshot(&self) -> Vec<(u64, u64)> {
        self.entries.iter().rev().copied().collect()
    }

    #[track_caller]
    fn check(&self, cache: &LruCache<u64, u64>) {
        assert_eq!(cache.snapshot(), self.snapshot());
        check_info(cache, self.hits, self.misses, self.maxsize, self.entries.len());
    }
}

/// Does the same to both, at random, and compares every answer; the order of the entries every now and then.
fn against_the_model(maxsize: Option<usize>, operations: u64) {
    let keys = maxsize.map_or(50, |maxsize| maxsize as u64 * 2 + 2);
    let every = if keys > 100 { 997 } else { 7 };
    let mut random = Random(SEED ^ keys);
    let cache = LruCache::new(maxsize);
    let mut model = Model { maxsize, ..Model::default() };
    for at in 0..operations {
        let key = random.below(keys);
        match random.below(1_000) {
            0..400 => assert_eq!(cache.get(&key), model.get(key)),
            400..600 => {
                let expected = model.get(key).unwrap_or_else(|| {
                    model.put(key, at);
                    at
                });
                assert_eq!(cache.get_or_insert_with(&key, |_| at), expected);
            }
            600..800 => assert_eq!(cache.put(key, at), model.put(key, at)),
            800..880 => assert_eq!(cache.remove(&key), model.remove(key)),
            880..920 => {
                let expected = model.place(key).map(|place| model.entries[place].1);
                assert_eq!(cache.peek(&key), expected);
            }
            920..960 => assert_eq!(cache.contains(&key), model.place(key).is_some()),
            960..995 => {
                let expected = (!model.entries.is_empty()).then(|| model.entries.remove(0));
                assert_eq!(cache.pop_lru(), expected);
            }
            995..999 => {
                let maxsize = maxsize.map(|maxsize| random.below(maxsize as u64 + 2) as usize);
                model.maxsize = maxsize;
                model.shrink();
                cache.resize(maxsize);
            }
            _ => {
                model = Model { maxsize: model.maxsize, ..Model::default() };
                cache.clear();
            }
        }
        if at % every == 0 {
            model.check(&cache);
        }
    }
    model.check(&cache);
}

#[test]
fn a_hundred_thousand_random_operations_equal_the_model() {
    for maxsize in 0..10 {
        against_the_model(Some(maxsize), 100_000);
    }
    against_the_model(Some(1_000), 100_000);
    against_the_model(None, 100_000);
}

/// Runs a trace of random keys; hashes which calls were hits, as CPython was asked to.
fn trace(maxsize: usize, keys: u64, calls: u64) -> (CacheInfo, u64) {
    let cache = LruCache::new(Some(maxsize));
    let mut random = Random(SEED);
    let mut path = 0_u128;
    for _ in 0..calls {
        let key = random.below(keys);
        let mut hit = 1;
        let value = cache.get_or_insert_with(&key, |key| {
            hit = 0;
            key * 3
        });
        assert_eq!(value, key * 3);
        path = (path * 31 + hit + 1) % ((1 << 61) - 1);
    }
    (cache.cache_info(), path as u64)
}

#[test]
fn traces_hit_where_cpython_hits() {
    for (maxsize, keys, calls, hits, misses, currsize, path) in [
        (8, 12, 1_000, 677, 323, 8, 1_137_766_489_023_541_904),
        (3, 7, 500, 212, 288, 3, 112_871_705_074_403_908),
        (64, 100, 10_000, 6_417, 3_583, 64, 158_612_715_488_918_756),
        (1, 4, 1_000, 267, 733, 1, 1_819_344_522_757_437_476),
        (100, 90, 5_000, 4_910, 90, 90, 1_265_314_292_790_340_660),
    ] {
        let (info, got) = trace(maxsize, keys, calls);
        assert_eq!((info.hits, info.misses, info.currsize), (hits, misses, currsize));
        assert_eq!(got, path, "{maxsize}");
    }
}

#[test]
fn clears_start_over_as_cpython_does() {
    let cache = LruCache::new(Some(16));
    let mut random = Random(1);
    let (mut hits, mut misses) = (0, 0);
    for call in 0..2_000 {
        if call % 137 == 136 {
            let info = cache.cache_info();
            (hits, misses) = (hits + info.hits, misses + info.misses);
            cache.clear();
        }
        cache.get_or_insert_with(&random.below(24), |&key| key);
    }
    check_info(&cache, 49, 34, Some(16), 16);
    assert_eq!((hits, misses), (1_174, 743));
}

#[test]
fn recursion_counts_and_evicts_as_in_cpython() {
    fn fib(cache: &LruCache<u64, u64>, n: u64) -> u64 {
        cache.get_or_insert_with(
            &n,
            |&n| if n < 2 { n } else { fib(cache, n - 1) + fib(cache, n - 2) },
        )
    }
    for (maxsize, n, value, hits, misses, currsize) in [
        (Some(4), 30, 832_040, 28, 31, 4),
        (Some(3), 20, 6_765, 18, 21, 3),
        (Some(2), 15, 610, 68, 329, 2),
        (Some(1), 15, 610, 0, 1_973, 1),
        (Some(0), 15, 610, 0, 1_973, 0),
        (None, 90, 2_880_067_194_370_816_120, 88, 91, 91),
    ] {
        let cache = LruCache::new(maxsize);
        assert_eq!(fib(&cache, n), value);
        check_info(&cache, hits, misses, maxsize, currsize);
    }
}

#[test]
fn with_a_limit_the_first_value_stays_and_without_one_the_last() {
    for (maxsize, kept) in [(Some(3), 2), (None, 1)] {
        let cache = LruCache::new(maxsize);
        // The outer call comes first and ends last.
        let outer = cache.get_or_insert_with(&'k', |key| {
            cache.get_or_insert_with(key, |_| 2);
            1
        });
        assert_eq!(outer, 1);
        assert_eq!(cache.get(&'k'), Some(kept), "{maxsize:?}");
    }
}

#[test]
fn a_value_that_came_too_late_is_no_use_of_the_first() {
    let cache = LruCache::new(Some(2));
    cache.get_or_insert_with(&1, |_| {
        cache.get_or_insert_with(&1, |_| 'a');
        cache.get_or_insert_with(&2, |_| 'b')
    });
    cache.get_or_insert_with(&3, |_| 'c');
    assert_eq!(cache.get(&2), Some('b'));
    check_info(&cache, 1, 4, Some(2), 2);
}

#[test]
fn a_clear_in_the_middle_of_a_call_does_not_stop_it() {
    let cache = LruCache::new(Some(4));
    cache.get_or_insert_with(&0, |_| 'a');
    cache.get_or_insert_with(&1, |_| {
        cache.clear();
        'b'
    });
    check_info(&cache, 0, 0, Some(4), 1);
    assert_eq!(cache.get(&1), Some('b'));
}

#[test]
fn errors_and_panics_are_misses_and_store_nothing() {
    let cache = LruCache::new(Some(8));
    for _ in 0..3 {
        for n in 0..10 {
            let made =
                cache.get_or_try_insert_with(&n, |&n| if n % 3 == 0 { Err(n) } else { Ok(n) });
            assert_eq!(made.is_err(), n % 3 == 0);
        }
    }
    check_info(&cache, 12, 18, Some(8), 6);
    let payload = panic::catch_unwind(AssertUnwindSafe(|| {
        cache.get_or_insert_with(&0, |_| panic::resume_unwind(Box::new("no")))
    }));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"no"));
    assert!(!cache.contains(&0));
    assert_eq!(cache.get_or_insert_with(&0, |_| 7), 7);
    check_info(&cache, 12, 20, Some(8), 7);
}

/// A key that counts how often it is hashed.
#[derive(Debug, Clone)]
struct Counting<'a>(u8, &'a Cell<u32>);

impl Hash for Counting<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.set(self.1.get() + 1);
        self.0.hash(state);
    }
}

impl PartialEq for Counting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Counting<'_> {}

#[test]
fn a_key_is_hashed_once_for_each_use() {
    let (a, b) = (Cell::new(0), Cell::new(0));
    let cache = LruCache::new(Some(1));
    let mut hashed = Vec::new();
    for key in [Counting(1, &a), Counting(1, &a), Counting(2, &b), Counting(1, &a)] {
        cache.get_or_insert_with(&key, |_| ());
        hashed.push((a.get(), b.get()));
    }
    assert_eq!(hashed, [(1, 0), (2, 0), (2, 1), (3, 1)]);
    check_info(&cache, 1, 3, Some(1), 1);
    cache.resize(None);
    for n in 2..100 {
        cache.put(Counting(n, &b), ());
    }
    assert_eq!(b.get(), 99);
}

type Strange = LruCache<Key, Value>;
type Mischief = fn(&Strange);

/// Where foreign code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    Hash,
    Eq,
    Clone,
    Drop,
}

thread_local! {
    /// What keys and values do to the cache, and when.
    static MISCHIEF: Cell<Option<(Occasion, Mischief)>> = const { Cell::new(None) };
}

static STRANGE: LazyLock<Strange> = LazyLock::new(|| LruCache::new(Some(4)));

/// One test at a time has the static.
static TURN: Mutex<()> = Mutex::new(());

/// Plays the mischief on its occasion, and once only.
fn play(now: Occasion) {
    if let Some((occasion, mischief)) = MISCHIEF.get()
        && occasion == now
    {
        MISCHIEF.set(None);
        mischief(&STRANGE);
    }
}

#[derive(Debug, Eq)]
struct Key(u8);

#[derive(Debug, PartialEq, Eq)]
struct Value(u8);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        play(Occasion::Hash);
        self.0.hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        play(Occasion::Eq);
        self.0 == other.0
    }
}

impl Clone for Key {
    fn clone(&self) -> Self {
        play(Occasion::Clone);
        Self(self.0)
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        play(Occasion::Clone);
        Self(self.0)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        play(Occasion::Drop);
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        play(Occasion::Drop);
    }
}

/// All that one can do to a cache.
const MISCHIEVES: [Mischief; 12] = [
    |cache| drop(cache.get(&Key(1))),
    |cache| drop(cache.get(&Key(9))),
    |cache| drop(cache.peek(&Key(1))),
    |cache| _ = cache.contains(&Key(1)),
    |cache| drop(cache.put(Key(1), Value(11))),
    |cache| drop(cache.put(Key(9), Value(19))),
    |cache| drop(cache.remove(&Key(1))),
    |cache| drop(cache.pop_lru()),
    |cache| drop(cache.get_or_insert_with(&Key(1), |_| Value(11))),
    |cache| cache.clear(),
    |cache| cache.resize(Some(4)),
    |cache| drop((cache.snapshot(), format!("{cache:?}"), cache.len(), cache.cache_info())),
];

/// What the cache does when the mischief comes.
const DEEDS: [fn(&Strange); 9] = [
    |cache| drop(cache.get(&Key(1))),
    |cache| drop(cache.peek(&Key(1))),
    |cache| drop(cache.put(Key(1), Value(21))),
    |cache| drop(cache.put(Key(5), Value(25))),
    |cache| drop(cache.remove(&Key(1))),
    |cache| drop(cache.get_or_insert_with(&Key(1), |_| Value(11))),
    |cache| drop(cache.get_or_insert_with(&Key(5), |_| Value(15))),
    |cache| cache.clear(),
    |cache| drop(cache.snapshot()),
];

#[test]
fn whatever_keys_and_values_do_to_their_cache_ends() {
    let _turn = TURN.lock();
    let cache = &*STRANGE;
    for occasion in [Occasion::Hash, Occasion::Eq, Occasion::Clone, Occasion::Drop] {
        let mut played = 0;
        for deed in DEEDS {
            for mischief in MISCHIEVES {
                cache.resize(Some(4));
                cache.clear();
                for key in 1..=4 {
                    cache.put(Key(key), Value(key + 10));
                }
                MISCHIEF.set(Some((occasion, mischief)));
                deed(cache);
                played += usize::from(MISCHIEF.take().is_none());

                // The cache is whole: what it says it has is there, once, and a value of its key.
                let entries = cache.snapshot();
                assert_eq!(entries.len(), cache.len());
                assert!(entries.len() <= 4, "{entries:?}");
                let keys: HashMap<u8, u8> = entries.iter().map(|(k, v)| (k.0, v.0)).collect();
                assert_eq!(keys.len(), entries.len(), "{entries:?}");
                for (key, value) in keys {
                    assert_eq!(cache.get(&Key(key)).map(|value| value.0), Some(value));
                    assert_eq!(value % 10, key);
                }
            }
        }
        // Each kind of foreign code runs in at least four of the deeds.
        assert!(played >= 4 * MISCHIEVES.len(), "{occasion:?}: {played}");
    }
}

#[test]
fn a_comparison_that_comes_back_finds_an_empty_cache_and_right_counts() {
    let _turn = TURN.lock();
    let cache = &*STRANGE;
    cache.clear();
    cache.put(Key(1), Value(11));
    MISCHIEF.set(Some((Occasion::Eq, |cache| {
        assert_eq!(cache.get(&Key(1)), None);
        assert_eq!(cache.put(Key(2), Value(12)), None);
        assert!(!cache.contains(&Key(1)));
        assert_eq!(cache.get_or_insert_with(&Key(1), |_| Value(0)), Value(0));
        assert!(cache.snapshot().is_empty());
        check_info(cache, 0, 2, Some(4), 1);
    })));
    assert_eq!(cache.get(&Key(1)), Some(Value(11)));
    check_info(cache, 1, 2, Some(4), 1);
    assert!(!cache.contains(&Key(2)));

    // A clear is not lost: it is done as soon as the cache is free.
    MISCHIEF.set(Some((Occasion::Eq, Strange::clear)));
    assert_eq!(cache.get(&Key(1)), Some(Value(11)));
    check_info(cache, 0, 0, Some(4), 0);
    assert!(!cache.contains(&Key(1)));
}

thread_local! {
    /// Whether the next `OnDrop` that is dropped looks at its cache.
    static LOOKS: Cell<bool> = const { Cell::new(false) };
    /// Whether it could use it.
    static USED: Cell<Option<bool>> = const { Cell::new(None) };
}

static DROPPING: LazyLock<LruCache<u8, OnDrop>> = LazyLock::new(|| LruCache::new(Some(2)));

#[derive(Clone)]
struct OnDrop;

impl Drop for OnDrop {
    fn drop(&mut self) {
        if LOOKS.take() {
            DROPPING.put(77, Self);
            USED.set(Some(DROPPING.contains(&77)));
        }
    }
}

#[test]
fn what_goes_is_dropped_when_the_cache_is_free_again() {
    let cache = &*DROPPING;
    let ways: [fn(&LruCache<u8, OnDrop>); 4] = [
        |cache| assert!(cache.put(5, OnDrop).is_none()),
        |cache| cache.clear(),
        |cache| cache.resize(Some(1)),
        |cache| drop(cache.get_or_insert_with(&5, |_| OnDrop)),
    ];
    for way in ways {
        cache.resize(Some(2));
        cache.put(1, OnDrop);
        cache.put(2, OnDrop);
        LOOKS.set(true);
        way(cache);
        assert_eq!(USED.take(), Some(true));
    }
}

#[test]
fn two_threads_lose_no_call() {
    const CALLS: u64 = 20_000;
    for maxsize in [Some(3), Some(64), None] {
        let cache = LruCache::new(maxsize);
        let start = Barrier::new(2);
        thread::scope(|scope| {
            for seed in [1, 2] {
                let (cache, start) = (&cache, &start);
                scope.spawn(move || {
                    let mut random = Random(seed);
                    start.wait();
                    for _ in 0..CALLS {
                        let key = random.below(100);
                        assert_eq!(cache.get_or_insert_with(&key, |key| key * 3), key * 3);
                        assert!(maxsize.is_none_or(|maxsize| cache.len() <= maxsize));
                    }
                });
            }
        });
        let info = cache.cache_info();
        assert_eq!(info.hits + info.misses, 2 * CALLS);
        assert_eq!(cache.snapshot().len(), info.currsize);
    }
}

/// `test_functools.py: TestLRU.test_lru_cache_threaded2`.
#[test]
fn threads_that_miss_together_all_compute() {
    const THREADS: u64 = 5;
    const ROUNDS: u64 = 7;
    let cache = LruCache::new(Some(35));
    let inside = Barrier::new(THREADS as usize);
    for round in 0..ROUNDS {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let value = cache.get_or_insert_with(&round, |round| {
                        inside.wait();
                        3 * round
                    });
                    assert_eq!(value, 3 * round);
                });
            }
        });
        check_info(&cache, 0, (round + 1) * THREADS, Some(35), round as usize + 1);
    }
}

#[test]
fn who_asks_while_another_thread_compares_waits_for_it() {
    /// A key whose comparison lasts until somebody else has asked.
    struct Slow<'a>(&'a Barrier, &'a AtomicUsize);
    impl Hash for Slow<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            0_u8.hash(state);
        }
    }
    impl PartialEq for Slow<'_> {
        fn eq(&self, _: &Self) -> bool {
            if self.1.fetch_add(1, Ordering::Relaxed) == 0 {
                self.0.wait();
            }
            true
        }
    }
    impl Eq for Slow<'_> {}

    let (compares, count) = (Barrier::new(2), AtomicUsize::new(0));
    let cache = LruCache::new(Some(2));
    cache.put(Slow(&compares, &count), 'v');
    thread::scope(|scope| {
        let first = scope.spawn(|| cache.get(&Slow(&compares, &count)));
        compares.wait();
        // The first may still be at it: another thread is not taken for one that came back.
        assert_eq!(cache.get(&Slow(&compares, &count)), Some('v'));
        assert_eq!(first.join().unwrap(), Some('v'));
    });
    check_info(&cache, 2, 0, Some(2), 1);
}

#[test]
fn a_large_limit_takes_no_memory() {
    let cache = LruCache::new(Some(usize::MAX / 2));
    cache.put("key", 1);
    cache.resize(Some(usize::MAX - 1));
    assert_eq!(cache.get("key"), Some(1));
    assert_eq!(cache.maxsize(), Some(usize::MAX - 1));
}

#[test]
fn a_clone_is_an_empty_cache_of_the_same_size() {
    let cache = LruCache::new(Some(5));
    cache.put(1, Arc::new(1));
    let clone = cache.clone();
    check_info(&clone, 0, 0, Some(5), 0);
    clone.put(1, Arc::new(2));
    assert_eq!(cache.get(&1).as_deref(), Some(&1));
    check_info(&LruCache::<u8, u8>::default(), 0, 0, Some(128), 0);
}

#[test]
fn a_cache_is_shown_without_its_entries() {
    let cache = LruCache::new(Some(2));
    cache.put(1, "secret");
    cache.get(&1);
    let shown = "LruCache { hits: 1, misses: 0, maxsize: Some(2), currsize: 1, .. }";
    assert_eq!(format!("{cache:?}"), shown);
}

#[test]
fn a_cache_can_be_shared_wherever_its_entries_can_be_sent() {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe + Default + Clone + Debug>() {}
    check::<LruCache<String, Unshared>>();
}

/// Can be sent, and not shared.
#[derive(Debug)]
struct Unshared(#[expect(dead_code, reason = "it is there for what it is not")] Cell<u8>);

impl RefUnwindSafe for Unshared {}
