#!/usr/bin/env python3.13
"""Record what functools.lru_cache hits, misses, keeps and counts, as lru_trace.json.

    lru_trace.py [OUT]

Writes lru_trace.json beside this folder, or OUT. Run it with CPython 3.13; standard library only. The traces are random, from a fixed
seed, so that every run records the same ones.
"""

import functools
import json
import pathlib
import random
import sys

DOC = """\
A trace is a cached function of one integer, called again and again. "maxsize" is the function's; "bodies" says what it does, by key: a list
of steps, done one after the other. A step of at least 0 is a call of the function with that key. -1 clears the cache. -2 fails, and -3
fails in every second run of this key's body, the first included; what follows is not done. The steps are not done, and nothing fails,
in a call inside of "depth" others. A failure ends the call and reaches the step or operation that called, which goes on. A body that ends returns
its number: 1 for the first body of the trace to start, 2 for the second.
"ops" are the operations: a call (at least 0), -1 to clear, -4 to ask for cache_info(). "hits" has a character for each call, of bodies as
well, in the order of their starts: 1 where it was answered from the cache, 0 where a body ran. "outcomes" has what each call of "ops"
returned, 0 for a failure. "infos" has what each -4 gave, as [hits, misses, maxsize, currsize]."""

CLEAR, FAIL, FAIL_FIRST, INFO = -1, -2, -3, -4
MAXSIZES = [0, 1, 2, 3, 8, 64, 1000, None]


class Failed(Exception):
    pass


class Run:
    """Runs the operations of a trace, and writes down what happens."""

    def __init__(self, maxsize, bodies, depth, ops):
        self.bodies, self.depth = bodies, depth
        self.hits, self.outcomes, self.infos = [], [], []
        self.level = self.serial = 0
        self.runs = {}
        self.cached = functools.lru_cache(maxsize)(self.body)
        for op in ops:
            match op:
                case -1:
                    self.cached.cache_clear()
                case -4:
                    self.infos.append(list(self.cached.cache_info()))
                case key:
                    self.outcomes.append(self.call(key))
        info = self.cached.cache_info()
        assert info.maxsize is None or info.currsize <= info.maxsize

    def call(self, key):
        self.hits.append("1")
        self.level += 1
        try:
            return self.cached(key)
        except Failed:
            return 0
        finally:
            self.level -= 1

    def body(self, key):
        # Nothing was called since the call that runs this body.
        self.hits[-1] = "0"
        self.serial += 1
        serial = self.serial
        self.runs[key] = run = self.runs.get(key, 0) + 1
        if self.level <= self.depth:
            for step in self.bodies.get(key, ()):
                match step:
                    case -1:
                        self.cached.cache_clear()
                    case -2:
                        raise Failed
                    case -3:
                        if run % 2:
                            raise Failed
                    case other:
                        self.call(other)
        return serial


def bodies(rng, keys):
    """What some of the keys do: a third to two thirds call others, a few of those fail or clear."""
    found = {}
    for key in range(keys):
        if rng.random() > (0.35 if keys > 100 else 0.6):
            continue
        steps = [rng.randrange(keys) for _ in range(rng.choice((1, 1, 2, 3)))]
        if rng.random() < 0.3:
            # A body that asks for its own key.
            steps.insert(rng.randrange(len(steps) + 1), key)
        if rng.random() < 0.3:
            steps.insert(rng.randrange(len(steps) + 1), rng.choice((FAIL, FAIL_FIRST)))
        if rng.random() < min(0.1, 0.5 / keys):
            steps.insert(rng.randrange(len(steps) + 1), CLEAR)
        found[key] = steps
    return found


def ops(rng, keys, calls):
    """Calls of keys, some much more often than others, in stretches that move."""
    found = []
    for at in range(calls):
        if rng.random() < 0.5:
            key = rng.randrange(keys)
        else:
            # A neighbourhood that wanders through all keys.
            key = (at * keys // calls + int(rng.expovariate(4 / keys))) % keys
        found.append(key)
        if rng.random() < 1.5 / calls:
            found.append(CLEAR)
        if rng.random() < 10 / calls:
            found.append(INFO)
    return [*found, INFO]


def trace(rng, maxsize, keys, calls, plain):
    depth = rng.choice((1, 2, 3, 4))
    steps = {} if plain else bodies(rng, keys)
    todo = ops(rng, keys, calls)
    run = Run(maxsize, steps, depth, todo)
    return {
        "maxsize": maxsize,
        "depth": depth,
        "bodies": steps,
        "ops": todo,
        "hits": "".join(run.hits),
        "outcomes": run.outcomes,
        "infos": run.infos,
    }


def main():
    if sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython":
        sys.exit("record with CPython 3.13: it is the reference")
    rng = random.Random("lru_trace")
    traces = []
    for maxsize in MAXSIZES:
        size = 30 if maxsize is None else maxsize
        for plain in (True, False, False, False):
            # From about as many keys as fit to twice as many.
            keys = max(6, int(size * rng.uniform(0.9, 2.0)) + rng.randrange(3))
            traces.append(trace(rng, maxsize, keys, max(500, 2 * keys), plain))
    calls = sum(len(each["hits"]) for each in traces)
    lines = [
        f'"meta": {json.dumps({"python": sys.version.split()[0], "calls": calls})}',
        f'"doc": {json.dumps(DOC)}',
        '"traces": [\n' + ",\n".join(map(json.dumps, traces)) + "\n]",
    ]
    beside = pathlib.Path(__file__).resolve().parent.parent / "lru_trace.json"
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    hits = sum(each["hits"].count("1") for each in traces)
    failed = sum(each["outcomes"].count(0) for each in traces)
    clears = sum(each["ops"].count(CLEAR) for each in traces)
    print(f"{len(traces)} traces, {calls} calls, {hits} hits, {failed} failures, {clears} clears")


main()
