//! `datetime`: lengths of time and time zones. What CPython gives is in the vectors; here is what is Rust's, and the texts.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use batteries::datetime::{
    Error, ErrorKind, Number, ParseError, ParseErrorKind, TimeDelta, TimeZone,
};

/// The time delta of so many microseconds.
fn us(count: i64) -> TimeDelta {
    TimeDelta::from_microseconds(count)
}

#[track_caller]
fn fails<T: std::fmt::Debug>(result: Result<T, Error>, kind: ErrorKind, text: &str) {
    let error = result.expect_err("a failure");
    assert_eq!((error.kind(), &*error.to_string()), (kind, text));
}

/// What `run` says when it panics.
#[track_caller]
fn panics<T>(run: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(run)) else { panic!("no panic") };
    let text = payload.downcast_ref::<&str>().copied().map(String::from);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a text")
}

#[test]
fn new_takes_numbers_of_any_size_and_sign() {
    let parts = |days, seconds, microseconds| {
        let delta = TimeDelta::new(days, seconds, microseconds)?;
        Ok::<_, Error>((delta.days(), delta.seconds(), delta.microseconds()))
    };
    assert_eq!(parts(1, 2, 3), Ok((1, 2, 3)));
    assert_eq!(parts(0, 0, -1), Ok((-1, 86_399, 999_999)));
    assert_eq!(parts(0, -1, 1_000_001), Ok((0, 0, 1)));
    assert_eq!(parts(-999_999_999, 0, 0), Ok((-999_999_999, 0, 0)));
    assert_eq!(parts(0, i64::MAX / 100_000, i64::MIN), Ok((960_767_920, 43_692, 224_192)));
    // The days alone leave 64 bits of seconds, and the seconds take them back.
    let days = i64::MAX / 86_400 + 2;
    assert_eq!(parts(days, i64::MIN + 1, 0), Ok((1, 30_593, 0)));
    fails(
        parts(999_999_999, 86_400, 0),
        ErrorKind::Overflow,
        "days=1000000000; must have magnitude <= 999999999",
    );
    fails(
        parts(-999_999_999, 0, -1),
        ErrorKind::Overflow,
        "days=-1000000000; must have magnitude <= 999999999",
    );
    assert!(parts(i64::MIN, i64::MIN, i64::MIN).is_err());
    assert!(parts(i64::MAX, i64::MAX, i64::MAX).is_err());
}

#[test]
fn constructors_of_one_unit_work_at_compile_time_and_panic_out_of_range() {
    const WEEK: TimeDelta = TimeDelta::from_weeks(1);
    const LATE: TimeDelta = match TimeDelta::new(0, 0, 1) {
        Ok(delta) => delta,
        Err(_) => panic!(),
    };
    assert_eq!(LATE, TimeDelta::RESOLUTION);
    for other in [
        TimeDelta::from_days(7),
        TimeDelta::from_hours(168),
        TimeDelta::from_minutes(10_080),
        TimeDelta::from_seconds(604_800),
        TimeDelta::from_milliseconds(604_800_000),
        TimeDelta::from_microseconds(604_800_000_000),
    ] {
        assert_eq!(other, WEEK);
    }
    assert_eq!(TimeDelta::from_milliseconds(-1), us(-1_000));
    assert_eq!(us(i64::MIN).total_microseconds(), i64::MIN.into());
    let text = "time delta out of range: days must have magnitude <= 999999999";
    assert_eq!(panics(|| TimeDelta::from_days(1_000_000_000)), text);
    assert_eq!(panics(|| TimeDelta::from_days(-1_000_000_000)), text);
    assert_eq!(panics(|| TimeDelta::from_weeks(i64::MAX)), text);
    assert_eq!(panics(|| TimeDelta::from_milliseconds(i64::MIN)), text);
}

