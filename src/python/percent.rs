//! Formatting with `%`: `'%(name)-10s' % mapping`.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::iter::Peekable;
use std::str::CharIndices;

use super::Repr;
use super::float::FloatRepr;

/// What a conversion is given.
#[derive(Debug, Clone)]
pub(crate) enum Item<'a> {
    /// A whole number, or a truth value: `text` is what `str` makes of it.
    Int {
        value: i128,
        text: Cow<'a, str>,
    },
    Float(f64),
    Str(Cow<'a, str>),
    /// Any other object, by what `str` and `repr` make of it.
    Object {
        str: Cow<'a, str>,
        repr: Cow<'a, str>,
    },
}

/// Why a format does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormatError {
    /// The format itself is wrong (`ValueError`).
    Format(String),
    /// The item has the wrong type (`TypeError`).
    Type(String),
    /// There is no item of this name (`KeyError`).
    Key(String),
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(text) | Self::Type(text) => f.write_str(text),
            Self::Key(name) => write!(f, "{}", Repr(name)),
        }
    }
}

/// The flags, width and precision of one conversion.
#[derive(Debug, Clone, Copy, Default)]
struct Spec {
    left: bool,
    sign: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// The widest field and the most digits: what a help text never asks for, and a typing error must not allocate.
const WIDEST: usize = 1 << 16;

/// Formats with a mapping, as `format % mapping` does.
pub(crate) fn percent<'a>(
    format: &str,
    mut item: impl FnMut(&str) -> Option<Item<'a>>,
) -> Result<String, FormatError> {
    let mut out = String::with_capacity(format.len() + 16);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut chars = rest.char_indices().peekable();
        let incomplete = || FormatError::Format("incomplete format".to_owned());
        let mut name = None;
        if rest.starts_with('(') {
            let end = closing(rest)
                .ok_or_else(|| FormatError::Format("incomplete format key".to_owned()))?;
            name = Some(&rest[1..end]);
            while chars.peek().is_some_and(|(at, _)| *at <= end) {
                chars.next();
            }
        }
        let mut spec = Spec::default();
        while let Some((_, c)) = chars.peek() {
            match c {
                '-' => spec.left = true,
                '+' => spec.sign = true,
                ' ' => spec.space = true,
                '#' => spec.alternate = true,
                '0' => spec.zero = true,
                _ => break,
            }
            chars.next();
        }
        spec.width = number(&mut chars, "width")?;
        if chars.next_if(|(_, c)| *c == '.').is_some() {
            spec.precision = Some(number(&mut chars, "precision")?);
        }
        chars.next_if(|(_, c)| matches!(c, 'h' | 'l' | 'L'));
        let (at, conversion) = chars.next().ok_or_else(incomplete)?;
        rest = &rest[at + conversion.len_utf8()..];
        if conversion == '%' {
            out.push('%');
            continue;
        }
        // Without a name the mapping itself is the item, which only texts can show.
        let Some(name) = name else {
            return Err(FormatError::Type("format requires a mapping item".to_owned()));
        };
        let item = item(name).ok_or_else(|| FormatError::Key(name.to_owned()))?;
        convert(&mut out, spec, conversion, &item)?;
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads the digits of a width or a precision.
fn number(chars: &mut Peekable<CharIndices<'_>>, what: &str) -> Result<usize, FormatError> {
    let mut value = 0usize;
    while let Some((_, digit)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
        value = value.saturating_mul(10).saturating_add(digit as usize - '0' as usize);
    }
    if value > WIDEST {
        return Err(FormatError::Format(format!("{what} too big")));
    }
    Ok(value)
}

/// Where the bracket closes that `text` starts with: they nest.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn convert(
    out: &mut String,
    spec: Spec,
    conversion: char,
    item: &Item<'_>,
) -> Result<(), FormatError> {
    match conversion {
        's' | 'r' | 'a' => {
            let text = match conversion {
                's' => item.str(),
                'r' => item.repr(),
                _ => Cow::Owned(ascii(&item.repr())),
            };
            let length = spec.precision.unwrap_or(usize::MAX);
            let text = match text.char_indices().nth(length) {
                Some((end, _)) => &text[..end],
                None => &text,
            };
            pad(out, Spec { zero: false, ..spec }, "", text);
        }
        'c' => {
            let text = match item {
                Item::Str(text) if text.chars().count() == 1 => text.clone().into_owned(),
                Item::Int { value, .. } => {
                    let c = u32::try_from(*value).ok().and_then(char::from_u32);
                    c.ok_or_else(|| FormatError::Type("%c arg not in range(0x110000)".to_owned()))?
                        .to_string()
                }
                _ => {
                    let text = "%c requires an int or a unicode character".to_owned();
                    return Err(FormatError::Type(text));
                }
            };
            pad(out, Spec { zero: false, ..spec }, "", &text);
        }
        'd' | 'i' | 'u' => {
            let value = match item {
                Item::Int { value, .. } => *value,
                // Towards zero, as `int(value)`; what does not fit an `i128` is no number that a help shows.
                Item::Float(value) if value.abs() < 1e38 => *value as i128,
                _ => return Err(wrong_type(conversion, "a real number is required")),
            };
            integer(out, spec, value, "", value.unsigned_abs().to_string());
        }
        'o' | 'x' | 'X' => {
            let Item::Int { value, .. } = item else {
                return Err(wrong_type(conversion, "an integer is required"));
            };
            let digits = value.unsigned_abs();
            let (prefix, digits) = match conversion {
                'o' => ("0o", format!("{digits:o}")),
                'x' => ("0x", format!("{digits:x}")),
                _ => ("0X", format!("{digits:X}")),
            };
            integer(out, spec, *value, if spec.alternate { prefix } else { "" }, digits);
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let value = match item {
                Item::Int { value, .. } => *value as f64,
                Item::Float(value) => *value,
                _ => return Err(FormatError::Type("must be real number, not str".to_owned())),
            };
            float(out, spec, conversion, value);
        }
        _ => {
            return Err(FormatError::Format(format!(
                "unsupported format character '{conversion}' ({:#x})",
                u32::from(conversion)
            )));
        }
    }
    Ok(())
}

