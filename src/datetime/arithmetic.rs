//! The operators: checked methods that do the work, and the traits that panic in their place.

use std::iter::Sum;
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use super::builder::Number;
use super::error::{Error, Use};
use super::float;
use super::timedelta::{MICROS_PER_SECOND, TimeDelta};

/// CPython's texts, which differ from operator to operator.
const DIVISION_BY_ZERO: &str = "division by zero";
const FLOOR_DIVISION_BY_ZERO: &str = "integer division or modulo by zero";
const MODULO_BY_ZERO: &str = "integer modulo by zero";

impl TimeDelta {
    /// Adds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when the sum is out of range.
    #[inline]
    pub const fn checked_add(self, other: Self) -> Result<Self, Error> {
        // Neither sum can overflow: both terms are in range.
        let mut seconds = self.whole_seconds + other.whole_seconds;
        let mut microseconds = self.microseconds + other.microseconds;
        if microseconds >= MICROS_PER_SECOND as u32 {
            microseconds -= MICROS_PER_SECOND as u32;
            seconds += 1;
        }
        Self::in_range(seconds, microseconds)
    }

    /// Subtracts.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when the difference is out of range.
    #[inline]
    pub const fn checked_sub(self, other: Self) -> Result<Self, Error> {
        let mut seconds = self.whole_seconds - other.whole_seconds;
        let (mut microseconds, borrow) = self.microseconds.overflowing_sub(other.microseconds);
        if borrow {
            microseconds = microseconds.wrapping_add(MICROS_PER_SECOND as u32);
            seconds -= 1;
        }
        Self::in_range(seconds, microseconds)
    }

    /// Negates.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) for what is above 999,999,999 days: the smallest time delta is
    /// nearer to zero than the largest.
    #[inline]
    pub const fn checked_neg(self) -> Result<Self, Error> {
        Self::ZERO.checked_sub(self)
    }

    /// Returns the value without its sign: Python's `abs(td)`. There is one for every time delta.
    #[must_use]
    #[inline]
    pub const fn abs(self) -> Self {
        let (seconds, microseconds) = self.magnitude();
        Self { whole_seconds: seconds.cast_signed(), microseconds }
    }

    /// Multiplies by a whole number, exactly, or by a float, rounded once, half to even.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when the product is out of range and for an infinite factor,
    /// [`ErrorKind::NotANumber`](super::ErrorKind::NotANumber) for NaN.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::{ErrorKind, TimeDelta};
    ///
    /// let delta = TimeDelta::from_seconds(1);
    /// assert_eq!(delta.checked_mul(0.1)?, TimeDelta::from_milliseconds(100));
    /// assert_eq!(delta.checked_mul(f64::NAN).unwrap_err().kind(), ErrorKind::NotANumber);
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    #[inline]
    pub fn checked_mul(self, factor: impl Into<Number>) -> Result<Self, Error> {
        let product = match factor.into() {
            Number::Int(factor) => self.total_microseconds().checked_mul(factor),
            Number::Float(factor) => multiply(self.total_microseconds(), factor)?,
        };
        Self::from_total_microseconds(product.ok_or(Error::TOO_MANY_DAYS)?)
    }