#[test]
fn a_builder_keeps_the_last_number_of_a_unit_and_no_order() {
    let one = TimeDelta::builder().hours(1).minutes(-30).build();
    assert_eq!(one, Ok(TimeDelta::from_minutes(30)));
    assert_eq!(TimeDelta::builder().minutes(-30_i8).hours(5_u64).hours(1_usize).build(), one);
    assert_eq!(TimeDelta::builder().minutes(30_f32).build(), one);
    assert_eq!(TimeDelta::builder().build(), Ok(TimeDelta::ZERO));
    fails(
        TimeDelta::builder().days(f64::NAN).build(),
        ErrorKind::NotANumber,
        "cannot convert float NaN to integer",
    );
    fails(
        TimeDelta::builder().days(f64::NEG_INFINITY).build(),
        ErrorKind::Overflow,
        "cannot convert float infinity to integer",
    );
    // The smaller unit is looked at first.
    let both = TimeDelta::builder().weeks(f64::NAN).seconds(f64::INFINITY);
    assert_eq!(both.build().unwrap_err().kind(), ErrorKind::Overflow);
    fails(
        TimeDelta::builder().weeks(i128::MAX).days(i128::MAX).build(),
        ErrorKind::Overflow,
        "days must have magnitude <= 999999999",
    );
}

/// Sums of integers as long as Rust has them, which leave 128 bits on the way; the answers are those of Python.
#[test]
fn a_builder_sums_exactly_beyond_128_bits() {
    let build = |weeks: Number, days: Number, hours: Number| {
        TimeDelta::builder().weeks(weeks).days(days).hours(hours).microseconds(-1).build()
    };
    let int = Number::Int;
    let huge = i128::MAX / 7;
    assert_eq!(build(int(huge), int(-7 * huge), int(0)), Ok(us(-1)));
    assert_eq!(build(int(-huge), int(7 * huge), int(24)), Ok(us(86_399_999_999)));
    // i128::MIN has no negation.
    assert_eq!(
        TimeDelta::builder().minutes(i128::MIN).seconds(i128::MAX).milliseconds(1).build(),
        Err(TimeDelta::builder().weeks(f64::MAX).build().unwrap_err())
    );
    let float = Number::Float;
    // 2^1004
    let power = f64::from_bits((1_023 + 1_004) << 52);
    assert_eq!(build(float(-power), float(7.0 * power), float(0.5)), Ok(us(1_799_999_999)));
    assert_eq!(build(float(-power), float(7.0 * power), float(-0.5)), Ok(us(-1_800_000_001)));
    assert!(build(float(-power), float(6.9 * power), int(0)).is_err());
    assert!(build(float(f64::MAX), float(f64::MAX), float(f64::MAX)).is_err());
    assert!(build(float(-f64::MAX), float(-f64::MAX), float(-f64::MAX)).is_err());
}

#[test]
fn total_seconds_is_the_nearest_float() {
    // The decimal text, read by the standard library, is another way to the nearest float.
    let check = |micros: i128| {
        let delta = TimeDelta::from_total_microseconds(micros).expect("in range");
        let (sign, size) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
        let text = format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000);
        assert_eq!(
            delta.total_seconds().to_bits(),
            text.parse::<f64>().unwrap().to_bits(),
            "{text}"
        );
    };
    check(-100_000);
    let most = TimeDelta::MAX.total_microseconds();
    let mut micros = 1;
    while micros < most {
        for near in micros - 3..=micros + 3 {
            if near != 0 {
                check(near);
                check(-near);
            }
        }
        micros = micros * 17 / 16 + 1;
    }
    check(most);
    check(TimeDelta::MIN.total_microseconds());
    assert_eq!(TimeDelta::ZERO.total_seconds().to_bits(), 0);
    assert_eq!(TimeDelta::from_total_seconds(2.5e-6), Ok(us(2)));
    assert_eq!(TimeDelta::from_total_seconds(f64::NAN).unwrap_err().kind(), ErrorKind::NotANumber);
}

