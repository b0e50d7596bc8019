"""Threads: one computation per key, no deadlock, an exception for whoever computed it.

Whatever could hang runs in a process of its own, under a time limit.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from _support import run_script

COMMON = """
import os
import sys
import threading
import time
import rememo

def together(number, work):
    barrier = threading.Barrier(number)
    results = [None] * number
    def one(index):
        barrier.wait(10)
        try:
            results[index] = work(index)
        except BaseException as error:
            results[index] = error
    threads = [threading.Thread(target=one, args=(i,), daemon=True) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive(), "a thread hangs"
    return results

"""


def run(tmp_path: Path, source: str) -> list[str]:
    """The lines which the script printed; the script is at the margin."""
    return run_script(tmp_path, COMMON + source).splitlines()


def test_32_threads_on_one_cold_key_run_the_body_once(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
@rememo.cache
def slow(x):
    print("ran", flush=True)
    time.sleep(0.3)
    return [x]

results = together(32, lambda _: slow(7))
assert results == [[7]] * 32, results
assert all(result is results[0] for result in results)
info = slow.cache_info()
assert (info.misses, info.hits) == (1, 31), info  # whoever waited found the result
""",
    )
    assert lines == ["ran"]


def test_threads_on_one_key_spelled_differently_run_once(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
@rememo.cache
def slow(a, b=2):
    print("ran", flush=True)
    time.sleep(0.3)
    return a + b

calls = [lambda: slow(1), lambda: slow(1, 2), lambda: slow(a=1), lambda: slow(b=2, a=1)]
assert together(8, lambda i: calls[i % 4]()) == [3] * 8
""",
    )
    assert lines == ["ran"]


def test_different_keys_run_at_the_same_time(tmp_path: Path) -> None:
    """Each of four bodies waits until all four are running."""
    lines = run(
        tmp_path,
        """
everyone = threading.Barrier(4)

@rememo.cache
def meet(x):
    everyone.wait(10)
    return x

assert together(4, meet) == [0, 1, 2, 3]
print("met")
""",
    )
    assert lines == ["met"]


def test_private_outputs_are_private_among_waiters_too(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
@rememo.cache(output="private")
def slow():
    print("ran", flush=True)
    time.sleep(0.2)
    return [1]

results = together(8, lambda _: slow())
assert len({id(result) for result in results}) == 8
results[0].append(2)
assert results[1:] == [[1]] * 7 and slow() == [1]
""",
    )
    assert lines == ["ran"]


def test_an_exception_while_others_wait_hangs_nobody(tmp_path: Path) -> None:
    """Whoever did not see the exception has a right result, and the next call has one too."""
    lines = run(
        tmp_path,
        """
failed = threading.Event()

@rememo.cache
def flaky(x):
    first = not failed.is_set()
    failed.set()
    time.sleep(0.2)
    if first:
        raise LookupError("first")
    return 42

results = together(16, lambda _: flaky(1))
errors = [result for result in results if isinstance(result, BaseException)]
assert errors and all(type(error) is LookupError for error in errors), results
assert all(result == 42 for result in results if not isinstance(result, BaseException)), results
assert flaky(1) == 42
print("fine")
""",
    )
    assert lines == ["fine"]


def test_an_exception_of_every_run_reaches_every_caller(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
@rememo.cache
def fails(x):
    time.sleep(0.01)
    raise LookupError(x)

results = together(8, lambda _: fails(1))
assert all(type(result) is LookupError for result in results), results
print("fine")
""",
    )
    assert lines == ["fine"]


def test_an_interrupted_run_releases_its_claim(tmp_path: Path) -> None:
    """KeyboardInterrupt and SystemExit are no results either."""
    lines = run(
        tmp_path,
        """
failed = threading.Event()

@rememo.cache
def once(x):
    if not failed.is_set():
        failed.set()
        raise KeyboardInterrupt
    return x

try:
    once(1)
except KeyboardInterrupt:
    print("interrupted")
assert together(1, lambda _: once(1)) == [1]
""",
    )
    assert lines == ["interrupted"]


def test_recursion_through_the_cache(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
@rememo.cache
def fib(n):
    os.write(1, b"%d\\n" % n)  # in one piece, from any thread
    return n if n < 2 else fib(n - 1) + fib(n - 2)

assert fib(80) == 23416728348467685
results = together(16, lambda i: fib(100 + i))
assert len(set(results)) == 16
""",
    )
    assert sorted(map(int, lines)) == list(range(116))  # each body once, in all threads


def test_a_call_of_the_same_key_inside_its_own_run_computes(tmp_path: Path) -> None:
    """Waiting for oneself would be for ever."""
    lines = run(
        tmp_path,
        """
@rememo.cache(ignore=("depth",))
def f(x, depth):
    return 0 if depth == 0 else f(x, depth - 1) + 1

assert f(1, 3) == 3
print("fine")

@rememo.cache
def endless(x):
    return endless(x)

try:
    endless(1)
except RecursionError:
    print("recursion error")
""",
    )
    assert lines == ["fine", "recursion error"]


