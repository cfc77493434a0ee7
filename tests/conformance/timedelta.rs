//! `timedelta.json`: what `datetime.timedelta` and `datetime.timezone` compute and print. The file's `doc` is its format.

use std::cmp::Ordering;

use batteries::datetime::{Error, ErrorKind, Number, TimeDelta, TimeDeltaBuilder, TimeZone};
use serde_json::Value;

use super::harness::Run;
use super::report::{Outcome, Report};

pub(crate) const RUN: Option<Run> = Some(run);

/// Integers are `i128`; Python's have no end.
const LONG_INTEGERS: &str = "integers beyond 128 bits";

/// What a case gives: a result, or the class of the exception.
#[derive(Debug, PartialEq)]
enum Out {
    Delta(TimeDelta),
    Int(i128),
    /// The bits, so that zeros have a sign; one pattern for every NaN.
    Float(u64),
    Bool(bool),
    Pair(i128, TimeDelta),
    Error(String),
}

/// An operand of a binary operator.
#[derive(Debug, Clone, Copy)]
enum Operand {
    Delta(TimeDelta),
    Number(Number),
}

/// A number that the file has and an `i128` has not.
#[derive(Debug, Clone, Copy)]
struct TooLong;

fn run(vectors: &Value) -> Report {
    let mut report = Report::default();
    constants(&mut report, &vectors["constants"]);
    for (section, check) in [
        ("construct", construct as fn(&Value) -> Result<Outcome, TooLong>),
        ("unary", unary),
        ("binary", binary),
        ("format", format),
        ("timezone", timezone),
    ] {
        let cases = vectors[section].as_array().unwrap_or_else(|| panic!("no list `{section}`"));
        for case in cases {
            let input = format_args!("{section} {case}").to_string();
            report.case(input, || check(case).unwrap_or(Outcome::Unsupported(LONG_INTEGERS)));
        }
    }
    report
}

fn constants(report: &mut Report, constants: &Value) {
    for (name, ours) in [
        ("min", TimeDelta::MIN),
        ("max", TimeDelta::MAX),
        ("resolution", TimeDelta::RESOLUTION),
        ("timezone_min", TimeZone::MIN.utc_offset()),
        ("timezone_max", TimeZone::MAX.utc_offset()),
    ] {
        report.case(name, || Outcome::compare(&delta(&constants[name]), &ours));
    }
    for (name, ours) in [
        ("timezone_utc_repr", TimeZone::UTC.repr()),
        ("timezone_utc_name", TimeZone::UTC.to_string()),
    ] {
        report.case(name, || Outcome::compare(text(&constants[name]), &*ours));
    }
}

fn construct(case: &Value) -> Result<Outcome, TooLong> {
    let mut builder = TimeDelta::builder();
    for (unit, value) in case["kw"].as_object().expect("units") {
        let set = match &**unit {
            "days" => TimeDeltaBuilder::days,
            "seconds" => TimeDeltaBuilder::seconds,
            "microseconds" => TimeDeltaBuilder::microseconds,
            "milliseconds" => TimeDeltaBuilder::milliseconds,
            "minutes" => TimeDeltaBuilder::minutes,
            "hours" => TimeDeltaBuilder::hours,
            "weeks" => TimeDeltaBuilder::weeks,
            _ => panic!("unknown unit {unit}"),
        };
        builder = set(builder, number(value)?);
    }
    Ok(Outcome::compare(&expected(case)?, &out(builder.build(), Out::Delta)))
}

fn unary(case: &Value) -> Result<Outcome, TooLong> {
    let a = delta(&case["a"]);
    let got = match text(&case["op"]) {
        "neg" => out(a.checked_neg(), Out::Delta),
        // Rust has no unary plus: the value itself is the answer.
        "pos" => Out::Delta(a),
        "abs" => Out::Delta(a.abs()),
        "bool" => Out::Bool(!a.is_zero()),
        op => panic!("unknown operator {op}"),
    };
    Ok(Outcome::compare(&expected(case)?, &got))
}

fn binary(case: &Value) -> Result<Outcome, TooLong> {
    use Operand::{Delta, Number};

    let (op, a, b) = (text(&case["op"]), delta(&case["a"]), operand(&case["b"])?);
    let got = match (op, b) {
        ("add", Delta(b)) => out(a.checked_add(b), Out::Delta),
        ("sub", Delta(b)) => out(a.checked_sub(b), Out::Delta),
        ("mul", Number(b)) => out(a.checked_mul(b), Out::Delta),
        ("truediv", Delta(b)) => out(a.checked_ratio(b), float_out),
        ("truediv", Number(b)) => out(a.checked_div(b), Out::Delta),
        ("floordiv", Delta(b)) => out(a.checked_floor_div(b), Out::Int),
        ("floordiv", Number(self::Number::Int(b))) => out(a.checked_floor_div_by(b), Out::Delta),
        ("mod", Delta(b)) => out(a.checked_rem(b), Out::Delta),
        ("divmod", Delta(b)) => out(a.checked_div_mod(b), |(q, r)| Out::Pair(q, r)),
        ("cmp", Delta(b)) => Out::Int(match a.cmp(&b) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }),
        _ => panic!("unknown operator {op} on {b:?}"),
    };
    // The operators are the same work, so they are tried where they do not panic.
    let operator = match (op, b) {
        _ if matches!(got, Out::Error(_)) => None,
        ("add", Delta(b)) => Some(Out::Delta(a + b)),
        ("sub", Delta(b)) => Some(Out::Delta(a - b)),
        ("mul", Number(b)) => Some(Out::Delta(a * b)),
        ("truediv", Delta(b)) => Some(float_out(a / b)),
        ("truediv", Number(b)) => Some(Out::Delta(a / b)),
        ("mod", Delta(b)) => Some(Out::Delta(a % b)),
        _ => None,
    };
    let expected = expected(case)?;
    Ok(match operator {
        Some(operator) if operator != got => Outcome::compare(&expected, &operator),
        _ => Outcome::compare(&expected, &got),
    })
}

