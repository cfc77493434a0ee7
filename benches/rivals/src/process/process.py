"""The CPython side of the process cases: OPERATION SIZE, one round, the value on the last line.

OPERATION is two words: how the pool starts its workers, and the case.
"""

import multiprocessing
import os
import socket
import sys
import time
from concurrent.futures import ProcessPoolExecutor

WORKERS = 2
CHUNK = 1_000


def identity(x):
    return x


def double(x):
    return x * 2


def wait_for_release(port):
    with socket.create_connection(("127.0.0.1", port)) as to_parent:
        to_parent.recv(1)


class Hold:
    """All workers of a pool, each kept in a task until it is released."""

    def __init__(self, pool):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(30)
            port = listener.getsockname()[1]
            self.tasks = [pool.submit(wait_for_release, port) for _ in range(WORKERS)]
            self.workers = [listener.accept()[0] for _ in range(WORKERS)]

    def release(self):
        for worker in self.workers:
            with worker:
                worker.sendall(b"1")
        for task in self.tasks:
            task.result()


def start(context):
    """Make a pool and bring all its workers up before the clock starts, as on the Rust side."""
    pool = ProcessPoolExecutor(WORKERS, mp_context=context)
    Hold(pool).release()
    return pool


def open_descriptors():
    return len(os.listdir("/proc/self/fd"))


def pingpong(context, size):
    with start(context) as pool:
        begin = time.perf_counter()
        total = 0
        for call in range(size):
            total += pool.submit(identity, call).result()
        elapsed = time.perf_counter() - begin
    return elapsed / size * 1e6, total, sum(range(size))


def flood(context, size):
    with start(context) as pool:
        begin = time.perf_counter()
        futures = [pool.submit(identity, call) for call in range(size)]
        total = sum(future.result() for future in futures)
        elapsed = time.perf_counter() - begin
    return elapsed / size * 1e6, total, sum(range(size))


def map_chunked(context, size):
    with start(context) as pool:
        begin = time.perf_counter()
        total = sum(pool.map(double, range(size), chunksize=CHUNK))
        elapsed = time.perf_counter() - begin
    return elapsed / size * 1e9, total, 2 * sum(range(size))


def echo_1mib(context, size):
    sent = bytes(place % 251 for place in range(1 << 20))
    with start(context) as pool:
        payload = pool.submit(identity, sent).result()
        begin = time.perf_counter()
        for _ in range(size):
            payload = pool.submit(identity, payload).result()
        elapsed = time.perf_counter() - begin
    return elapsed / size * 1e6, payload == sent, True


def cold_start(context, size):
    begin = time.perf_counter()
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        value = pool.submit(identity, size).result()
        elapsed = time.perf_counter() - begin
    return elapsed * 1e3, value, size


def fds_10k(context, size):
    before = open_descriptors()
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        hold = Hold(pool)
        futures = [pool.submit(identity, call) for call in range(size)]
        # The workers that are held have a connection to this process each.
        added = open_descriptors() - before - WORKERS
        hold.release()
        total = sum(future.result() for future in futures)
    return added, total, sum(range(size))


OPERATIONS = {
    "pingpong": pingpong,
    "flood": flood,
    "map_chunked": map_chunked,
    "echo_1mib": echo_1mib,
    "cold_start": cold_start,
    "fds_10k": fds_10k,
}


def main():
    method, operation = sys.argv[1].split()
    try:
        context = multiprocessing.get_context(method)
        value, answer, expected = OPERATIONS[operation](context, int(sys.argv[2]))
    except (OSError, ValueError) as error:
        print("cannot run:", error)
        return
    if answer != expected:
        print(f"wrong: expected {expected}, got {answer}")
    else:
        print("value", value)


# A worker of the spawn method runs this file, too.
if __name__ == "__main__":
    main()
