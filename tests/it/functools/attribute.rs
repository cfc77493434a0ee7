//! What the attributes accept, and what becomes of it.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::Hash;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use batteries::functools::{CacheInfo, F64Key, LruCache, cache, lru_cache};

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

/// As those of files and databases.
#[derive(Debug)]
struct NoClone;

#[test]
fn an_error_that_is_not_kept_needs_no_clone() {
    #[lru_cache]
    fn read(n: u8) -> Result<u8, NoClone> {
        if n == 0 { Err(NoClone) } else { Ok(n) }
    }
    #[lru_cache(single_flight)]
    fn flight(n: u8) -> Result<u8, NoClone> {
        if n == 0 { Err(NoClone) } else { Ok(n) }
    }
    for _ in 0..2 {
        assert!(read(0).is_err() && flight(0).is_err());
        assert_eq!((read(1).unwrap(), flight(1).unwrap()), (1, 1));
    }
    check_info(read::cache_info(), (1, 3, Some(128), 1));
    check_info(flight::cache_info(), (1, 3, Some(128), 1));
    // Also when others wait: who waits for an error that cannot be shared asks itself.
    flight::cache_clear();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                (0..500).for_each(|n| assert_eq!(flight(n as u8 % 2).is_ok(), n % 2 == 1));
            });
        }
    });
    let info = flight::cache_info();
    assert_eq!((info.hits + info.misses, info.currsize), (1000, 1));
    assert!(info.misses >= 501);
}

#[test]
fn each_set_of_types_has_its_own_cache() {
    trait Shape {
        const SIDES: u32;
    }
    struct Triangle;
    struct Square;
    impl Shape for Triangle {
        const SIDES: u32 = 3;
    }
    impl Shape for Square {
        const SIDES: u32 = 4;
    }

    #[lru_cache(maxsize = 2)]
    fn show<T: Debug + Clone + Eq + Hash + Send + 'static>(x: T) -> String {
        format!("{x:?}")
    }
    #[lru_cache]
    fn sides<T, const N: usize>(times: u32) -> u32
    where
        T: Shape + 'static,
    {
        T::SIDES * times + N as u32
    }
    #[lru_cache]
    fn longest<'a, T>(one: &'a [T], other: &'a str) -> usize
    where
        T: Clone + Eq + Hash + Send + 'static,
        'static: 'a,
    {
        one.len().max(other.len())
    }

    for _ in 0..2 {
        assert_eq!(show(3_u8), "3");
        assert_eq!(show(3_u64), "3");
        assert_eq!(show("3"), "\"3\"");
        assert_eq!(sides::<Triangle, 1>(2), 7);
        assert_eq!(sides::<Square, 1>(2), 9);
        assert_eq!(sides::<Square, 2>(2), 10);
        assert_eq!(longest(&[1, 2, 3], "ab"), 3);
        assert_eq!(longest(&['a'], "ab"), 2);
    }
    check_info(show::<u8>::cache_info(), (1, 1, Some(2), 1));
    check_info(show::<u64>::cache_info(), (1, 1, Some(2), 1));
    check_info(show::<i8>::cache_info(), (0, 0, Some(2), 0));
    check_info(sides::<Triangle, 1>::cache_info(), (1, 1, Some(128), 1));
    check_info(sides::<Square, 2>::cache_info(), (1, 1, Some(128), 1));
    check_info(longest::<i32>::cache_info(), (1, 1, Some(128), 1));
    show::<u8>::cache_clear();
    check_info(show::<u8>::cache_info(), (0, 0, Some(2), 0));
    check_info(show::<u64>::cache_info(), (1, 1, Some(2), 1));
    assert_eq!(show::<u8>::__wrapped__(3), "3");
    assert!(show::<u64>::cache_contains(3));
}

