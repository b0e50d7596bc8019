"""Hashing touches nothing: it runs no code of the value and leaves the value as it was."""

import collections
import contextvars
import functools
import gc
import io
import random
import sys
import unittest.mock
import weakref
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
import pytest
import rememo


def refuse(*args: object, **kwargs: object) -> NoReturn:
    raise AssertionError("hashing ran code of the value")


# Everything by which Python asks a value for something. The construction of instances and what
# says how to pickle them is left out: the first is not hashing, the second the contract allows.
ASKED = """
    __getattribute__ __getattr__ __setattr__ __delattr__ __dir__ __eq__ __ne__ __lt__ __le__ __gt__
    __ge__ __hash__ __bool__ __len__ __length_hint__ __iter__ __next__ __reversed__ __contains__
    __getitem__ __setitem__ __delitem__ __missing__ __call__ __repr__ __str__ __bytes__ __format__
    __int__ __float__ __complex__ __index__ __round__ __trunc__ __fspath__ __buffer__ __enter__
    __exit__ __await__ __aiter__ __copy__ __deepcopy__ __sizeof__ __get__ __array__ __array_ufunc__
    __add__ __radd__ __mul__ __and__ __or__ __instancecheck__ __subclasscheck__ __del__
""".split()
HOSTILE = {name: refuse for name in ASKED if name != "__del__"}
HOSTILE["__class__"] = property(refuse)


class HostileMeta(type):
    """Classes of which one may not ask anything either, not even whether they are equal."""

    __getattribute__ = refuse
    __eq__ = refuse
    __hash__ = refuse
    __repr__ = refuse
    __instancecheck__ = refuse
    __subclasscheck__ = refuse
    __call__ = type.__call__


def hostile_class(base: type, metaclass: type = type) -> type:
    """A subclass that raises whenever it is asked for anything."""
    body = {**HOSTILE, "__module__": __name__, "__qualname__": f"Hostile{base.__name__}"}
    return metaclass(f"Hostile{base.__name__}", (base,), body)


def hostile(base: type, *args: object, metaclass: type = type, **attributes: object) -> Any:
    """An instance of such a class with attributes in its dictionary."""
    made = base.__new__(hostile_class(base, metaclass), *args)
    base.__init__(made, *args)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


MAKERS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "a proxy": (lambda: hostile(object, target=1), lambda: hostile(object, target=2)),
    "a proxy of a class that refuses too": (
        lambda: hostile(object, metaclass=HostileMeta, target=1),
        lambda: hostile(object, metaclass=HostileMeta, target=2),
    ),
    "a list": (lambda: hostile(list, [1, 2]), lambda: hostile(list, [1, 3])),
    "a dict": (lambda: hostile(dict, {"a": 1}), lambda: hostile(dict, {"a": 2})),
    "a set": (lambda: hostile(set, {1, 2}), lambda: hostile(set, {1, 3})),
    "a tuple": (lambda: hostile_tuple(1), lambda: hostile_tuple(2)),
    "a string": (lambda: hostile_immutable(str, "a"), lambda: hostile_immutable(str, "b")),
    "bytes": (lambda: hostile_immutable(bytes, b"a"), lambda: hostile_immutable(bytes, b"b")),
    "an integer": (lambda: hostile_immutable(int, 1), lambda: hostile_immutable(int, 2)),
    "a float": (lambda: hostile_immutable(float, 1.0), lambda: hostile_immutable(float, 2.0)),
    "an exception": (lambda: hostile(ValueError, "a"), lambda: hostile(ValueError, "b")),
}


def hostile_tuple(*items: object) -> Any:
    return tuple.__new__(hostile_class(tuple), items)


def hostile_immutable(base: type, value: object) -> Any:
    return base.__new__(hostile_class(base), value)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    "wrapped",
    [lambda v: v, lambda v: [v], lambda v: {"k": v}, lambda v: functools.partial(int, v)],
    ids=["alone", "in a list", "in a dict", "in a partial"],
)
def test_a_value_that_refuses_every_question_is_hashed(
    name: str, wrapped: Callable[[Any], Any]
) -> None:
    make, make_other = MAKERS[name]
    # One class each: `__eq__` of another class object would be another value.
    first, second, other = make(), make(), make_other()
    assert rememo.hash(wrapped(first)) == rememo.hash(wrapped(second))
    assert rememo.hash(wrapped(first)) != rememo.hash(wrapped(other))


