//! `CachedProperty`: `test_functools.py: TestCachedProperty`, and what threads and panics do to a cell.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::Hash;
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use batteries::functools::CachedProperty;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Item {
    name: String,
    cost: CachedProperty<String>,
    calls: Calls,
}

/// How often a cost was computed; a clone counts for itself.
#[derive(Debug, Default)]
struct Calls(AtomicU32);

impl Item {
    fn cost(&self) -> &str {
        self.cost.get_or_init(|| {
            let call = self.calls.0.fetch_add(1, Ordering::Relaxed);
            format!("{} {call}", self.name)
        })
    }
}

fn item(name: &str) -> Item {
    Item { name: name.to_owned(), ..Item::default() }
}

/// `TestCachedProperty.test_cached`.
#[test]
fn a_property_is_computed_once() {
    let item = item("ham");
    assert_eq!(item.cost(), "ham 0");
    assert_eq!(item.cost(), "ham 0");
    assert_eq!(item.calls.0.load(Ordering::Relaxed), 1);
}

#[test]
fn a_property_is_computed_again_when_it_was_deleted() {
    let mut item = item("ham");
    assert_eq!(item.cost(), "ham 0");
    assert_eq!(item.cost.invalidate().as_deref(), Some("ham 0"));
    assert_eq!(item.cost.get(), None);
    assert_eq!(item.cost(), "ham 1");
    assert_eq!(item.cost.set("free".to_owned()).as_deref(), Some("ham 1"));
    assert_eq!(item.cost(), "free");
}

#[test]
fn a_clone_computes_for_itself() {
    let first = item("ham");
    first.cost();
    let mut second = first.clone();
    second.name = "eggs".to_owned();
    assert_eq!((first.cost(), second.cost()), ("ham 0", "eggs 0"));
}

#[test]
fn a_cell_takes_no_part_in_equality() {
    let (first, second) = (item("ham"), item("ham"));
    first.cost();
    assert_eq!(first, second);
    assert_ne!(first, item("eggs"));
    assert_eq!(format!("{:?}", first.cost), "CachedProperty(\"ham 0\")");
    assert_eq!(format!("{:?}", second.cost), "CachedProperty(<not computed>)");
}

impl Clone for Calls {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Calls {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Calls {}

impl Hash for Calls {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

#[test]
fn who_asks_meanwhile_waits_for_the_one_that_computes() {
    let cell = CachedProperty::new();
    let (started, starts) = mpsc::channel();
    let (go, goes) = mpsc::channel();
    thread::scope(|scope| {
        let cell = &cell;
        let first = scope.spawn(move || {
            *cell.get_or_init(|| {
                started.send(()).unwrap();
                goes.recv().unwrap();
                1
            })
        });
        starts.recv().unwrap();
        // This one may come while the first computes or after it, and has the first one's value either way.
        let second = scope.spawn(|| *cell.get_or_init(|| 2));
        assert_eq!(cell.get(), None);
        go.send(()).unwrap();
        assert_eq!((first.join().unwrap(), second.join().unwrap()), (1, 1));
    });
}

#[test]
fn what_fails_or_panics_is_tried_again() {
    let cell = CachedProperty::new();
    assert_eq!(cell.get_or_try_init(|| Err::<u8, _>("no")), Err("no"));
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        cell.get_or_init(|| panic::resume_unwind(Box::new(())))
    }));
    assert!(panicked.is_err());
    assert_eq!(cell.get(), None);
    assert_eq!(cell.get_or_init(|| 3), &3);
}

#[test]
#[should_panic = "a cached property needs its own value to be computed"]
fn a_value_that_needs_itself_is_told_so() {
    let cell = CachedProperty::new();
    cell.get_or_init(|| *cell.get_or_init(|| 1) + 1);
}

#[test]
fn a_struct_with_a_cell_stays_what_it_was() {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe + Default + Clone + Debug + Eq + Hash>() {}
    check::<CachedProperty<String>>();
    check::<CachedProperty<Option<Box<[u8]>>>>();
    // What can only be sent can be in a cell of a struct that is sent.
    fn check_send<T: Send>() {}
    check_send::<CachedProperty<Cell<u8>>>();
}
