//! `lru_trace.json`: what `functools.lru_cache` hits, keeps and counts, over traces of random calls. The file's `doc` is its format.
//!
//! Each trace is run in every way that a function can be cached in: by the attribute, its argument looked up as a number and as a
//! borrowed text, failing with an error and with a panic, in single flight; around a closure; and by an `LruCache` in hand.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};

use batteries::functools::CacheInfo;
use serde_json::Value;

use super::harness::Run;
use super::report::{Outcome, Report};

pub(crate) const RUN: Option<Run> = Some(run);

const CLEAR: i64 = -1;
const FAIL: i64 = -2;
const FAIL_FIRST: i64 = -3;
const INFO: i64 = -4;

/// A cached function.
#[derive(Clone, Copy)]
struct Cached {
    call: fn(u32) -> Result<u32, Failed>,
    clear: fn(),
    info: fn() -> CacheInfo,
}

/// What a failing body ends with.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Failed;

/// A trace: what is to be done.
struct Trace {
    depth: usize,
    bodies: HashMap<u32, Vec<i64>>,
    ops: Vec<i64>,
}

/// What was done so far.
#[derive(Debug, Default, PartialEq)]
struct Record {
    hits: String,
    outcomes: Vec<u32>,
    infos: Vec<CacheInfo>,
}

/// The trace that is being run.
struct Running {
    cached: Cached,
    depth: usize,
    bodies: HashMap<u32, Vec<i64>>,
    record: Record,
    level: usize,
    serial: u32,
    runs: HashMap<u32, u32>,
}

thread_local! {
    // Bodies are functions without a place for it.
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

fn running<R>(work: impl FnOnce(&mut Running) -> R) -> R {
    RUNNING.with_borrow_mut(|running| work(running.as_mut().expect("a trace is being run")))
}

fn call(key: u32) -> u32 {
    let cached = running(|running| {
        running.record.hits.push('1');
        running.level += 1;
        running.cached
    });
    let outcome = (cached.call)(key);
    running(|running| running.level -= 1);
    outcome.unwrap_or(0)
}

/// What every cached function computes.
fn body(key: u32) -> Result<u32, Failed> {
    let (cached, serial, run, steps) = running(|running| {
        // Nothing was called since the call that runs this body.
        running.record.hits.pop();
        running.record.hits.push('0');
        running.serial += 1;
        let run = running.runs.entry(key).or_default();
        *run += 1;
        let steps = running.bodies.get(&key).filter(|_| running.level <= running.depth);
        (running.cached, running.serial, *run, steps.cloned().unwrap_or_default())
    });
    for step in steps {
        match step {
            CLEAR => (cached.clear)(),
            FAIL => return Err(Failed),
            FAIL_FIRST if run % 2 == 1 => return Err(Failed),
            FAIL_FIRST => {}
            other => _ = call(key_of(other)),
        }
    }
    Ok(serial)
}

/// Makes the panic of a failing body an error.
fn caught(call: impl FnOnce() -> u32) -> Result<u32, Failed> {
    panic::catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        // Any other panic is one of the test's own.
        payload.downcast().map_or_else(|payload| panic::resume_unwind(payload), |failed| *failed)
    })
}

/// Runs a trace on a function with an empty cache.
fn record(trace: Trace, cached: Cached) -> Record {
    (cached.clear)();
    let Trace { depth, bodies, ops } = trace;
    let (record, runs) = (Record::default(), HashMap::new());
    let running_now = Running { cached, depth, bodies, record, level: 0, serial: 0, runs };
    RUNNING.set(Some(running_now));
    for op in ops {
        match op {
            CLEAR => (cached.clear)(),
            INFO => {
                let info = (cached.info)();
                running(|running| running.record.infos.push(info));
            }
            key => {
                let outcome = call(key_of(key));
                running(|running| running.record.outcomes.push(outcome));
            }
        }
    }
    RUNNING.take().expect("it was being run").record
}

fn run(vectors: &Value) -> Report {
    let mut report = Report::default();
    for (number, trace) in list(&vectors["traces"]).iter().enumerate() {
        let maxsize = trace["maxsize"].as_u64().map(|maxsize| maxsize as usize);
        for &(way, cached) in ways(maxsize) {
            let name = format!("trace {number}, maxsize {maxsize:?}, {way}");
            report.case(name, || compare(trace, cached));
        }
    }
    report
}

/// Compares piece by piece: the first difference is what one wants to see of a thousand calls.
fn compare(trace: &Value, cached: Cached) -> Outcome {
    let got = record(read(trace), cached);
    let hits = trace["hits"].as_str().expect("a text");
    let outcomes: Vec<_> = list(&trace["outcomes"]).iter().map(|n| key_of(integer(n))).collect();
    let infos: Vec<_> = list(&trace["infos"]).iter().map(info).collect();
    if let Some(at) = (0..hits.len()).find(|&at| hits.get(at..=at) != got.hits.get(at..=at)) {
        let seen = |hits: &str| hits.get(at.saturating_sub(30)..=at).map(str::to_owned);
        return Outcome::compare(&("hits to", at, seen(hits)), &("hits to", at, seen(&got.hits)));
    }
    let got_infos = got.infos.iter().map(ToString::to_string).collect();
    match Outcome::compare(&(hits.len(), infos), &(got.hits.len(), got_infos)) {
        Outcome::Passed => Outcome::compare(&outcomes, &got.outcomes),
        different => different,
    }
}

