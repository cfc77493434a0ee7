#!/usr/bin/env python3.13
r"""Record how CPython reads and writes text, as textio vectors.

    python3.13 tests/vectors/record/textio.py tests/vectors/textio.json

Standard library only. The inputs come from a fixed seed, so that every run records the same cases. An error after which what a reader
gives depends on its buffer ends the case.
"""

import codecs
import io
import json
import random
import sys

DOC = r"""
Text is a JSON string; with half surrogates it is {"w": hex of its UTF-8 by "surrogatepass"}. An error is {"err": class, "reason"?}.
read         {hex, enc, nl, ops, out, errors?}: TextIOWrapper(enc, errors, newline=nl) over a raw file of the bytes hex; out[i] is what the
             operation ops[i] gave: read n, readline n, iter (the lines that are left), read_loop n (read(n) until ""), newlines. The
             result is the same for every size of the raw file's reads.
write        {enc, nl, ops, trace, final, errors?}: TextIOWrapper over BufferedWriter over a file in memory; trace[i] is [result of ops[i],
             the hex of the file after it], final the hex after one more flush
memory       {cls, init, nl, ops, out}: StringIO(init, newline=nl); ops as in read, and write, getvalue, tell, seek, truncate
newline_decoder  {translate, steps}: IncrementalNewlineDecoder(None, translate); a step is [input, final, output, newlines, 1 if a "\r" is held]
incremental  {enc, errors, hex, steps}: the incremental decoder fed with one byte a call, then with none and final=True; a step is [text] or
             [text, hex of what is held back] in encodings whose name begins with utf
nl is null, "", "\n", "\r" or "\r\n".
""".strip()

R = random.Random(32)
NEWLINES = [None, "", "\n", "\r", "\r\n"]
READING = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape"]
WRITING = ["strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace"]
UNICODE = "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be".split()
SETS = """ascii latin-1 cp037 cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869
    cp874 cp875 cp1026 cp1125 cp1140 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 hp-roman8 iso8859-2 iso8859-3
    iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r
    koi8-t koi8-u kz1048 mac-arabic mac-croatian mac-cyrillic mac-farsi mac-greek mac-iceland mac-latin2 mac-roman mac-romanian
    mac-turkish palmos ptcp154 tis-620""".split()
PIECES = ["a", "word", " ", "\n", "\n", "\r", "\r\n", "\r\n", "é", "ß", "€", "я", "λ", "日本", "🐎", "\u2028", "\x85", "\x0b", "\ufeff"]


class Raw(io.RawIOBase):
    def __init__(self, data, size):
        self.data, self.size = data, size

    def readable(self):
        return True

    def readinto(self, into):
        piece = self.data[: min(self.size, len(into))]
        into[: len(piece)] = piece
        self.data = self.data[len(piece) :]
        return len(piece)