    /// Divides by a whole number or by a float, rounded once, half to even.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DivisionByZero`](super::ErrorKind::DivisionByZero),
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) when the quotient is out of range and, as in Python, for an
    /// infinite divisor, [`ErrorKind::NotANumber`](super::ErrorKind::NotANumber) for NaN.
    #[inline]
    pub fn checked_div(self, divisor: impl Into<Number>) -> Result<Self, Error> {
        let quotient = match divisor.into() {
            Number::Int(0) => return Err(Error::division_by_zero(FLOOR_DIVISION_BY_ZERO)),
            Number::Int(divisor) => Some(divide_half_even(self.total_microseconds(), divisor)),
            Number::Float(divisor) => divide(self.total_microseconds(), divisor)?,
        };
        Self::from_total_microseconds(quotient.ok_or(Error::TOO_MANY_DAYS)?)
    }

    /// Divides by a whole number, rounded down: Python's `td // n`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DivisionByZero`](super::ErrorKind::DivisionByZero), or
    /// [`ErrorKind::Overflow`](super::ErrorKind::Overflow) for the largest time deltas divided by -1.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let delta = TimeDelta::from_microseconds(-7);
    /// assert_eq!(delta.checked_floor_div_by(2)?, TimeDelta::from_microseconds(-4));
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    #[inline]
    #[doc(alias = "__floordiv__")]
    pub const fn checked_floor_div_by(self, divisor: i128) -> Result<Self, Error> {
        if divisor == 0 {
            return Err(Error::division_by_zero(FLOOR_DIVISION_BY_ZERO));
        }
        Self::from_total_microseconds(divide_floor(self.total_microseconds(), divisor).0)
    }

    /// Divides by a whole number, rounded down: Python's `td // n`.
    ///
    /// # Panics
    ///
    /// Panics where [`checked_floor_div_by`](Self::checked_floor_div_by) returns an error.
    #[must_use]
    #[track_caller]
    #[inline]
    pub fn floor_div_by(self, divisor: i128) -> Self {
        or_panic(self.checked_floor_div_by(divisor))
    }

    /// Returns how many times the other one this is, as the `f64` that is nearest: Python's `td / other`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DivisionByZero`](super::ErrorKind::DivisionByZero).
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let ratio = TimeDelta::from_minutes(90).checked_ratio(TimeDelta::from_hours(1))?;
    /// assert_eq!(ratio, 1.5);
    /// # Ok::<(), batteries::datetime::Error>(())
    /// ```
    #[inline]
    #[doc(alias = "__truediv__")]
    pub fn checked_ratio(self, other: Self) -> Result<f64, Error> {
        if other.is_zero() {
            return Err(Error::division_by_zero(DIVISION_BY_ZERO));
        }
        Ok(float::divide(self.total_microseconds(), other.total_microseconds()))
    }

    /// Returns how many times the other one fits in, rounded down: Python's `td // other`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DivisionByZero`](super::ErrorKind::DivisionByZero).
    #[inline]
    pub const fn checked_floor_div(self, other: Self) -> Result<i128, Error> {
        match self.checked_div_mod(other) {
            Ok((quotient, _)) => Ok(quotient),
            Err(error) => Err(error),
        }
    }

    /// Returns how many times the other one fits in, rounded down: Python's `td // other`.
    ///
    /// # Panics
    ///
    /// Panics when `other` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let week = TimeDelta::from_weeks(1);
    /// assert_eq!(TimeDelta::from_days(30).floor_div(week), 4);
    /// assert_eq!(TimeDelta::from_days(-30).floor_div(week), -5);
    /// ```
    #[must_use]
    #[track_caller]
    #[inline]
    pub fn floor_div(self, other: Self) -> i128 {
        or_panic(self.checked_floor_div(other))
    }

    /// Returns what is left when the other one is taken out as often as it fits: Python's `td % other`.
    ///
    /// It has the sign of `other`, where Rust's `%` on integers has that of the dividend.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DivisionByZero`](super::ErrorKind::DivisionByZero).
    #[inline]
    pub const fn checked_rem(self, other: Self) -> Result<Self, Error> {
        if other.is_zero() {
            return Err(Error::division_by_zero(MODULO_BY_ZERO));
        }
        match self.checked_div_mod(other) {
            Ok((_, rest)) => Ok(rest),
            Err(error) => Err(error),
        }
    }

    /// Returns [`floor_div`](Self::floor_div) and `%` at once: Python's `divmod(td, other)`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DivisionByZero`](super::ErrorKind::DivisionByZero).
    #[inline]
    pub const fn checked_div_mod(self, other: Self) -> Result<(i128, Self), Error> {
        if other.is_zero() {
            return Err(Error::division_by_zero(FLOOR_DIVISION_BY_ZERO));
        }
        let (quotient, rest) = divide_floor(self.total_microseconds(), other.total_microseconds());
        match Self::from_total_microseconds(rest) {
            Ok(rest) => Ok((quotient, rest)),
            // Never: the rest is nearer to zero than `other`.
            Err(error) => Err(error),
        }
    }

    /// Returns [`floor_div`](Self::floor_div) and `%` at once: Python's `divmod(td, other)`.
    ///
    /// # Panics
    ///
    /// Panics when `other` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::datetime::TimeDelta;
    ///
    /// let (hours, rest) = TimeDelta::from_minutes(200).div_mod(TimeDelta::from_hours(1));
    /// assert_eq!((hours, rest), (3, TimeDelta::from_minutes(20)));
    /// ```
    #[must_use]
    #[track_caller]
    #[inline]
    #[doc(alias = "divmod")]
    pub fn div_mod(self, other: Self) -> (i128, Self) {
        or_panic(self.checked_div_mod(other))
    }

    /// Adds, and stops at [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    #[inline]
    pub const fn saturating_add(self, other: Self) -> Self {
        match self.checked_add(other) {
            Ok(sum) => sum,
            Err(_) if other.is_negative() => Self::MIN,
            Err(_) => Self::MAX,
        }
    }

    /// Subtracts, and stops at [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    #[inline]
    pub const fn saturating_sub(self, other: Self) -> Self {
        match self.checked_sub(other) {
            Ok(difference) => difference,
            Err(_) if other.is_negative() => Self::MAX,
            Err(_) => Self::MIN,
        }
    }
}

