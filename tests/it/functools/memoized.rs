//! `Memoized`: the cache around a closure.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use batteries::functools::Memoized;

use super::attribute::check_info;

#[test]
fn a_closure_is_called_once_for_a_key() {
    let calls = Cell::new(0);
    let length = Memoized::new(2, |text: &String| {
        calls.set(calls.get() + 1);
        text.len()
    });
    for text in ["a", "bc", "a", "bc", "def", "a"] {
        assert_eq!(length.call(text), text.len());
    }
    assert_eq!(calls.get(), 4);
    check_info(length.cache_info(), (2, 4, Some(2), 2));
    assert!(length.cache_contains("def") && !length.cache_contains("bc"));
    assert!(length.cache_remove("def") && !length.cache_remove("def"));
    assert_eq!((length.wrapped())(&"ghij".to_owned()), 4);
    length.cache_clear();
    check_info(length.cache_info(), (0, 0, Some(2), 0));
    assert_eq!(length.cache_parameters().to_string(), "{'maxsize': 2, 'typed': False}");
}

#[test]
fn sizes_are_numbers_options_and_none() {
    let sizes = [
        Memoized::new(7, u64::clone as fn(&u64) -> u64).cache_parameters().maxsize,
        Memoized::new(Some(7), u64::clone as fn(&u64) -> u64).cache_parameters().maxsize,
        Memoized::new(None, u64::clone as fn(&u64) -> u64).cache_parameters().maxsize,
        Memoized::new(0, u64::clone as fn(&u64) -> u64).cache_parameters().maxsize,
    ];
    assert_eq!(sizes, [Some(7), Some(7), None, Some(0)]);
}

#[test]
fn a_recursive_closure_goes_through_its_cache() {
    for maxsize in [None, Some(3), Some(0)] {
        let n = if maxsize == Some(0) { 15 } else { 60 };
        let fib =
            Memoized::recursive(
                maxsize,
                |fib, &n: &u64| {
                    if n < 2 { n } else { fib(&(n - 1)) + fib(&(n - 2)) }
                },
            );
        let mut expected = (0, 1);
        (0..n).for_each(|_| expected = (expected.1, expected.0 + expected.1));
        assert_eq!(fib.call(&n), expected.0);
    }
}

#[test]
fn threads_share_it() {
    let square = Arc::new(Memoized::new(None, |n: &u64| n * n));
    let threads = [1, 2].map(|_| {
        let square = Arc::clone(&square);
        thread::spawn(move || (0..1000).map(|n| square.call(&(n % 10))).sum::<u64>())
    });
    for thread in threads {
        assert_eq!(thread.join().unwrap(), 28_500);
    }
    let info = square.cache_info();
    assert_eq!((info.hits + info.misses, info.currsize), (2000, 10));
}

#[test]
fn a_panic_stores_nothing() {
    let fail = Cell::new(true);
    let fragile = Memoized::new(8, |n: &u8| {
        assert!(!fail.get(), "on purpose");
        *n
    });
    assert!(catch_unwind(AssertUnwindSafe(|| fragile.call(&1))).is_err());
    check_info(fragile.cache_info(), (0, 1, Some(8), 0));
    fail.set(false);
    assert_eq!(fragile.call(&1), 1);
    assert!(format!("{fragile:?}").starts_with("Memoized { cache_info: CacheInfo { hits: 0"));
}
