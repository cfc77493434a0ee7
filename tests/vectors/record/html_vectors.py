#!/usr/bin/env python3.13
r"""Record what CPython's html module does, as html vectors.

    python3.13 tests/vectors/record/html_vectors.py record tests/vectors/html.json
    python3.13 tests/vectors/record/html_vectors.py check FILE.json...

`check` runs every case of the files again and exits with 1 if one gives something else here.

FORMAT
meta        python; seed
escape      {in, quote, out, src}: html.escape(in, quote) == out
unescape    {in, out, src}: html.unescape(in) == out
quirks      {in_repeat: [prefix, unit, n, suffix], out or error}: what html.unescape gives for prefix + unit * n + suffix, or
            the name of what it raises: ValueError for more than 4300 decimal digits
html5       {name: text}; name2codepoint {name: number}; codepoint2name {decimal number: name}: the tables of html.entities
digests     {kind, seed, count, fnv1a}: a stream of strings too long to write down, each followed by a newline, in UTF-8;
            fnv1a is its 64-bit FNV-1a hash in hexadecimal. Numbers come from splitmix64, started with seed; pick(list) is
            list[next() % len(list)].
    numbers       html.unescape of &#N; then of &#xN (in lower case, without ;) for each N below count
    unescape      html.unescape of count strings: each is 1 + next() % 12 pieces, a piece is pick(names) when next() % 3 == 0,
                  else pick(pieces); both lists are in the file, names is every html5 name behind an &, sorted by code points
    escape        html.escape of count strings: each is next() % 200 pieces, a piece is pick(pieces); quote is next() % 2 == 0,
                  asked for behind the pieces
pieces      the list of the digests
src         the family of the case. No string has a lone surrogate.
"""

import html
import html.entities
import json
import sys

MASK = (1 << 64) - 1

PIECES = [
    "&", "&", "&", "#", "x", "X", ";", ";", "=", "<", ">", '"', "'", "a", "b", "Z", "0", "9", " ", "\t", "\n", "\f", "\r", "\0",
    "&amp;", "&lt", "&gt;", "&quot;", "&#x27;", "&#39;", "&#", "&#x", "&#128", "&#xD800;", "&#x110000;", "&#0;", "&#11;", "&#xfffe;",
    "amp", "not", "in", "notin;", "copy", "para", "times", "frac12", "sup1", "lt", "GT", "é", "ß", "語", "€", "\u00a0", "\u0660",
    "🐎", "\U0010ffff", "/", "-", ".", "_", "?q=1&lang=en&copy=2", "some words of a page, ", "CounterClockwiseContourIntegral",
]  # fmt: skip


class Random:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = self.state + 0x9E3779B97F4A7C15 & MASK
        mixed = self.state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
        return mixed ^ mixed >> 31

    def below(self, end):
        return self.next() % end

    def pick(self, values):
        return values[self.below(len(values))]


def strings(digest, pieces, names):
    """The stream of a digest, as pairs of a string and what is made of it."""
    random = Random(digest["seed"])
    for number in range(digest["count"]):
        if digest["kind"] == "numbers":
            for text in (f"&#{number};", f"&#x{number:x}"):
                yield text, html.unescape(text)
        elif digest["kind"] == "unescape":
            text = ""
            for _ in range(1 + random.below(12)):
                text += random.pick(names) if random.below(3) == 0 else random.pick(pieces)
            yield text, html.unescape(text)
        else:
            text = "".join([random.pick(pieces) for _ in range(random.below(200))])
            yield text, html.escape(text, random.below(2) == 0)


def fnv1a(digest, pieces):
    names = ["&" + name for name in sorted(html.entities.html5)]
    value = 0xCBF29CE484222325
    for _, out in strings(digest, pieces, names):
        for byte in (out + "\n").encode():
            value = (value ^ byte) * 0x100000001B3 & MASK
    return f"{value:016x}"


def quirk(case):
    prefix, unit, count, suffix = case["in_repeat"]
    try:
        return {"out": html.unescape(prefix + unit * count + suffix)}
    except ValueError as error:
        return {"error": type(error).__name__}


def numbers():
    """Where the meaning of a number changes, from both sides, in every way to write it."""
    edges = [0, 9, 11, 13, 14, 32, 127, 128, 160, 0xD800, 0xE000, 0xFDD0, 0xFDF0, 0xFFFE, 0x10000, 0x110000, 1 << 31, 1 << 32, 1 << 64]
    edges += [(plane << 16) + 0xFFFE for plane in range(1, 17)] + list(range(0x80, 0xA0))
    found = sorted({edge + step for edge in edges for step in (-1, 0, 1) if edge + step >= 0})
    for number in found:
        yield from (f"&#{number};", f"[&#0{number}]", f"&#x{number:X}g", f"&#X{number:06x};;")


