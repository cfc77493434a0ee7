"""The CPython side of the argparse cases: OPERATION SIZE, one round, the value on the last line."""

import argparse
import sys
import time

WORDS = ["-v", "--jobs", "8", "-o", "out", "--include", "a", "--level", "high", "file"]


def tool():
    parser = argparse.ArgumentParser(prog="tool", description="Does things with files.")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="how many at once (default: %(default)s)")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write")
    parser.add_argument("-I", "--include", action="append", help="where to look")
    parser.add_argument("--level", choices=["low", "mid", "high"], default="mid", help="how hard to try")
    parser.add_argument("files", nargs="*", help="what to read")
    return parser


def build_and_parse(count):
    start = time.perf_counter()
    for _ in range(count):
        args = tool().parse_args(WORDS)
    elapsed = time.perf_counter() - start
    assert (args.verbose, args.quiet, args.jobs, args.output) == (1, False, 8, "out")
    assert (args.include, args.level, args.files) == (["a"], "high", ["file"])
    return elapsed / count * 1e9


def help(count):
    parser = tool()
    start = time.perf_counter()
    for _ in range(count):
        text = parser.format_help()
    elapsed = time.perf_counter() - start
    assert "where to write" in text
    return elapsed / count * 1e9


def pairs(count):
    parser = argparse.ArgumentParser(prog="tool")
    parser.add_argument("-a", action="append")
    words = ["-a", "X"] * count
    start = time.perf_counter()
    args = parser.parse_args(words)
    elapsed = time.perf_counter() - start
    assert args.a == ["X"] * count
    return elapsed * 1e3


operation, size = sys.argv[1], int(sys.argv[2])
print("value", {"build_and_parse": build_and_parse, "help": help, "pairs": pairs}[operation](size))
