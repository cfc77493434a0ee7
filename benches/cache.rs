//! The hot paths of `functools`: what one of our own changes gains or loses.
//!
//! How the crate stands beside its peers is measured elsewhere, by the program in `benches/rivals`.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use batteries::functools::{CachedProperty, LruCache, cache, lru_cache};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// The arguments that are asked for; a cache has room for twice as many.
const KEYS: u64 = 128;

/// The calls of one iteration.
const CALLS: usize = 1_024;

#[lru_cache(maxsize = 256)]
fn number(n: u64) -> u64 {
    n * 3
}

#[cache]
fn unbounded(n: u64) -> u64 {
    n * 3
}

#[lru_cache(maxsize = 256, local)]
fn local(n: u64) -> u64 {
    n * 3
}

#[lru_cache(maxsize = 256, single_flight)]
fn single_flight(n: u64) -> u64 {
    n * 3
}

#[lru_cache(maxsize = 256, ttl = Duration::from_secs(3_600))]
fn ttl(n: u64) -> u64 {
    n * 3
}

#[lru_cache(maxsize = 256)]
fn text(name: &str) -> u64 {
    name.len() as u64
}

#[lru_cache(maxsize = 256)]
fn three(n: u64, name: &str, bytes: &[u8]) -> u64 {
    n * 3 + (name.len() + bytes.len()) as u64
}

#[lru_cache(maxsize = 256)]
fn generic<T: Into<u64> + Clone + Eq + std::hash::Hash + Send + 'static>(n: T) -> u64 {
    n.into() * 3
}

#[lru_cache(maxsize = 128)]
fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

/// Which arguments are asked for, the same on every run.
fn order() -> Vec<u64> {
    let mut state = 88_172_645_463_325_252_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % KEYS
    };
    (0..CALLS).map(next).collect()
}

/// Measures calls of `function` for each of `arguments`, all of them hits.
fn hits<A>(group: &mut Group<'_>, name: &str, arguments: &[A], function: impl Fn(&A) -> u64) {
    let all = || black_box(arguments).iter().map(&function).sum::<u64>();
    let expected = all();
    group.throughput(Throughput::Elements(arguments.len() as u64));
    group.bench_function(name, |bencher| bencher.iter(|| assert_eq!(all(), expected)));
}

/// Measures calls of `function` with numbers that it has never seen.
fn misses(group: &mut Group<'_>, name: &str, function: impl Fn(u64) -> u64) {
    let next = Cell::new(0);
    group.throughput(Throughput::Elements(CALLS as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let first = next.replace(next.get() + CALLS as u64);
            for n in first..first + CALLS as u64 {
                assert_eq!(function(black_box(n)), n * 3);
            }
        });
    });
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("functools");
    group
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50);

    let order = order();
    let names: Vec<String> = order.iter().map(|n| format!("name {n:05} of a user.")).collect();
    let bytes: Vec<&[u8]> = names.iter().map(|name| &name.as_bytes()[5..10]).collect();
    let triples: Vec<_> = order.iter().zip(names.iter().zip(bytes)).collect();

    hits(&mut group, "hit_u64", &order, |&n| number(n));
    hits(&mut group, "hit_unbounded", &order, |&n| unbounded(n));
    hits(&mut group, "hit_local", &order, |&n| local(n));
    hits(&mut group, "hit_single_flight", &order, |&n| single_flight(n));
    hits(&mut group, "hit_ttl", &order, |&n| ttl(n));
    hits(&mut group, "hit_generic", &order, |&n| generic(n));
    hits(&mut group, "hit_str", &names, |name| text(name));
    hits(&mut group, "hit_three", &triples, |&(&n, (name, bytes))| three(n, name, bytes));
    let in_hand = LruCache::new(Some(256));
    hits(&mut group, "hit_in_hand", &order, |n| in_hand.get_or_insert_with(n, |n| n * 3));
    let property = CachedProperty::new();
    hits(&mut group, "property", &order, |&n| n + *property.get_or_init(|| black_box(3)));

    misses(&mut group, "miss_evict", number);
    misses(&mut group, "miss_evict_local", local);
    misses(&mut group, "miss_evict_single_flight", single_flight);
    misses(&mut group, "miss_evict_in_hand", |n| in_hand.get_or_insert_with(&n, |n| n * 3));

    group.throughput(Throughput::Elements(179));
    group.bench_function("fib_cold", |bencher| {
        bencher.iter(|| {
            fib::cache_clear();
            assert_eq!(fib(black_box(90)), 2_880_067_194_370_816_120);
        });
    });
    group.finish();
}

criterion_group!(functools, benches);
criterion_main!(functools);