def names(random):
    every = sorted(html.entities.html5)
    bare = [name for name in every if not name.endswith(";")]
    for name in bare:
        for behind in ("", ";", "=", "0", "q", "é", "&"):
            yield f"&{name}{behind}"
    for _ in range(700):
        name = random.pick(every)
        cut = random.below(len(name)) + 1
        yield "&" + random.pick([name, name[:cut], name.swapcase(), name[:cut] + "x" + name[cut:], name.rstrip(";") + random.pick(PIECES)])
    # A name may be 32 characters long and no longer.
    for name in ("amp", "nosuch", "CounterClockwiseContourIntegral"):
        for length in range(26, 40):
            yield "&" + name.ljust(length, "q") + ";"


def pieces(random, most):
    return "".join(random.pick(PIECES) for _ in range(random.below(most)))


def record(seed):
    random = Random(seed)
    escape, unescape, seen = [], [], set()

    def add_escape(text, quote, src):
        if ("escape", text, quote) not in seen:
            seen.add(("escape", text, quote))
            escape.append({"in": text, "quote": quote, "out": html.escape(text, quote), "src": src})

    def add_unescape(text, src):
        if ("unescape", text) not in seen:
            seen.add(("unescape", text))
            unescape.append({"in": text, "out": html.unescape(text), "src": src})

    for quote in (True, False):
        for number in range(256):
            add_escape(chr(number), quote, "character")
    for length in list(range(14, 19)) + list(range(30, 35)) + list(range(62, 67)) + list(range(94, 99)) + [127, 128, 129]:
        for at in (0, length // 2, length - 1):
            add_escape("." * at + random.pick("&<>\"'") + "." * (length - at - 1), at % 2 == 0, "place")
    for _ in range(700):
        add_escape(pieces(random, 30), random.below(2) == 0, "random")
    for text in numbers():
        add_unescape(text, "number")
    for text in names(random):
        add_unescape(text, "name")
    for _ in range(1100):
        add_unescape(pieces(random, 10), "random")
    for _ in range(100):
        add_unescape(html.escape(pieces(random, 12)), "escaped")

    quirks = [{"in_repeat": case} for case in (["&#", "9", 4300, ";"], ["&#", "9", 4301, ";"], ["&#", "0", 4400, "38;"], ["&#x", "f", 9000, ";"], ["&#x", "0", 9000, "26;"])]
    for case in quirks:
        case.update(quirk(case))
    digests = [{"kind": "numbers", "seed": 0, "count": 0x110000 + 1000}, {"kind": "unescape", "seed": seed, "count": 300_000}, {"kind": "escape", "seed": seed, "count": 20_000}]
    for digest in digests:
        digest["fnv1a"] = fnv1a(digest, PIECES)
    return {
        "meta": {"python": sys.version.split()[0], "seed": seed},
        "doc": __doc__.split("FORMAT\n")[1],
        "escape": escape,
        "unescape": unescape,
        "quirks": quirks,
        "html5": dict(sorted(html.entities.html5.items())),
        "name2codepoint": dict(sorted(html.entities.name2codepoint.items())),
        "codepoint2name": {str(number): name for number, name in sorted(html.entities.codepoint2name.items())},
        "digests": digests,
        "pieces": PIECES,
    }


def check(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    results = [(case, html.escape(case["in"], case["quote"]), case["out"]) for case in vectors["escape"]]
    results += [(case, html.unescape(case["in"]), case["out"]) for case in vectors["unescape"]]
    results += [(case, quirk(case), {key: case[key] for key in ("out", "error") if key in case}) for case in vectors["quirks"]]
    results += [(digest, fnv1a(digest, vectors["pieces"]), digest["fnv1a"]) for digest in vectors.get("digests", [])]
    results.append(("html5", html.entities.html5, vectors["html5"]))
    results.append(("name2codepoint", html.entities.name2codepoint, vectors["name2codepoint"]))
    results.append(("codepoint2name", html.entities.codepoint2name, {int(number): name for number, name in vectors["codepoint2name"].items()}))
    wrong = [result for result in results if result[1] != result[2]]
    for case, got, expected in wrong[:10]:
        print(f"{ascii(case)[:200]}\n  here {ascii(got)[:200]}\n  file {ascii(expected)[:200]}")
    print(f"{path}: {len(results) - len(wrong)} of {len(results)} give the same with Python {sys.version.split()[0]}")
    return not wrong


def write(path, vectors):
    """One case a line, so that a difference between two recordings can be read."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        parts = []
        for key, value in vectors.items():
            if isinstance(value, list) and key != "pieces":
                text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":"), ensure_ascii=False) for case in value) + "\n]"
            else:
                text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
            parts.append(f"{json.dumps(key)}: {text}")
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


def main(arguments):
    match arguments:
        case ["record", path]:
            write(path, record(20110220))
        case ["check", *paths] if paths:
            return 0 if all([check(path) for path in paths]) else 1
        case _:
            print(__doc__)
            return 2
    return 0


sys.exit(main(sys.argv[1:]))
