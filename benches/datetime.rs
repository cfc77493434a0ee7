//! The hot paths of `datetime`: what one of our own changes gains or loses.
//!
//! How the crate stands beside its peers is measured elsewhere, by the program in `benches/rivals`.

use std::fmt::Write;
use std::hint::black_box;

use batteries::datetime::TimeDelta;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

/// Time deltas of one iteration.
const DELTAS: u64 = 4_096;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Days, seconds and microseconds that fill their ranges, up to 27 years of either sign.
fn parts() -> Vec<(i64, i64, i64)> {
    // Steps of the golden ratio: no pattern that a branch predictor learns, the same on every run.
    let below = |n: u64, step: u64, end: u64| {
        let fraction = n * step * 0x9e37_79b9 % (1 << 32);
        ((fraction * end) >> 32) as i64
    };
    (1..=DELTAS)
        .map(|n| (below(n, 3, 20_000) - 10_000, below(n, 5, 86_400), below(n, 7, 1_000_000)))
        .collect()
}

fn deltas() -> Vec<TimeDelta> {
    parts().into_iter().map(|(d, s, us)| TimeDelta::new(d, s, us).expect("in range")).collect()
}

/// Times `run` over all of them; the check of what it returns is a part of the time, and a small one.
fn bench<T>(
    group: &mut Group<'_>,
    name: &str,
    mut run: impl FnMut() -> T,
    right: impl Fn(&T) -> bool,
) {
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let result = run();
            assert!(right(&result), "{name}");
            result
        });
    });
}

fn datetime(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("datetime");
    group.throughput(Throughput::Elements(DELTAS));
    let (parts, deltas) = (parts(), deltas());
    let first = deltas[0];
    let sum = deltas.iter().map(|&delta| (delta + first).total_seconds()).sum::<f64>();

    bench(
        &mut group,
        "new_add_total_seconds",
        || {
            let made = black_box(&parts).iter();
            made.map(|&(d, s, us)| {
                (TimeDelta::new(d, s, us).expect("in range") + first).total_seconds()
            })
            .sum::<f64>()
        },
        |&total| total == sum,
    );

    let texts: Vec<String> = deltas.iter().map(TimeDelta::to_string).collect();
    let whole = texts.concat();
    let mut text = String::with_capacity(whole.len());
    bench(
        &mut group,
        "display",
        || {
            text.clear();
            for delta in black_box(&deltas) {
                write!(text, "{delta}").expect("memory can be written to");
            }
            text.len()
        },
        |&length| length == whole.len(),
    );

    bench(
        &mut group,
        "parse",
        || black_box(&texts).iter().filter(|text| text.parse::<TimeDelta>().is_ok()).count(),
        |&read| read as u64 == DELTAS,
    );

    let total: TimeDelta = deltas.iter().sum();
    bench(&mut group, "sum", || black_box(&deltas).iter().sum::<TimeDelta>(), |&sum| sum == total);

    bench(
        &mut group,
        "scale",
        || black_box(&deltas).iter().map(|&delta| delta * 1.5 / 3.0 * 2).sum::<TimeDelta>(),
        |&sum| (sum - total).abs() < TimeDelta::from_milliseconds(50),
    );

    bench(
        &mut group,
        "builder",
        || {
            let made = black_box(&parts).iter();
            made.map(|&(d, s, us)| {
                let builder = TimeDelta::builder().days(d).seconds(s as f64 + 0.5).microseconds(us);
                builder.build().expect("in range")
            })
            .sum::<TimeDelta>()
        },
        |&sum| sum == total + TimeDelta::from_milliseconds(500) * DELTAS,
    );
    group.finish();
}

criterion_group!(benches, datetime);
criterion_main!(benches);