#[cold]
fn wrong_type(conversion: char, what: &str) -> FormatError {
    FormatError::Type(format!("%{conversion} format: {what}"))
}

impl Item<'_> {
    fn str(&self) -> Cow<'_, str> {
        match self {
            Self::Int { text, .. } | Self::Str(text) => Cow::Borrowed(text),
            Self::Float(value) => Cow::Owned(FloatRepr(*value).to_string()),
            Self::Object { str, .. } => Cow::Borrowed(str),
        }
    }

    fn repr(&self) -> Cow<'_, str> {
        match self {
            Self::Str(text) => Cow::Owned(Repr(text).to_string()),
            Self::Object { repr, .. } => Cow::Borrowed(repr),
            _ => self.str(),
        }
    }
}

/// Escapes what is not ASCII, as `ascii(object)` does with its `repr`.
fn ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        // A `String` never fails to be written to.
        let _ = match u32::from(c) {
            0..0x80 => out.write_char(c),
            code @ 0x80..0x100 => write!(out, "\\x{code:02x}"),
            code @ 0x100..0x1_0000 => write!(out, "\\u{code:04x}"),
            code => write!(out, "\\U{code:08x}"),
        };
    }
    out
}

fn integer(out: &mut String, spec: Spec, value: i128, prefix: &str, digits: String) {
    let least = spec.precision.unwrap_or(0);
    let digits = if digits.len() < least { format!("{digits:0>least$}") } else { digits };
    pad(out, spec, &format!("{}{prefix}", sign(spec, value < 0)), &digits);
}

fn sign(spec: Spec, negative: bool) -> &'static str {
    match (negative, spec.sign, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn float(out: &mut String, spec: Spec, conversion: char, value: f64) {
    let precision = spec.precision.unwrap_or(6);
    let size = value.abs();
    let mut digits = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        "inf".to_owned()
    } else {
        match conversion.to_ascii_lowercase() {
            'f' => {
                let point = if spec.alternate && precision == 0 { "." } else { "" };
                format!("{size:.precision$}{point}")
            }
            'e' => scientific(size, precision, spec.alternate),
            _ => general(size, precision.max(1), spec.alternate),
        }
    };
    if conversion.is_ascii_uppercase() {
        digits.make_ascii_uppercase();
    }
    pad(out, spec, sign(spec, value.is_sign_negative() && !value.is_nan()), &digits);
}