#[test]
fn what_does_not_matter_is_ignored_and_what_does_is_the_key() {
    struct Connection<'a>(&'a mut Vec<String>);

    #[cache(ignore(connection, log, scale))]
    fn load(
        connection: &mut Connection<'_>,
        id: u32,
        log: &dyn Fn(&str),
        scale: impl Into<f64>,
    ) -> String {
        log("loading");
        connection.0.push(format!("{id}"));
        format!("user {id} at {}", scale.into())
    }
    #[cache(key = F64Key(x))]
    fn square(x: f64) -> f64 {
        x * x
    }
    #[cache(key = name.to_lowercase())]
    fn shout(name: &str) -> String {
        name.to_uppercase()
    }

    let mut queries = Vec::new();
    let logged = Cell::new(0);
    let log = |_: &str| logged.set(logged.get() + 1);
    for _ in 0..3 {
        let mut connection = Connection(&mut queries);
        assert_eq!(load(&mut connection, 7, &log, 1_u8), "user 7 at 1");
    }
    assert_eq!((queries.len(), logged.get()), (1, 1));
    assert!(load::cache_contains(7));
    assert!(!load::cache_contains(8));

    check_info(square::cache_info(), (0, 0, None, 0));
    square::cache_clear();
    for x in [0.0, -0.0, f64::NAN, -f64::NAN, 1.5, 1.5] {
        let _ = square(x);
    }
    check_info(square::cache_info(), (3, 3, None, 3));
    assert!(square::cache_contains(1.5));
    square::cache_clear();
    check_info(square::cache_info(), (0, 0, None, 0));

    assert_eq!(shout("Eric"), "ERIC");
    assert_eq!(shout("ERIC"), "ERIC");
    check_info(shout::cache_info(), (1, 1, None, 1));
}

/// What several instances have: their own caches, one together, or one by what they are.
struct Model {
    id: u32,
    calls: AtomicU32,
    predictions: LruCache<String, usize>,
    sums: LruCache<(String, u32), usize>,
}

impl Model {
    fn new(id: u32) -> Self {
        Self {
            id,
            calls: AtomicU32::new(0),
            predictions: LruCache::default(),
            sums: LruCache::new(Some(8)),
        }
    }

    #[lru_cache(maxsize = 2, field = predictions)]
    fn predict(&self, text: &str) -> usize {
        self.calls.fetch_add(1, Ordering::Relaxed);
        text.len() * self.id as usize
    }

    /// Adds.
    #[lru_cache(field = sums)]
    pub(crate) fn sum(&self, text: &str, more: u32) -> usize {
        self.predict(text) + more as usize
    }

    #[lru_cache(shared)]
    fn vowels(&self, text: &str) -> usize {
        self.calls.fetch_add(1, Ordering::Relaxed);
        text.matches(['a', 'e', 'i', 'o', 'u']).count()
    }

    #[lru_cache(key = (self.id, n))]
    fn power(&self, n: u32) -> u32 {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.id.pow(n)
    }

    #[lru_cache(assoc)]
    fn default_id(name: &str) -> Option<u32> {
        name.parse().ok()
    }

    #[lru_cache(assoc)]
    fn make(id: u32) -> Arc<Self> {
        Arc::new(Self::new(id))
    }
}

#[test]
fn methods_have_the_cache_that_they_ask_for() {
    let (one, two) = (Model::new(1), Model::new(2));
    for _ in 0..2 {
        assert_eq!((one.predict("abc"), two.predict("abc")), (3, 6));
        assert_eq!((one.sum("abc", 1), two.sum("abc", 1)), (4, 7));
        assert_eq!((one.vowels("aeon"), two.vowels("aeon")), (3, 3));
        assert_eq!((one.power(3), two.power(3)), (1, 8));
        assert_eq!(Model::default_id("7"), Some(7));
        assert!(Arc::ptr_eq(&Model::make(3), &Model::make(3)));
    }
    assert_eq!(one.calls.load(Ordering::Relaxed), 3);
    assert_eq!(two.calls.load(Ordering::Relaxed), 2);
    check_info(one.predict_cache_info(), (2, 1, Some(2), 1));
    check_info(one.sum_cache_info(), (1, 1, Some(8), 1));
    check_info(Model::vowels_cache_info(), (3, 1, Some(128), 1));
    check_info(Model::power_cache_info(), (2, 2, Some(128), 2));
    check_info(Model::default_id_cache_info(), (1, 1, Some(128), 1));
    assert!(one.predict_cache_contains("abc"));
    assert!(one.predict_cache_remove("abc"));
    assert!(!one.predict_cache_contains("abc"));
    assert!(two.predict_cache_contains("abc"));
    assert_eq!(one.predict_cache_parameters().maxsize, Some(2));
    assert_eq!(one.sum_cache_parameters().maxsize, Some(8));
    assert!(one.power_cache_contains(3));
    assert!(Model::vowels_cache_contains("aeon"));
    assert_eq!(one.predict_uncached("abc"), 3);
    // The field's keys are what one would write oneself.
    assert_eq!(two.predictions.get("abc"), Some(6));
    two.predict_cache_clear();
    check_info(two.predict_cache_info(), (0, 0, Some(2), 0));
    Model::power_cache_clear();
    check_info(Model::power_cache_info(), (0, 0, Some(128), 0));
}

