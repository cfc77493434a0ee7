//! What a time delta looks like: Python's `str` and `repr`, and ISO 8601.

use std::fmt;

use super::TimeDelta;

/// The longest text, `-999999999 days, 23:59:59.999999`.
const LONGEST: usize = 32;

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// A text that grows from its end to its front: the length of each part is known once it is written.
#[repr(align(16))]
struct Backwards {
    text: [u8; LONGEST],
    start: usize,
}

impl Backwards {
    fn new() -> Self {
        Self { text: [0; LONGEST], start: LONGEST }
    }

    #[inline]
    fn put<const N: usize>(&mut self, part: &[u8; N]) {
        let end = self.start;
        self.start = end - N;
        self.text[self.start..end].copy_from_slice(part);
    }

    #[inline]
    fn pair(&mut self, number: u32) {
        self.put(&PAIRS[number as usize]);
    }

    /// Puts a number of any length.
    #[inline]
    fn number(&mut self, mut number: u32) {
        while number >= 100 {
            self.pair(number % 100);
            number /= 100;
        }
        if number >= 10 {
            self.pair(number);
        } else {
            self.put(&[b'0' + number as u8]);
        }
    }

    /// Puts the six digits of a fraction of a second.
    #[inline]
    fn microseconds(&mut self, microseconds: u32) {
        self.pair(microseconds % 100);
        self.pair(microseconds / 100 % 100);
        self.pair(microseconds / 10_000);
    }

    #[inline]
    fn as_str(&self) -> &str {
        // All of it, since a check of aligned words is quicker than one of fewer bytes.
        let text = str::from_utf8(&self.text).expect("only ASCII was put");
        &text[self.start..]
    }
}

/// Writes what Python's `str` returns, `1 day, 2:03:04.000005`; `{:#}` the ISO 8601 duration, `P1DT2H3M4.000005S`.
///
/// Width and fill pad the text; there is no precision.
impl fmt::Display for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Backwards::new();
        if f.alternate() {
            put_iso(&mut text, *self);
        } else {
            put_python(&mut text, *self);
        }
        let text = text.as_str();
        // A precision would cut the text, so padding happens only where it was asked for.
        if f.width().is_none() { f.write_str(text) } else { f.pad(text) }
    }
}

/// `delta_str` in CPython's Modules/_datetimemodule.c.
#[inline]
fn put_python(text: &mut Backwards, delta: TimeDelta) {
    let (days, seconds) = (delta.days(), delta.seconds());
    let microseconds = delta.microseconds();
    if microseconds != 0 {
        text.microseconds(microseconds);
        text.put(b".");
    }
    let minutes = seconds / 60;
    text.pair(seconds % 60);
    text.put(b":");
    text.pair(minutes % 60);
    text.put(b":");
    text.number(minutes / 60);
    if days != 0 {
        text.put(b", ");
        if days.unsigned_abs() == 1 {
            text.put(b" day");
        } else {
            text.put(b" days");
        }
        text.number(days.unsigned_abs());
        if days < 0 {
            text.put(b"-");
        }
    }
}

/// The sign stands in front of the whole, which ISO 8601-2 allows and its readers expect; parts that are zero are left out.
fn put_iso(text: &mut Backwards, delta: TimeDelta) {
    let (seconds, microseconds) = delta.magnitude();
    // At most 999,999,999 days.
    let days = (seconds / 86_400) as u32;
    let (hours, minutes) = ((seconds / 3_600 % 24) as u32, (seconds / 60 % 60) as u32);
    let seconds = (seconds % 60) as u32;

    if seconds != 0 || microseconds != 0 || delta.is_zero() {
        text.put(b"S");
        if microseconds != 0 {
            let (mut digits, mut length) = (microseconds, 6);
            while digits.is_multiple_of(10) {
                digits /= 10;
                length -= 1;
            }
            for _ in 0..length {
                text.put(&[b'0' + (digits % 10) as u8]);
                digits /= 10;
            }
            text.put(b".");
        }
        text.number(seconds);
    }
    if minutes != 0 {
        text.put(b"M");
        text.number(minutes);
    }
    if hours != 0 {
        text.put(b"H");
        text.number(hours);
    }
    if text.start < LONGEST {
        text.put(b"T");
    }
    if days != 0 {
        text.put(b"D");
        text.number(days);
    }
    text.put(b"P");
    if delta.is_negative() {
        text.put(b"-");
    }
}

/// Writes what Python's `repr` returns.
impl fmt::Debug for TimeDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("datetime.timedelta(")?;
        if self.is_zero() {
            f.write_str("0")?;
        }
        let parts = [
            ("days", i64::from(self.days())),
            ("seconds", self.seconds().into()),
            ("microseconds", self.microseconds().into()),
        ];
        let mut separator = "";
        for (name, number) in parts.into_iter().filter(|&(_, number)| number != 0) {
            write!(f, "{separator}{name}={number}")?;
            separator = ", ";
        }
        f.write_str(")")
    }
}
