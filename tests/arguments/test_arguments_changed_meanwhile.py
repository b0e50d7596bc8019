"""A container that is changed while it is hashed has no digest: what was written of it is no value.

Another thread does that when it gets to run in between. Here an element does it, whose reduction is
run in the middle of the walk, so that it happens each time. A part that is replaced by another is
no matter of this: it is read before or after that, as by any reader.
"""

from collections.abc import Callable
from typing import Any

import pytest
import rememo


class Meddler:
    """An element whose reduction does something to what it lies in."""

    def __init__(self) -> None:
        self.does: Callable[[], object] = lambda: None

    def __reduce__(self) -> tuple[type, tuple[()]]:
        self.does()
        return (Meddler, ())


class Holder:
    """An instance with attributes."""


def in_a_list(meddler: Meddler) -> Any:
    return [1, meddler, 2]


def in_a_dict(meddler: Meddler) -> Any:
    return {"a": 1, "m": meddler, "b": 2}


def in_attributes(meddler: Meddler) -> Any:
    held = Holder()
    held.a, held.m, held.b = 1, meddler, 2
    return held


def in_a_cycle(meddler: Meddler) -> Any:
    made: list = [1, meddler, 2]
    made.append(made)
    return made


def changes_of_a_list(value: list) -> dict[str, Callable[[], object]]:
    return {"grows": lambda: value.append(3), "shrinks": value.pop, "is emptied": value.clear}


def replace(value: dict) -> None:
    """The same number of items, and others."""
    del value["a"]
    value["c"] = 3


def changes_of_a_dict(value: dict) -> dict[str, Callable[[], object]]:
    return {
        "grows": lambda: value.update(c=3),
        "shrinks": lambda: value.pop("b"),
        "is emptied": value.clear,
        "has an item replaced": lambda: replace(value),
    }


CASES = [
    (in_a_list, changes_of_a_list, ["grows", "shrinks", "is emptied"]),
    (in_a_cycle, changes_of_a_list, ["grows", "is emptied"]),
    (in_a_dict, changes_of_a_dict, ["grows", "shrinks", "is emptied", "has an item replaced"]),
    (
        in_attributes,
        lambda held: changes_of_a_dict(vars(held)),
        ["grows", "shrinks", "is emptied"],
    ),
]
ALL = [(make, changes, change) for make, changes, names in CASES for change in names]


@pytest.mark.parametrize(("make", "changes", "change"), ALL)
def test_what_changes_while_it_is_hashed_is_refused(
    make: Callable[[Meddler], Any],
    changes: Callable[[Any], dict[str, Callable[[], object]]],
    change: str,
) -> None:
    meddler = Meddler()
    value = make(meddler)
    before = rememo.hash(value)
    assert rememo.hash(value) == before, "nothing has happened so far"
    meddler.does = changes(value)[change]
    with pytest.raises(rememo.UnhashableTypeError, match="changed while it was hashed"):
        rememo.hash([0, value])
    meddler.does = lambda: None
    assert rememo.hash(value) != before


MEDDLER = Meddler()
SHARED = [1, MEDDLER]


def test_it_is_refused_where_opaque_values_count_by_identity() -> None:
    @rememo.cache(opaque="identity")
    def total() -> int:
        return len(SHARED)

    MEDDLER.does = lambda: SHARED.append(3)
    with pytest.raises(rememo.UnhashableTypeError, match="changed while it was hashed"):
        total()
    MEDDLER.does = lambda: None
    assert total() == total() == len(SHARED)


def test_a_hash_function_may_be_the_one_that_changes_it() -> None:
    value: list = [1, Holder(), 2]
    with pytest.raises(rememo.UnhashableTypeError, match="changed while it was hashed"):
        rememo.hash(value, hash_funcs={Holder: lambda _: value.append(3)})
