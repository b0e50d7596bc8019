"""A cached function counts as what it wraps: code, or a value that can be called."""

import functools
import operator
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import rememo


class Adder:
    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, x: int) -> int:
        return x + self.n

    @rememo.cache
    def method(self, x: int) -> int:
        return x + self.n


def add(n: int, x: int) -> int:
    return x + n


MAKERS: dict[str, Callable[[int], Callable[..., Any]]] = {
    "a function of a library": lambda n: textwrap.dedent if n == 1 else textwrap.indent,
    "a built-in function": lambda n: len if n == 1 else abs,
    "a partial of a function": lambda n: functools.partial(add, n),
    "an instance": Adder,
    "an instance of a library's class": operator.itemgetter,
    "a bound method": lambda n: Adder(n).__call__,
    "a cached bound method": lambda n: Adder(n).method,
    "a method of a container": lambda n: [n].append,
    "another cached function": lambda n: rememo.cache(functools.partial(add, n)),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_cached_callable_as_an_argument(name: str) -> None:
    first, other, same = (rememo.hash(rememo.cache(MAKERS[name](n))) for n in (1, 2, 1))
    assert first == same != other


@pytest.mark.parametrize("name", MAKERS)
def test_a_cached_callable_that_a_function_reads(name: str) -> None:
    def key(n: int) -> str:
        helper = rememo.cache(MAKERS[name](n))

        @rememo.cache
        def reader() -> object:
            return helper

        return reader.key()

    assert key(1) == key(1) != key(2)


def test_a_cached_callable_that_contains_itself() -> None:
    def knot(n: int) -> Any:
        kept: list[Any] = [n]
        kept.append(rememo.cache(functools.partial(add, kept)))
        return kept

    assert rememo.hash(knot(1)) == rememo.hash(knot(1)) != rememo.hash(knot(2))