#[test]
fn operators_panic_with_the_text_of_the_error() {
    let overflow = "days=1000000000; must have magnitude <= 999999999";
    assert_eq!(panics(|| TimeDelta::MAX + TimeDelta::RESOLUTION), overflow);
    assert_eq!(panics(|| TimeDelta::MAX - us(-1)), overflow);
    assert_eq!(panics(|| TimeDelta::from_days(500_000_000) * 2), overflow);
    assert_eq!(panics(|| TimeDelta::from_days(500_000_000) / 0.5), overflow);
    assert_eq!(panics(|| -TimeDelta::MAX), "days=-1000000000; must have magnitude <= 999999999");
    assert_eq!(panics(|| us(1) / 0), "integer division or modulo by zero");
    assert_eq!(panics(|| us(1) / TimeDelta::ZERO), "division by zero");
    assert_eq!(panics(|| us(1) % TimeDelta::ZERO), "integer modulo by zero");
    assert_eq!(panics(|| us(1).floor_div(TimeDelta::ZERO)), "integer division or modulo by zero");
    assert_eq!(panics(|| us(1).floor_div_by(0)), "integer division or modulo by zero");
    assert_eq!(panics(|| us(1).div_mod(TimeDelta::ZERO)), "integer division or modulo by zero");
    assert_eq!(panics(|| us(1) * f64::NAN), "cannot convert NaN to integer ratio");
    assert_eq!(panics(|| us(1) / f64::INFINITY), "cannot convert Infinity to integer ratio");
    assert_eq!(
        panics(|| [TimeDelta::MAX; 2].iter().sum::<TimeDelta>()),
        "days=1999999999; must have magnitude <= 999999999"
    );
}

#[test]
fn operators_take_every_kind_of_number_on_both_sides() {
    let day = TimeDelta::from_days(1);
    for double in [day * 2, day * 2_usize, day * 2_i128, day * 2.0, 2 * day, day * 2_u64, 2.0 * day]
    {
        assert_eq!(double, TimeDelta::from_hours(48));
    }
    for half in [day / 2, day / 2_u8, day / 2.0, day * 0.5_f32] {
        assert_eq!(half, TimeDelta::from_hours(12));
    }
    // Plain numbers need no suffix, in whatever order and however deep.
    let sum = 2 * day + day / 2 - 0.5 * day * 3 / 4;
    assert_eq!(sum, TimeDelta::from_hours(51));
    let mut delta = day;
    delta += day;
    delta *= 1.5;
    delta -= TimeDelta::from_hours(1);
    delta /= 2;
    delta %= TimeDelta::from_hours(24);
    assert_eq!(delta, TimeDelta::from_minutes(11 * 60 + 30));
    assert_eq!([day, delta].into_iter().sum::<TimeDelta>(), day + delta);
    assert_eq!(day.checked_mul(i128::MAX).unwrap_err().kind(), ErrorKind::Overflow);
    assert_eq!(TimeDelta::ZERO.checked_mul(i128::MIN), Ok(TimeDelta::ZERO));
    assert_eq!(day.checked_div(i128::MIN), Ok(TimeDelta::ZERO));
    assert_eq!(day.checked_floor_div_by(i128::MIN), Ok(us(-1)));
}

#[test]
fn saturating_stops_at_both_ends() {
    let (min, max) = (TimeDelta::MIN, TimeDelta::MAX);
    assert_eq!(max.saturating_add(us(1)), max);
    assert_eq!(min.saturating_add(us(-1)), min);
    assert_eq!(us(1).saturating_add(max), max);
    assert_eq!(min.saturating_add(max), us(86_399_999_999));
    assert_eq!(min.saturating_sub(us(1)), min);
    assert_eq!(max.saturating_sub(us(-1)), max);
    assert_eq!(TimeDelta::ZERO.saturating_sub(max), min);
    assert_eq!(us(5).saturating_sub(us(7)), us(-2));
}

#[test]
fn remainders_have_the_sign_of_the_divisor() {
    for (a, b, quotient, rest) in
        [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (-6, 2, -3, 0)]
    {
        assert_eq!(us(a).div_mod(us(b)), (quotient, us(rest)));
        assert_eq!(us(a).floor_div(us(b)), quotient);
        assert_eq!(us(a) % us(b), us(rest));
        assert_eq!(us(a).floor_div_by(b.into()), us(quotient as i64));
    }
}