/// Divides, rounded down; the rest has the sign of the divisor.
const fn divide_floor(dividend: i128, divisor: i128) -> (i128, i128) {
    // Short numbers are common, and a machine divides them twenty times faster.
    let (short_dividend, short_divisor) = (dividend as i64, divisor as i64);
    let (quotient, rest) = if short_dividend as i128 == dividend
        && short_divisor as i128 == divisor
        && let Some(quotient) = short_dividend.checked_div(short_divisor)
    {
        (quotient as i128, (short_dividend % short_divisor) as i128)
    } else {
        (dividend / divisor, dividend % divisor)
    };
    if rest != 0 && (rest < 0) != (divisor < 0) {
        (quotient - 1, rest + divisor)
    } else {
        (quotient, rest)
    }
}

/// Divides, rounded to the nearest, half to even: CPython's `divide_nearest`.
const fn divide_half_even(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = divide_floor(dividend, divisor);
    // The rest and what is missing to the next multiple, both without sign: the nearer one wins.
    let rest = rest.unsigned_abs();
    let missing = divisor.unsigned_abs() - rest;
    if rest > missing || (rest == missing && quotient & 1 == 1) { quotient + 1 } else { quotient }
}

/// Multiplies microseconds by a float as by the fraction that it is; `None` is out of range.
fn multiply(microseconds: i128, factor: f64) -> Result<Option<i128>, Error> {
    let (mantissa, exponent) = finite(factor)?;
    // At most 67 and 53 bits.
    let product = microseconds * i128::from(mantissa);
    Ok(match exponent {
        0.. => shift_left(product, exponent.unsigned_abs()),
        // Less than half: the product is below 2^120.
        ..=-122 => Some(0),
        _ => Some(divide_half_even(product, 1 << -exponent)),
    })
}

/// Divides microseconds by a float as by the fraction that it is; `None` is out of range.
fn divide(microseconds: i128, divisor: f64) -> Result<Option<i128>, Error> {
    let (mantissa, exponent) = finite(divisor)?;
    if mantissa == 0 {
        return Err(Error::division_by_zero(FLOOR_DIVISION_BY_ZERO));
    }
    let mantissa = i128::from(mantissa);
    Ok(match exponent {
        // Less than half: the dividend is below 2^67.
        69.. => Some(0),
        0.. => Some(divide_half_even(microseconds, mantissa << exponent)),
        // If this leaves 128 bits, the quotient is at least 2^73.
        _ => shift_left(microseconds, exponent.unsigned_abs())
            .map(|dividend| divide_half_even(dividend, mantissa)),
    })
}

fn finite(number: f64) -> Result<(i64, i32), Error> {
    if number.is_finite() {
        Ok(float::decode(number))
    } else {
        Err(Error::not_finite(number, Use::Scale))
    }
}

/// `number * 2^shift`, if 128 bits hold it.
fn shift_left(number: i128, shift: u32) -> Option<i128> {
    if number == 0 {
        return Some(0);
    }
    (shift + 1 < number.unsigned_abs().leading_zeros()).then(|| number << shift)
}

#[inline]
#[track_caller]
fn or_panic<T>(result: Result<T, Error>) -> T {
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn fail(error: Error) -> ! {
        panic!("{error}")
    }
    match result {
        Ok(value) => value,
        Err(error) => fail(error),
    }
}

