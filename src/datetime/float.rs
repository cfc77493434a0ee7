//! Floats as whole numbers times a power of two, and exact quotients as floats.

/// Takes a finite float apart: it is the first number times two to the power of the second.
pub(super) const fn decode(number: f64) -> (i64, i32) {
    let bits = number.to_bits();
    let fraction = (bits & ((1 << 52) - 1)).cast_signed();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    // Exponent zero is for numbers without the implied first bit.
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    (if number.is_sign_negative() { -mantissa } else { mantissa }, exponent)
}

/// Divides whole numbers, both below 2^67 in magnitude, and rounds once, half to even; the divisor is not zero.
///
/// As CPython's `int / int`, a zero divided by a negative number is -0.0.
pub(super) fn divide(dividend: i128, divisor: i128) -> f64 {
    const EXACT: u128 = 1 << 53;
    let (a, b) = (dividend.unsigned_abs(), divisor.unsigned_abs());
    // A zero is a zero, however long the divisor.
    let magnitude = if a == 0 || (a <= EXACT && b <= EXACT) {
        a as f64 / b as f64
    } else {
        // At least 55 bits of quotient, of which the last tells whether anything is left below: the conversion to a float
        // then rounds as the exact quotient would be rounded.
        let shift = (55 + a.leading_zeros()).saturating_sub(b.leading_zeros());
        let shifted = a << shift;
        let sticky = u128::from(!shifted.is_multiple_of(b));
        let quotient = (shifted / b) | sticky;
        // A power of two: exact, since the quotient of two such numbers is far from the smallest float.
        quotient as f64 / (1_u128 << shift) as f64
    };
    if (dividend < 0) != (divisor < 0) { -magnitude } else { magnitude }
}