#[test]
fn order_and_hash_follow_the_value() {
    let mut deltas =
        [TimeDelta::MAX, us(1), us(-1), TimeDelta::MIN, TimeDelta::ZERO, us(1_000_000)];
    deltas.sort();
    assert!(deltas.is_sorted_by_key(|delta| delta.total_microseconds()));
    let same: HashSet<_> = [TimeDelta::from_hours(24), TimeDelta::from_days(1)].into();
    assert_eq!(same.len(), 1);
    assert_eq!(TimeDelta::default(), TimeDelta::ZERO);
    assert!(us(-1).is_negative() && !TimeDelta::ZERO.is_negative() && TimeDelta::ZERO.is_zero());
}

#[test]
fn display_pads_and_debug_is_repr() {
    let delta = us(-100_000);
    assert_eq!(delta.to_string(), "-1 day, 23:59:59.900000");
    assert_eq!(format!("{delta:>25}|"), "  -1 day, 23:59:59.900000|");
    assert_eq!(format!("{:*<9}|", us(0)), "0:00:00**|");
    // There is nothing to cut a text for.
    assert_eq!(format!("{:.3}", us(0)), "0:00:00");
    assert_eq!(format!("{delta:?}"), delta.repr());
    assert_eq!(TimeDelta::MIN.to_string(), "-999999999 days, 0:00:00");
    assert_eq!(TimeDelta::MAX.to_string(), "999999999 days, 23:59:59.999999");
    assert_eq!(
        (-TimeDelta::from_days(999_999_999) + us(86_399_999_999)).to_string(),
        "-999999999 days, 23:59:59.999999"
    );
}

#[track_caller]
fn check_iso(delta: TimeDelta, text: &str) {
    assert_eq!(format!("{delta:#}"), text);
    assert_eq!(text.parse(), Ok(delta));
    assert_eq!(text.to_lowercase().parse(), Ok(delta));
}

#[test]
fn the_alternate_form_is_iso_8601() {
    check_iso(TimeDelta::ZERO, "PT0S");
    check_iso(us(1), "PT0.000001S");
    check_iso(us(-100_000), "-PT0.1S");
    check_iso(TimeDelta::from_minutes(90), "PT1H30M");
    check_iso(TimeDelta::from_days(-3), "-P3D");
    check_iso(TimeDelta::new(1, 7_384, 5).unwrap(), "P1DT2H3M4.000005S");
    check_iso(TimeDelta::from_seconds(60), "PT1M");
    check_iso(TimeDelta::MAX, "P999999999DT23H59M59.999999S");
    check_iso(TimeDelta::MIN, "-P999999999D");
    assert_eq!(format!("{:>#8}", TimeDelta::ZERO), "    PT0S");
}

#[track_caller]
fn check_parse(text: &str, micros: i64) {
    assert_eq!(text.parse(), Ok(us(micros)), "{text}");
}

#[test]
fn python_text_is_read() {
    const DAY: i64 = 86_400_000_000;
    check_parse("0:00:00", 0);
    check_parse("2:03:04", 7_384_000_000);
    check_parse("02:03:04.5", 7_384_500_000);
    check_parse("-0:05:00", -300_000_000);
    check_parse("+26:00:00", DAY + 7_200_000_000);
    check_parse("1 day, 0:00:00", DAY);
    check_parse("-1 day, 23:59:59.999999", -1);
    check_parse("12 days, 2:03:04", 12 * DAY + 7_384_000_000);
    check_parse("1 day 2:03:04", DAY + 7_384_000_000);
    check_parse("3 days", 3 * DAY);
    check_parse("-1 days", -DAY);
    check_parse("0000000000000000000000001 day", DAY);
}

#[test]
fn iso_8601_is_read() {
    const HOUR: i64 = 3_600_000_000;
    check_parse("P2W", 14 * 24 * HOUR);
    check_parse("P1W1DT1H", (8 * 24 + 1) * HOUR);
    check_parse("PT1.5H", HOUR * 3 / 2);
    check_parse("PT1,5H", HOUR * 3 / 2);
    check_parse("P0.5D", 12 * HOUR);
    check_parse("PT36H", 36 * HOUR);
    check_parse("+PT1M", 60_000_000);
    check_parse("PT-30S", -30_000_000);
    check_parse("-PT-30S", 30_000_000);
    check_parse("PT1H-30M", HOUR / 2);
    check_parse("p1dt1s", 24 * HOUR + 1_000_000);
}

