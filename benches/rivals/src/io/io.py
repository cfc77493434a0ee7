"""The CPython side of the io cases: OPERATION MEGABYTES, one round, the value on the last line.

FOLDER, where the other side has put the files, is defined in front of this."""

import os
import sys
import time


def read(path, encoding):
    lines = length = 0
    start = time.perf_counter()
    with open(path, encoding=encoding) as file:
        for line in file:
            lines += 1
            length += len(line)
    return time.perf_counter() - start, length


def main():
    operation, megabytes = sys.argv[1], int(sys.argv[2])
    kind = operation.partition("_")[2]
    encoding = {"latin1": "latin-1", "utf16": "utf-16-le"}.get(kind, "utf-8")
    if operation == "write_crlf":
        with open(os.path.join(FOLDER, f"ascii-{megabytes}"), encoding="utf-8") as file:
            lines = list(file)
        size = sum(map(len, lines))
        start = time.perf_counter()
        with open(os.devnull, "w", encoding="utf-8", newline="\r\n") as file:
            for line in lines:
                file.write(line)
        seconds = time.perf_counter() - start
    else:
        path = os.path.join(FOLDER, f"{kind}-{megabytes}")
        size = os.path.getsize(path)
        seconds, length = read(path, encoding)
        with open(path, encoding=encoding) as file:
            if length != len(file.read()):
                print("wrong: the lines are not the text")
                return
    print(f"value {size / 1e6 / seconds}")


main()