#[test]
fn generic_types_share_nothing_that_they_should_not() {
    struct Wrapper<T>(std::marker::PhantomData<T>);
    impl<T: Default + Debug + 'static> Wrapper<T> {
        #[lru_cache(assoc)]
        fn name(times: usize) -> String {
            format!("{:?}", T::default()).repeat(times)
        }
        #[lru_cache(shared)]
        fn with<U: Default + Debug + 'static, const N: usize>(&self, times: usize) -> String {
            format!("{:?}{:?}{N}", T::default(), U::default()).repeat(times)
        }
    }
    for _ in 0..2 {
        assert_eq!(Wrapper::<u8>::name(2), "00");
        assert_eq!(Wrapper::<bool>::name(1), "false");
        let wrapper = Wrapper::<u8>(std::marker::PhantomData);
        assert_eq!(wrapper.with::<u8, 1>(1), "001");
        assert_eq!(wrapper.with::<u8, 2>(1), "002");
        assert_eq!(wrapper.with::<bool, 2>(1), "0false2");
    }
    check_info(Wrapper::<u8>::name_cache_info(), (1, 1, Some(128), 1));
    check_info(Wrapper::<u8>::with_cache_info::<u8, 1>(), (1, 1, Some(128), 1));
}

#[test]
fn local_caches_are_each_threads_own() {
    #[lru_cache(local)]
    fn length(s: Rc<str>) -> Rc<usize> {
        Rc::new(s.len())
    }
    #[lru_cache(local, key = F64Key(x))]
    fn half(x: f64) -> f64 {
        x / 2.0
    }
    #[lru_cache(local, maxsize = None)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    let run = || {
        let text: Rc<str> = Rc::from("abc");
        assert!(Rc::ptr_eq(&length(Rc::clone(&text)), &length(text)));
        assert_eq!((half(3.0), half(3.0)), (1.5, 1.5));
        assert_eq!(fib(50), 12_586_269_025);
        check_info(length::cache_info(), (1, 1, Some(128), 1));
        check_info(half::cache_info(), (1, 1, Some(128), 1));
        check_info(fib::cache_info(), (48, 51, None, 51));
    };
    run();
    thread::scope(|scope| scope.spawn(run).join().unwrap());
    fib::cache_clear();
    half::cache_clear();
    check_info(fib::cache_info(), (0, 0, None, 0));
    check_info(half::cache_info(), (0, 0, Some(128), 0));
}

#[test]
fn a_thread_that_ends_computes_without_its_cache() {
    #[derive(Clone)]
    struct OnDrop;
    impl Drop for OnDrop {
        fn drop(&mut self) {
            assert_eq!(double(4), 8);
        }
    }
    #[lru_cache(local)]
    fn keep(_n: u8) -> OnDrop {
        OnDrop
    }
    #[lru_cache(local)]
    fn double(n: u8) -> u8 {
        n * 2
    }
    thread::scope(|scope| {
        scope
            .spawn(|| {
                assert_eq!(double(4), 8);
                drop(keep(1));
            })
            .join()
            .unwrap();
    });
}

#[test]
fn results_grow_old() {
    static NOW: AtomicU64 = AtomicU64::new(1_000);
    fn clock() -> Duration {
        Duration::from_millis(NOW.load(Ordering::Relaxed))
    }
    #[lru_cache(maxsize = 2, ttl = Duration::from_secs(60), clock = clock)]
    fn bounded(n: u8) -> u8 {
        n
    }
    #[cache(ttl = Duration::from_secs(60), clock = clock)]
    fn unbounded(n: u8) -> u8 {
        n
    }
    #[lru_cache(ttl = Duration::from_secs(3600))]
    fn on_the_machines_clock(n: u8) -> u8 {
        n
    }
    for n in [1, 2, 1] {
        bounded(n);
        unbounded(n);
        on_the_machines_clock(n);
    }
    check_info(on_the_machines_clock::cache_info(), (1, 2, Some(128), 2));
    NOW.fetch_add(59_999, Ordering::Relaxed);
    assert!(bounded::cache_contains(1) && unbounded::cache_contains(1));
    assert_eq!((bounded(2), unbounded(2)), (2, 2));
    check_info(bounded::cache_info(), (2, 2, Some(2), 2));
    NOW.fetch_add(1, Ordering::Relaxed);
    assert!(!bounded::cache_contains(1) && !unbounded::cache_contains(1));
    check_info(bounded::cache_info(), (2, 2, Some(2), 2));
    assert_eq!((bounded(1), unbounded(1)), (1, 1));
    check_info(bounded::cache_info(), (2, 3, Some(2), 2));
    check_info(unbounded::cache_info(), (2, 3, None, 2));
    NOW.fetch_add(59_999, Ordering::Relaxed);
    // It counts from when it was computed anew; the other one is gone.
    assert_eq!((bounded(1), unbounded(1), bounded(2), unbounded(2)), (1, 1, 2, 2));
    check_info(bounded::cache_info(), (3, 4, Some(2), 2));
    check_info(unbounded::cache_info(), (3, 4, None, 2));
}

