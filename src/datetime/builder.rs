//! Time deltas from any mix of units, whole and fractional, rounded as CPython's C code rounds.

use super::TimeDelta;
use super::error::{Error, Use};

/// A number as Python has it: a whole one or a float.
///
/// Every Rust integer up to `i128` and both floats convert into it, so that arguments `impl Into<Number>` take any of them.
/// The two kinds are told apart as in Python: a whole number is exact whatever its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A Python `int`.
    Int(i128),
    /// A Python `float`.
    Float(f64),
}

macro_rules! from {
    ($kind:ident: $($number:ty)*) => {$(
        impl From<$number> for Number {
            #[inline]
            fn from(number: $number) -> Self {
                Self::$kind(number.into())
            }
        }
    )*};
}

from!(Int: i8 i16 i32 i64 i128 u8 u16 u32 u64);
from!(Float: f32 f64);

macro_rules! from_size {
    ($($number:ty)*) => {$(
        impl From<$number> for Number {
            #[inline]
            fn from(number: $number) -> Self {
                // No platform has pointers of more than 64 bits.
                Self::Int(number as i128)
            }
        }
    )*};
}

from_size!(isize usize);

/// Adds up units of time: Python's `timedelta(weeks=..., days=..., ...)`.
///
/// Made by [`TimeDelta::builder`]. Each unit takes a whole number or a float of any sign; a unit that is set twice keeps the
/// last number. The order of the calls does not matter.
#[derive(Debug, Clone, Copy)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct TimeDeltaBuilder {
    /// In the order of [`FACTORS`].
    numbers: [Number; FACTORS.len()],
}

/// The microseconds of each unit, in the order in which CPython's `delta_new` adds them: microseconds, milliseconds, seconds,
/// minutes, hours, days, weeks. What is left of floats is summed in this order, so it decides the last bit.
const FACTORS: [u64; 7] =
    [1, 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000, 604_800_000_000];

impl TimeDelta {
    /// Starts a time delta of any mix of units, whole and fractional.
    ///
    /// The result is what CPython's `timedelta(...)` gives for the same numbers, to the last microsecond: the whole part of
    /// each number counts exactly, the fractions are summed as floats, and that sum is rounded once, half to even.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let delta = TimeDelta::builder().weeks(1).days(1.5).hours(-3).build()?;
    /// assert_eq!(delta.to_string(), "8 days, 9:00:00");
    ///
    /// // Two halves of a microsecond are one: only their sum is rounded.
    /// let delta = TimeDelta::builder().microseconds(0.5).milliseconds(0.0005).build()?;
    /// assert_eq!(delta, TimeDelta::RESOLUTION);
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    #[inline]
    pub const fn builder() -> TimeDeltaBuilder {
        TimeDeltaBuilder { numbers: [Number::Int(0); FACTORS.len()] }
    }
}

impl TimeDeltaBuilder {
    /// Sets the microseconds.
    #[inline]
    pub fn microseconds(self, number: impl Into<Number>) -> Self {
        self.with(0, number.into())
    }

    /// Sets the milliseconds.
    #[inline]
    pub fn milliseconds(self, number: impl Into<Number>) -> Self {
        self.with(1, number.into())
    }

    /// Sets the seconds.
    #[inline]
    pub fn seconds(self, number: impl Into<Number>) -> Self {
        self.with(2, number.into())
    }

    /// Sets the minutes.
    #[inline]
    pub fn minutes(self, number: impl Into<Number>) -> Self {
        self.with(3, number.into())
    }

    /// Sets the hours.
    #[inline]
    pub fn hours(self, number: impl Into<Number>) -> Self {
        self.with(4, number.into())
    }

    /// Sets the days.
    #[inline]
    pub fn days(self, number: impl Into<Number>) -> Self {
        self.with(5, number.into())
    }

    /// Sets the weeks.
    #[inline]
    pub fn weeks(self, number: impl Into<Number>) -> Self {
        self.with(6, number.into())
    }

    #[inline]
    fn with(mut self, unit: usize, number: Number) -> Self {
        self.numbers[unit] = number;
        self
    }

    /// Adds up.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotANumber`](super::ErrorKind::NotANumber) for NaN,
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) for an infinity and for a sum that is out of range. What a unit
    /// alone exceeds another may take back: only the sum counts.
    pub fn build(self) -> Result<TimeDelta, Error> {
        let mut sum = Sum::default();
        let mut leftover = 0.0;
        for (number, factor) in self.numbers.into_iter().zip(FACTORS) {
            match number {
                Number::Int(number) => sum.add(number, factor),
                Number::Float(number) => {
                    if !number.is_finite() {
                        return Err(Error::not_finite(number, Use::Construct));
                    }
                    // `accum` in CPython's Modules/_datetimemodule.c: the whole part times the factor is exact, the
                    // fraction's product is split again, and only what is left then is summed as a float.
                    let whole = number.trunc();
                    sum.add_float(whole, factor);
                    let fraction = (number - whole) * factor as f64;
                    let whole = fraction.trunc();
                    sum.add(whole as i128, 1);
                    leftover += fraction - whole;
                }
            }
        }
        if leftover != 0.0 {
            sum.add(round_half_even(leftover, sum.is_odd()), 1);
        }
        TimeDelta::from_total_microseconds(sum.total().ok_or(Error::TOO_MANY_DAYS)?)
    }
}

