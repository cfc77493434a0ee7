//! A million random time deltas, on every operator, against the hashes that CPython recorded.
//!
//! The numbers and the hash are those of `tests/vectors/record/timedelta_stream.py`.

use std::cmp::Ordering;
use std::env;

use batteries::datetime::{Error, ErrorKind, Number, TimeDelta, TimeDeltaBuilder};

/// A line per block.
const RECORDED: &str = include_str!("../vectors/timedelta_stream.txt");

/// Time deltas per block.
const BLOCK: usize = 1_000;

/// The units in the script's order.
const UNITS: [fn(TimeDeltaBuilder, Number) -> TimeDeltaBuilder; 7] = [
    TimeDeltaBuilder::microseconds,
    TimeDeltaBuilder::milliseconds,
    TimeDeltaBuilder::seconds,
    TimeDeltaBuilder::minutes,
    TimeDeltaBuilder::hours,
    TimeDeltaBuilder::days,
    TimeDeltaBuilder::weeks,
];

const ODD_FLOATS: [f64; 12] = [
    0.0,
    -0.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    1e300,
    -1e16,
    5e-324,
    1e-10,
    0.5,
    999_999_999.999_999_9,
    1_180_591_620_717_411_303_424.0,
];

/// SplitMix64, one seed a block.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn flag(&mut self) -> bool {
        self.next() & 1 == 1
    }

    /// An integer of either sign and of less than `lengths` bits.
    fn whole(&mut self, lengths: u64) -> i128 {
        let length = self.below(lengths) as u32;
        let number = u128::from(self.next()) << 64 | u128::from(self.next());
        let number = number.checked_shr(128 - length).unwrap_or(0).cast_signed();
        if self.flag() { -number } else { number }
    }

    fn delta(&mut self) -> TimeDelta {
        let (lowest, highest) =
            (TimeDelta::MIN.total_microseconds(), TimeDelta::MAX.total_microseconds());
        TimeDelta::from_total_microseconds(self.whole(68).clamp(lowest, highest))
            .expect("it was put in range")
    }

    fn real(&mut self) -> f64 {
        match self.below(8) {
            0 | 1 => {
                let number = (self.next() >> 11) as f64;
                let exponent = self.below(80) as i32 - 70;
                let power = f64::from_bits(((1023 + exponent) as u64) << 52);
                (if self.flag() { -number } else { number }) * power
            }
            2..=4 => {
                let number = self.below(20_000_001) as f64 - 10_000_000.0;
                number / 10_u64.pow(self.below(9) as u32) as f64
            }
            5 | 6 => {
                let number = self.below(20_001) as f64 - 10_000.0;
                number / 2_u64.pow(self.below(24) as u32) as f64
            }
            _ => ODD_FLOATS[self.below(ODD_FLOATS.len() as u64) as usize],
        }
    }

    fn units(&mut self) -> TimeDeltaBuilder {
        let chosen = self.below(127) + 1;
        let mut builder = TimeDelta::builder();
        for (at, set) in UNITS.into_iter().enumerate() {
            if chosen >> at & 1 == 1 {
                let number = if self.flag() {
                    Number::Int(self.whole(42))
                } else {
                    Number::Float(self.real())
                };
                builder = set(builder, number);
            }
        }
        builder
    }
}

/// Each step can be undone, so one difference always changes the value.
#[derive(Default)]
struct Hash(u64);

impl Hash {
    fn word(&mut self, word: u64) {
        let value = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = value ^ (value >> 29);
    }

    fn delta(&mut self, delta: TimeDelta) {
        self.word(i64::from(delta.days()).cast_unsigned());
        self.word(u64::from(delta.seconds()) << 20 | u64::from(delta.microseconds()));
    }

    fn whole(&mut self, number: i128) {
        self.word(number as u64);
        self.word((number >> 64) as u64);
    }

    fn real(&mut self, number: f64) {
        self.word(number.to_bits());
    }

    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for part in text.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..part.len()].copy_from_slice(part);
            self.word(u64::from_le_bytes(bytes));
        }
    }

    fn result<T>(&mut self, result: Result<T, Error>, put: impl FnOnce(&mut Self, T)) {
        match result.map_err(|error| error.kind()) {
            Ok(value) => {
                self.word(0);
                put(self, value);
            }
            Err(ErrorKind::Overflow) => self.word(1),
            Err(ErrorKind::DivisionByZero) => self.word(2),
            Err(ErrorKind::NotANumber) => self.word(3),
            Err(kind) => panic!("no operator fails like this: {kind:?}"),
        }
    }
}

fn block(number: usize) -> u64 {
    let (mut random, mut h) = (Random(number as u64), Hash::default());
    for _ in 0..BLOCK {
        let (a, b) = (random.delta(), random.delta());
        let (n, x) = (random.whole(72), random.real());
        h.result(random.units().build(), Hash::delta);
        h.delta(a);
        let str = a.to_string();
        assert_eq!(str.parse(), Ok(a), "{str}");
        h.text(&str);
        h.text(&a.repr());
        h.real(a.total_seconds());
        h.word(u64::from(!a.is_zero()));
        h.result(a.checked_neg(), Hash::delta);
        // Rust has no unary plus.
        h.delta(a);
        h.delta(a.abs());
        h.word(match a.cmp(&b) {
            Ordering::Less => u64::MAX,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        });
        h.word(u64::from(a == b));
        h.result(a.checked_add(b), Hash::delta);
        h.result(a.checked_sub(b), Hash::delta);
        h.result(a.checked_mul(n), Hash::delta);
        h.result(a.checked_mul(x), Hash::delta);
        h.result(a.checked_div(n), Hash::delta);
        h.result(a.checked_div(x), Hash::delta);
        h.result(a.checked_ratio(b), Hash::real);
        h.result(a.checked_floor_div_by(n), Hash::delta);
        h.result(a.checked_floor_div(b), Hash::whole);
        h.result(a.checked_rem(b), Hash::delta);
        h.result(a.checked_div_mod(b), |h, (quotient, rest)| {
            h.whole(quotient);
            h.delta(rest);
        });
    }
    h.0
}

/// All of them in release; as many as BATTERIES_TIMEDELTAS says, a tenth unless it is set, where nothing is optimized.
#[test]
fn a_million_time_deltas_agree_with_cpython() {
    let recorded: Vec<_> =
        RECORDED.lines().map(|line| u64::from_str_radix(line, 16).expect("a hash")).collect();
    assert_eq!(recorded.len() * BLOCK, 1_000_000);
    let deltas: usize = match env::var("BATTERIES_TIMEDELTAS") {
        Ok(number) => number.parse().expect("BATTERIES_TIMEDELTAS is a number"),
        Err(_) if cfg!(debug_assertions) => 100_000,
        Err(_) => 1_000_000,
    };
    let blocks = deltas.div_ceil(BLOCK).clamp(1, recorded.len());
    for (number, recorded) in recorded.into_iter().enumerate().take(blocks) {
        assert_eq!(block(number), recorded, "block {number}");
    }
}