fn format(case: &Value) -> Result<Outcome, TooLong> {
    let a = delta(&case["td"]);
    let seconds = bits(float(&case["total_seconds"]).expect("a float"));
    let expected = (text(&case["str"]), text(&case["repr"]), seconds);
    let (str, repr) = (a.to_string(), a.repr());
    let read = str.parse();
    if read != Ok(a) {
        return Ok(Outcome::compare(&Ok(a), &read));
    }
    Ok(Outcome::compare(&expected, &(&*str, &*repr, bits(a.total_seconds()))))
}

fn timezone(case: &Value) -> Result<Outcome, TooLong> {
    let offset = delta(&case["offset"]);
    let zone = match &case["name"] {
        Value::Null => TimeZone::new(offset),
        name => TimeZone::with_name(offset, text(name)),
    };
    let got = zone
        .map(|zone| (zone.name().into_owned(), zone.repr(), zone.utc_offset()))
        .map_err(|error| class(error).to_owned());
    let expected = match &case["error"] {
        Value::Null => Ok((
            text(&case["tzname"]).to_owned(),
            text(&case["repr"]).to_owned(),
            delta(&case["utcoffset"]),
        )),
        error => Err(text(error).to_owned()),
    };
    Ok(Outcome::compare(&expected, &got))
}

fn out<T>(result: Result<T, Error>, wrap: impl FnOnce(T) -> Out) -> Out {
    match result {
        Ok(value) => wrap(value),
        Err(error) => Out::Error(class(error).to_owned()),
    }
}

/// The class of the exception that CPython raises in the error's place.
fn class(error: Error) -> &'static str {
    match error.kind() {
        ErrorKind::Overflow => "OverflowError",
        ErrorKind::DivisionByZero => "ZeroDivisionError",
        ErrorKind::NotANumber | ErrorKind::OffsetOutOfRange => "ValueError",
        kind => panic!("no operation of the vectors fails like this: {kind:?}"),
    }
}

fn expected(case: &Value) -> Result<Out, TooLong> {
    let value = &case["out"];
    Ok(match value {
        Value::Bool(truth) => Out::Bool(*truth),
        Value::Array(parts) if parts.len() == 2 => Out::Pair(int(&parts[0])?, delta(&parts[1])),
        Value::Array(_) => Out::Delta(delta(value)),
        _ => match (float(value), &value["error"]) {
            (Some(number), _) => float_out(number),
            (None, Value::String(class)) => Out::Error(class.clone()),
            _ => Out::Int(int(value)?),
        },
    })
}

fn operand(value: &Value) -> Result<Operand, TooLong> {
    Ok(match value {
        Value::Array(_) => Operand::Delta(delta(value)),
        _ => Operand::Number(number(value)?),
    })
}

fn number(value: &Value) -> Result<Number, TooLong> {
    Ok(match float(value) {
        Some(number) => Number::Float(number),
        None => Number::Int(int(value)?),
    })
}

/// `{"f64": the bits in hexadecimal}`.
fn float(value: &Value) -> Option<f64> {
    let bits = value.get("f64")?;
    Some(f64::from_bits(u64::from_str_radix(text(bits), 16).expect("16 hexadecimal digits")))
}

/// An integer, or `{"int": its digits}`.
fn int(value: &Value) -> Result<i128, TooLong> {
    match value.get("int") {
        Some(digits) => text(digits).parse().map_err(|_| TooLong),
        None => Ok(value.as_i64().unwrap_or_else(|| panic!("no integer: {value}")).into()),
    }
}

/// `[days, seconds, microseconds]`, which are normal: what a value is made of is compared as well as the value.
fn delta(value: &Value) -> TimeDelta {
    let part = |at: usize| value[at].as_i64().unwrap_or_else(|| panic!("no time delta: {value}"));
    let delta = TimeDelta::new(part(0), part(1), part(2)).expect("a time delta in range");
    let parts = (delta.days().into(), delta.seconds().into(), delta.microseconds().into());
    assert_eq!((part(0), part(1), part(2)), parts, "not normal");
    delta
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn float_out(number: f64) -> Out {
    Out::Float(bits(number))
}

fn bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}