MUTUAL = """
both = threading.Barrier({number})

def step(depth, meet):
    if meet:
        both.wait(10)
    time.sleep(0.05)

{functions}

functions = [{names}]
results = together({number}, lambda i: functions[i](7, 4, True))
assert all(type(result) is int for result in results), results
print("fine")
"""

FUNCTION = """
@rememo.cache(ignore=("depth", "meet"))
def f{index}(x, depth, meet=False):
    step(depth, meet)
    return 0 if depth == 0 else f{next}(x, depth - 1) + 1
"""


def mutual(number: int) -> str:
    """`number` functions in a ring, each thread inside one, each calling the next one's key."""
    functions = "".join(
        FUNCTION.format(index=index, next=(index + 1) % number) for index in range(number)
    )
    names = ", ".join(f"f{index}" for index in range(number))
    return MUTUAL.format(number=number, functions=functions, names=names)


@pytest.mark.parametrize("number", [2, 3])
def test_mutual_recursion_of_threads_does_not_deadlock(tmp_path: Path, number: int) -> None:
    assert run(tmp_path, mutual(number)) == ["fine"]


def test_waiting_for_a_key_does_not_hold_the_others(tmp_path: Path) -> None:
    """While a body runs, hits and other misses of the same function go on."""
    lines = run(
        tmp_path,
        """
running, release = threading.Event(), threading.Event()

@rememo.cache
def f(x):
    if x == 0:
        running.set()
        release.wait(10)
    return x

f(1)
thread = threading.Thread(target=f, args=(0,), daemon=True)
thread.start()
assert running.wait(10)
assert f(1) == 1 and f(2) == 2 and f.contains(2) and not f.contains(0)
assert f.cache_info().currsize == 2
f.clear(1)
rememo.stats()
release.set()
thread.join(10)
assert not thread.is_alive() and f.contains(0)
print("fine")
""",
    )
    assert lines == ["fine"]


def test_clearing_while_a_run_is_under_way(tmp_path: Path) -> None:
    """What was asked for after the clearing is not answered from before it."""
    lines = run(
        tmp_path,
        """
running, release = threading.Event(), threading.Event()
turn = threading.Event()

@rememo.cache
def f():
    if not turn.is_set():
        turn.set()
        running.set()
        release.wait(10)
        return "old"
    return "new"

got = []
thread = threading.Thread(target=lambda: got.append(f()), daemon=True)
thread.start()
assert running.wait(10)
f.cache_clear()
release.set()
thread.join(10)
assert got == ["old"]
assert f() == "new"
print("fine")
""",
    )
    assert lines == ["fine"]


def test_every_operation_is_safe_from_any_thread(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
import random
sys.setswitchinterval(1e-5)

@rememo.cache(max_entries=20, ttl=0.05)
def f(x, *rest):
    return [x, *rest]

@rememo.cache(output="private")
def g(x):
    return {"x": x}

def work(index):
    chance = random.Random(index)
    for _ in range(1500):
        x = chance.randrange(40)
        choice = chance.randrange(12)
        if choice == 0:
            f.clear(x)
        elif choice == 1:
            f.contains(x)
        elif choice == 2:
            assert f.refresh(x) == [x]
        elif choice == 3:
            f.cache_info(), rememo.stats()
        elif choice == 4 and x == 0:
            f.cache_clear(); rememo.clear()
        elif choice < 8:
            value = g(x)
            assert value == {"x": x}, value
            value["x"] = -1
        else:
            assert f(x, 1) == [x, 1]
    return "done"

results = together(8, work)
assert results == ["done"] * 8, results
assert f.cache_info().currsize <= 20
print("fine")
""",
    )
    assert lines == ["fine"]


def test_a_fork_while_a_thread_computes_leaves_a_child_that_works(tmp_path: Path) -> None:
    """The child has no such thread: it computes itself instead of waiting for nobody."""
    lines = run(
        tmp_path,
        """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
running, release = threading.Event(), threading.Event()
parent = os.getpid()

@rememo.cache
def f(x):
    if x == 1 and os.getpid() == parent:
        running.set()
        release.wait(20)
    return x * 2

assert f(0) == 0
thread = threading.Thread(target=f, args=(1,), daemon=True)
thread.start()
assert running.wait(10)
child = os.fork()
if child == 0:
    ok = f(1) == 2 and f(2) == 4 and f(0) == 0 and f.contains(0)
    f.cache_clear()
    ok = ok and f(1) == 2 and together(4, f) == [0, 2, 4, 6]
    os._exit(0 if ok else 3)
deadline = time.monotonic() + 15
while True:
    pid, status = os.waitpid(child, os.WNOHANG)
    if pid:
        break
    if time.monotonic() > deadline:
        os.kill(child, 9)
        raise SystemExit("the child hangs")
    time.sleep(0.01)
assert os.waitstatus_to_exitcode(status) == 0, status
release.set()
thread.join(10)
assert f(1) == 2
print("fine")
""",
    )
    assert lines == ["fine"]
