"""The CPython side of the lru cases: OPERATION SIZE, one round, the value on the last line."""

import functools
import sys
import threading
import time

KEYS, CALLS = 128, 4_096


def order():
    state, found, mask = 88172645463325252, [], (1 << 64) - 1
    for _ in range(CALLS):
        state ^= state << 13 & mask
        state ^= state >> 7
        state ^= state << 17 & mask
        found.append((state >> 11) % KEYS)
    return found


def mixed(n):
    return (n * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 32


def through(cached, arguments, passes):
    """Seconds for all calls, and what they add up to."""
    total = 0
    start = time.perf_counter()
    for _ in range(passes):
        for argument in arguments:
            total += cached(argument)
    return time.perf_counter() - start, total


def hit_u64(passes):
    cached = functools.lru_cache(256)(mixed)
    for n in range(KEYS):
        cached(n)
    seconds, total = through(cached, order(), passes)
    right = total == passes * sum(map(mixed, order())) and cached.cache_info().misses == KEYS
    return seconds / passes / CALLS * 1e9, right


def hit_str(passes):
    def letters(text):
        return sum(text.encode())

    cached = functools.lru_cache(256)(letters)
    texts = [f"name {n:05} of a user." for n in range(KEYS)]
    for text in texts:
        cached(text)
    # Objects of their own: what is asked for is equal to what is there, and not the same.
    asked = [texts[n].encode().decode() for n in order()]
    seconds, total = through(cached, asked, passes)
    right = total == passes * sum(map(letters, asked)) and cached.cache_info().misses == KEYS
    return seconds / passes / CALLS * 1e9, right


def hit_2threads(passes):
    cached = functools.lru_cache(256)(mixed)
    for n in range(KEYS):
        cached(n)
    begin, results = threading.Barrier(2), []

    def work():
        begin.wait()
        results.append(through(cached, order_now, passes))

    order_now = order()
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    right = all(total == passes * sum(map(mixed, order_now)) for _, total in results)
    return max(seconds for seconds, _ in results) / passes / CALLS * 1e9, right


def miss_evict(size, calls):
    cached = functools.lru_cache(size)(mixed)
    for n in range(size):
        cached(n)
    seconds, total = through(cached, range(size, size + calls), 1)
    right = total == sum(map(mixed, range(size, size + calls)))
    return seconds / calls * 1e9, right and cached.cache_info().misses == size + calls


def fib_cold(times):
    @functools.lru_cache(128)
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    right, start = True, time.perf_counter()
    for _ in range(times):
        fib.cache_clear()
        right &= fib(90) == 2880067194370816120
    return (time.perf_counter() - start) / times * 1e6, right


OPERATIONS = {
    "hit_u64": hit_u64,
    "hit_str": hit_str,
    "hit_2threads": hit_2threads,
    "miss_evict_256": lambda calls: miss_evict(256, calls),
    "miss_evict_100k": lambda calls: miss_evict(100_000, calls),
    "fib_cold": fib_cold,
}


def main():
    value, right = OPERATIONS[sys.argv[1]](int(sys.argv[2]))
    print(f"value {value}" if right else "wrong: the calls returned something else")


main()