/// Panics when the sum is out of range.
impl Add for TimeDelta {
    type Output = Self;

    #[inline]
    #[track_caller]
    fn add(self, other: Self) -> Self {
        or_panic(self.checked_add(other))
    }
}

/// Panics when the difference is out of range.
impl Sub for TimeDelta {
    type Output = Self;

    #[inline]
    #[track_caller]
    fn sub(self, other: Self) -> Self {
        or_panic(self.checked_sub(other))
    }
}

/// Panics for what is above 999,999,999 days.
impl Neg for TimeDelta {
    type Output = Self;

    #[inline]
    #[track_caller]
    fn neg(self) -> Self {
        or_panic(self.checked_neg())
    }
}

/// Multiplies by a whole number, exactly, or by a float, rounded once, half to even.
///
/// Panics where [`checked_mul`](TimeDelta::checked_mul) returns an error.
impl<N: Into<Number>> Mul<N> for TimeDelta {
    type Output = Self;

    #[inline]
    #[track_caller]
    fn mul(self, factor: N) -> Self {
        or_panic(self.checked_mul(factor))
    }
}

/// Divides by a whole number or by a float, rounded once, half to even.
///
/// Panics where [`checked_div`](TimeDelta::checked_div) returns an error.
impl<N: Into<Number>> Div<N> for TimeDelta {
    type Output = Self;

    #[inline]
    #[track_caller]
    fn div(self, divisor: N) -> Self {
        or_panic(self.checked_div(divisor))
    }
}

/// Returns how many times the other one this is, as the `f64` that is nearest.
///
/// Panics when the other one is zero.
impl Div for TimeDelta {
    type Output = f64;

    #[inline]
    #[track_caller]
    fn div(self, other: Self) -> f64 {
        or_panic(self.checked_ratio(other))
    }
}

/// Python's remainder, with the sign of the divisor; Rust's integers have that of the dividend.
///
/// Panics when the divisor is zero.
///
/// # Examples
///
/// ```
/// use batteries::datetime::TimeDelta;
///
/// let hour = TimeDelta::from_hours(1);
/// assert_eq!(TimeDelta::from_minutes(-1) % hour, TimeDelta::from_minutes(59));
/// assert_eq!(-1 % 60, -1);
/// ```
impl Rem for TimeDelta {
    type Output = Self;

    #[inline]
    #[track_caller]
    fn rem(self, other: Self) -> Self {
        or_panic(self.checked_rem(other))
    }
}

/// Panics where [`checked_mul`](TimeDelta::checked_mul) returns an error.
///
/// Of whole numbers only this type may stand in front, so that `2 * delta` needs no suffix; behind it any may.
impl Mul<TimeDelta> for i64 {
    type Output = TimeDelta;

    #[inline]
    #[track_caller]
    fn mul(self, delta: TimeDelta) -> TimeDelta {
        delta * self
    }
}

/// Panics where [`checked_mul`](TimeDelta::checked_mul) returns an error.
impl Mul<TimeDelta> for f64 {
    type Output = TimeDelta;

    #[inline]
    #[track_caller]
    fn mul(self, delta: TimeDelta) -> TimeDelta {
        delta * self
    }
}

macro_rules! assign {
    ($(<$($bound:ident)?> $trait:ident $method:ident $operator:tt $other:ty;)*) => {$(
        /// Panics where the operator without `=` does.
        impl $(<$bound: Into<Number>>)? $trait<$other> for TimeDelta {
            #[inline]
            #[track_caller]
            fn $method(&mut self, other: $other) {
                *self = *self $operator other;
            }
        }
    )*};
}

assign! {
    <> AddAssign add_assign + Self;
    <> SubAssign sub_assign - Self;
    <> RemAssign rem_assign % Self;
    <N> MulAssign mul_assign * N;
    <N> DivAssign div_assign / N;
}

/// Panics when the sum, or a sum on the way, is out of range.
impl Sum for TimeDelta {
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(deltas: I) -> Self {
        deltas.fold(Self::ZERO, Add::add)
    }
}

/// Panics when the sum, or a sum on the way, is out of range.
impl<'a> Sum<&'a Self> for TimeDelta {
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Self>>(deltas: I) -> Self {
        deltas.copied().sum()
    }
}
