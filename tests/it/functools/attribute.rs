//! What the attributes accept, and what becomes of it.

use std::path::Path;

use batteries::functools::{CacheInfo, cache, lru_cache};

/// Infos as CPython prints them in tuples.
#[track_caller]
pub(super) fn check_info(info: CacheInfo, expected: (u64, u64, Option<usize>, usize)) {
    assert_eq!((info.hits, info.misses, info.maxsize, info.currsize), expected);
}

#[test]
fn fibonacci_counts_as_in_python() {
    #[lru_cache(maxsize = 256)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(90), 2_880_067_194_370_816_120);
    assert_eq!(
        fib::cache_info().to_string(),
        "CacheInfo(hits=88, misses=91, maxsize=256, currsize=91)"
    );
    assert_eq!(fib::cache_parameters().to_string(), "{'maxsize': 256, 'typed': False}");
    assert!(fib::cache_contains(90));
    assert!(fib::cache_remove(90));
    assert!(!fib::cache_remove(90));
    assert!(!fib::cache_contains(90));
    check_info(fib::cache_info(), (88, 91, Some(256), 90));
    assert_eq!(fib::__wrapped__(90), 2_880_067_194_370_816_120);
    check_info(fib::cache_info(), (90, 91, Some(256), 90));
    fib::cache_clear();
    check_info(fib::cache_info(), (0, 0, Some(256), 0));
    let as_function: fn(u64) -> u64 = fib;
    assert_eq!([3, 4].map(as_function), [2, 3]);
}

#[test]
fn sizes_are_written_in_all_ways() {
    const SIZE: usize = 7;
    #[lru_cache]
    fn bare(n: u8) -> u8 {
        n
    }
    #[lru_cache()]
    fn empty(n: u8) -> u8 {
        n
    }
    #[lru_cache(maxsize = None)]
    fn unbounded(n: u8) -> u8 {
        n
    }
    #[cache]
    fn all(n: u8) -> u8 {
        n
    }
    #[lru_cache(maxsize = 0)]
    fn nothing(n: u8) -> u8 {
        n
    }
    #[lru_cache(maxsize = -10)]
    fn negative(n: u8) -> u8 {
        n
    }
    #[lru_cache(maxsize = Some(3), typed = true)]
    fn some(n: u8) -> u8 {
        n
    }
    #[lru_cache(maxsize = SIZE * 2,)]
    fn computed(n: u8) -> u8 {
        n
    }
    for _ in 0..2 {
        for n in 0..4 {
            let sum = [bare, empty, unbounded, all, nothing, negative, some, computed]
                .iter()
                .map(|f| u32::from(f(n)))
                .sum::<u32>();
            assert_eq!(sum, 8 * u32::from(n));
        }
    }
    check_info(bare::cache_info(), (4, 4, Some(128), 4));
    check_info(empty::cache_info(), (4, 4, Some(128), 4));
    check_info(unbounded::cache_info(), (4, 4, None, 4));
    check_info(all::cache_info(), (4, 4, None, 4));
    check_info(nothing::cache_info(), (0, 8, Some(0), 0));
    check_info(negative::cache_info(), (0, 8, Some(0), 0));
    check_info(some::cache_info(), (0, 8, Some(3), 3));
    check_info(computed::cache_info(), (4, 4, Some(14), 4));
    assert_eq!(some::cache_parameters().to_string(), "{'maxsize': 3, 'typed': True}");
    assert_eq!(all::cache_parameters().to_string(), "{'maxsize': None, 'typed': False}");
}

#[test]
fn references_are_looked_up_as_they_are() {
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    struct Point(i32, i32);

    type Pair<'a> = (&'a str, u32);

    #[cache]
    fn text(s: &str) -> usize {
        s.len()
    }
    #[cache]
    fn bytes(s: &[u8], more: &&str) -> usize {
        s.len() + more.len()
    }
    #[cache]
    fn path<'a>(p: &'a Path, point: &'a Point) -> String {
        format!("{} {}", p.display(), point.0 + point.1)
    }
    #[cache]
    fn pair((name, n): (&str, u32), other: Option<&str>) -> String {
        format!("{name}{n}{}", other.unwrap_or("-"))
    }
    #[cache]
    fn deep(x: Option<(&str, Option<&[u8]>)>, _: ()) -> usize {
        x.map_or(0, |(a, b)| a.len() + b.map_or(0, <[u8]>::len))
    }
    #[cache]
    fn forever(name: &'static str, mut n: u8) -> &'static str {
        n += 1;
        &name[usize::from(n)..]
    }
    #[cache(key = (pair.0.to_owned(), pair.1))]
    fn aliased(pair: Pair<'_>) -> usize {
        pair.0.len()
    }

    for _ in 0..2 {
        assert_eq!(text("abc"), 3);
        assert_eq!(bytes(b"abc", &"d"), 4);
        assert_eq!(path(Path::new("/tmp"), &Point(1, 2)), "/tmp 3");
        assert_eq!(pair(("a", 1), Some("b")), "a1b");
        assert_eq!(pair(("a", 1), None), "a1-");
        assert_eq!(deep(Some(("ab", Some(b"c"))), ()), 3);
        assert_eq!(deep(Some(("ab", None)), ()), 2);
        assert_eq!(deep(None, ()), 0);
        assert_eq!(forever("abc", 0), "bc");
        assert_eq!(aliased(("abc", 1)), 3);
    }
    check_info(text::cache_info(), (1, 1, None, 1));
    check_info(bytes::cache_info(), (1, 1, None, 1));
    check_info(path::cache_info(), (1, 1, None, 1));
    check_info(pair::cache_info(), (2, 2, None, 2));
    check_info(deep::cache_info(), (3, 3, None, 3));
    check_info(forever::cache_info(), (1, 1, None, 1));
    check_info(aliased::cache_info(), (1, 1, None, 1));
    assert!(pair::cache_contains(("a", 1), Some("b")));
    assert!(!pair::cache_contains(("a", 2), Some("b")));
    assert!(aliased::cache_remove(("abc", 1)));
}

#[test]
fn errors_are_not_kept_under_any_name_and_none_is() {
    type Outcome<T> = Result<T, String>;

    #[cache]
    fn parse(s: &str) -> Outcome<u8> {
        s.parse::<u8>().map_err(|error| error.to_string())
    }
    #[cache(cache_err = true)]
    fn keep(s: &str) -> Outcome<u8> {
        s.parse::<u8>().map_err(|error| error.to_string())
    }
    #[cache]
    fn find(s: &str) -> Option<usize> {
        s.find('x')
    }
    for _ in 0..2 {
        assert!(parse("many").is_err());
        assert_eq!(parse("7"), Ok(7));
        assert!(keep("many").is_err());
        assert_eq!(find("abc"), None);
    }
    check_info(parse::cache_info(), (1, 3, None, 1));
    check_info(keep::cache_info(), (1, 1, None, 1));
    check_info(find::cache_info(), (1, 1, None, 1));
}
