"""The types of the contract beyond the commonest ones, and the protocols of others."""

from __future__ import annotations

import abc
import collections
import contextvars
import copy
import fractions
import ipaddress
import pickle
import types
import typing
import weakref
import zoneinfo
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import Plain, increment

VARIABLE: contextvars.ContextVar[object] = contextvars.ContextVar("VARIABLE", default=0)

GROUPS: dict[str, list[Any]] = {
    "fractions": [
        fractions.Fraction(1, 2),
        fractions.Fraction(1, 3),
        fractions.Fraction(2),
        2,
        0.5,
    ],
    "time zones": [zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo("Europe/Paris")],
    "addresses": [
        *(ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("10.0.0.2")),
        *(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("10.0.0.0/16")),
        *(ipaddress.ip_address("::1"), ipaddress.ip_interface("10.0.0.1/8")),
    ],
    "mappings": [
        *(collections.ChainMap({"a": 1}), collections.ChainMap({}, {"a": 1}), {"a": 1}),
        *(collections.ChainMap({"a": 1}, {"a": 2}), types.MappingProxyType({"a": 1})),
        *(types.MappingProxyType({"a": 2}), types.SimpleNamespace(a=1), types.SimpleNamespace(a=2)),
        types.SimpleNamespace(b=1),
        collections.UserDict(a=1),
    ],
    "exceptions": [
        *(ValueError("a"), ValueError("b"), KeyError("a"), ValueError("a", 1), ValueError()),
        *(OSError(2, "x"), OSError(3, "x"), ExceptionGroup("g", [ValueError("a")]), ValueError),
    ],
    "annotations": [
        *(
            list[int],
            list[str],
            dict[str, int],
            int | str,
            int | None,
            str | int,
            list,
            tuple[int, ...],
        ),
        *(typing.Optional[int], typing.Literal["a"], typing.Literal["b"], typing.Any),  # noqa: UP045
        typing.Callable[[int], str],
        collections.abc.Callable[[int], str],
    ],
    "ufuncs": [np.add, np.multiply, np.sin, np.linalg.norm, np.add.reduce, np.multiply.reduce],
}
# Two spellings of one type: `Optional[int]` may equal `int | None`, and unions do not keep apart
# what compares equal; each spelling has to be stable, not different.
SPELLINGS = {"annotations"}


@pytest.mark.parametrize("group", [name for name in GROUPS if name not in SPELLINGS])
def test_different_values_of_further_types_differ(group: str) -> None:
    owners: dict[str, Any] = {}
    for value in GROUPS[group]:
        digest = rememo.hash(value)
        assert digest not in owners, f"{value!r} has the hash of {owners[digest]!r}"
        owners[digest] = value


def test_annotations_that_differ_have_different_hashes() -> None:
    values = GROUPS["annotations"]
    for index, one in enumerate(values):
        for other in values[:index]:
            if one != other:
                assert rememo.hash(one) != rememo.hash(other), (one, other)


@pytest.mark.parametrize("group", GROUPS)
def test_copies_of_further_types_are_equal(group: str) -> None:
    for value in GROUPS[group]:
        if not isinstance(value, types.MappingProxyType):  # which can be neither copied nor pickled
            assert rememo.hash(copy.deepcopy(value)) == rememo.hash(value), repr(value)
            if group != "ufuncs":
                again = pickle.loads(pickle.dumps(value, protocol=5))
                assert rememo.hash(again) == rememo.hash(value), repr(value)


def test_a_context_variable_counts_by_its_value() -> None:
    before = rememo.hash(VARIABLE)
    token = VARIABLE.set([1])
    assert rememo.hash(VARIABLE) != before
    VARIABLE.reset(token)
    assert rememo.hash(VARIABLE) == before


def test_a_weak_reference_counts_by_what_it_refers_to() -> None:
    one, same, other = Plain(a=1), Plain(a=1), Plain(a=2)
    reference = weakref.ref(one)
    assert rememo.hash(reference) == rememo.hash(weakref.ref(same))
    assert rememo.hash(reference) != rememo.hash(weakref.ref(other))
    alive = rememo.hash(reference)
    del one
    assert rememo.hash(reference) != alive


def test_weak_containers_count_by_their_contents() -> None:
    one, same = Plain(a=1), Plain(a=1)
    values = weakref.WeakValueDictionary({"k": one})
    assert rememo.hash(values) == rememo.hash(weakref.WeakValueDictionary({"k": same}))
    assert rememo.hash(values) != rememo.hash(weakref.WeakValueDictionary())
    keys = weakref.WeakKeyDictionary({one: 1})
    assert rememo.hash(keys) == rememo.hash(weakref.WeakKeyDictionary({same: 1}))
    assert rememo.hash(keys) != rememo.hash(weakref.WeakKeyDictionary({same: 2}))


