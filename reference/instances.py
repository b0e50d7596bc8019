"""Instances of classes without a form of their own: `docs/encoding.md`, "Instances"."""

from __future__ import annotations

import collections
import copyreg
import enum
import fractions
import functools
import ipaddress
import pathlib
import types
import uuid
from collections.abc import Callable, Collection, Iterable
from typing import Any

from . import arrays
from .code import Code
from .forms import Part, Pieces, RawBuffer, text, varint

_BUILT_IN = (
    (list, lambda v: list.__getitem__(v, slice(None))),
    (tuple, lambda v: tuple.__getitem__(v, slice(None))),
    (dict, lambda v: dict(dict.items(v))),
    (set, lambda v: set(set.__iter__(v))),
    (frozenset, lambda v: frozenset(frozenset.__iter__(v))),
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (bytes, lambda v: bytes.__getitem__(v, slice(None))),
    (bytearray, bytearray.copy),
    (complex, complex.__complex__),
)

# Types whose subclasses count by the content of the base and what they add.
_CONTENT: dict[type, tuple[str, Callable[[Any], list[Any]]]] = {
    BaseException: ("exception", lambda v: [v.args, v.__cause__]),
    collections.OrderedDict: (
        "OrderedDict",
        lambda v: [list(collections.OrderedDict.items(v))],
    ),
    collections.defaultdict: (
        "defaultdict",
        lambda v: [v.default_factory, dict(dict.items(v))],
    ),
    collections.deque: ("deque", lambda v: [v.maxlen, list(collections.deque.__iter__(v))]),
    collections.Counter: ("Counter", lambda v: [dict(dict.items(v))]),
    pathlib.PurePath: ("path", lambda v: [pathlib.PurePath.__str__(v)]),
}
# Types whose own reduction tells the number alone.
_BY_STATE = (
    fractions.Fraction,
    uuid.UUID,
    ipaddress._BaseAddress,
    ipaddress._BaseNetwork,
)
# What `enum` itself writes into a member.
_ENUM_MACHINERY = (
    *("_name_", "_value_", "_sort_order_", "__objclass__", "_inverted_", "_hashable_values_"),
)


def instance(value: Any, code: Code) -> Pieces:
    """An instance in the first form that applies."""
    kind = type(value)
    form, parts = _form(value, kind, code)
    wrapped = [part if isinstance(part, Part) else Part(part) for part in parts]
    head = b"\x21" + code.encode(kind) + varint(len(parts) + 1) + b"\x07" + text(form)
    return [head, *wrapped]


def _form(value: Any, kind: type, code: Code) -> tuple[str, list[Any]]:
    if issubclass(type(kind), enum.EnumMeta):
        named = [vars(value)["_name_"], vars(value)["_value_"]]
        return "enum", named + _pairs(vars(value).items(), _ENUM_MACHINERY)
    for protocol in ("__rememo_hash__", "__dask_tokenize__"):
        if hasattr(kind, protocol):
            return protocol, [getattr(kind, protocol)(value)]
    added = _added_form(value, kind)
    if added is not None:
        form, content = added
        return form, content + _own_state(value, kind, code)
    if not issubclass(kind, bytes | bytearray):
        try:
            view = memoryview(value)
        except TypeError:
            pass
        else:
            # Addresses of objects mean nothing elsewhere.
            if "O" not in view.format:
                content = [view.format, view.shape, RawBuffer(view.tobytes())]
                return "buffer", content + _own_state(value, kind, code)
    base, content_of = next((row for row in _BUILT_IN if issubclass(kind, row[0])), (object, None))

    def customised(method: str) -> bool:
        return getattr(kind, method) is not getattr(base, method)

    is_plain_state = _extends(kind, _BY_STATE)
    if is_plain_state:
        return _state(value, kind, code, None)
    if kind in copyreg.dispatch_table:
        return _reduced(copyreg.dispatch_table[kind](value), [])
    for method, arguments in (("__reduce_ex__", (4,)), ("__reduce__", ())):
        if customised(method):
            reduce = getattr(kind, method)
            in_c = isinstance(reduce, types.MethodDescriptorType | types.WrapperDescriptorType)
            own_state = _own_state(value, kind, code) if in_c else []
            return _reduced(reduce(value, *arguments), own_state)
    if content_of is None and customised("__getstate__"):
        return "__getstate__", [kind.__getstate__(value)]
    return _state(value, kind, code, None if content_of is None else content_of(value))


def _extends(kind: type, bases: tuple[type, ...]) -> type | None:
    """The known type that a class extends, if no class between the two says how it is reduced."""
    for base in kind.__mro__:
        if base in bases:
            methods = ("__reduce_ex__", "__reduce__", "__getstate__")
            same = all(getattr(kind, m, None) is getattr(base, m, None) for m in methods)
            return base if same else None
    return None


def _added_form(value: Any, kind: type) -> tuple[str, list[Any]] | None:
    """The content of the known type that a class extends; what it has added follows."""
    base = _extends(kind, tuple(_CONTENT))
    if base is not None:
        return _CONTENT[base][0], _CONTENT[base][1](value)
    return arrays.added_form(value)


def _state(value: Any, kind: type, code: Code, content: Any) -> tuple[str, list[Any]]:
    attributes = _attributes_of(value, kind, code)
    return "state", [content, Part(attributes, attributes is not None), *_slots(value, kind)]


def _reduced(reduced: Any, own_state: list[Any]) -> tuple[str, list[Any]]:
    if isinstance(reduced, str):
        return "global", [reduced]
    items = [list(item) if i in (3, 4) and item else item for i, item in enumerate(reduced)]
    parts = [Part(item, i == 2 and type(item) is dict) for i, item in enumerate(items)]
    return "reduce", parts + own_state


def _own_state(value: Any, kind: type, code: Code) -> list[Any]:
    """What a subclass has added to the content of its base, if anything."""
    attributes = _attributes_of(value, kind, code)
    return ([Part(attributes, True)] if attributes else []) + _slots(value, kind)


def _attributes_of(value: Any, kind: type, code: Code) -> dict[str, Any] | None:
    """`__dict__`, without what a cached property of a library's class has left there."""
    try:
        # Not as the instance would answer: a generic alias answers for its origin.
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    if not code.is_library(kind):
        return attributes
    cached = {
        name
        for name in attributes
        if isinstance(getattr(kind, name, None), functools.cached_property)
    }
    kept = {name: attributes[name] for name in attributes if name not in cached}
    return kept if cached else attributes


def _pairs(items: Iterable[tuple[str, Any]], without: Collection[str] = ()) -> list[Any]:
    """Names and values, one after the other."""
    return [half for item in items if item[0] not in without for half in item]


def _slots(value: Any, kind: type) -> list[Any]:
    """Name and value of each slot that is set."""
    parts: list[Any] = []
    for base in kind.__mro__:
        # What a path keeps for itself is its text, and what it has worked out of that.
        if "__slots__" not in vars(base) or base.__module__.startswith("pathlib"):
            continue
        members = [
            (name, member)
            for name, member in vars(base).items()
            if isinstance(member, types.MemberDescriptorType)
        ]
        for name, member in sorted(members, key=lambda item: item[0].encode()):
            try:
                parts += [name, member.__get__(value, kind)]
            except AttributeError:
                continue
    return parts
