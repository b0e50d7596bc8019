"""Every type: equal values equal in two processes, any difference a difference, no side effect.

The values are data, in `type_families`; the second process, under another hash seed and with an
audit hook, is `types_worker.py`.
"""

import copy
import importlib
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rememo
from _support import environment
from rememo import _native
from type_families import Maker, gathered, uncopied

DISTINCT = gathered("DISTINCT")
ALIKE = gathered("ALIKE")
REFUSED = gathered("REFUSED")
COPIED = sorted(set(DISTINCT) - uncopied())

Ask = Callable[[str, str], list[tuple[str, list[str]]]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks the second process for the digests of all values of a name."""
    worker = subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("types_worker.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(seed=97),
    )

    def asked(table: str, name: str) -> list[tuple[str, list[str]]]:
        print(table, name, file=worker.stdin, flush=True)
        line = worker.stdout.readline()
        assert line, f"the second process died at {name!r}"
        return json.loads(line)

    yield asked
    worker.kill()
    worker.communicate()


def digests(makers: list[Maker]) -> list[str]:
    return [rememo.hash(make()) for make in makers]


@pytest.mark.parametrize("name", DISTINCT)
def test_a_value_made_again_is_equal(name: str) -> None:
    assert digests(DISTINCT[name]) == digests(DISTINCT[name])


@pytest.mark.parametrize("name", DISTINCT)
def test_a_value_is_equal_in_another_process(name: str, ask: Ask) -> None:
    assert [digest for digest, _ in ask("DISTINCT", name)] == digests(DISTINCT[name])


@pytest.mark.parametrize("name", COPIED)
def test_a_copied_or_pickled_value_is_equal(name: str) -> None:
    for make in DISTINCT[name]:
        value = make()
        expected = rememo.hash(value)
        if "cycle" not in name:  # a shallow copy of a cycle is its unrolling, which is kept apart
            assert rememo.hash(copy.copy(value)) == expected, f"copy of {value!r}"
        assert rememo.hash(copy.deepcopy(value)) == expected, f"deep copy of {value!r}"
        # The older protocols lose parts of some values: `fold`, the byte order of an array.
        unpickled = pickle.loads(pickle.dumps(value, 5))
        assert rememo.hash(unpickled) == expected, f"pickled {value!r}"
        assert rememo.hash(value) == expected, f"{value!r} changed by being copied"


@pytest.mark.parametrize("name", DISTINCT)
def test_hashing_imports_nothing_and_opens_nothing(name: str, ask: Ask) -> None:
    assert [events for _, events in ask("DISTINCT", name)] == [[] for _ in DISTINCT[name]]


@pytest.mark.parametrize("name", REFUSED)
def test_refusing_imports_nothing_and_opens_nothing(name: str, ask: Ask) -> None:
    for digest, events in ask("REFUSED", name):
        assert digest.startswith("UnhashableTypeError: ")
        assert events == []
    for make in REFUSED[name]:
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(make())


@pytest.mark.parametrize("name", ALIKE)
def test_what_cannot_be_told_apart_is_equal(name: str, ask: Ask) -> None:
    found = digests(ALIKE[name])
    there = ask("ALIKE", name)
    assert len(set(found)) == 1, found
    assert [digest for digest, _ in there] == found
    assert [events for _, events in there] == [[] for _ in found]


@pytest.mark.parametrize(
    "wrapped",
    [lambda v: v, lambda v: [v], lambda v: {"key": v}, lambda v: (0, v, 0)],
    ids=["alone", "in a list", "in a dict", "in a tuple"],
)
def test_any_two_values_that_differ_visibly_are_different(wrapped: Callable[[Any], Any]) -> None:
    owners: dict[str, tuple[str, int]] = {}
    clashes = []
    for name, makers in DISTINCT.items():
        for number, make in enumerate(makers):
            try:
                digest = rememo.hash(wrapped(make()))
            except rememo.UnhashableTypeError as error:
                clashes.append((error.path, (name, number)))
                continue
            owner = owners.setdefault(digest, (name, number))
            if owner != (name, number):
                clashes.append((owner, (name, number)))
    assert clashes == []
    assert len(owners) >= 250, "the families have been lost on the way"


@pytest.mark.parametrize("name", DISTINCT)
def test_an_argument_hits_for_equal_and_misses_for_different_values(name: str) -> None:
    @rememo.cache(output="shared")
    def identity(value: object) -> object:
        return value

    for make in DISTINCT[name]:
        identity(make())
    assert identity.cache_info()[:2] == (0, len(DISTINCT[name]))
    for make in DISTINCT[name]:
        identity(make())
    assert identity.cache_info()[:2] == (len(DISTINCT[name]), len(DISTINCT[name]))


# Types that are known and of which no value is made here, and why.
NO_VALUE = {
    ("threading", "_DummyThread"): "only a thread that Python did not start has one",
    ("multiprocessing.pool", "Pool"): "it starts processes at once",
    ("subprocess", "Popen"): "it starts a process at once",
    ("pathlib", "WindowsPath"): "it can be made on Windows only",
    ("pathlib._local", "WindowsPath"): "it can be made on Windows only",
    ("tempfile", "_TemporaryFileWrapper"): "its name is made up anew each time",
}


def classes_of(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The classes that a value, and what it holds, are instances of."""
    for cls in type(value).__mro__:
        yield cls.__module__, cls.__qualname__
    held = vars(value).values() if type(value).__name__ == "Holder" else ()
    for part in held:
        yield from classes_of(part, depth + 1)


def test_every_known_type_of_the_standard_library_has_a_value_here() -> None:
    seen: set[tuple[str, str]] = set()
    for table in (DISTINCT, ALIKE, REFUSED):
        for makers in table.values():
            for make in makers:
                seen.update(classes_of(make()))
    known = {
        (module, name)
        for module, name in _native._known_types()
        if module.split(".")[0] in sys.stdlib_module_names and name in found_in(module)
    }
    assert len(known) > 60
    assert sorted(known - seen - set(NO_VALUE)) == []


def found_in(module: str) -> set[str]:
    """The names of classes in a module of this Python, where it can be imported."""
    try:
        found = vars(importlib.import_module(module)).items()
        return {name for name, v in found if isinstance(v, type) and v.__module__ == module}
    except ImportError:
        return set()
