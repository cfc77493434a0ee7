//! `cmp_to_key`: `test_functools.py: TestCmpToKey`. What it says of arguments is the compiler's to say here.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};

use batteries::functools::cmp_to_key;

fn reversed(a: &i32, b: &i32) -> Ordering {
    b.cmp(a)
}

/// `TestCmpToKey.test_cmp_to_key`.
#[test]
fn keys_compare_as_the_values_do() {
    let key = cmp_to_key(|a: &i32, b: &i32| (a % 10).cmp(&(b % 10)));
    assert!(key(3) == key(13));
    assert!(key(3) > key(1));
    assert!(key(3) >= key(33));
    assert!(key(11) < key(2));
    assert_ne!(key(1), key(2));
}

/// `TestCmpToKey.test_sort_int`.
#[test]
fn a_sort_by_keys_is_a_sort_by_the_comparison() {
    let mut numbers: Vec<i32> = (0..50).map(|n| n * 37 % 50).collect();
    numbers.sort_by_cached_key(|&n| cmp_to_key(reversed)(n));
    assert!(numbers.into_iter().eq((0..50).rev()));
}

/// `TestCmpToKey.test_sort_int_str`.
#[test]
fn values_of_any_type_compare_by_what_the_comparison_reads() {
    let as_number = |text: &&str| text.trim().parse::<i32>().expect("a number");
    let key = cmp_to_key(|a: &&str, b: &&str| as_number(a).cmp(&as_number(b)));
    let mut texts = ["5", " 3", "7 ", "2", "0", "1", "4", "10", "1"];
    texts.sort_by_key(|text| key(text));
    assert_eq!(texts, ["0", "1", "1", "2", " 3", "4", "5", "7 ", "10"]);
}

/// `TestCmpToKey.test_obj_field`.
#[test]
fn a_key_has_its_value() {
    let key = cmp_to_key(|a: &String, b: &String| a.cmp(b));
    assert_eq!(key("value".to_owned()).obj, "value");
    assert_eq!(format!("{:?}", key("value".to_owned())), "KeyWrapper { obj: \"value\", .. }");
}

/// `TestCmpToKey.test_bad_cmp`.
#[test]
fn a_panic_of_the_comparison_is_the_callers() {
    let key = cmp_to_key(|_: &u8, _: &u8| panic::resume_unwind(Box::new("bad")));
    let payload = panic::catch_unwind(AssertUnwindSafe(|| key(1) < key(2))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"bad"));
}

#[test]
fn sets_hold_one_of_what_compares_as_equal() {
    let key = cmp_to_key(|a: &&str, b: &&str| a.to_lowercase().cmp(&b.to_lowercase()));
    let mut set = BTreeSet::new();
    let inserted = ["b", "A", "B", "a"].map(|text| set.insert(key(text)));
    assert_eq!(inserted, [true, true, false, false]);
    assert!(set.into_iter().map(|key| key.obj).eq(["A", "b"]));
}
