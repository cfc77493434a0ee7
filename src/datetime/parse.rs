//! Reads what Python's `str` prints, and ISO 8601 durations.

use std::str::FromStr;

use super::TimeDelta;
use super::error::{Error, ParseError, Problem};

/// Reads Python's text or an ISO 8601 duration. Spaces around it are an error.
///
/// | form | examples |
/// |---|---|
/// | what [`Display`](std::fmt::Display) writes | `0:00:00`, `-1 day, 23:59:59.5`, `12 days, 2:03:04` |
/// | only days, only a time | `3 days`, `26:00:00` |
/// | a time with a sign of its own, where there are no days | `-0:05:00` |
/// | without the comma; the sign is that of the days alone | `1 day 02:03:04`, `-1 day 02:03:04` |
/// | ISO 8601 | `P1DT2H3M4.000005S`, `-PT0.1S`, `P2W`, `PT1.5H`, `PT-30S` |
///
/// Minutes and seconds of a time have two digits and are below 60. In ISO 8601 the last number may have a fraction, after a
/// point or a comma, any number may have a sign, letters may be small, and any number of hours, minutes or seconds is fine;
/// years and months are refused, since they have no fixed length. A fraction may have any number of digits: the value is
/// rounded once, half to even, to the microsecond.
///
/// # Examples
///
/// ```
/// use batteries::datetime::TimeDelta;
///
/// let delta: TimeDelta = "-1 day, 23:59:59.900000".parse()?;
/// assert_eq!(delta, TimeDelta::from_milliseconds(-100));
/// assert_eq!("-PT0.1S".parse(), Ok(delta));
/// # Ok::<(), batteries::datetime::ParseError>(())
/// ```
impl FromStr for TimeDelta {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).map_err(|problem| ParseError::new(text, problem))
    }
}

const DAY: u64 = 86_400_000_000;
const HOUR: u64 = 3_600_000_000;
const MINUTE: u64 = 60_000_000;
const SECOND: u64 = 1_000_000;

fn parse(text: &str) -> Result<TimeDelta, Problem> {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let is_negative = reader.sign();
    let total = if reader.skip_letter(b'P') {
        let total = reader.iso()?;
        if is_negative { -total } else { total }
    } else {
        reader.python(is_negative)?
    };
    if reader.at < reader.text.len() {
        return Err(reader.expected("the end of the text"));
    }
    TimeDelta::from_total_microseconds(total).map_err(Problem::OutOfRange)
}