mod elsewhere {
    //! Visibility, attributes and documentation.
    #![deny(missing_docs, unreachable_pub)]

    use super::*;

    /// Adds one.
    #[lru_cache]
    #[must_use = "it is all that it does"]
    pub(crate) fn increment(n: u32) -> u32 {
        n + 1
    }

    #[cfg(any())]
    #[lru_cache]
    fn increment(n: u32) -> u32 {
        n + 2
    }

    #[lru_cache(companion = Words)]
    #[expect(clippy::needless_pass_by_value, reason = "the argument is a test")]
    pub(crate) fn words(text: String) -> usize {
        text.split_whitespace().count()
    }

    pub(crate) mod words {}
}

#[test]
fn attributes_and_visibility_stay() {
    use elsewhere::increment as plus_one;
    assert_eq!(plus_one(1), 2);
    assert_eq!(elsewhere::increment(1), 2);
    check_info(plus_one::cache_info(), (1, 1, Some(128), 1));
    assert_eq!(elsewhere::words("a b".to_owned()), 2);
    check_info(elsewhere::Words::cache_info(), (0, 1, Some(128), 1));
}

#[test]
fn arguments_may_have_any_name() {
    #[lru_cache]
    fn mix(key: u8, memo: &str, hash: u8, value: Option<&str>, state: u8, stored: u8) -> usize {
        usize::from(key + hash + state + stored) + memo.len() + value.map_or(0, str::len)
    }
    #[lru_cache]
    fn left(left: &str, right: u8, part: Option<&str>) -> usize {
        left.len() + usize::from(right) + part.map_or(0, str::len)
    }
    for _ in 0..2 {
        assert_eq!(mix(1, "a", 2, Some("bc"), 3, 4), 13);
        assert_eq!(left("a", 1, Some("b")), 3);
    }
    check_info(mix::cache_info(), (1, 1, Some(128), 1));
    check_info(left::cache_info(), (1, 1, Some(128), 1));
}

#[test]
fn a_question_mark_and_a_return_leave_the_function_only() {
    #[lru_cache]
    fn half(text: &str) -> Result<u32, std::num::ParseIntError> {
        let n: u32 = text.parse()?;
        if n % 2 == 1 {
            return Ok(0);
        }
        Ok(n / 2)
    }
    assert_eq!((half("8"), half("8"), half("7"), half("7")), (Ok(4), Ok(4), Ok(0), Ok(0)));
    assert!(half("x").is_err());
    check_info(half::cache_info(), (2, 3, Some(128), 2));
}

#[test]
fn async_functions_are_cached_by_what_they_come_to() {
    #[lru_cache]
    async fn load(name: &str, n: u32) -> Result<String, String> {
        std::future::ready(()).await;
        if n == 0 { Err(name.to_owned()) } else { Ok(name.repeat(n as usize)) }
    }
    #[lru_cache(local)]
    async fn here(n: u32) -> u32 {
        std::future::ready(n).await
    }
    struct Client {
        answers: LruCache<u32, u32>,
    }
    impl Client {
        #[lru_cache(field = answers)]
        async fn ask(&self, n: u32) -> u32 {
            std::future::ready(n + 1).await
        }
    }
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let client = Client { answers: LruCache::default() };
    pollster(async {
        for _ in 0..2 {
            assert_eq!(is_send(load("ab", 2)).await.unwrap(), "abab");
            assert!(load("ab", 0).await.is_err());
            assert_eq!(is_send(here(3)).await, 3);
            assert_eq!(is_send(client.ask(3)).await, 4);
        }
        // One that is dropped on its way was a miss, and stores nothing.
        drop(load("never polled", 1));
    });
    check_info(load::cache_info(), (1, 3, Some(128), 1));
    check_info(here::cache_info(), (1, 1, Some(128), 1));
    check_info(client.ask_cache_info(), (1, 1, Some(128), 1));
}

/// Runs a future that is never pending.
fn pollster<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn the_crate_may_have_another_name() {
    use batteries as cells;
    mod inner {
        pub(super) use batteries as renamed;
    }
    #[cells::functools::lru_cache(crate = inner::renamed)]
    fn double(n: u8) -> u8 {
        n * 2
    }
    assert_eq!((double(2), double(2)), (4, 4));
    check_info(double::cache_info(), (1, 1, Some(128), 1));
}