/// Rounds what is to be added to a sum, so that a half makes the sum even. `leftover` is at most 7 in magnitude.
fn round_half_even(leftover: f64, sum_is_odd: bool) -> i128 {
    let mut whole = leftover.round();
    if (whole - leftover).abs() == 0.5 {
        let odd = f64::from(u8::from(sum_is_odd));
        whole = 2.0 * ((leftover + odd) * 0.5).round() - odd;
    }
    whole as i128
}

/// An exact sum of products.
///
/// Python's integers have no end, and neither has what may cancel out: `timedelta(days=2.0**1000, hours=-24 * 2.0**1000)` is
/// zero. So the sum moves to a number that is wide enough once 128 bits are not.
#[derive(Debug)]
enum Sum {
    Small(i128),
    Wide(Box<Wide>),
}

impl Default for Sum {
    #[inline]
    fn default() -> Self {
        Self::Small(0)
    }
}

impl Sum {
    #[inline]
    fn add(&mut self, number: i128, factor: u64) {
        if let Self::Small(sum) = self
            && let Some(product) = number.checked_mul(i128::from(factor))
            && let Some(new) = sum.checked_add(product)
        {
            *sum = new;
        } else {
            self.wide().add(number, factor, 0);
        }
    }

    /// Adds a whole float.
    #[inline]
    fn add_float(&mut self, number: f64, factor: u64) {
        // Up to 2^126, which no float between it and `i128::MAX` can round to.
        if number.abs() <= 8.5e37 {
            self.add(number as i128, factor);
        } else {
            let (mantissa, exponent) = super::float::decode(number);
            self.wide().add(i128::from(mantissa), factor, exponent.unsigned_abs());
        }
    }

    #[cold]
    fn wide(&mut self) -> &mut Wide {
        if let Self::Small(sum) = *self {
            let mut wide = Box::new(Wide([0; LIMBS]));
            wide.add(sum, 1, 0);
            *self = Self::Wide(wide);
        }
        match self {
            Self::Wide(wide) => wide,
            // The lines above have just made it wide.
            Self::Small(_) => unreachable!(),
        }
    }

    fn is_odd(&self) -> bool {
        match self {
            Self::Small(sum) => sum & 1 == 1,
            Self::Wide(wide) => wide.0[0] & 1 == 1,
        }
    }

    fn total(&self) -> Option<i128> {
        match self {
            Self::Small(sum) => Some(*sum),
            Self::Wide(wide) => wide.total(),
        }
    }
}

/// 1,152 bits, two's complement, least limb first. The largest float times the largest factor has 1,024 + 40 bits, and there
/// are seven of them.
#[derive(Debug)]
struct Wide([u64; LIMBS]);

const LIMBS: usize = 18;

impl Wide {
    /// Adds `number * factor * 2^shift`.
    fn add(&mut self, number: i128, factor: u64, shift: u32) {
        let magnitude = number.unsigned_abs();
        let low = u128::from(magnitude as u64) * u128::from(factor);
        let high = (magnitude >> 64) * u128::from(factor) + (low >> 64);
        let product = [low as u64, high as u64, (high >> 64) as u64];

        let mut term = [0_u64; LIMBS];
        let (limb, bit) = ((shift / 64) as usize, shift % 64);
        for (at, part) in product.into_iter().enumerate().filter(|&(_, part)| part != 0) {
            // The part that is shifted out of a limb goes into the next one.
            let spread = u128::from(part) << bit;
            term[limb + at] |= spread as u64;
            term[limb + at + 1] |= (spread >> 64) as u64;
        }

        // Subtracting is adding the complement and one.
        let flip = if number < 0 { u64::MAX } else { 0 };
        let mut carry = number < 0;
        for (sum, term) in self.0.iter_mut().zip(term) {
            let (partial, first) = sum.overflowing_add(term ^ flip);
            let (total, second) = partial.overflowing_add(u64::from(carry));
            (*sum, carry) = (total, first || second);
        }
    }

    /// The value, if 128 bits hold it.
    fn total(&self) -> Option<i128> {
        let [low, high, rest @ ..] = self.0;
        let total = (u128::from(high) << 64 | u128::from(low)).cast_signed();
        let sign = if total < 0 { u64::MAX } else { 0 };
        rest.iter().all(|&limb| limb == sign).then_some(total)
    }
}
