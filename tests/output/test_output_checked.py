"""`output="checked"`: the same object on each hit, and a warning if it is not as it was stored."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import Plain, Point
from _support import hit, miss, ran, runs


def caught(function: Callable[..., Any], *args: Any) -> list[warnings.WarningMessage]:
    """The mutation warnings of one call."""
    with warnings.catch_warnings(record=True) as all_of_them:
        warnings.simplefilter("always")
        function(*args)
    return [w for w in all_of_them if issubclass(w.category, rememo.CachedObjectMutatedWarning)]


@rememo.cache
def load_rows(source: str, limit: int = 10) -> dict[str, Any]:
    ran()
    return {"source": source, "rows": [1, 2, 3]}


def test_each_hit_returns_the_same_object() -> None:
    first = miss(load_rows, "a")
    assert hit(load_rows, "a") is first
    assert hit(load_rows, source="a", limit=10) is first
    assert miss(load_rows, "b") is not first


MUTATIONS: dict[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {
    "a list": (lambda: [1], lambda v: v.append(2)),
    "a nested list": (lambda: ([1],), lambda v: v[0].append(2)),
    "a dict's value": (lambda: {"a": 1}, lambda v: v.update(a=2)),
    "a dict's order": (lambda: {"a": 1, "b": 2}, lambda v: v.update(a=v.pop("a"))),
    "a type within": (lambda: [1], lambda v: v.__setitem__(0, True)),
    "a set": (lambda: {1}, lambda v: v.add(2)),
    "bytes": (lambda: bytearray(b"a"), lambda v: v.extend(b"b")),
    "an instance": (lambda: Plain(a=1), lambda v: setattr(v, "a", 2)),
    "an instance deep inside": (lambda: [{"k": Plain(a=[])}], lambda v: v[0]["k"].a.append(1)),
    "a dataclass": (lambda: Point(1, 2), lambda v: setattr(v, "x", 2)),
    "an array": (lambda: np.zeros(3), lambda v: v.__setitem__(1, 1)),
    "an array's shape": (lambda: np.zeros(4), lambda v: v.resize((2, 2), refcheck=False)),
    "a big array": (lambda: np.zeros(1_000_000), lambda v: v.__setitem__(654_321, 1)),
    "an object array": (lambda: np.array([[1], 2], object), lambda v: v[0].append(1)),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_noticed_on_the_next_hit(name: str) -> None:
    make, mutate = MUTATIONS[name]

    @rememo.cache
    def f() -> Any:
        ran()
        return make()

    output = miss(f)
    assert caught(f) == []
    mutate(output)
    assert len(caught(f)) == 1
    assert runs() == 1


def test_every_hit_on_a_mutated_output_warns_and_returns_it() -> None:
    output = miss(load_rows, "a")
    output["rows"].append(4)
    for _ in range(3):
        assert len(caught(load_rows, "a")) == 1
    with pytest.warns(rememo.CachedObjectMutatedWarning):
        assert hit(load_rows, "a") is output
    assert caught(load_rows, "b") == []


def test_the_warning_says_which_function_which_call_and_how_to_fix_it() -> None:
    output = miss(load_rows, "orders.csv", limit=77)
    output["rows"].append(4)
    (warning,) = caught(load_rows, "orders.csv", 77)
    text = str(warning.message)
    assert "load_rows" in text
    assert "orders.csv" in text
    assert "77" in text
    assert "allow_output_mutation" in text or 'output="' in text


def test_the_warning_says_what_part_changed() -> None:
    @rememo.cache
    def config() -> dict[str, Any]:
        ran()
        return {"name": "x", "nested": {"threshold": [1, 2], "other": 3}}

    output = miss(config)
    output["nested"]["threshold"].append(3)
    (warning,) = caught(config)
    assert "threshold" in str(warning.message)


def test_the_warning_points_at_the_line_that_called() -> None:
    output = miss(load_rows, "a")
    output["rows"].append(4)
    with warnings.catch_warnings(record=True) as got:
        warnings.simplefilter("always")
        load_rows("a")
    assert got[0].filename == __file__


def test_a_warning_made_an_error_is_raised() -> None:
    output = miss(load_rows, "a")
    output["rows"].append(4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(rememo.CachedObjectMutatedWarning):
            load_rows("a")
    assert hit_quietly(load_rows, "a") is output


def hit_quietly(function: Callable[..., Any], *args: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return hit(function, *args)


def test_on_mutation_raise_raises() -> None:
    @rememo.cache(on_mutation="raise")
    def rows() -> list[int]:
        ran()
        return [1]

    output = miss(rows)
    assert hit(rows) is output
    output.append(2)
    with pytest.raises(rememo.CachedObjectMutatedError, match="rows"):
        rows()
    assert issubclass(rememo.CachedObjectMutatedError, rememo.RememoError)
    assert runs() == 1


def test_on_mutation_recompute_recomputes() -> None:
    @rememo.cache(on_mutation="recompute")
    def rows() -> list[int]:
        ran()
        return [1]

    output = miss(rows)
    output.append(2)
    fresh = miss(rows)
    assert fresh == [1]
    assert fresh is not output
    assert hit(rows) is fresh
    assert caught(rows) == []


def test_an_output_mutated_before_it_was_returned_is_as_it_was_stored() -> None:
    """Only what happens after the body's end is a mutation."""

    @rememo.cache
    def build() -> list[int]:
        ran()
        made: list[int] = []
        made.append(1)
        return made

    miss(build)
    assert caught(build) == []


