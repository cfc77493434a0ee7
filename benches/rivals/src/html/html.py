"""The CPython side of the html cases: OPERATION SIZE, one round, the value on the last line."""

import html
import html.entities
import sys
import time

SIZE = 1_000_000
SPECIALS = ["&", "<", ">", '"', "'"]


class Random:
    def __init__(self, seed):
        self.state = seed

    def below(self, end):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % end

    def pick(self, values):
        return values[self.below(len(values))]


def typical():
    random, parts, size = Random(1), [], 0
    while size < SIZE:
        part = random.pick(FRAGMENTS)
        parts.append(part)
        size += len(part.encode())
    return "".join(parts)


def plain():
    return typical().translate({ord(special): "." for special in SPECIALS})


def dense():
    random = Random(2)
    return "".join([random.pick(SPECIALS) for _ in range(SIZE)])


def references():
    random, parts, meaning, size = Random(3), [], [], 0
    names = sorted(html.entities.html5.items())
    while size < SIZE:
        if random.below(4) == 0:
            number = 0xA0 + random.below(0x2F60)
            part = f"&#{number};"
            meaning.append(chr(number))
        else:
            name, text = random.pick(names)
            part = f"&{name} "
            meaning.append(text + " ")
        parts.append(part)
        size += len(part)
    return "".join(parts), "".join(meaning)


def short():
    random, texts = Random(4), []
    for _ in range(16_384):
        text = [chr(ord("a") + random.below(26)) for _ in range(32)]
        if random.below(4) == 0:
            at = random.below(32)
            text[at] = random.pick(SPECIALS)
        texts.append("".join(text))
    return texts


def through(function, text, passes, meaning, back=lambda answer: answer):
    start = time.perf_counter()
    for _ in range(passes):
        answer = function(text)
    seconds = time.perf_counter() - start
    return len(text.encode()) * passes / 1e6 / seconds, back(str(answer)) == meaning


def each(function, texts, passes):
    start = time.perf_counter()
    for _ in range(passes):
        for text in texts:
            function(text)
    seconds = time.perf_counter() - start
    right = all(html.unescape(str(function(text))) == text for text in texts)
    return seconds / passes / len(texts) * 1e9, right


def escaping(operation, function, passes):
    if operation == "escape_short":
        return each(function, short(), passes)
    text = {"escape_plain": plain, "escape_typical": typical, "escape_dense": dense}[operation]()
    return through(function, text, passes, text, html.unescape)


def main():
    operation, passes = sys.argv[1], int(sys.argv[2])
    if operation.startswith("markupsafe_"):
        try:
            import markupsafe._speedups
        except ImportError:
            print("cannot run: this Python has no MarkupSafe with its C part")
            return
        value, right = escaping(operation.removeprefix("markupsafe_"), markupsafe.escape, passes)
    elif operation == "unescape_typical":
        text = typical()
        value, right = through(html.unescape, html.escape(text), passes, text)
    elif operation == "unescape_dense":
        text, meaning = references()
        value, right = through(html.unescape, text, passes, meaning)
    else:
        value, right = escaping(operation, html.escape, passes)
    print(f"value {value}" if right else "wrong: the answer does not mean what it should")


main()
