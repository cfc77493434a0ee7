#!/usr/bin/env python3.13
"""Record the hashes of what CPython's datetime.timedelta gives for a million random time deltas, on every operator.

    timedelta_stream.py [BLOCKS]

Writes timedelta_stream.txt beside this folder: a line for each of BLOCKS (1,000) blocks of 1,000 time deltas.
tests/it/datetime_stream.rs makes the same numbers and compares. Each step of the hash can be undone, so that one difference
always changes it. Run it with CPython 3.13; it takes a minute or two.
"""

import math
import pathlib
import struct
import sys
from datetime import timedelta

MASK = 2**64 - 1
BLOCK = 1_000
TINY = timedelta.resolution
LOWEST, HIGHEST = timedelta.min // TINY, timedelta.max // TINY
UNITS = ("microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks")
ODD_FLOATS = (0.0, -0.0, math.inf, -math.inf, math.nan, 1e300, -1e16, 5e-324, 1e-10, 0.5, 999999999.9999999, 2.0**70)
ERRORS = {OverflowError: 1, ZeroDivisionError: 2, ValueError: 3}


class Random:
    """SplitMix64, one seed a block."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def whole(self, lengths):
        """An integer of either sign and of less than `lengths` bits, short ones as often as long ones."""
        length = self.next() % lengths
        number = ((self.next() << 64) | self.next()) >> (128 - length)
        return -number if self.next() & 1 else number

    def delta(self):
        return min(max(self.whole(68), LOWEST), HIGHEST) * TINY

    def real(self):
        match self.next() % 8:
            case 0 | 1:
                number = float(self.next() >> 11)
                exponent = self.next() % 80
                return math.ldexp(-number if self.next() & 1 else number, exponent - 70)
            case 2 | 3 | 4:
                number = float(self.next() % 20_000_001) - 10_000_000.0
                return number / 10.0 ** (self.next() % 9)
            case 5 | 6:
                number = float(self.next() % 20_001) - 10_000.0
                return number / 2.0 ** (self.next() % 24)
            case _:
                return ODD_FLOATS[self.next() % len(ODD_FLOATS)]

    def units(self):
        chosen = self.next() % 127 + 1
        kw = {}
        for at, unit in enumerate(UNITS):
            if chosen >> at & 1:
                kw[unit] = self.whole(42) if self.next() & 1 else self.real()
        return kw


class Hash:
    def __init__(self):
        self.value = 0

    def word(self, word):
        value = ((self.value ^ word) * 0x9E3779B97F4A7C15) & MASK
        self.value = value ^ (value >> 29)

    def delta(self, td):
        self.word(td.days & MASK)
        self.word(td.seconds << 20 | td.microseconds)

    def whole(self, number):
        self.word(number & MASK)
        self.word((number >> 64) & MASK)

    def real(self, number):
        self.word(int.from_bytes(struct.pack("<d", number), "little"))

    def text(self, text):
        data = text.encode()
        self.word(len(data))
        for at in range(0, len(data), 8):
            self.word(int.from_bytes(data[at : at + 8], "little"))

    def result(self, put, function):
        try:
            value = function()
        except (OverflowError, ZeroDivisionError, ValueError) as error:
            self.word(ERRORS[type(error)])
        else:
            self.word(0)
            put(value)


def block(number):
    random, h = Random(number), Hash()
    for _ in range(BLOCK):
        a, b = random.delta(), random.delta()
        n, x = random.whole(72), random.real()
        kw = random.units()
        h.result(h.delta, lambda: timedelta(**kw))
        h.delta(a)
        h.text(str(a))
        h.text(repr(a))
        h.real(a.total_seconds())
        h.word(bool(a))
        h.result(h.delta, lambda: -a)
        h.delta(+a)
        h.delta(abs(a))
        h.word((a > b) - (a < b) & MASK)
        h.word(a == b)
        h.result(h.delta, lambda: a + b)
        h.result(h.delta, lambda: a - b)
        h.result(h.delta, lambda: a * n)
        h.result(h.delta, lambda: a * x)
        h.result(h.delta, lambda: a / n)
        h.result(h.delta, lambda: a / x)
        h.result(h.real, lambda: a / b)
        h.result(h.delta, lambda: a // n)
        h.result(h.whole, lambda: a // b)
        h.result(h.delta, lambda: a % b)
        h.result(lambda pair: (h.whole(pair[0]), h.delta(pair[1])), lambda: divmod(a, b))
    return h.value


def main():
    if sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython":
        sys.exit("record with CPython 3.13: it is the reference")
    blocks = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    out = pathlib.Path(__file__).resolve().parent.parent / "timedelta_stream.txt"
    out.write_text("".join(f"{block(number):016x}\n" for number in range(blocks)), encoding="ascii")


main()
