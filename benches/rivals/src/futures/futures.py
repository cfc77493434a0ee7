"""The CPython side of the futures cases: OPERATION SIZE, one round, the value on the last line."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

WORKERS = 2
PRODUCERS = 4


def identity(x):
    return x


def double(x):
    return x * 2


def hold(pool):
    """Keep every worker in a task; return the barrier that lets them go on, and their futures."""
    held = threading.Barrier(WORKERS + 1)
    release = threading.Barrier(WORKERS + 1)

    def task():
        held.wait()
        release.wait()

    futures = [pool.submit(task) for _ in range(WORKERS)]
    held.wait()
    return release, futures


def let_go(release, futures):
    release.wait()
    for future in futures:
        future.result()


def resident_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise OSError("no VmRSS in /proc/self/status")


def pingpong(pool, size):
    start = time.perf_counter()
    total = 0
    for task in range(size):
        total += pool.submit(identity, task).result()
    return (time.perf_counter() - start) / size * 1e6, total


def flood(pool, size):
    start = time.perf_counter()
    futures = [pool.submit(identity, task) for task in range(size)]
    total = sum(future.result() for future in futures)
    return (time.perf_counter() - start) / size * 1e9, total


def producers4(pool, size):
    share = size // PRODUCERS
    ready = threading.Barrier(PRODUCERS)
    produced = []

    def produce(producer):
        ready.wait()
        start = time.perf_counter()
        tasks = range(producer * share, (producer + 1) * share)
        futures = [pool.submit(identity, task) for task in tasks]
        total = sum(future.result() for future in futures)
        produced.append((total, start, time.perf_counter()))

    threads = [threading.Thread(target=produce, args=(n,)) for n in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    totals, starts, ends = zip(*produced)
    return (max(ends) - min(starts)) / size * 1e9, sum(totals)


def completed(pool, size):
    start = time.perf_counter()
    futures = [pool.submit(identity, task) for task in range(size)]
    total = sum(future.result() for future in as_completed(futures))
    return (time.perf_counter() - start) / size * 1e9, total


def mapped(pool, size):
    start = time.perf_counter()
    total = sum(pool.map(double, range(size)))
    return (time.perf_counter() - start) / size * 1e9, total // 2


def memory(pool, size):
    held = hold(pool)
    futures = []
    before = resident_bytes()
    for task in range(size):
        futures.append(pool.submit(identity, task))
    after = resident_bytes()
    let_go(*held)
    return (after - before) / size, sum(future.result() for future in futures)


def idle_cpu(pool, size):
    total = 0
    used = time.process_time()
    start = due = time.perf_counter()
    for tick in range(size):
        due += 0.001
        time.sleep(max(0.0, due - time.perf_counter()))
        total += pool.submit(identity, tick).result()
    elapsed = time.perf_counter() - start
    return (time.process_time() - used) / elapsed * 100, total


OPERATIONS = {
    "pingpong": pingpong,
    "flood": flood,
    "producers4": producers4,
    "as_completed": completed,
    "map": mapped,
    "memory": memory,
    "idle_cpu": idle_cpu,
}


def main():
    operation, size = sys.argv[1], int(sys.argv[2])
    with ThreadPoolExecutor(WORKERS) as pool:
        # All workers are up before the clock starts, as on the Rust side.
        let_go(*hold(pool))
        try:
            value, total = OPERATIONS[operation](pool, size)
        except OSError as error:
            print("cannot run:", error)
            return
    expected = sum(range(size))
    if total != expected:
        print(f"wrong: expected {expected}, got {total}")
    else:
        print("value", value)


main()