fn scientific(size: f64, precision: usize, point: bool) -> String {
    let text = format!("{size:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a number behind the `e`");
    let point = if point && precision == 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.unsigned_abs())
}

/// `precision` significant digits, without zeros at the end unless `keep`.
fn general(size: f64, precision: usize, keep: bool) -> String {
    let text = format!("{size:.*e}", precision - 1);
    let exponent: i32 = text.split_once('e').map_or("0", |(_, e)| e).parse().unwrap_or(0);
    let digits = i32::try_from(precision).unwrap_or(i32::MAX);
    let text = if (-4..digits).contains(&exponent) {
        let decimals = usize::try_from(digits - 1 - exponent).unwrap_or(0);
        let text = format!("{size:.decimals$}");
        if keep && !text.contains('.') { text + "." } else { text }
    } else {
        scientific(size, precision - 1, keep)
    };
    if keep || !text.contains('.') {
        return text;
    }
    let (number, exponent) = match text.find('e') {
        Some(at) => text.split_at(at),
        None => (&*text, ""),
    };
    format!("{}{exponent}", number.trim_end_matches('0').trim_end_matches('.'))
}

/// Writes `sign` and `digits` into a field: spaces around both, or zeros between them.
fn pad(out: &mut String, spec: Spec, sign: &str, digits: &str) {
    let length = sign.len() + digits.chars().count();
    let fill = spec.width.saturating_sub(length);
    let (before, zeros, behind) = match (spec.left, spec.zero) {
        (true, _) => (0, 0, fill),
        (_, true) => (0, fill, 0),
        _ => (fill, 0, 0),
    };
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(sign);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(digits);
    out.extend(std::iter::repeat_n(' ', behind));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(format: &str) -> Result<String, FormatError> {
        percent(format, |name| {
            Some(match name {
                "i" => Item::Int { value: -42, text: "-42".into() },
                "t" => Item::Int { value: 1, text: "True".into() },
                "f" => Item::Float(1234.5),
                "s" => Item::Str("it's".into()),
                "o" => Item::Object { str: "None".into(), repr: "None".into() },
                _ => return None,
            })
        })
    }

    #[track_caller]
    fn check(text: &str, formatted: &str) {
        assert_eq!(format(text).as_deref(), Ok(formatted));
    }

    #[test]
    fn conversions() {
        check("100%% of %(s)s", "100% of it's");
        check("%(s)r %(o)r %(i)s %(t)s %(f)s", "\"it's\" None -42 True 1234.5");
        check("[%(s)8s|%(s)-8s|%(s).2s]", "[    it's|it's    |it]");
        check("%(i)d %(i)06d %(i)x %(i)#o %(t)+d %(t)05.2d", "-42 -00042 -2a -0o52 +1 00001");
        check(
            "%(f)d %(f)f %(f).1e %(f)g %(f)10.2f %(i)F",
            "1234 1234.500000 1.2e+03 1234.5    1234.50 -42.000000",
        );
        check("%(f).2g %(f)#.8g", "1.2e+03 1234.5000");
        check("%(i)%", "%");
    }

    #[test]
    fn what_does_not_fit_says_why() {
        let fails = |text| format(text).unwrap_err().to_string();
        assert_eq!(fails("%(s"), "incomplete format key");
        assert_eq!(fails("%"), "incomplete format");
        assert_eq!(fails("%(s)"), "incomplete format");
        assert_eq!(fails("%(s)d"), "%d format: a real number is required");
        assert_eq!(fails("%(f)x"), "%x format: an integer is required");
        assert_eq!(fails("%(nope)s"), "'nope'");
        assert_eq!(fails("50% of"), "format requires a mapping item");
        assert_eq!(fails("%(s)y"), "unsupported format character 'y' (0x79)");
        assert_eq!(fails("%(s)99999999999999999999999s"), "width too big");
    }
}
