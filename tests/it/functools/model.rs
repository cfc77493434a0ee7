//! Random operations on the attribute's caches, beside a naive model that does what CPython does in the plainest way.

use std::collections::VecDeque;
use std::thread;

use batteries::functools::{LruCache, cache, lru_cache};

/// A cache as a list, the newest in front.
struct Model {
    maxsize: Option<usize>,
    entries: VecDeque<u64>,
    hits: u64,
    misses: u64,
}

impl Model {
    fn new(maxsize: Option<usize>) -> Self {
        Self { maxsize, entries: VecDeque::new(), hits: 0, misses: 0 }
    }

    fn call(&mut self, key: u64) {
        if let Some(at) = self.entries.iter().position(|&other| other == key) {
            self.hits += 1;
            self.entries.remove(at);
            self.entries.push_front(key);
            return;
        }
        self.misses += 1;
        self.entries.push_front(key);
        self.entries.truncate(self.maxsize.unwrap_or(usize::MAX));
    }

    fn remove(&mut self, key: u64) -> bool {
        let at = self.entries.iter().position(|&other| other == key);
        at.map(|at| self.entries.remove(at)).is_some()
    }

    fn clear(&mut self) {
        *self = Self::new(self.maxsize);
    }
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// Does the same to the function, to the model and, as an oracle, to the crate `lru` behind `LruCache`. What is there is
/// compared whole now and then, and the order of eviction by looking which key goes.
macro_rules! compare {
    ($random:ident, $size:expr, $maxsize:expr, $keys:literal, $operations:literal) => {{
        #[lru_cache(maxsize = $size)]
        fn f(key: u64) -> u64 {
            key ^ 0x5555
        }
        #[lru_cache(maxsize = $size, single_flight)]
        fn flights(key: u64) -> u64 {
            key ^ 0x5555
        }
        let maxsize: Option<usize> = $maxsize;
        let mut model = Model::new(maxsize);
        let oracle = LruCache::new(maxsize);
        for operation in 0..$operations {
            let key = $random.below($keys);
            match $random.below(100) {
                0 if $random.below(20) == 0 => {
                    f::cache_clear();
                    flights::cache_clear();
                    model.clear();
                    oracle.clear();
                }
                1..6 => {
                    let removed = model.remove(key);
                    assert_eq!(f::cache_remove(key), removed);
                    assert_eq!(flights::cache_remove(key), removed);
                    assert_eq!(oracle.remove(&key).is_some(), removed);
                }
                6..10 => {
                    let there = model.entries.contains(&key);
                    assert_eq!(f::cache_contains(key), there);
                    assert_eq!(flights::cache_contains(key), there);
                }
                _ => {
                    model.call(key);
                    assert_eq!(f(key), key ^ 0x5555);
                    assert_eq!(flights(key), key ^ 0x5555);
                    assert_eq!(oracle.get_or_insert_with(&key, |key| key ^ 0x5555), key ^ 0x5555);
                }
            }
            let info = f::cache_info();
            assert_eq!(info, flights::cache_info());
            assert_eq!((info.hits, info.misses), (model.hits, model.misses), "{operation}");
            assert_eq!(info.currsize, model.entries.len());
            assert_eq!(info, oracle.cache_info());
            // Whole now and then: what is there, and nothing else.
            if operation % if $keys <= 16 { 11 } else { 997 } == 0 {
                for key in 0..$keys {
                    assert_eq!(f::cache_contains(key), model.entries.contains(&key), "{operation}");
                }
                let order: Vec<_> = oracle.snapshot().into_iter().map(|(key, _)| key).collect();
                if maxsize.is_some() {
                    assert_eq!(model.entries, order);
                }
            }
        }
        // In which order they go: the oldest first, one for each key that was never there.
        if let Some(maxsize) = maxsize {
            while model.entries.len() < maxsize {
                let key = 1_000_000 + model.entries.len() as u64;
                model.call(key);
                f(key);
            }
            for (key, oldest) in (2_000_000..).zip(model.entries.iter().rev()) {
                assert!(f::cache_contains(*oldest));
                f(key);
                assert!(!f::cache_contains(*oldest));
            }
        }
    }};
}

#[test]
fn a_million_random_operations_are_those_of_the_model() {
    let mut random = Random(88_172_645_463_325_252);
    compare!(random, 0, Some(0), 4, 50_000);
    compare!(random, 1, Some(1), 4, 100_000);
    compare!(random, 2, Some(2), 5, 100_000);
    compare!(random, 3, Some(3), 6, 150_000);
    compare!(random, 4, Some(4), 9, 100_000);
    compare!(random, 7, Some(7), 16, 150_000);
    compare!(random, 9, Some(9), 12, 100_000);
    compare!(random, 64, Some(64), 100, 100_000);
    compare!(random, 1000, Some(1000), 1500, 50_000);
    compare!(random, None, None, 60, 100_000);
}

#[test]
fn two_threads_lose_no_call() {
    const CALLS: u64 = 100_000;
    #[lru_cache(maxsize = 64)]
    fn bounded(key: u64) -> u64 {
        key + 1
    }
    #[cache]
    fn unbounded(key: u64) -> u64 {
        key + 1
    }
    #[lru_cache(maxsize = 64, single_flight)]
    fn flights(key: u64) -> u64 {
        key + 1
    }
    thread::scope(|scope| {
        for seed in [1, 2] {
            scope.spawn(move || {
                let mut random = Random(seed);
                for call in 0..CALLS {
                    let key = random.below(100);
                    assert_eq!(bounded(key), key + 1);
                    assert_eq!(unbounded(key), key + 1);
                    assert_eq!(flights(key), key + 1);
                    if call % 100 == 0 {
                        assert!(bounded::cache_info().currsize <= 64);
                        assert!(flights::cache_info().currsize <= 64);
                    }
                }
            });
        }
    });
    for info in [bounded::cache_info(), unbounded::cache_info(), flights::cache_info()] {
        assert_eq!(info.hits + info.misses, 2 * CALLS);
        assert!(info.currsize <= info.maxsize.unwrap_or(100));
    }
}
