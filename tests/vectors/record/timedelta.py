#!/usr/bin/env python3.13
"""Record what CPython's datetime.timedelta and datetime.timezone give, as timedelta.json.

    timedelta.py [OUT]

Writes timedelta.json beside this folder, or OUT. Run it with CPython 3.13; standard library only. The inputs are chosen at
the edges of the type and of its rounding, and at random from a fixed seed, so that every run records the same cases.
"""

import json
import math
import pathlib
import random
import struct
import sys
from datetime import timedelta, timezone

DOC = """\
A time delta is [days, seconds, microseconds], normal. An integer is a JSON integer, or {"int": its digits} beyond 2**53. A float is
{"f64": its IEEE 754 bits, most significant first, in hexadecimal, "repr": what Python prints for it}; compare the bits. A failure is
{"error": the exception's class} in place of "out".
construct: timedelta(**kw). unary: op a, of neg, pos, abs, bool. binary: a op b, of add, sub, mul, truediv, floordiv, mod, divmod (an
integer and a time delta) and cmp (-1, 0 or 1). format: str, repr and total_seconds of td. timezone: timezone(offset), or
timezone(offset, name) where name is not null; its tzname(None), repr and utcoffset(None), or error."""

UNITS = ["weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds"]
MICROSECONDS = dict(
    zip(UNITS, (604_800_000_000, 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1))
)
UNARY = {"neg": lambda a: -a, "pos": lambda a: +a, "abs": abs, "bool": bool}
BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "divmod": divmod,
    "cmp": lambda a, b: (a > b) - (a < b),
}
TINY = timedelta.resolution


def encode(value):
    match value:
        case timedelta():
            return [value.days, value.seconds, value.microseconds]
        case bool() | str() | None:
            return value
        case int():
            return value if abs(value) <= 2**53 else {"int": str(value)}
        case float():
            return {"f64": struct.pack(">d", value).hex(), "repr": repr(value)}
        case tuple():
            return [encode(part) for part in value]
    raise TypeError(value)


def outcome(function, *args, **kwargs):
    try:
        return encode(function(*args, **kwargs))
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        return {"error": type(error).__name__}


class Recorder:
    def __init__(self):
        self.sections = {
            name: {} for name in ("construct", "unary", "binary", "format", "timezone")
        }

    def put(self, section, case):
        # A case that chance gives twice is kept once.
        self.sections[section][json.dumps(case, sort_keys=True)] = case

    def construct(self, **kw):
        encoded = {unit: encode(value) for unit, value in kw.items()}
        self.put("construct", {"kw": encoded, "out": outcome(timedelta, **kw)})

    def unary(self, op, a):
        self.put("unary", {"op": op, "a": encode(a), "out": outcome(UNARY[op], a)})

    def binary(self, op, a, b):
        out = outcome(BINARY[op], a, b)
        self.put("binary", {"op": op, "a": encode(a), "b": encode(b), "out": out})

    def format(self, td):
        seconds = encode(td.total_seconds())
        case = {"td": encode(td), "str": str(td), "repr": repr(td), "total_seconds": seconds}
        self.put("format", case)

    def timezone(self, offset, name):
        case = {"offset": encode(offset), "name": name}
        try:
            zone = timezone(offset) if name is None else timezone(offset, name)
        except ValueError as error:
            case["error"] = type(error).__name__
        else:
            case["tzname"], case["repr"] = zone.tzname(None), repr(zone)
            case["utcoffset"] = encode(zone.utcoffset(None))
        self.put("timezone", case)


