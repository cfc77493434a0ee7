//! `F64Key`: an equality that holds, and a hash and an order that agree with it.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use batteries::functools::F64Key;

/// Floats of all kinds, in ascending order, equal ones beside each other.
const NUMBERS: [&[f64]; 10] = [
    &[f64::NEG_INFINITY],
    &[f64::MIN],
    &[-1.0],
    &[-5e-324],
    &[-0.0, 0.0],
    &[5e-324],
    &[1.0],
    &[1.0 + f64::EPSILON],
    &[f64::INFINITY],
    &[f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001), f64::from_bits(u64::MAX)],
];

fn hash(key: F64Key) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key)
}

#[test]
fn keys_equal_hash_and_compare_alike() {
    for (at, these) in NUMBERS.iter().enumerate() {
        for (other, those) in NUMBERS.iter().enumerate() {
            for (&a, &b) in these.iter().flat_map(|a| those.iter().map(move |b| (a, b))) {
                let (a, b) = (F64Key(a), F64Key(b));
                assert_eq!(a == b, at == other, "{a} {b}");
                assert_eq!(hash(a) == hash(b), at == other, "{a} {b}");
                assert_eq!(a.cmp(&b), at.cmp(&other), "{a} {b}");
                assert_eq!(a.partial_cmp(&b), Some(at.cmp(&other)), "{a} {b}");
            }
        }
    }
}

#[test]
fn sets_keep_one_of_each() {
    let all = || NUMBERS.iter().copied().flatten().copied().map(F64Key);
    assert_eq!(all().collect::<HashSet<_>>().len(), NUMBERS.len());
    assert_eq!(all().collect::<BTreeSet<_>>().len(), NUMBERS.len());
}

#[test]
fn a_key_is_the_float_that_it_was_made_of() {
    assert_eq!(f64::from(F64Key::from(-0.0)).to_bits(), (-0.0_f64).to_bits());
    assert_eq!(F64Key(f64::from_bits(u64::MAX)).0.to_bits(), u64::MAX);
    assert_eq!(format!("{:.1} {:?}", F64Key(0.25), F64Key(0.5)), "0.2 F64Key(0.5)");
    assert_eq!(F64Key::default(), F64Key(0.0));
}
