//! The hot paths of `concurrent::futures`: what one of our own changes gains or loses.
//!
//! How the crate stands beside its peers is measured elsewhere, by the program in `benches/rivals`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, scope,
};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group};

/// The workers of every pool.
const WORKERS: usize = 2;

/// Tasks of one iteration, where tasks come in crowds.
const TASKS: u64 = 10_000;

/// What tasks that return their own number add up to.
const SUM: u64 = TASKS * (TASKS - 1) / 2;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn pool() -> ThreadPoolExecutor {
    ThreadPoolExecutor::new(WORKERS).expect("two workers are a valid number")
}

/// Submits tasks that return their own number.
fn submit_all(pool: &ThreadPoolExecutor) -> Vec<Future<u64>> {
    (0..TASKS).map(|task| pool.submit(move || task).expect("the pool takes work")).collect()
}

/// Submit and result, one at a time: what a task costs when nothing else hides it.
fn pingpong(group: &mut Group<'_>) {
    let pool = pool();
    group.throughput(Throughput::Elements(1));
    let mut task = 0_u64;
    group.bench_function("pingpong", |bencher| {
        bencher.iter(|| {
            task += 1;
            let sent = task;
            let future = pool.submit(move || sent).expect("the pool takes work");
            assert_eq!(future.result().expect("the task returns"), sent);
        });
    });
}

/// All submits, then all results.
fn flood(group: &mut Group<'_>) {
    let pool = pool();
    group.throughput(Throughput::Elements(TASKS));
    group.bench_function("flood", |bencher| {
        bencher.iter(|| {
            let results = submit_all(&pool)
                .into_iter()
                .map(|future| future.result().expect("the task returns"));
            assert_eq!(results.sum::<u64>(), SUM);
        });
    });
}

/// As flood, with the results in the order in which the tasks finish.
fn completed(group: &mut Group<'_>) {
    let pool = pool();
    group.throughput(Throughput::Elements(TASKS));
    group.bench_function("as_completed", |bencher| {
        bencher.iter(|| {
            let results = as_completed(submit_all(&pool))
                .map(|future| future.result().expect("the task returns"));
            assert_eq!(results.sum::<u64>(), SUM);
        });
    });
}

/// The function that is mapped; opaque, so that no loop over items becomes one over vectors of them.
fn double(x: u64) -> u64 {
    black_box(x) * 2
}

/// One task per item.
fn map(group: &mut Group<'_>) {
    let pool = pool();
    group.throughput(Throughput::Elements(TASKS));
    group.bench_function("map", |bencher| {
        bencher.iter(|| {
            let results = pool.map(double, 0..TASKS);
            let results = results.map(|result| result.expect("the task returns"));
            assert_eq!(results.sum::<u64>(), 2 * SUM);
        });
    });
}

/// A thousand items per task.
fn map_chunked(group: &mut Group<'_>) {
    let pool = pool();
    group.throughput(Throughput::Elements(TASKS));
    group.bench_function("map_chunked", |bencher| {
        bencher.iter(|| {
            let results = pool.map_builder().chunk_size(1_000).map(double, 0..TASKS);
            let results = results.expect("the chunk size is valid");
            let results = results.map(|result| result.expect("the task returns"));
            assert_eq!(results.sum::<u64>(), 2 * SUM);
        });
    });
}

/// Tasks that borrow: the cost of starting and joining the workers is part of it.
fn borrowed(group: &mut Group<'_>) {
    let numbers: Vec<u64> = (0..TASKS).collect();
    group.throughput(Throughput::Elements(TASKS / 100));
    group.bench_function("scope", |bencher| {
        bencher.iter(|| {
            let sum = scope(WORKERS, |scope| {
                // All parts must be submitted before the first is waited for.
                let parts: Vec<_> = numbers
                    .chunks(100)
                    .map(|part| scope.submit(move || part.iter().sum::<u64>()))
                    .collect();
                parts.into_iter().map(|part| part.result().expect("the task returns")).sum::<u64>()
            });
            assert_eq!(sum, SUM);
        });
    });
}

/// Tasks that submit tasks and wait for them, on the same two workers.
fn nested(group: &mut Group<'_>) {
    const N: u64 = 16;
    const ANSWER: u64 = 987;
    // One for each call of `fib` with 2 or more.
    const SUBMITTED: u64 = 1_596;

    fn fib(pool: &Arc<ThreadPoolExecutor>, n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let one_less = {
            let in_task = Arc::clone(pool);
            pool.submit(move || fib(&in_task, n - 1)).expect("the pool takes work")
        };
        let two_less = fib(pool, n - 2);
        one_less.result().expect("the task returns") + two_less
    }

    let pool = Arc::new(pool());
    group.throughput(Throughput::Elements(SUBMITTED));
    group.bench_function("nested", |bencher| {
        bencher.iter(|| assert_eq!(fib(&pool, N), ANSWER));
    });
}

fn process_pool() -> ProcessPoolExecutor {
    ProcessPoolExecutor::new(WORKERS).expect("two workers are a valid number")
}

fn identity(x: u64) -> u64 {
    x
}

/// As pingpong, with the task in another process.
fn process_pingpong(group: &mut Group<'_>) {
    let pool = process_pool();
    group.throughput(Throughput::Elements(1));
    let mut task = 0_u64;
    group.bench_function("process_pingpong", |bencher| {
        bencher.iter(|| {
            task += 1;
            let future = pool.submit(identity, task).expect("the pool takes work");
            assert_eq!(future.result().expect("the task returns"), task);
        });
    });
}

/// As map_chunked, with the tasks in other processes.
fn process_map_chunked(group: &mut Group<'_>) {
    let pool = process_pool();
    group.throughput(Throughput::Elements(TASKS));
    group.bench_function("process_map_chunked", |bencher| {
        bencher.iter(|| {
            let results = pool.map_builder().chunk_size(1_000).map(double, 0..TASKS);
            let results = results.expect("the chunk size is valid");
            let results = results.map(|result| result.expect("the task returns"));
            assert_eq!(results.sum::<u64>(), 2 * SUM);
        });
    });
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("futures");
    // Nine of them take about a minute.
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .sample_size(50);
    pingpong(&mut group);
    flood(&mut group);
    completed(&mut group);
    map(&mut group);
    map_chunked(&mut group);
    borrowed(&mut group);
    nested(&mut group);
    process_pingpong(&mut group);
    process_map_chunked(&mut group);
    group.finish();
}

criterion_group!(executor, benches);

/// What `criterion_main!` makes, behind the line that turns this program into a worker of its own pools.
fn main() {
    batteries::init();
    executor();
    Criterion::default().configure_from_args().final_summary();
}