def test_a_mutated_argument_is_no_mutated_output() -> None:
    @rememo.cache
    def length(values: list[int]) -> int:
        ran()
        return len(values)

    values = [1]
    miss(length, values)
    values.append(2)
    assert caught(length, [1]) == []


def test_a_mutated_output_that_shares_with_another_entry_is_noticed_in_both() -> None:
    @rememo.cache
    def inner() -> list[int]:
        return [1]

    @rememo.cache
    def outer(x: int) -> dict[str, list[int]]:
        return {"inner": inner()}

    outer(1)["inner"].append(2)
    assert len(caught(inner)) == 1
    # Inside the outer body nothing runs: only its own output is looked at.
    assert len(caught(outer, 1)) == 1


@pytest.mark.parametrize(
    "value", [None, 1, "text", (1, ("a", b"b")), frozenset({1}), 1.5, True, range(3)], ids=repr
)
def test_an_immutable_output_is_returned_itself(value: Any) -> None:
    @rememo.cache
    def f() -> Any:
        ran()
        return value

    assert miss(f) is value
    assert hit(f) is value


def test_none_is_a_result_like_any_other() -> None:
    @rememo.cache
    def nothing(x: int) -> None:
        ran()

    miss(nothing, 1)
    assert hit(nothing, 1) is None
    assert nothing.contains(1)


def test_an_output_that_cannot_be_hashed_names_the_part_and_the_ways_out() -> None:
    @rememo.cache
    def load() -> dict[str, Any]:
        ran()
        return {"name": "x", "stream": iter([1])}

    with pytest.raises(rememo.UnhashableTypeError) as got:
        load()
    assert "stream" in str(got.value.path)
    assert "load" in str(got.value)
    assert "allow_output_mutation" in str(got.value)
    assert "hash_funcs" in str(got.value)


def test_hash_funcs_apply_to_outputs() -> None:
    """A part of the output taken as a constant is neither an error nor looked at."""

    class Handle:
        def __init__(self) -> None:
            self.stream = iter([1])

    @rememo.cache(hash_funcs={Handle: lambda _: None})
    def load() -> list[Any]:
        ran()
        return [Handle(), [1]]

    output = miss(load)
    output[0].stream = iter([2])
    assert caught(load) == []
    output[1].append(2)
    assert len(caught(load)) == 1
