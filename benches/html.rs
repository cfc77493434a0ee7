//! The hot paths of `html`: what one of our own changes gains or loses.
//!
//! How the crate stands beside its peers is measured elsewhere, by the program in `benches/rivals`.

use std::hint::black_box;
use std::time::Duration;

use batteries::html::{Escaped, entities, escape, escape_into, unescape};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

/// The bytes of a text, more or less.
const SIZE: usize = 256 * 1024;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Prose with markup in it: a special in about twenty bytes.
fn page() -> String {
    let part = "<p class=\"note\">Ham & eggs, 3 > 2</p> It was the best of times, it was the worst of times, it \
                was the age of 'wisdom', and so on.\n<a href='/search?q=html&lang=en'>more</a>";
    part.repeat(SIZE / part.len())
}

/// Measures `work` on `text`; `check` says what is right.
fn measure<T>(
    group: &mut Group<'_>,
    name: &str,
    text: &str,
    work: impl Fn(&str) -> T,
    check: impl Fn(&T) -> bool,
) {
    assert!(check(&work(text)), "{name}");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function(name, |bencher| bencher.iter(|| work(black_box(text))));
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("html");
    group
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .sample_size(50);

    let page = page();
    let plain = page.replace(['&', '<', '>', '"', '\''], ".");
    let dense = "<>&\"'".repeat(SIZE / 5);
    let short = "it's 32 bytes with one special. ";
    let escaped = escape(&page).into_owned();
    let names: String = entities::HTML5.iter().map(|(name, _)| format!("&{name} ")).collect();
    let texts: String = entities::HTML5.iter().map(|(_, text)| format!("{text} ")).collect();

    measure(&mut group, "escape_plain", &plain, |text| escape(text).len(), |&n| n == plain.len());
    measure(&mut group, "escape_typical", &page, escape_len, |&n| n == escaped.len());
    measure(&mut group, "escape_dense", &dense, escape_len, |&n| n == dense.len() / 5 * 25);
    measure(&mut group, "escape_short", short, escape_len, |&n| n == 37);
    // Into memory that is there: the writing alone.
    let mut memory = String::with_capacity(2 * page.len());
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("escape_into", |bencher| {
        bencher.iter(|| {
            memory.clear();
            escape_into(&mut memory, black_box(&page));
            assert_eq!(memory.len(), escaped.len());
        });
    });
    let display = |text: &str| format!("{}", Escaped::new(text)).len();
    measure(&mut group, "escape_display", &page, display, |&n| n == escaped.len());
    measure(&mut group, "unescape_plain", &plain, unescape_len, |&n| n == plain.len());
    measure(&mut group, "unescape_typical", &escaped, unescape_len, |&n| n == page.len());
    measure(&mut group, "unescape_dense", &names, unescape_len, |&n| n == texts.len());
    group.finish();
}

fn escape_len(text: &str) -> usize {
    escape(text).len()
}

fn unescape_len(text: &str) -> usize {
    unescape(text).len()
}

criterion_group!(html, benches);
criterion_main!(html);
