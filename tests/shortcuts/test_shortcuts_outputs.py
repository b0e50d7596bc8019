"""An output that is seen at once to be unchanged is unchanged, and one that changed is told."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import rememo
from _support import hit
from test_shortcuts_arguments import EDITS, EQUAL


def warnings_of(function: Any, *args: Any) -> int:
    """How many mutation warnings a call gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args)
    return sum(issubclass(w.category, rememo.CachedObjectMutatedWarning) for w in caught)


#: Nobody but its own class writes into a UUID, so that it is taken for immutable.
CHANGES = {name: edit for name, edit in EDITS.items() if name != "a uuid"}


@rememo.cache(allow_output_mutation=False, ignore=["made"])
def keep(name: str, made: Any) -> Any:
    return made


@pytest.mark.parametrize("name", CHANGES)
def test_an_output_that_was_changed_is_told_on_each_hit(name: str) -> None:
    make, edit = CHANGES[name]
    value = keep(name, make())
    for _ in range(3):
        assert warnings_of(keep, name, None) == 0
    edit(value)
    assert warnings_of(keep, name, None) == 1
    assert warnings_of(keep, name, None) == 1


def test_an_output_that_is_changed_back_is_as_it_was() -> None:
    value = keep("back", [1, 2])
    value.append(3)
    assert warnings_of(keep, "back", None) == 1
    value.pop()
    assert warnings_of(keep, "back", None) == 0


@pytest.mark.parametrize("name", EQUAL)
def test_an_output_that_was_not_changed_is_the_same_object(name: str) -> None:
    value = keep(name, [EQUAL[name]()])
    for _ in range(3):
        assert hit(keep, name, None) is value
        assert warnings_of(keep, name, None) == 0
