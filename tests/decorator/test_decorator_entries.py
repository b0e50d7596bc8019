"""Looking after entries: cache_info, clear, contains, refresh, key, and the module's functions."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
import rememo
from _support import hit, miss, ran, run_script, runs


@rememo.cache
def double(x: int, y: int = 0) -> list[int]:
    ran()
    return [x * 2, y]


@rememo.cache
def treble(x: int) -> int:
    ran()
    return x * 3


@pytest.fixture(autouse=True)
def fresh_statistics() -> None:
    double.cache_clear()
    treble.cache_clear()


def test_cache_info_is_that_of_functools() -> None:
    info = double.cache_info()
    assert info._fields == ("hits", "misses", "maxsize", "currsize")
    assert info == (0, 0, None, 0)
    double(1)
    double(1)
    double(2)
    assert double.cache_info() == (1, 2, None, 2)
    assert double.cache_info().hits == 1
    assert treble.cache_info() == (0, 0, None, 0)


def test_cache_clear_forgets_entries_and_counts() -> None:
    double(1)
    double(1)
    double.cache_clear()
    assert double.cache_info() == (0, 0, None, 0)
    miss(double, 1)


def test_cache_parameters_are_the_options() -> None:
    @rememo.cache(max_entries=5, ttl=60, output="private")
    def f() -> None: ...

    parameters = f.cache_parameters()
    assert parameters["max_entries"] == 5
    assert parameters["output"] == "private"
    assert "ttl" in parameters
    parameters["max_entries"] = 7
    assert f.cache_parameters()["max_entries"] == 5


def test_clear_with_arguments_forgets_one_entry() -> None:
    double(1)
    double(2)
    treble(1)
    double.clear(1, y=0)
    assert not double.contains(1)
    hit(double, 2)
    hit(treble, 1)
    miss(double, 1)


def test_clear_of_an_entry_that_is_not_there_does_nothing() -> None:
    double(1)
    double.clear(99)
    hit(double, 1)


def test_clear_without_arguments_forgets_all_of_the_function() -> None:
    double(1)
    double(2)
    treble(1)
    double.clear()
    miss(double, 1)
    miss(double, 2)
    hit(treble, 1)


def test_clear_with_wrong_arguments_fails_as_the_call_would() -> None:
    for ask in (double.clear, double.contains, double.key, double.refresh):
        with pytest.raises(TypeError):
            ask(1, 2, 3)
        with pytest.raises(TypeError):
            ask(nonsense=1)


def test_contains_does_not_compute_and_does_not_count() -> None:
    assert double.contains(1) is False
    assert runs() == 0
    double(1)
    before = double.cache_info()
    assert double.contains(1) is True
    assert double.contains(x=1, y=0) is True
    assert double.contains(1.0) is False  # type: ignore[arg-type]
    assert double.cache_info() == before


def test_contains_knows_that_what_the_function_depends_on_changed() -> None:
    factor = 2

    @rememo.cache
    def scale(x: int) -> int:
        ran()
        return x * factor

    miss(scale, 1)
    assert scale.contains(1)
    factor = 3
    assert not scale.contains(1)
    assert miss(scale, 1) == 3


def test_refresh_recomputes_and_stores() -> None:
    first = miss(double, 1)
    second = miss(double.refresh, 1)
    assert second == first
    assert second is not first
    assert hit(double, 1) is second
    miss(double.refresh, x=5)
    hit(double, 5)
    assert double.cache_info().currsize == 2


def test_a_refresh_that_fails_leaves_the_entry() -> None:
    failing = multiprocessing.Event()

    @rememo.cache
    def f(x: int) -> int:
        ran()
        if failing.is_set():
            raise LookupError
        return x

    miss(f, 1)
    failing.set()
    with pytest.raises(LookupError):
        f.refresh(1)
    assert hit(f, 1) == 1


def test_a_key_is_a_hexadecimal_string_for_the_bound_arguments() -> None:
    key = double.key(1)
    assert len(bytes.fromhex(key)) == 32
    assert double.key(x=1, y=0) == key
    assert double.key(2) != key
    assert double.key(1.0) != key  # type: ignore[arg-type]
    assert double.key(True) != key
    assert treble.key(1) != key
    assert runs() == 0


SCRIPT = """
import sys
import rememo
from pathlib import Path

NAMES = {"north", "south", "east", "west"}
TABLE = {"a": [1.5, None], "b": frozenset("xyz")}

class Config:
    def __init__(self, names):
        self.names = names

    def size(self):
        return len(self.names) + OFFSET

OFFSET = 1
CONFIG = Config({"p", "q"})

def helper(x):
    return [x, sorted(NAMES), TABLE, CONFIG.size()]

@rememo.cache
def f(x, config=None, *, path=Path("a/b")):
    return helper(x)

if __name__ == "__main__":
    print(f.key({"k": {"v", "w"}}, Config({"r", "s"})))
    print(f.key(1))
    print(rememo.hash([NAMES, CONFIG, helper, Config, {1, "a", None}]))
"""


def test_keys_are_the_same_in_every_process(tmp_path: Path) -> None:
    """Whatever the hash seed, the working directory and the folder of the script."""
    outputs = set()
    for number, seed in enumerate(("0", "1", "random")):
        folder = tmp_path / f"somewhere{number}"
        folder.mkdir()
        outputs.add(run_script(folder, SCRIPT, seed=seed))
    assert len(outputs) == 1


def test_a_worker_of_multiprocessing_makes_the_same_keys(tmp_path: Path) -> None:
    """`__mp_main__` of a spawned worker is the `__main__` of its parent."""
    out = run_script(
        tmp_path,
        """
        import multiprocessing
        import rememo

        RATE = 2

        class Item:
            def __init__(self, x):
                self.x = x

        @rememo.cache
        def f(item):
            return item.x * RATE

        def ask(x):
            return f.key(Item(x))

        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                assert pool.apply(ask, (3,)) == f.key(Item(3))
            print("same")
        """,
    )
    assert out.strip() == "same"


def test_the_module_clears_everything() -> None:
    double(1)
    treble(1)
    rememo.clear()
    miss(double, 1)
    miss(treble, 1)


def test_the_module_knows_its_version_and_types() -> None:
    assert issubclass(rememo.UnhashableTypeError, TypeError)
    for error in ("UnhashableTypeError", "UserHashError", "CachedObjectMutatedError", "StoreError"):
        assert issubclass(getattr(rememo, error), rememo.RememoError), error
    for warning in ("CachedObjectMutatedWarning", "StoreWarning"):
        assert issubclass(getattr(rememo, warning), Warning), warning


def test_a_wrong_setting_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="colour"):
        rememo.configure(colour="red")  # type: ignore[call-arg]
    with pytest.raises((TypeError, ValueError), match="opaque"):
        rememo.configure(opaque="maybe")  # type: ignore[arg-type]