#[test]
fn fractions_of_any_length_are_rounded_once_half_to_even() {
    check_parse("0:00:00.0000005", 0);
    check_parse("0:00:00.0000015", 2);
    check_parse("0:00:00.00000050000000000000000000000000000000000001", 1);
    check_parse("0:00:00.00000049999999999999999999999999999999999999", 0);
    check_parse("PT0.9999995S", 1_000_000);
    check_parse("PT0.9999985S", 999_998);
    check_parse("-PT0.0000015S", -2);
    check_parse("-PT0.0000025S", -2);
    check_parse("PT1S", 1_000_000);
    // 1/7 of a week is a day; the 24th of its digits rounds up what the others do not reach.
    check_parse("P0.142857142857142857142857W", 86_400_000_000);
    check_parse("P0.00000000000083W", 1);
    check_parse("P0.00000000000082W", 0);
    // A tie of the whole sum and not of the fraction: an odd microsecond before it.
    check_parse("PT0H0.0000005M", 30);
    check_parse("PT0.000000008333333333333333M", 0);
    check_parse("PT0.000000008333333333333334M", 1);
}

#[track_caller]
fn refuses(text: &str, kind: ParseErrorKind, position: Option<usize>, message: &str) {
    let error = text.parse::<TimeDelta>().expect_err(text);
    assert_eq!((error.kind(), error.position(), error.input()), (kind, position, text));
    assert_eq!(error.to_string(), format!("invalid time delta {text:?}: {message}"));
}

#[test]
fn what_is_no_time_delta_is_refused_with_its_place() {
    use ParseErrorKind::{Overflow, Syntax, YearsOrMonths};

    let number = "a number, or P of ISO 8601, expected at byte 0";
    let order = "H, M or S, in this order and each once, expected at byte";
    for (text, at, message) in [
        ("", 0, number),
        ("soon", 0, number),
        (" 1 day", 0, number),
        ("--1 day", 1, "a number, or P of ISO 8601, expected at byte 1"),
        ("1", 1, "`:`, ` day` or ` days` expected at byte 1"),
        ("1 hour", 2, "`:`, ` day` or ` days` expected at byte 2"),
        ("2:03", 4, "`:` and seconds expected at byte 4"),
        ("2:3:04", 2, "minutes from 00 to 59 expected at byte 2"),
        ("2:60:04", 2, "minutes from 00 to 59 expected at byte 2"),
        ("2:03:60", 5, "seconds from 00 to 59 expected at byte 5"),
        ("2:03:0", 5, "seconds from 00 to 59 expected at byte 5"),
        ("2:03:04.", 8, "digits expected at byte 8"),
        ("2:03:04 ", 7, "the end of the text expected at byte 7"),
        ("1 day, ", 7, "hours expected at byte 7"),
        ("1 day,2:03:04", 6, "a space expected at byte 6"),
        ("1 day, -2:03:04", 7, "hours expected at byte 7"),
        ("1 day, 2", 8, "`:` expected at byte 8"),
        ("1 дня", 2, "`:`, ` day` or ` days` expected at byte 2"),
        ("P", 1, "a number expected at byte 1"),
        ("PT", 2, "a number expected at byte 2"),
        ("P1DT", 4, "a number expected at byte 4"),
        ("P1", 2, "W or D, in this order and each once, expected at byte 2"),
        ("P1D1W", 4, "W or D, in this order and each once, expected at byte 4"),
        ("P1H", 2, "W or D, in this order and each once, expected at byte 2"),
        ("PT1S1S", 5, &*format!("{order} 5")),
        ("PT1D", 3, &*format!("{order} 3")),
        ("PT1Y", 3, &*format!("{order} 3")),
        ("PT1.S", 4, "digits expected at byte 4"),
        ("PT1.5H1M", 6, "the end of the text after a number with a fraction expected at byte 6"),
    ] {
        refuses(text, Syntax, Some(at), message);
    }
    let months = "years and months have no fixed length, give days, at byte";
    refuses("P1Y", YearsOrMonths, Some(1), &format!("{months} 1"));
    refuses("P1W2M", YearsOrMonths, Some(3), &format!("{months} 3"));
    let range = "must have magnitude <= 999999999";
    refuses("1000000000 days", Overflow, None, &format!("days=1000000000; {range}"));
    refuses("48000000000:00:00", Overflow, None, &format!("days=2000000000; {range}"));
    refuses("P99999999999999999999D", Overflow, None, &format!("days {range}"));
}

