"""What cannot be hashed is refused: what, where and what to do; and nobody's code runs."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rememo
from _samples import Plain, increment
from _support import ran, runs


async def coroutine() -> None: ...


async def async_generator() -> Any:
    yield 1


def closed_coroutine() -> Any:
    made = coroutine()
    made.close()
    return made


REFUSED: dict[str, Callable[[], Any]] = {
    "generator": lambda: (number for number in range(3)),
    "list iterator": lambda: iter([1, 2]),
    "dict iterator": lambda: iter({"a": 1}),
    "map": lambda: map(str, [1]),
    "zip": lambda: zip([1], [2], strict=True),
    "enumerate": lambda: enumerate([1]),
    "coroutine": closed_coroutine,
    "async generator": async_generator,
    "socket": lambda: socket.socket(),
    "database connection": lambda: sqlite3.connect(":memory:"),
    "database cursor": lambda: sqlite3.connect(":memory:").cursor(),
    "lock": threading.Lock,
    "reentrant lock": threading.RLock,
    "condition": threading.Condition,
    "process lock": multiprocessing.Lock,
    "coroutine lock": asyncio.Lock,
    "frame": lambda: sys._getframe(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_value_is_refused_as_an_argument(name: str) -> None:
    @rememo.cache
    def f(value: object) -> None:
        ran()

    with pytest.raises(rememo.UnhashableTypeError) as caught:
        f(REFUSED[name]())
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, rememo.RememoError)
    assert runs() == 0


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_value_is_refused_inside_a_container(name: str) -> None:
    for wrap in (lambda x: [x], lambda x: {"a": (1, x)}):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(wrap(REFUSED[name]()))


def test_no_iterator_is_consumed() -> None:
    consumed: list[int] = []

    def numbers() -> Iterator[int]:
        consumed.append(1)
        yield 1

    generator = numbers()
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash(generator)
    assert consumed == []
    iterator = iter([1, 2, 3])
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash([iterator])
    assert list(iterator) == [1, 2, 3]


def test_the_error_says_where_and_what() -> None:
    """`.path` goes from the argument to the value, `.type` is the value's."""

    @rememo.cache
    def f(count: int, loader: object) -> None:
        ran()

    with socket.socket() as connection, pytest.raises(rememo.UnhashableTypeError) as caught:
        f(1, Plain(session={"socket": connection}))
    error = caught.value
    path = str(error.path)
    assert path.index("loader") < path.index("session") < path.index("socket")
    assert "count" not in path
    assert error.type is socket.socket
    message = str(error)
    assert "loader" in message
    assert "socket" in message


def test_the_error_offers_a_remedy_ready_to_paste() -> None:
    @rememo.cache
    def f(connection: object) -> None:
        ran()

    connection = sqlite3.connect(":memory:")
    with pytest.raises(rememo.UnhashableTypeError, match="hash_funcs=") as caught:
        f(connection)
    assert "Connection" in str(caught.value)
    assert rememo.cache(hash_funcs={sqlite3.Connection: id})(f.__wrapped__)(connection) is None
    connection.close()


def test_the_path_names_elements_and_keys() -> None:
    with pytest.raises(rememo.UnhashableTypeError) as caught:
        rememo.hash([1, {"key": (0, iter([]))}])
    path = str(caught.value.path)
    assert path.index("[1]") < path.index("key") < path.rindex("[1]")


def test_a_state_that_fails_is_unhashable_with_its_cause() -> None:
    """No other exception comes out of hashing."""

    class Broken:
        def __getstate__(self) -> object:
            raise RuntimeError("no state today")

    class Worse:
        def __reduce_ex__(self, protocol: object) -> Any:
            raise KeyError("x")

    for value, cause in ((Broken(), RuntimeError), (Worse(), KeyError)):
        with pytest.raises(rememo.UnhashableTypeError) as caught:
            rememo.hash(value)
        assert isinstance(caught.value.__cause__, cause)


class Alarmed:
    """Each way in which hashing could run this class's code raises."""

    def __init__(self) -> None:
        self.__dict__["value"] = 1

    def _alarm(self, *args: object) -> Any:
        raise AssertionError("hashing ran the code of a value")

    __getattr__ = __getattribute__ = __setattr__ = _alarm
    __eq__ = __hash__ = __len__ = __iter__ = __bool__ = __repr__ = __str__ = _alarm  # type: ignore[assignment]
    __index__ = __int__ = __float__ = __bytes__ = __call__ = __contains__ = __getitem__ = _alarm
    __lt__ = __dir__ = __format__ = __sizeof__ = _alarm  # type: ignore[assignment]
    prop = property(_alarm)


def alarmed(value: int = 1) -> Alarmed:
    made = object.__new__(Alarmed)
    object.__setattr__(made, "value", value)
    return made


def test_hashing_runs_no_code_of_the_value() -> None:
    assert rememo.hash(alarmed()) == rememo.hash(alarmed())
    assert rememo.hash(alarmed(1)) != rememo.hash(alarmed(2))
    assert rememo.hash([alarmed(), {"a": alarmed()}]) == rememo.hash([alarmed(), {"a": alarmed()}])


def test_hashing_does_not_believe_a_faked_class() -> None:
    """The type is `type(v)`: reading `__class__` of a proxy runs code or lies."""

    class Proxy:
        def __init__(self, target: object) -> None:
            self.target = target

        @property  # type: ignore[misc]
        def __class__(self) -> type:
            return dict

    assert rememo.hash(Proxy(1)) != rememo.hash(Proxy(2))
    assert rememo.hash(Proxy(1)) != rememo.hash({})


def test_hashing_runs_no_subclass_hooks_of_containers() -> None:
    class Silent(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            return iter([])

        def __len__(self) -> int:
            return 0

    class Quiet(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            return ()

        def __iter__(self) -> Any:
            return iter(())

    class Lying(int):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 0

    assert rememo.hash(Silent([1])) != rememo.hash(Silent([2]))
    assert rememo.hash(Quiet(a=1)) != rememo.hash(Quiet(a=2))
    assert rememo.hash(Lying(1)) != rememo.hash(Lying(2))

    @rememo.cache
    def f(value: object) -> int:
        ran()
        return int(value)  # type: ignore[call-overload, no-any-return]

    assert [f(Lying(1)), f(Lying(2))] == [1, 2]


def test_hashing_imports_nothing() -> None:
    loaded = set(sys.modules)
    rememo.hash([1, {"a": Plain(x=1)}, increment, Plain, threading])
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash(iter([]))
    assert set(sys.modules) - loaded == set()


def test_hidden_state_is_not_no_state() -> None:
    """A heap type whose layout holds more than Python can read is refused, not "empty"."""
    one, other = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    for connection in (one, other):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(connection)
        connection.close()

    class Session(sqlite3.Connection):
        """A subclass adds a `__dict__`, and hides nothing less."""

    session = Session(":memory:")
    with pytest.raises(rememo.UnhashableTypeError):
        rememo.hash(session)
    session.close()


def test_a_refused_argument_leaves_the_function_usable() -> None:
    @rememo.cache
    def f(value: object) -> object:
        ran()
        return value

    with pytest.raises(rememo.UnhashableTypeError):
        f(iter([]))
    assert f(1) == 1
    assert f(1) == 1
    assert runs() == 1