def test_a_user_protocol_is_honoured() -> None:
    class Versioned:
        def __init__(self, version: int) -> None:
            self.version = version
            self.connection = iter([])

        def __rememo_hash__(self) -> object:
            return [self.version, "v"]

    assert rememo.hash(Versioned(1)) == rememo.hash(Versioned(1))
    assert rememo.hash(Versioned(1)) != rememo.hash(Versioned(2))


def test_a_dask_token_is_honoured() -> None:
    class Lazy:
        def __init__(self, token: str) -> None:
            self.token = token
            self.graph = iter([])

        def __dask_tokenize__(self) -> object:
            return self.token

    assert rememo.hash(Lazy("a")) == rememo.hash(Lazy("a"))
    assert rememo.hash(Lazy("a")) != rememo.hash(Lazy("b"))


def test_the_protocols_have_their_order() -> None:
    """`hash_funcs`, then `rememo.register`, then `__rememo_hash__`, then `__dask_tokenize__`."""

    class Everything:
        def __init__(self, own: str, dask: str) -> None:
            self.own, self.dask = own, dask

        def __rememo_hash__(self) -> object:
            return self.own

        def __dask_tokenize__(self) -> object:
            return self.dask

    assert rememo.hash(Everything("a", "x")) == rememo.hash(Everything("a", "y"))
    assert rememo.hash(Everything("a", "x")) != rememo.hash(Everything("b", "x"))
    rememo.register(Everything, lambda value: value.dask)
    assert rememo.hash(Everything("a", "x")) == rememo.hash(Everything("b", "x"))
    assert rememo.hash(Everything("a", "x")) != rememo.hash(Everything("a", "y"))
    by_own = {Everything: lambda value: value.own}
    assert rememo.hash(Everything("a", "x"), hash_funcs=by_own) == rememo.hash(
        Everything("a", "y"), hash_funcs=by_own
    )


def test_a_type_is_registered_by_class_or_by_dotted_name() -> None:
    class Engine:
        def __init__(self, url: str) -> None:
            self.url = url
            self.pool = iter([])

    class Client:
        def __init__(self, url: str) -> None:
            self.url = url
            self.pool = iter([])

    for kind, name in ((Engine, Engine), (Client, f"{Client.__module__}.{Client.__qualname__}")):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(kind("a"))
        rememo.register(name, lambda value: value.url)
        assert rememo.hash(kind("a")) == rememo.hash(kind("a"))
        assert rememo.hash(kind("a")) != rememo.hash(kind("b"))


def test_attrs_classes_count_by_class_and_fields() -> None:
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Size:
        width: int
        height: int = 1

    assert rememo.hash(Size(1)) == rememo.hash(Size(1, 1))
    assert rememo.hash(Size(1)) != rememo.hash(Size(2))


def test_pydantic_models_count_by_class_and_fields() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Size(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        width: int
        height: int = 1

    assert rememo.hash(Size(width=1)) == rememo.hash(Size(width=1).model_copy())
    assert rememo.hash(Size(width=1)) != rememo.hash(Size(width=2))


def test_sparse_matrices_count_by_values() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    one = sparse.csr_matrix(np.eye(3))
    assert rememo.hash(one) == rememo.hash(one.copy())
    assert rememo.hash(one) != rememo.hash(sparse.csr_matrix(2 * np.eye(3)))
    assert rememo.hash(one) != rememo.hash(one.tocsc())


def test_tensors_count_by_dtype_shape_and_values() -> None:
    torch = pytest.importorskip("torch")
    one = torch.arange(6).reshape(2, 3)
    assert rememo.hash(one) == rememo.hash(one.clone())
    assert rememo.hash(one.T) == rememo.hash(one.T.contiguous())
    for other in (one + 1, one.float(), one.reshape(3, 2), one.numpy()):
        assert rememo.hash(one) != rememo.hash(other)


def test_images_count_by_mode_size_and_pixels() -> None:
    image = pytest.importorskip("PIL.Image")
    one = image.new("RGB", (2, 2), "red")
    assert rememo.hash(one) == rememo.hash(one.copy())
    assert rememo.hash(one) != rememo.hash(image.new("RGB", (2, 2), "blue"))
    assert rememo.hash(one) != rememo.hash(image.new("RGB", (4, 1), "red"))


def test_an_abstract_class_does_not_change_by_being_asked() -> None:
    class Shape(abc.ABC):
        @abc.abstractmethod
        def area(self) -> float: ...

    before = rememo.hash(Shape)
    assert not isinstance(3, Shape)
    assert not issubclass(int, Shape)
    assert rememo.hash(Shape) == before


def test_static_and_class_methods_count_as_what_they_are() -> None:
    values = [increment, staticmethod(increment), classmethod(increment), property(increment)]
    assert len({rememo.hash(value) for value in values}) == len(values)
    assert rememo.hash(property(increment)) == rememo.hash(property(increment))