#[test]
fn an_error_shows_only_the_start_of_a_long_text() {
    let text = "é".repeat(1_000);
    let error: ParseError = text.parse::<TimeDelta>().unwrap_err();
    let shown = format!("invalid time delta \"{}\"...: a number", "é".repeat(64));
    assert!(error.to_string().starts_with(&shown), "{error}");
}

#[test]
fn std_durations_convert_and_round_half_to_even() {
    let nanos = |nanos| TimeDelta::try_from(Duration::from_nanos(nanos));
    for (count, micros) in
        [(0, 0), (499, 0), (500, 0), (501, 1), (1_500, 2), (2_500, 2), (999_999_500, 1_000_000)]
    {
        assert_eq!(nanos(count), Ok(us(micros)), "{count} ns");
    }
    assert_eq!(TimeDelta::try_from(Duration::MAX).unwrap_err().kind(), ErrorKind::Overflow);
    let longest = Duration::try_from(TimeDelta::MAX).unwrap();
    assert_eq!(longest, Duration::new(86_399_999_999_999, 999_999_000));
    assert_eq!(TimeDelta::try_from(longest), Ok(TimeDelta::MAX));
    fails(
        TimeDelta::try_from(longest + Duration::from_nanos(501)),
        ErrorKind::Overflow,
        "days=1000000000; must have magnitude <= 999999999",
    );
    fails(
        Duration::try_from(us(-1)),
        ErrorKind::Negative,
        "a std::time::Duration cannot be negative, as datetime.timedelta(days=-1, seconds=86399, microseconds=999999) is",
    );
}

#[track_caller]
fn zone(micros: i64) -> TimeZone {
    TimeZone::new(us(micros)).expect("in range")
}

#[test]
fn time_zones_are_called_after_their_offset() {
    for (micros, name) in [
        (0, "UTC"),
        (19_800_000_000, "UTC+05:30"),
        (-19_800_000_000, "UTC-05:30"),
        (19_815_000_000, "UTC+05:30:15"),
        (-4_000_000_000, "UTC-01:06:40"),
        (-4_000_000_001, "UTC-01:06:40.000001"),
        (1, "UTC+00:00:00.000001"),
        (-86_399_999_999, "UTC-23:59:59.999999"),
    ] {
        assert_eq!((&*zone(micros).name(), &*zone(micros).to_string()), (name, name));
    }
    assert_eq!(TimeZone::MAX.name(), "UTC+23:59");
    assert_eq!(TimeZone::MIN.name(), "UTC-23:59");
    assert_eq!(format!("{:?}", TimeZone::default()), "datetime.timezone.utc");
    let named = TimeZone::with_name(TimeDelta::ZERO, "").unwrap();
    assert_eq!((&*named.name(), &*named.to_string()), ("", ""));
    assert_eq!(named.repr(), "datetime.timezone(datetime.timedelta(0), '')");
}

#[test]
fn time_zones_are_equal_when_their_offsets_are() {
    let cet = TimeZone::with_name(TimeDelta::from_hours(1), "CET").unwrap();
    assert_eq!(cet, zone(3_600_000_000));
    assert_ne!(cet, TimeZone::UTC);
    assert_eq!(HashSet::from([cet.clone(), zone(3_600_000_000)]).len(), 1);
    assert_eq!(cet.clone().name(), "CET");
}

#[test]
fn offsets_lie_strictly_within_a_day() {
    let day = TimeDelta::from_days(1);
    for offset in [day, -day, TimeDelta::MAX, TimeDelta::MIN] {
        fails(
            TimeZone::new(offset),
            ErrorKind::OffsetOutOfRange,
            &format!(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {offset:?}."
            ),
        );
        assert!(TimeZone::with_name(offset, "x").is_err());
    }
    assert!(TimeZone::new(day - us(1)).is_ok() && TimeZone::new(us(1) - day).is_ok());
}

