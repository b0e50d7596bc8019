"""The text of each error and warning, as a person sees it: what, where, consequence, remedy.

Places are told as `FILE:LINE`; everything else is the text.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rememo

HERE = __name__


def text(message: object) -> str:
    """The message with places and our module's name left out."""
    here = re.escape(str(Path(__file__)))
    return re.sub(here + r":\d+", "FILE:LINE", str(message)).replace(f"{HERE}.", "")


def warned(call: Callable[[], Any]) -> warnings.WarningMessage:
    """The one warning of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    (warning,) = caught
    return warning


def refused(call: Callable[[], Any], *, error: type[Exception] = Exception) -> str:
    with pytest.raises(error) as caught:
        call()
    return text(caught.value)


# ---- changed outputs --------------------------------------------------------------------------

WAYS_OUT = """\
Every caller gets the same object, so a change made by one is seen by all. Either
- copy the result before changing it (copy.deepcopy), or
- @rememo.cache(output="private"): every caller gets a copy of its own, or
- @rememo.cache(allow_output_mutation=True): changes are meant, and no longer checked."""


@rememo.cache
def load(name: str) -> dict[str, Any]:
    return {"name": name, "users": [{"id": 1}, {"id": 2}]}


def receive() -> dict[str, Any]:
    return load("a")


def test_a_changed_output() -> None:
    receive()["users"][1]["id"] = 3
    warning = warned(lambda: load("a"))
    assert text(warning.message) == (
        "the cached output of load('a') (FILE:LINE), of type dict, was changed after it was stored "
        "(['users'][1]['id'] changed): this call returns it as it is now.\n"
        "It was last handed out to FILE:LINE, in receive().\n" + WAYS_OUT
    )
    assert warning.category is rememo.CachedObjectMutatedWarning
    assert warning.filename == __file__


def test_the_line_that_received_the_output_is_that_of_the_last_call() -> None:
    def lines() -> tuple[int, int]:
        first = receive()  # this line only passes it on
        second = load("a")
        second["name"] = "b"
        return receive.__code__.co_firstlineno + 1, lines.__code__.co_firstlineno + 2

    _, line = lines()
    assert f"handed out to {__file__}:{line}, in " in str(warned(lambda: load("a")).message)


def test_a_changed_output_as_an_error() -> None:
    @rememo.cache(on_mutation="raise")
    def rows() -> list[int]:
        return [1]

    rows().append(2)
    assert refused(rows, error=rememo.CachedObjectMutatedError) == (
        "the cached output of test_a_changed_output_as_an_error.<locals>.rows() (FILE:LINE), of "
        "type list, was changed after it was stored (length 1 → 2): it was not returned.\n"
        "It was last handed out to FILE:LINE, in test_a_changed_output_as_an_error().\n" + WAYS_OUT
    )


class User:
    def __init__(self, name: str) -> None:
        self.name = name


def set_name(users: dict[str, list[User]]) -> None:
    users["users"][3].name = "z"


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"x": np.zeros(5000), "y": ["a"] * 5000})


def _shift(array: np.ndarray) -> None:
    array[1:] += 1


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any], str]] = {
    "an attribute deep inside": (
        lambda: {"users": [User("a") for _ in range(5)]},
        set_name,
        "['users'][3].name changed",
    ),
    "a value of an array": (
        lambda: np.zeros((100, 30)),
        lambda v: v.__setitem__((17, 2), 5),
        "array[17, 2] changed",
    ),
    "a value of a small array of bytes": (
        lambda: np.zeros(9, "u1"),
        lambda v: v.__setitem__(4, 5),
        "array[4] changed",
    ),
    "a few values in a row": (
        lambda: np.zeros((1000, 300)),
        lambda v: v.__setitem__((17, slice(2, 9)), 5),
        "7 of 300,000 values changed, the first is array[17, 2]",
    ),
    "many values": (
        lambda: np.zeros((1000, 300)),
        _shift,
        r"at least 54\d of 300,000 values changed",
    ),
    "an array's shape": (
        lambda: np.zeros(4),
        lambda v: v.resize((2, 2), refcheck=False),
        "shape (4,) → (2, 2)",
    ),
    "a column": (_frame, lambda v: v.__setitem__("x", 1.0), "column 'x' changed"),
    "a new column": (_frame, lambda v: v.__setitem__("z", 1.0), "column 'z' was added"),
    "a key": (lambda: {"a": 1}, lambda v: v.pop("a"), "['a'] was removed"),
    "an element of a set": (lambda: {1, 2}, lambda v: v.add(3), "elements changed"),
    "the order of keys": (
        lambda: {"a": 1, "b": 2},
        lambda v: v.update(a=v.pop("a")),
        "the order of the keys differs",
    ),
    "a long list": (lambda: list(range(5000)), lambda v: v.append(1), "length 5000 → 5001"),
    "a long list in a dict": (
        lambda: {"big": list(range(5000)), "small": [1]},
        lambda v: v["big"].append(1),
        "['big'] changed",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_which_part_of_an_output_changed(name: str) -> None:
    make, change, expected = CHANGES[name]

    @rememo.cache
    def f() -> Any:
        return make()

    change(f())
    message = str(warned(f).message)
    told = re.search(r"after it was stored \((.*)\): this call", message)[1]
    assert told == expected or re.fullmatch(expected, told)


def test_of_changed_values_nothing_is_told() -> None:
    """A warning may end up in a log."""

    @rememo.cache
    def secrets() -> dict[str, str]:
        return {"password": "hunter2"}

    secrets()["password"] = "hunter3"
    assert "hunter" not in str(warned(secrets).message)


def test_warnings_point_at_the_line_of_the_user_s_own() -> None:
    class Model:
        @rememo.cache
        def rows(self) -> list[int]:
            return [1]

    @rememo.cache
    async def fetch() -> list[int]:
        return [1]

    async def twice() -> None:
        (await fetch()).append(2)
        await fetch()

    method = Model().rows
    method().append(2)
    for call in (method, lambda: asyncio.run(twice())):
        assert warned(call).filename == __file__


def test_a_place_is_warned_of_once() -> None:
    @rememo.cache
    def rows() -> list[int]:
        return [1]

    rows().append(2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            rows()
    assert len(caught) == 1


# ---- values that cannot be hashed -------------------------------------------------------------

DATABASE = sqlite3.connect(":memory:")


def test_values_that_cannot_be_hashed_are_told_together() -> None:
    @rememo.cache
    def answer(rows: Any) -> Any:
        return DATABASE.execute("select 1"), rows

    name = "test_values_that_cannot_be_hashed_are_told_together.<locals>.answer"
    assert refused(lambda: answer(iter([1])), error=rememo.UnhashableTypeError) == (
        f"{name}() (FILE:LINE): cannot hash 2 values:\n"
        f"  - global DATABASE of type sqlite3.Connection, read by {name}() (FILE:LINE): it holds "
        "state that Python code cannot see.\n"
        "  - argument 'rows' of type list_iterator: an iterator is consumed by being read, so it "
        "has no value to compare.\n"
        "Without a digest rememo cannot know whether the result still holds, so it did not call "
        "the function.\n"
        "Say how to tell such values apart:\n"
        '    @rememo.cache(hash_funcs={"sqlite3.Connection": id})         # for this function; or '
        "a function of the value\n"
        '    rememo.register("sqlite3.Connection", id)                    # for the whole project\n'
        '    @rememo.cache(hash_funcs={"list_iterator": id})         # for this function; or '
        "a function of the value\n"
        '    rememo.register("list_iterator", id)                    # for the whole project\n'
        '    @rememo.cache(opaque="identity")                # take every such value by identity\n'
        "A result of such a type: allow_output_mutation=True takes no hash of it."
    )


def test_an_output_that_cannot_be_hashed() -> None:
    @rememo.cache
    def rows() -> Any:
        return {"rows": iter([1])}

    message = refused(rows, error=rememo.UnhashableTypeError)
    assert message.startswith(
        "the output of test_an_output_that_cannot_be_hashed.<locals>.rows() (FILE:LINE): cannot "
        "hash the output → ['rows'] of type list_iterator: an iterator is consumed by being read"
    )
    assert message.endswith(
        "Without a digest rememo could not see that a caller changes it, so the result was "
        "computed but not stored.\n"
        "Let it be stored unchecked, or say how to tell such values apart:\n"
        "    @rememo.cache(allow_output_mutation=True)       # no digest of the result is taken\n"
        '    @rememo.cache(hash_funcs={"list_iterator": id})         # for this function; or a '
        "function of the value\n"
        '    rememo.register("list_iterator", id)                    # for the whole project\n'
        '    @rememo.cache(opaque="identity")                # take attributes of instances by '
        "identity"
    )


def test_a_hash_function_that_fails() -> None:
    def broken(user: User) -> str:
        return user.nickname  # type: ignore[attr-defined,no-any-return]

    @rememo.cache(hash_funcs={User: broken})
    def greet(user: User) -> str:
        return user.name

    scope = "test_a_hash_function_that_fails.<locals>"
    assert refused(lambda: greet(User("a")), error=rememo.UserHashError) == (
        f"{scope}.greet() (FILE:LINE): the hash function {scope}.broken() (FILE:LINE) failed for a "
        "value of type User (argument 'user'): AttributeError: 'User' object has no attribute "
        "'nickname'.\n"
        "The call has no key without it, so nothing was looked up, computed or stored.\n"
        "Mend the hash function, or give another one: hash_funcs={User: …}."
    )


def test_an_output_that_cannot_be_copied() -> None:
    @rememo.cache(output="private")
    def make() -> Any:
        return threading.Lock()

    scope = "test_an_output_that_cannot_be_copied.<locals>"
    message = refused(make, error=rememo.RememoError)
    assert message.startswith(
        f'{scope}.make() (FILE:LINE): output="private" gives each caller a copy of its own, and '
        "the output of type _thread.lock cannot be copied: "
    )
    assert message.endswith(
        '\nThe result was computed but not stored. Use output="shared" to hand out the same '
        "object, or return data that pickle can copy."
    )


# ---- wrong uses -------------------------------------------------------------------------------


def numbers() -> Any:
    yield 1


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "a generator function": (
        lambda: rememo.cache(numbers),
        "numbers() (FILE:LINE) is a generator function: what it returns is consumed by its first "
        "reader, so it cannot be returned again. Cache a function that returns a list, for "
        "example: return list(numbers(…))",
    ),
    "an unknown parameter": (
        lambda: rememo.cache(ignore=["y"])(receive),
        'ignore names "y", which is no parameter of receive() (FILE:LINE); it has none',
    ),
    "a ttl without a unit": (
        lambda: rememo.cache(ttl="45")(receive),
        'ttl: a number has no unit in "45" at character 3, so it is not a duration; '
        "write numbers with the units w, d, h, m, s, ms, us or ns, largest first, such as "
        '"1h30m" or "45s"',
    ),
    "an unknown setting": (
        lambda: rememo._native.configure(colour="red"),
        'configure() has no option "colour"; its options are user_code, library_code, opaque, '
        "summaries; nothing was changed",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_use(name: str) -> None:
    call, expected = WRONG[name]
    assert refused(call, error=Exception) == expected