fn read(trace: &Value) -> Trace {
    let bodies = trace["bodies"].as_object().expect("steps by key").iter();
    Trace {
        depth: key_of(integer(&trace["depth"])) as usize,
        bodies: bodies.map(|(key, steps)| (key.parse().expect("a key"), integers(steps))).collect(),
        ops: integers(&trace["ops"]),
    }
}

/// What CPython would print.
fn info(value: &Value) -> String {
    let [hits, misses, maxsize, currsize] = &**list(value) else { panic!("no info: {value}") };
    let maxsize = if maxsize.is_null() { "None".to_owned() } else { maxsize.to_string() };
    format!("CacheInfo(hits={hits}, misses={misses}, maxsize={maxsize}, currsize={currsize})")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn integer(value: &Value) -> i64 {
    value.as_i64().expect("an integer")
}

fn integers(value: &Value) -> Vec<i64> {
    list(value).iter().map(integer).collect()
}

fn key_of(step: i64) -> u32 {
    step.try_into().unwrap_or_else(|_| panic!("{step} is no key"))
}

/// All ways to cache a function with the given limit.
fn ways(maxsize: Option<usize>) -> &'static [(&'static str, Cached)] {
    match maxsize {
        Some(0) => &nothing::WAYS,
        Some(1) => &one::WAYS,
        Some(2) => &two::WAYS,
        Some(3) => &three::WAYS,
        Some(8) => &eight::WAYS,
        Some(64) => &many::WAYS,
        Some(1000) => &thousand::WAYS,
        None => &everything::WAYS,
        Some(maxsize) => panic!("no function is cached with maxsize={maxsize}"),
    }
}

/// A module of functions that are cached with one limit: as the attribute takes it, and as the others do.
macro_rules! cached {
    ($name:ident, $attribute:tt, $maxsize:expr) => {
        mod $name {
            use std::panic;
            use std::sync::LazyLock;

            use batteries::functools::{LruCache, Memoized, lru_cache};

            use super::{Cached, Failed, body, caught};

            #[lru_cache(maxsize = $attribute)]
            fn by_number(key: u32) -> Result<u32, Failed> {
                body(key)
            }

            #[lru_cache(maxsize = $attribute)]
            fn by_text(key: &str) -> Result<u32, Failed> {
                body(key.parse().expect("a key"))
            }

            #[lru_cache(maxsize = $attribute)]
            fn panicking(key: u32) -> u32 {
                // No panic hook: there is nothing to be seen by anybody.
                body(key).unwrap_or_else(|failed| panic::resume_unwind(Box::new(failed)))
            }

            #[lru_cache(maxsize = $attribute, single_flight)]
            fn in_flight(key: u32) -> Result<u32, Failed> {
                body(key)
            }

            static IN_HAND: LazyLock<LruCache<u32, u32>> =
                LazyLock::new(|| LruCache::new($maxsize));

            type Function = fn(&u32) -> u32;

            static CLOSURE: LazyLock<Memoized<Function, u32, u32>> =
                LazyLock::new(|| Memoized::new($maxsize, |&key| panicking::__wrapped__(key)));

            pub(super) const WAYS: [(&str, Cached); 6] = [
                (
                    "a number",
                    Cached {
                        call: by_number,
                        clear: by_number::cache_clear,
                        info: by_number::cache_info,
                    },
                ),
                (
                    "a text",
                    Cached {
                        call: |key| by_text(&key.to_string()),
                        clear: by_text::cache_clear,
                        info: by_text::cache_info,
                    },
                ),
                (
                    "a panic",
                    Cached {
                        call: |key| caught(|| panicking(key)),
                        clear: panicking::cache_clear,
                        info: panicking::cache_info,
                    },
                ),
                (
                    "single flight",
                    Cached {
                        call: in_flight,
                        clear: in_flight::cache_clear,
                        info: in_flight::cache_info,
                    },
                ),
                (
                    "a closure",
                    Cached {
                        call: |key| caught(|| CLOSURE.call(&key)),
                        clear: || CLOSURE.cache_clear(),
                        info: || CLOSURE.cache_info(),
                    },
                ),
                (
                    "an LruCache in hand",
                    Cached {
                        call: |key| IN_HAND.get_or_try_insert_with(&key, |&key| body(key)),
                        clear: || IN_HAND.clear(),
                        info: || IN_HAND.cache_info(),
                    },
                ),
            ];
        }
    };
}

cached!(nothing, 0, Some(0));
cached!(one, 1, Some(1));
cached!(two, 2, Some(2));
cached!(three, 3, Some(3));
cached!(eight, 8, Some(8));
cached!(many, 64, Some(64));
cached!(thousand, 1000, Some(1000));
cached!(everything, None, None);