#[test]
fn errors_are_errors_everywhere() {
    fn is_error<E: std::error::Error + Send + Sync + Clone + 'static>(
        error: E,
    ) -> Box<dyn std::error::Error + Send + Sync> {
        error.into()
    }
    let error = TimeDelta::ZERO.checked_div(0).unwrap_err();
    assert_eq!(format!("{error:?}"), "Error(DivisionByZero: integer division or modulo by zero)");
    is_error(error);
    let error = "".parse::<TimeDelta>().unwrap_err();
    assert_eq!(format!("{error:?}"), format!("ParseError(Syntax: {error})"));
    is_error(error);
}

#[cfg(feature = "serde")]
mod serde {
    use batteries::datetime::TimeDelta;
    use serde_test::{Configure, Token, assert_de_tokens, assert_de_tokens_error, assert_tokens};

    #[test]
    fn people_get_a_text() {
        let delta = TimeDelta::new(1, 7_384, 5).unwrap();
        assert_tokens(&delta.readable(), &[Token::Str("1 day, 2:03:04.000005")]);
        assert_de_tokens(&delta.readable(), &[Token::BorrowedStr("P1DT2H3M4.000005S")]);
        assert_eq!(serde_json::to_string(&delta).unwrap(), r#""1 day, 2:03:04.000005""#);
        assert_de_tokens_error::<serde_test::Readable<TimeDelta>>(
            &[Token::Str("1 dya")],
            "invalid time delta \"1 dya\": `:`, ` day` or ` days` expected at byte 2",
        );
        let error = serde_json::from_str::<TimeDelta>("5").unwrap_err().to_string();
        assert!(error.contains("expected a time delta, such as \"1 day, 2:03:04\""), "{error}");
    }

    #[test]
    fn machines_get_three_numbers() {
        let tokens = |days, seconds, microseconds| {
            [
                Token::Tuple { len: 3 },
                Token::I32(days),
                Token::U32(seconds),
                Token::U32(microseconds),
                Token::TupleEnd,
            ]
        };
        assert_tokens(&TimeDelta::from_microseconds(-1).compact(), &tokens(-1, 86_399, 999_999));
        assert_de_tokens_error::<serde_test::Compact<TimeDelta>>(
            &tokens(999_999_999, 86_400, 0),
            "days=1000000000; must have magnitude <= 999999999",
        );
    }
}

#[cfg(feature = "chrono")]
mod chrono {
    use batteries::datetime::{ErrorKind, TimeDelta, TimeZone};
    use chrono::{FixedOffset, TimeDelta as Theirs};

    #[test]
    fn lengths_of_time_convert() {
        for ours in
            [TimeDelta::MIN, TimeDelta::from_microseconds(-1), TimeDelta::ZERO, TimeDelta::MAX]
        {
            let theirs = Theirs::from(ours);
            assert_eq!(
                theirs.num_seconds().abs(),
                (ours.total_microseconds().abs() / 1_000_000) as i64
            );
            assert_eq!(TimeDelta::try_from(theirs), Ok(ours));
        }
        assert_eq!(Theirs::from(TimeDelta::from_milliseconds(-1)), Theirs::milliseconds(-1));
        for (nanos, micros) in
            [(-1_500, -2), (-2_500, -2), (-501, -1), (-500, 0), (999_999_999, 1_000_000)]
        {
            let ours = TimeDelta::try_from(Theirs::nanoseconds(nanos));
            assert_eq!(ours, Ok(TimeDelta::from_microseconds(micros)), "{nanos} ns");
        }
        for theirs in [Theirs::MIN, Theirs::MAX] {
            assert_eq!(TimeDelta::try_from(theirs).unwrap_err().kind(), ErrorKind::Overflow);
        }
    }

