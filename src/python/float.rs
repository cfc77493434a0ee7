//! Python's texts of floats and complex numbers.

use std::fmt::{self, Write};

/// Writes a float as Python's `repr` and `str` do: the shortest digits that read back, an exponent below 1e-4 and from 1e16 on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FloatRepr(pub(crate) f64);

/// Writes a complex number as Python's `repr` and `str` do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ComplexRepr {
    pub(crate) real: f64,
    pub(crate) imag: f64,
}

impl fmt::Display for FloatRepr {
    // `format_float_short` in CPython's Python/pystrtod.c, format code `r` with `.0` added.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_float(f, self.0, true)
    }
}

impl fmt::Display for ComplexRepr {
    // `complex_repr` in CPython's Objects/complexobject.c: parts have no `.0`, a real part of +0.0 is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_real = self.real != 0.0 || self.real.is_sign_negative();
        if with_real {
            f.write_char('(')?;
            write_float(f, self.real, false)?;
            if !self.imag.is_sign_negative() || self.imag.is_nan() {
                f.write_char('+')?;
            }
        }
        write_float(f, self.imag, false)?;
        f.write_str(if with_real { "j)" } else { "j" })
    }
}

fn write_float(f: &mut fmt::Formatter<'_>, value: f64, point: bool) -> fmt::Result {
    if !value.is_finite() {
        return f.write_str(match value {
            _ if value.is_nan() => "nan",
            _ if value > 0.0 => "inf",
            _ => "-inf",
        });
    }
    // Rust's `{:e}` has the same shortest digits.
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a number behind the `e`");
    if (-4..16).contains(&exponent) {
        let text = value.to_string();
        f.write_str(&text)?;
        return if point && !text.contains('.') { f.write_str(".0") } else { Ok(()) };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(f, "{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, text: &str) {
        assert_eq!(FloatRepr(value).to_string(), text);
    }

    #[test]
    fn floats_read_as_in_python() {
        check(1.0, "1.0");
        check(-0.0, "-0.0");
        check(0.1, "0.1");
        check(1e16, "1e+16");
        check(1e15, "1000000000000000.0");
        check(1.5e-5, "1.5e-05");
        check(0.0001, "0.0001");
        check(1e300, "1e+300");
        check(f64::NEG_INFINITY, "-inf");
        check(-f64::NAN, "nan");
    }

    #[test]
    fn complex_numbers_read_as_in_python() {
        let check = |real, imag, text| assert_eq!(ComplexRepr { real, imag }.to_string(), text);
        check(0.0, 3.0, "3j");
        check(-0.0, 3.0, "(-0+3j)");
        check(1.5, -2.0, "(1.5-2j)");
        check(1.0, f64::NAN, "(1+nanj)");
        check(0.0, -0.0, "-0j");
    }
}