/// A text and how far it is read.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// `H:MM:SS[.f]`, `D day[s]` or both, after the sign.
    fn python(&mut self, is_negative: bool) -> Result<i128, Problem> {
        let signed = |number: i128| if is_negative { -number } else { number };
        let first = self.number("a number, or P of ISO 8601,")?;
        if self.skip(b':') {
            return Ok(signed(self.time(first)?));
        }
        if !(self.skip(b' ') && self.skip_word(b"day")) {
            return Err(self.expected("`:`, ` day` or ` days`"));
        }
        self.skip(b's');
        let days = signed(i128::from(first) * i128::from(DAY));
        if self.at == self.text.len() {
            return Ok(days);
        }
        self.skip(b',');
        if !self.skip(b' ') {
            return Err(self.expected("a space"));
        }
        let hours = self.number("hours")?;
        if !self.skip(b':') {
            return Err(self.expected("`:`"));
        }
        Ok(days + self.time(hours)?)
    }

    /// `MM:SS[.f]`.
    fn time(&mut self, hours: u64) -> Result<i128, Problem> {
        let minutes = self.sixtieths("minutes from 00 to 59")?;
        if !self.skip(b':') {
            return Err(self.expected("`:` and seconds"));
        }
        let seconds = self.sixtieths("seconds from 00 to 59")?;
        let minutes = i128::from(hours) * 60 + i128::from(minutes);
        let mut total = Total((minutes * 60 + i128::from(seconds)) * i128::from(SECOND));
        if self.skip(b'.') {
            total.add_fraction(self.digits("digits")?, SECOND, false);
        }
        Ok(total.0)
    }

    /// `[nW][nD][T[nH][nM][nS]]`, at least one of them, after the `P`.
    fn iso(&mut self) -> Result<i128, Problem> {
        let mut total = Total(0);
        let (mut in_time, mut last) = (false, 0);
        loop {
            if !in_time && self.skip_letter(b'T') {
                in_time = true;
            }
            let start = self.at;
            let is_negative = self.sign();
            let number = self.number("a number")?;
            let mut fraction: &[u8] = &[];
            if self.skip(b'.') || self.skip(b',') {
                fraction = self.digits("digits")?;
            }

            let letter = self.text.get(self.at).map_or(0, u8::to_ascii_uppercase);
            let (place, factor) = match letter {
                b'W' if !in_time => (1, 7 * DAY),
                b'D' if !in_time => (2, DAY),
                b'H' if in_time => (3, HOUR),
                b'M' if in_time => (4, MINUTE),
                b'S' if in_time => (5, SECOND),
                b'Y' | b'M' if !in_time => return Err(Problem::YearsOrMonths { at: start }),
                _ => (0, 0),
            };
            if place <= last {
                return Err(self.expected(if in_time {
                    "H, M or S, in this order and each once,"
                } else {
                    "W or D, in this order and each once,"
                }));
            }
            self.at += 1;
            last = place;

            let whole = i128::from(number) * i128::from(factor);
            total.0 += if is_negative { -whole } else { whole };
            total.add_fraction(fraction, factor, is_negative);
            if self.at == self.text.len() {
                return Ok(total.0);
            }
            if !fraction.is_empty() {
                return Err(self.expected("the end of the text after a number with a fraction"));
            }
        }
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn skip_letter(&mut self, capital: u8) -> bool {
        self.skip(capital) || self.skip(capital.to_ascii_lowercase())
    }

    fn skip_word(&mut self, word: &[u8]) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Reads a sign if there is one: whether it is a minus.
    fn sign(&mut self) -> bool {
        let is_negative = self.skip(b'-');
        if !is_negative {
            self.skip(b'+');
        }
        is_negative
    }

    /// Reads at least one digit.
    #[inline]
    fn digits(&mut self, what: &'static str) -> Result<&'a [u8], Problem> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return Err(self.expected(what));
        }
        self.at += length;
        Ok(&rest[..length])
    }

    /// Reads a whole number.
    #[inline]
    fn number(&mut self, what: &'static str) -> Result<u64, Problem> {
        let start = self.at;
        let mut number = Some(0_u64);
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            number = number
                .and_then(|number| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
            self.at += 1;
        }
        if self.at == start {
            return Err(self.expected(what));
        }
        // So many of even the smallest unit, seconds, are far out of range.
        number.ok_or(Problem::OutOfRange(Error::TOO_MANY_DAYS))
    }

    /// Reads two digits, below 60.
    fn sixtieths(&mut self, what: &'static str) -> Result<u32, Problem> {
        match self.text[self.at..] {
            [tens @ b'0'..=b'5', ones @ b'0'..=b'9', ..] => {
                self.at += 2;
                Ok(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            _ => Err(self.expected(what)),
        }
    }

    #[cold]
    fn expected(&self, what: &'static str) -> Problem {
        Problem::Expected { what, at: self.at }
    }
}

/// A length of time as it is added up, in microseconds.
struct Total(i128);

impl Total {
    /// Adds `0.digits` times `factor`, rounded half to even by the whole total. Nothing may be added after it.
    fn add_fraction(&mut self, digits: &[u8], factor: u64, is_negative: bool) {
        let sign = if is_negative { -1 } else { 1 };
        // Every unit is whole microseconds to the sixth digit.
        if let Some(power) = POWERS.get(digits.len()) {
            let number =
                digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
            self.0 += sign * i128::from(number * (factor / power));
            return;
        }
        // A product by hand, from the last digit on. All of its digits behind the point are exact, of which only the first
        // and whether any other is not zero are needed.
        let (mut carry, mut first, mut others) = (0, 0, false);
        for digit in digits.iter().rev() {
            others |= first != 0;
            let product = u64::from(digit - b'0') * factor + carry;
            (carry, first) = (product / 10, product % 10);
        }
        self.0 += sign * i128::from(carry);
        let is_odd = self.0 & 1 == 1;
        if first > 5 || (first == 5 && (others || is_odd)) {
            self.0 += sign;
        }
    }
}

/// The powers of ten that divide the microseconds of every unit.
const POWERS: [u64; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