    #[test]
    fn offsets_convert() {
        for seconds in [0, 3_600, -1, 86_399, -86_399] {
            let theirs = FixedOffset::east_opt(seconds).unwrap();
            let ours = TimeZone::from(theirs);
            assert_eq!(ours.utc_offset(), TimeDelta::from_seconds(seconds.into()));
            assert_eq!(FixedOffset::try_from(&ours), Ok(theirs));
        }
        let ours = TimeZone::new(TimeDelta::RESOLUTION).unwrap();
        let error = FixedOffset::try_from(&ours).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FractionalSecond);
        assert_eq!(
            error.to_string(),
            "offset must be whole seconds, not datetime.timedelta(microseconds=1)"
        );
    }
}

#[cfg(feature = "time")]
mod time {
    use batteries::datetime::{ErrorKind, TimeDelta, TimeZone};
    use time::{Duration, UtcOffset};

    #[test]
    fn lengths_of_time_convert() {
        for ours in
            [TimeDelta::MIN, TimeDelta::from_microseconds(-1), TimeDelta::ZERO, TimeDelta::MAX]
        {
            let theirs = Duration::from(ours);
            assert_eq!(theirs.whole_microseconds(), ours.total_microseconds());
            assert_eq!(TimeDelta::try_from(theirs), Ok(ours));
        }
        let ours = TimeDelta::try_from(Duration::nanoseconds(-1_500));
        assert_eq!(ours, Ok(TimeDelta::from_microseconds(-2)));
        for theirs in [Duration::MIN, Duration::MAX] {
            assert_eq!(TimeDelta::try_from(theirs).unwrap_err().kind(), ErrorKind::Overflow);
        }
    }

    #[test]
    fn offsets_convert() {
        for seconds in [0, 3_600, -1, 86_399, -86_399] {
            let theirs = UtcOffset::from_whole_seconds(seconds).unwrap();
            let ours = TimeZone::try_from(theirs).unwrap();
            assert_eq!(ours.utc_offset(), TimeDelta::from_seconds(seconds.into()));
            assert_eq!(UtcOffset::try_from(&ours), Ok(theirs));
        }
        let far = UtcOffset::from_hms(25, 0, 0).unwrap();
        assert_eq!(TimeZone::try_from(far).unwrap_err().kind(), ErrorKind::OffsetOutOfRange);
        let ours = TimeZone::new(TimeDelta::RESOLUTION).unwrap();
        assert_eq!(UtcOffset::try_from(&ours).unwrap_err().kind(), ErrorKind::FractionalSecond);
    }
}

#[cfg(feature = "jiff")]
mod jiff {
    use batteries::datetime::{ErrorKind, TimeDelta, TimeZone};
    use jiff::SignedDuration;
    use jiff::tz::Offset;

    #[test]
    fn lengths_of_time_convert() {
        for ours in
            [TimeDelta::MIN, TimeDelta::from_microseconds(-1), TimeDelta::ZERO, TimeDelta::MAX]
        {
            let theirs = SignedDuration::from(ours);
            assert_eq!(theirs.as_micros(), ours.total_microseconds());
            assert_eq!(TimeDelta::try_from(theirs), Ok(ours));
        }
        let ours = TimeDelta::try_from(SignedDuration::from_nanos(-1_500));
        assert_eq!(ours, Ok(TimeDelta::from_microseconds(-2)));
        for theirs in [SignedDuration::MIN, SignedDuration::MAX] {
            assert_eq!(TimeDelta::try_from(theirs).unwrap_err().kind(), ErrorKind::Overflow);
        }
    }

    #[test]
    fn offsets_convert() {
        for seconds in [0, 3_600, -1, 86_399, -86_399] {
            let theirs = Offset::from_seconds(seconds).unwrap();
            let ours = TimeZone::try_from(theirs).unwrap();
            assert_eq!(ours.utc_offset(), TimeDelta::from_seconds(seconds.into()));
            assert_eq!(Offset::try_from(&ours), Ok(theirs));
        }
        let far = Offset::MAX;
        assert_eq!(TimeZone::try_from(far).unwrap_err().kind(), ErrorKind::OffsetOutOfRange);
        let ours = TimeZone::new(TimeDelta::RESOLUTION).unwrap();
        assert_eq!(Offset::try_from(&ours).unwrap_err().kind(), ErrorKind::FractionalSecond);
    }
}