def shown(value):
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return {"w": value.encode("utf-8", "surrogatepass").hex()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value


def raised(error):
    reason = {"reason": error.reason} if hasattr(error, "reason") else {}
    return {"err": type(error).__name__, **reason}


def do(file, op):
    name, *args = op
    if name == "iter":
        return list(file)
    if name == "read_loop":
        return list(iter(lambda: file.read(*args), ""))
    if name == "newlines":
        return file.newlines
    return getattr(file, name)(*args)


def run(file, ops):
    out = []
    for op in ops:
        try:
            out.append(shown(do(file, op)))
        except UnicodeError as error:
            out.append(raised(error))
            break
    return out


def text(most):
    return "".join(R.choice(PIECES) for _ in range(R.randrange(most)))


def damaged(data):
    data = bytearray(data)
    for _ in range(R.randrange(4)):
        if data:
            at = R.randrange(len(data))
            if R.randrange(5):
                data[at] = R.choice([0, 0x80, 0xC3, 0xD8, 0xDC, 0xE2, 0xED, 0xF0, 0xFF, R.randrange(256)])
            else:
                del data[at:]
    return bytes(data)


def read(enc):
    data = text(12).encode(enc, "ignore")
    data = damaged(data) if enc in UNICODE else data + bytes(R.sample(range(256), 6))
    errors, nl = R.choice(READING), R.choice(NEWLINES)
    try:
        data.decode(enc, errors)
        ops = R.choice([[["iter"]], [["read_loop", R.randrange(1, 4)]], [["readline", 3], ["read", 2], ["iter"]]]) + [["newlines"]]
    except UnicodeError:
        ops = [["read", -1]]
    case = {"hex": data.hex(), "enc": enc, "nl": nl, "ops": ops}
    if errors != "strict":
        case["errors"] = errors
    results = []
    for size in (1, 2, 3, 5, 7, 64, 8192):
        buffered = io.BufferedReader(Raw(data, size))
        results.append(run(io.TextIOWrapper(buffered, encoding=enc, errors=errors, newline=nl), ops))
    # Some errors of the encodings with a mark depend on how the bytes come.
    if all(result == results[0] for result in results):
        yield {**case, "out": results[0]}


def write(enc):
    errors, nl = R.choice(WRITING), R.choice(NEWLINES)
    ops = [["write", text(6)] if R.randrange(5) else ["flush"] for _ in range(R.randrange(1, 5))]
    raw, trace = io.BytesIO(), []
    file = io.TextIOWrapper(io.BufferedWriter(raw), encoding=enc, errors=errors, newline=nl)
    for op in ops:
        try:
            result = do(file, op)
        except UnicodeError as error:
            if not trace:
                return
            result = raised(error)
        trace.append([result, raw.getvalue().hex()])
    file.flush()
    yield {"enc": enc, "nl": nl, "ops": ops, "errors": errors, "trace": trace, "final": raw.getvalue().hex()}


def memory():
    nl, init, ops = R.choice(NEWLINES), text(6), []
    for _ in range(R.randrange(1, 7)):
        ops.append(R.choice([
            ["write", text(4)], ["read", R.randrange(4)], ["readline"], ["readline", R.randrange(4)], ["getvalue"], ["tell"], ["iter"],
            ["seek", R.randrange(8)], ["truncate", R.randrange(6)], ["newlines"],
        ]))  # fmt: skip
    ops.append(["getvalue"])
    yield {"cls": "StringIO", "init": init, "nl": nl, "ops": ops, "out": run(io.StringIO(init, newline=nl), ops)}


def newline_decoder():
    translate, steps = R.choice([False, True]), []
    decoder = io.IncrementalNewlineDecoder(None, translate)
    for left in range(R.randrange(1, 6), 0, -1):
        piece = "".join(R.choice(["a", "\r", "\n", "\r\n"]) for _ in range(R.randrange(4)))
        last = left == 1
        output = decoder.decode(piece, final=last)
        steps.append([piece, last, output, shown(decoder.newlines), decoder.getstate()[1] & 1])
    yield {"translate": translate, "steps": steps}


def incremental(enc):
    data, errors = damaged(text(7).encode(enc))[:24], R.choice(["ignore", "replace", "backslashreplace"])
    decoder, steps = codecs.getincrementaldecoder(enc)(errors), []
    try:
        for at in range(len(data) + 1):
            piece = shown(decoder.decode(data[at : at + 1], at == len(data)))
            held = decoder.getstate()[0].hex() if at < len(data) else ""
            steps.append([piece, held] if held else [piece])
    except UnicodeError:
        return
    yield {"enc": enc, "errors": errors, "hex": data.hex(), "steps": steps}


def main():
    encodings = UNICODE * 25 + SETS * 3
    lists = {
        "read": [case for enc in encodings for case in read(enc)],
        "write": [case for enc in UNICODE * 10 + SETS * 2 for case in write(enc)],
        "memory": [case for _ in range(120) for case in memory()],
        "newline_decoder": [case for _ in range(60) for case in newline_decoder()],
        "incremental": [case for enc in UNICODE * 12 for case in incremental(enc)],
    }
    meta = {"python": ".".join(map(str, sys.version_info[:3]))}
    with open(sys.argv[1], "w", encoding="utf-8", newline="\n") as out:
        out.write(f'{{"meta": {json.dumps(meta)},\n"doc": {json.dumps(DOC)}')
        for name, cases in lists.items():
            rows = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
            out.write(f',\n"{name}": [\n{rows}\n]')
        out.write("}\n")


main()
