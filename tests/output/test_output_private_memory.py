"""`output="private"`: what copies of large results take of the process and give back."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rememo
from _support import ran, run_script, runs

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@rememo.cache(output="private")
def numbers(n: int) -> Any:
    ran()
    return np.arange(float(n))


MEGABYTE = 131_072


def mappings() -> int:
    """Mappings of regions in this process."""
    return Path("/proc/self/maps").read_text().count("memfd:rememo")


def descriptors() -> int:
    """Files of regions that are open in this process."""
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found += "memfd:rememo" in os.readlink(entry)
        except OSError:
            continue
    return found


@LINUX
def test_a_thousand_hits_leave_nothing_behind() -> None:
    numbers(MEGABYTE)
    for _ in range(1000):
        numbers(MEGABYTE)[0] = 1
    gc.collect()
    assert (mappings(), descriptors()) == (0, 1)
    numbers.cache_clear()
    assert descriptors() == 0


@LINUX
def test_a_mapping_lives_as_long_as_anything_that_lies_in_it() -> None:
    @rememo.cache(output="private")
    def two() -> Any:
        ran()
        return {"a": np.zeros(MEGABYTE), "b": np.ones(MEGABYTE)}

    two()
    value = two()
    assert mappings() == 1
    view = value["b"][10:20]
    del value
    gc.collect()
    assert mappings() == 1
    two.cache_clear()
    assert descriptors() == 0
    view += 1
    assert view.tolist() == [2.0] * 10
    del view
    gc.collect()
    assert mappings() == 0


@LINUX
def test_small_arrays_take_no_mapping() -> None:
    numbers(100)
    value = numbers(100)
    assert (mappings(), descriptors()) == (0, 0)
    assert value.flags.owndata


@LINUX
def test_a_copy_shares_its_memory_until_it_is_written_to() -> None:
    """A hundred copies of 80 MB fit, and a written page costs a page."""
    numbers(10 * MEGABYTE)
    before = private_memory()
    copies = [numbers(10 * MEGABYTE) for _ in range(100)]
    for copy in copies:
        copy[MEGABYTE] = -1
    assert private_memory() - before < 16 << 20
    assert {copy[MEGABYTE] for copy in copies} == {-1.0}
    assert numbers(10 * MEGABYTE)[MEGABYTE] == MEGABYTE


def private_memory() -> int:
    """Bytes that this process has written to and shares with no one."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not tell")


# What a result takes of `max_bytes`, by how many bytes are in it.
SIZED: dict[str, Callable[[int], Any]] = {
    "a large array": lambda n: np.zeros(n, dtype="u1"),
    "small arrays": lambda n: [np.zeros(1000, dtype="u1") for _ in range(n // 1000)],
    "a dict of arrays": lambda n: {i: np.zeros(n // 10, dtype="u1") for i in range(10)},
    "bytes": lambda n: [b"x" * n],
    "a bytearray": lambda n: bytearray(n),
    "text": lambda n: ["x" * n],
    "an array of text": lambda n: np.array(["x" * 1000 + str(i) for i in range(n // 1000)], object),
    "a list": lambda n: [float(i) for i in range(n // 40)],
    "an instance": lambda n: BaseException([np.zeros(n // 2, dtype="u1"), b"x" * (n // 2)]),
}


@pytest.mark.parametrize("name", SIZED)
def test_max_bytes_counts_what_copies_are_made_from(name: str) -> None:
    n = 1_000_000

    @rememo.cache(output="private", max_bytes=3 * n)
    def sized(i: int) -> Any:
        ran()
        return SIZED[name](n)

    for i in range(6):
        sized(i)
        assert rememo.stats()["bytes"] <= 3 * n
    assert 1 <= sized.cache_info().currsize <= 4
    assert n * 0.6 <= rememo.stats()["bytes"] / sized.cache_info().currsize <= n * 2


def test_threads_each_have_a_copy_of_their_own() -> None:
    failures: list[object] = []
    start = threading.Barrier(4)

    def work(mark: int) -> None:
        start.wait()
        for _ in range(100):
            mine = numbers(MEGABYTE)
            mine[:] = mark
            if not (mine == mark).all():
                failures.append(mark)
            other = numbers(100)
            other += mark
            if other[5] != 5 + mark:
                failures.append(other)

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert numbers(MEGABYTE).sum() == MEGABYTE * (MEGABYTE - 1) / 2
    assert runs() == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_after_fork_parent_and_child_do_not_see_each_other(tmp_path: Path) -> None:
    """Copies made before the fork and after it, and entries dropped on either side."""
    source = """
        import os, sys
        import numpy as np
        import rememo

        @rememo.cache(output="private")
        def numbers(n):
            print("ran", flush=True)
            return np.arange(float(n))

        numbers(200_000)
        before = numbers(200_000)
        to_child, to_parent = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            before[0] = -1
            numbers(200_000)[1] = -1
            os.write(to_parent[1], b"x")
            os.read(to_child[0], 1)
            assert before[2] == 2, before[2]
            assert numbers(200_000).tolist() == list(range(200_000))
            os._exit(0)
        os.read(to_parent[0], 1)
        assert before[0] == 0
        assert numbers(200_000)[1] == 1
        before[2] = -2
        numbers.cache_clear()
        os.write(to_child[1], b"x")
        assert os.waitpid(child, 0)[1] == 0
        assert before[3] == 3
        print("done")
    """
    assert run_script(tmp_path, source).split() == ["ran", "done"]


@LINUX
def test_few_descriptors_and_few_mappings_are_no_failure(tmp_path: Path) -> None:
    """Without descriptors to spare, and beyond so many mappings, copies are made plainly."""
    source = """
        import os, resource
        import numpy as np
        import rememo

        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        @rememo.cache(output="private")
        def numbers(i):
            return np.full(50_000, float(i))

        for i in range(100):
            numbers(i)
        opened = len(os.listdir("/proc/self/fd"))
        assert opened < 40, opened
        for i in range(100):
            copy = numbers(i)
            assert (copy == i).all()
            copy[:] = -1
            assert (numbers(i) == i).all()

        @rememo.cache(output="private")
        def page():
            return np.zeros(1 << 17, dtype="u1")

        page()
        alive = [page() for _ in range(17_000)]
        for copy in (alive[0], alive[-1]):
            copy[0] += 1
        assert alive[1][0] == alive[-2][0] == page()[0] == 0
        print("done")
    """
    assert run_script(tmp_path, source, timeout=120) == "done\n"


def test_copies_are_made_while_the_interpreter_ends(tmp_path: Path) -> None:
    source = """
        import atexit
        import numpy as np
        import rememo

        @rememo.cache(output="private")
        def numbers():
            return np.zeros(200_000)

        numbers()
        kept = numbers()
        atexit.register(lambda: print(numbers().sum()))
    """
    assert run_script(tmp_path, source) == "0.0\n"