@pytest.mark.parametrize("name", MAKERS)
def test_a_value_that_refuses_every_question_is_an_argument(name: str) -> None:
    @rememo.cache(output="shared")
    def received(value: object) -> int:
        return 1

    make, make_other = MAKERS[name]
    received(make())
    received(make())
    received(make_other())
    assert received.cache_info()[:2] == (1, 2)


PROXY = hostile(object, target=1)


def test_a_value_that_refuses_every_question_is_a_global() -> None:
    @rememo.cache
    def present() -> bool:
        return PROXY is not None

    present()
    present()
    assert present.cache_info()[:2] == (1, 1)
    object.__setattr__(PROXY, "target", 2)
    present()
    assert present.cache_info()[:2] == (1, 2)


def test_a_class_whose_descriptors_refuse_is_hashed() -> None:
    class Refusing:
        def __get__(self, instance: object, owner: object = None) -> NoReturn:
            refuse()

    class Holder:
        attribute = Refusing()
        computed = property(refuse)
        lazy = functools.cached_property(refuse)

        def __init__(self, n: int) -> None:
            self.n = n

    assert rememo.hash(Holder(1)) == rememo.hash(Holder(1)) != rememo.hash(Holder(2))
    assert "lazy" not in vars(Holder(1))


def generator() -> Iterator[int]:
    yield 1


def test_an_iterator_is_refused_and_not_consumed() -> None:
    for iterator in (generator(), iter([1]), iter({1: 1}.items()), map(int, [1]), zip([1], [1])):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(iterator)
        assert len(list(iterator)) == 1


def test_a_stream_stays_where_it_stands() -> None:
    stream = io.BytesIO(b"abc")
    stream.seek(1)
    rememo.hash(stream)
    assert stream.tell() == 1 and stream.read() == b"bc"


def test_a_defaultdict_is_not_filled() -> None:
    value: collections.defaultdict[str, list] = collections.defaultdict(list, a=[1])
    rememo.hash(value)
    assert dict(value) == {"a": [1]}


def test_random_numbers_are_not_drawn() -> None:
    standard, ours = random.Random(1), np.random.default_rng(1)
    rememo.hash([standard, ours])
    assert standard.random() == random.Random(1).random()
    assert ours.random() == np.random.default_rng(1).random()


def test_a_context_variable_is_not_set() -> None:
    variable: contextvars.ContextVar = contextvars.ContextVar("variable", default=1)
    rememo.hash(variable)
    assert variable not in contextvars.copy_context()


def test_a_mock_is_not_called() -> None:
    for mock in (unittest.mock.Mock(), unittest.mock.MagicMock(name="m")):
        try:
            rememo.hash(mock)
        except rememo.UnhashableTypeError:
            pass
        assert mock.mock_calls == [] and mock.method_calls == []
        assert vars(mock)["_mock_children"] == {}


def test_a_lazy_value_is_not_computed() -> None:
    class Lazy:
        @functools.cached_property
        def value(self) -> int:
            return 1

    lazy = Lazy()
    rememo.hash(lazy)
    assert vars(lazy) == {}


def test_nothing_is_kept_alive() -> None:
    class Kept:
        pass

    value = Kept()
    reference = weakref.ref(value)
    rememo.hash([value, {"a": value}])
    del value
    gc.collect()
    assert reference() is None


def test_reference_counts_stay_as_they_are() -> None:
    class Node:
        pass

    node, data = Node(), {"list": [1, 2.5], "array": np.arange(4)}
    node.data = data
    values = [node, data, data["list"], data["array"], Node]
    rememo.hash(node)
    before = [sys.getrefcount(value) for value in values]
    for _ in range(50):
        rememo.hash(node)
    assert [sys.getrefcount(value) for value in values] == before


def test_no_module_is_imported() -> None:
    before = set(sys.modules)
    rememo.hash([np.arange(3), io.BytesIO(b""), random.Random(1), functools.partial(int), Node])
    assert set(sys.modules) == before


class Node:
    """A class of this module, which is user code."""
