"""The decorated function is still the function: names, signature, copies, pickles, references."""

from __future__ import annotations

import copy
import functools
import gc
import inspect
import pickle
import typing
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran


@rememo.cache
def area(width: float, height: float = 1.0, *, unit: str = "m") -> str:
    """The area of a rectangle."""
    ran()
    return f"{width * height} {unit}2"


@rememo.cache(max_entries=10)
def tuned(x: int) -> int:
    ran()
    return x


class Shape:
    @rememo.cache
    def sides(self) -> int:
        """How many sides."""
        return 4


def test_it_can_be_used_with_and_without_options() -> None:
    def plain(x: int) -> int:
        ran()
        return x

    for decorate in (rememo.cache, rememo.cache(), rememo.cache(ttl=60)):
        rememo.clear()
        cached = decorate(plain)  # type: ignore[operator]
        assert miss(cached, 1) == 1
        assert hit(cached, 1) == 1


def test_the_attributes_of_update_wrapper() -> None:
    original = area.__wrapped__
    for name in functools.WRAPPER_ASSIGNMENTS:
        if hasattr(original, name):
            assert getattr(area, name) == getattr(original, name), name
    assert area.__name__ == "area"
    assert area.__doc__ == "The area of a rectangle."
    assert area.__module__ == __name__
    assert inspect.getdoc(area) == "The area of a rectangle."
    assert callable(area)
    assert "area" in repr(area)


def test_the_functions_own_attributes_are_taken_over_and_can_be_set() -> None:
    def tagged() -> int:
        return 1

    tagged.tag = "a"  # type: ignore[attr-defined]
    cached = rememo.cache(tagged)
    assert cached.tag == "a"
    cached.other = "b"
    assert cached.other == "b"


def test_the_wrapped_function_is_not_cached() -> None:
    assert inspect.isfunction(area.__wrapped__)
    miss(area.__wrapped__, 2.0)
    miss(area.__wrapped__, 2.0)
    assert not area.contains(2.0)
    assert inspect.unwrap(area) is area.__wrapped__


def test_the_signature_is_the_functions() -> None:
    assert inspect.signature(area) == inspect.signature(area.__wrapped__)
    assert str(inspect.signature(tuned)) == str(inspect.signature(tuned.__wrapped__))
    assert list(inspect.signature(Shape().sides).parameters) == []
    assert list(inspect.signature(Shape.sides).parameters) == ["self"]
    assert typing.get_type_hints(area)["width"] is float
    assert inspect.getsource(area) == inspect.getsource(area.__wrapped__)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_pickled_by_reference(protocol: int) -> None:
    assert pickle.loads(pickle.dumps(area, protocol)) is area
    assert pickle.loads(pickle.dumps(Shape.sides, max(protocol, 4))) is Shape.__dict__["sides"]


def test_it_is_copied_by_reference() -> None:
    assert copy.copy(area) is area
    assert copy.deepcopy(area) is area
    assert copy.deepcopy({"f": [area]})["f"][0] is area


def test_it_can_be_referred_to_weakly_and_goes_away() -> None:
    def make() -> Callable[[int], int]:
        @rememo.cache
        def local(x: int) -> int:
            return x

        return local

    local = make()
    local(1)
    reference = weakref.ref(local)
    assert reference() is local
    del local
    gc.collect()
    assert reference() is None


def test_it_is_hashable_and_equal_to_itself_alone() -> None:
    assert {area: 1}[area] == 1
    assert area == area
    assert area != tuned


def test_it_can_be_wrapped_again() -> None:
    def loud(function: Callable[..., str]) -> Callable[..., str]:
        @functools.wraps(function)
        def inner(*args: Any, **kwargs: Any) -> str:
            return function(*args, **kwargs).upper()

        return inner

    wrapped = loud(area)
    assert miss(wrapped, 2.0, unit="cm") == "2.0 CM2"
    assert hit(wrapped, 2.0, 1.0, unit="cm") == "2.0 CM2"
    partial = functools.partial(area, 2.0)
    assert hit(partial, unit="cm") == "2.0 cm2"


def test_lambdas_partials_and_callables_can_be_cached() -> None:
    class Scale:
        def __init__(self, factor: int) -> None:
            self.factor = factor

        def __call__(self, x: int) -> int:
            ran()
            return x * self.factor

    def scale(factor: int, x: int) -> int:
        ran()
        return x * factor

    for make in (Scale, lambda factor: functools.partial(scale, factor)):
        two, three = rememo.cache(make(2)), rememo.cache(make(3))
        assert miss(two, 10) == 20
        assert miss(three, 10) == 30
        assert hit(two, 10) == 20
    double = rememo.cache(lambda x: (ran(), x * 2)[1])
    assert miss(double, 4) == 8
    assert hit(double, 4) == 8


def test_equal_bodies_under_two_names_have_entries_of_their_own() -> None:
    @rememo.cache
    def one(x: int) -> int:
        ran()
        return x

    @rememo.cache
    def two(x: int) -> int:
        ran()
        return x

    miss(one, 1)
    miss(two, 1)
    hit(one, 1)
    assert one.key(1) != two.key(1)


def test_the_same_function_decorated_again_finds_its_entries() -> None:
    """As after a re-run of the cell or script that defines it."""

    def make() -> Any:
        @rememo.cache
        def f(x: int) -> int:
            ran()
            return x

        return f

    miss(make(), 1)
    hit(make(), 1)


def generator(x: int) -> Any:
    yield x


async def asynchronous_generator(x: int) -> Any:
    yield x


@pytest.mark.parametrize(
    "function",
    [generator, asynchronous_generator, functools.partial(generator, 1), staticmethod(generator)],
    ids=["generator", "async generator", "partial", "staticmethod"],
)
def test_a_generator_function_is_refused_when_decorating(function: Any) -> None:
    with pytest.raises(TypeError, match="generator"):
        rememo.cache(function)


@pytest.mark.parametrize("value", [None, 1, "text", [len]], ids=repr)
def test_what_is_not_callable_is_refused_when_decorating(value: Any) -> None:
    with pytest.raises(TypeError):
        rememo.cache()(value)


OPTIONS = [
    ("output", "copied"),
    ("on_mutation", "explode"),
    ("opaque", "whatever"),
    ("ignore", ("no_such_parameter",)),
    ("hash_funcs", {int: "not callable"}),
    ("hash_funcs", {3: id}),
    ("hash_funcs", [id]),
]


@pytest.mark.parametrize(("name", "value"), OPTIONS, ids=repr)
def test_a_wrong_option_is_refused_by_name_when_decorating(name: str, value: Any) -> None:
    def f(x: int) -> int:
        return x

    with pytest.raises((ValueError, TypeError), match=name):
        rememo.cache(**{name: value})(f)


def test_the_message_for_a_wrong_choice_lists_the_right_ones() -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        rememo.cache(output="copied")(len)  # type: ignore[call-overload]
    for choice in ("checked", "shared", "private", "copied"):
        assert choice in str(caught.value)


def test_the_message_for_an_ignored_parameter_names_it() -> None:
    def f(first: int) -> int:
        return first

    with pytest.raises((ValueError, TypeError), match="frist"):
        rememo.cache(ignore=("frist",))(f)


def test_an_unknown_option_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="suppress_st_warning"):
        rememo.cache(suppress_st_warning=True)  # type: ignore[call-overload]
