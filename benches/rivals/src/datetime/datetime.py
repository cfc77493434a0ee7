"""The CPython side of the datetime cases: OPERATION SIZE, one round, the value on the last line."""

import sys
import time
from datetime import timedelta

INPUTS = 4_096
MASK = 2**64 - 1


def splitmix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        yield z ^ (z >> 31)


def inputs():
    random = splitmix(32)
    return [
        (next(random) % 20_000 - 10_000, next(random) % 86_400, next(random) % 1_000_000)
        for _ in range(INPUTS)
    ]


def new_add_total_seconds(size):
    values = inputs()
    first = timedelta(*values[0])
    passes = -(-size // INPUTS)
    total = 0.0
    start = time.perf_counter()
    for _ in range(passes):
        for days, seconds, microseconds in values:
            total += (timedelta(days, seconds, microseconds) + first).total_seconds()
    elapsed = time.perf_counter() - start
    micros = [(d * 86_400 + s) * 10**6 + us for d, s, us in values]
    expected = sum((one + micros[0]) / 10**6 for one in micros) * passes
    return elapsed / (passes * INPUTS) * 1e9, abs(total - expected) <= abs(expected) * 1e-9


def display(size):
    deltas = [timedelta(*value) for value in inputs()]
    passes = -(-size // INPUTS)
    start = time.perf_counter()
    for _ in range(passes):
        texts = [str(delta) for delta in deltas]
    elapsed = time.perf_counter() - start
    return elapsed / (passes * INPUTS) * 1e9, texts[0].count(":") == 2


def wrong_last_bits(size):
    random = splitmix(8_644)
    spans = (10**6, 10**8, 10_000 * 86_400 * 10**6)
    wrong = 0
    for at in range(size):
        span = spans[at % 3]
        total = next(random) % (2 * span + 1) - span
        sign = "-" if total < 0 else ""
        nearest = float(f"{sign}{abs(total) // 10**6}.{abs(total) % 10**6:06}")
        wrong += timedelta(microseconds=total).total_seconds() != nearest
    return wrong, True


OPERATIONS = {
    "new_add_total_seconds": new_add_total_seconds,
    "display": display,
    "wrong_last_bits": wrong_last_bits,
}


def main():
    operation, size = sys.argv[1], int(sys.argv[2])
    value, right = OPERATIONS[operation](size)
    if right:
        print("value", value)
    else:
        print("wrong: the sum is another one")


main()