def edges(record):
    """What a twin in another language gets wrong first."""
    # A half of a microsecond from each unit, beside an even and an odd whole of each sign.
    for unit, size in MICROSECONDS.items():
        for whole in (-3, -2, -1, 0, 1, 2, 3):
            half = (whole + 0.5) / size
            record.construct(**{unit: half})
            if unit != "microseconds":
                record.construct(**{unit: 0.5 / size, "microseconds": whole})
    # Fractions of several units that only together make a half, or just not.
    for parts in ((0.25, 0.25), (0.25, 0.75), (0.125, 0.375), (0.1, 0.4), (0.3, 0.2), (-0.7, 0.2)):
        first, second = parts
        for whole in (0, 1):
            record.construct(microseconds=whole + first, milliseconds=second / 1000)
            record.construct(seconds=first / 10**6, microseconds=whole, hours=second / 3.6e9)
    record.construct(**{unit: 0.1 for unit in UNITS})
    record.construct(**{unit: -1 / 3 for unit in UNITS})
    # The last value in range, and the first beyond, by every unit.
    longest = timedelta.max // TINY
    for unit, size in MICROSECONDS.items():
        for count in (longest // size, longest // size + 1, -(999_999_999 * 86_400 * 10**6) // size):
            for step in (-1, 0, 1):
                record.construct(**{unit: count + step})
            record.construct(**{unit: float(count)})
    # What leaves the range, 64 bits, 128 bits or every integer of fixed size on the way, and comes back.
    record.construct(weeks=10**20, days=-7 * 10**20, minutes=5)
    record.construct(weeks=2**124, days=-7 * 2**124, seconds=-1)
    record.construct(days=2.0**1000, hours=-24 * 2.0**1000, microseconds=3)
    record.construct(weeks=-(2.0**999), days=7 * 2.0**999, milliseconds=0.0005, microseconds=1)
    record.construct(weeks=-(2.0**999), days=7 * 2.0**999, milliseconds=0.0005)
    record.construct(weeks=1.7976931348623157e308, hours=-1.7976931348623157e308)
    record.construct(days=2.0**122, hours=-24 * 2**122)
    record.construct(microseconds=2**63, seconds=-(2**63) // 10**6)
    # Which of two bad numbers is told: the smaller unit's.
    for first in (math.nan, math.inf, -math.inf, 1e300):
        for second in (math.nan, math.inf, 10**12):
            record.construct(days=second, seconds=first)
    for bad in (math.nan, math.inf, -math.inf, -0.0, 5e-324, -1e-300, 1e308):
        for unit in UNITS:
            record.construct(**{unit: bad})
    # Ties of products and quotients, even and odd, of each sign.
    for count in range(-7, 8):
        td = timedelta(microseconds=count)
        for number in (2, -2, 4, -6, 0.5, -0.5, 1.5, 2.5, -0.25, 0.1):
            record.binary("truediv", td, number)
            record.binary("mul", td, number)
        for number in (2, -2, 3, -3):
            record.binary("floordiv", td, number)
        for other in (2, -2, 3, -3):
            for op in ("truediv", "floordiv", "mod", "divmod"):
                record.binary(op, td, timedelta(microseconds=other))
    extremes = [timedelta.min, timedelta.max, timedelta.max - TINY, timedelta.min + TINY]
    extremes += [TINY, -TINY, timedelta(0), timedelta(1), timedelta(-1)]
    for a in extremes:
        record.format(a)
        for op in UNARY:
            record.unary(op, a)
        for b in extremes:
            for op in ("add", "sub", "truediv", "divmod", "mod", "floordiv", "cmp"):
                record.binary(op, a, b)
        for number in (0, 1, -1, 2, 10**9, 2**64, -(2**126), 2**126):
            for op in ("mul", "truediv", "floordiv"):
                record.binary(op, a, number)
        for number in (0.0, -0.0, 0.5, 5e-324, 1e-19, 1.5e300, math.inf, -math.inf, math.nan):
            for op in ("mul", "truediv"):
                record.binary(op, a, number)
    # Where a float stops holding every microsecond, 2**53 of them, and each further power of two.
    for bits in range(52, 67):
        for step in (-3, -1, 0, 1, 3):
            for sign in (1, -1):
                total = sign * (2**bits + step)
                if abs(total) <= longest:
                    record.format(timedelta(microseconds=total))
    # Offsets at both ends, with and without seconds and microseconds; names that repr has to escape.
    day = timedelta(1)
    for offset in (timedelta(0), TINY, day - TINY, day, timedelta(0, 59), timedelta(0, 3661), timedelta(0, 35_999, 90)):
        for signed in (offset, -offset):
            for name in (None, "", "CET"):
                record.timezone(signed, name)
    for name in ("it's", 'a "quoted" one', "it's \"both\"", "back\\slash", "tab\tline\nreturn\r", "\x00\x1f\x7f",
                 "\x85\xa0\xad\xff", "\u0301mark", "\u200b\u2028\u3000", "\ufeff\ufffd\ufffe", "\U0001f552", "\U000e0001", "日本"):
        record.timezone(timedelta(hours=9), name)


def chance(record, rng, cases):
    """The same operations on anything."""

    def whole(bits=70):
        return rng.choice((-1, 1)) * rng.getrandbits(rng.randrange(1, bits))

    def real():
        match rng.randrange(4):
            case 0:
                return rng.uniform(-1, 1) * 10.0 ** rng.randrange(-9, 10)
            case 1:
                return whole(20) / 2 ** rng.randrange(1, 16)
            case 2:
                return round(rng.uniform(-1, 1) * 10 ** rng.randrange(7), rng.randrange(8))
            case _:
                return math.ldexp(rng.getrandbits(53), rng.randrange(-100, 20))

    def delta():
        total = rng.choice((-1, 1)) * rng.getrandbits(rng.randrange(1, 67))
        lowest, highest = timedelta.min // TINY, timedelta.max // TINY
        return min(max(total, lowest), highest) * TINY

    for _ in range(cases):
        match rng.randrange(20):
            case 0 | 1 | 2 | 3 | 4:
                units = rng.sample(UNITS, rng.choice((1, 2, 3, 4, 7)))
                record.construct(**{unit: whole(45) if rng.random() < 0.4 else real() for unit in units})
            case 5:
                record.unary(rng.choice(list(UNARY)), delta())
            case 6 | 7 | 8:
                record.binary(rng.choice(("add", "sub", "cmp")), delta(), delta())
            case 9 | 10 | 11 | 12:
                record.binary(rng.choice(("truediv", "floordiv", "mod", "divmod")), delta(), delta())
            case 13 | 14:
                record.binary(rng.choice(("mul", "truediv", "floordiv")), delta(), whole())
            case 15 | 16:
                record.binary(rng.choice(("mul", "truediv")), delta(), real())
            case 17 | 18:
                record.format(delta())
            case _:
                offset = timedelta(0, rng.randrange(-90_000, 90_000), rng.choice((0, rng.randrange(10**6))))
                record.timezone(offset, rng.choice((None, None, "EST")))


def main():
    if sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython":
        sys.exit("record with CPython 3.13: it is the reference")
    record = Recorder()
    edges(record)
    chance(record, random.Random("timedelta"), 1_100)
    constants = {
        "min": encode(timedelta.min),
        "max": encode(timedelta.max),
        "resolution": encode(timedelta.resolution),
        "timezone_min": encode(timezone.min.utcoffset(None)),
        "timezone_max": encode(timezone.max.utcoffset(None)),
        "timezone_utc_repr": repr(timezone.utc),
        "timezone_utc_name": str(timezone.utc),
    }
    parts = [("meta", {"python": sys.version.split()[0]}), ("doc", DOC), ("constants", constants)]
    parts += [(name, list(cases.values())) for name, cases in record.sections.items()]
    lines = []
    for name, part in parts:
        text = json.dumps(part)
        if isinstance(part, list):
            # A line per case: a change shows which.
            text = "[\n" + ",\n".join(map(json.dumps, part)) + "\n]"
        lines.append(f"{json.dumps(name)}: {text}")
    beside = pathlib.Path(__file__).resolve().parent.parent / "timedelta.json"
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print({name: len(cases) for name, cases in record.sections.items()})


main()
