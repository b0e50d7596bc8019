"""What counts of each type: the tables "Records" and "Instances" of `docs/encoding.md`."""

from __future__ import annotations

import collections
import contextvars
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import pathlib
import re
import sys
import types
import uuid
import weakref
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Pieces = list["bytes | Part"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A value that stands in another."""

    value: Any
    is_attributes: bool = False
    """Written as it is, whatever `hash_funcs` says."""
    made_by: Any = None
    """The hash function that it is the result of."""


@dataclass(frozen=True, slots=True, eq=False)
class RawBuffer:
    """The content of an array: `22`."""

    content: bytes


def varint(n: int) -> bytes:
    """An unsigned LEB128 number."""
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def text(value: str) -> bytes:
    """Length and UTF-8, lone surrogates as three bytes."""
    content = value.encode("utf-8", "surrogatepass")
    return varint(len(content)) + content


def int_bytes(value: int) -> bytes:
    """The shortest two's complement form."""
    # −2ⁿ takes one bit less than 2ⁿ: −128 fits a byte, 128 does not.
    bits = (value if value >= 0 else ~value).bit_length()
    return value.to_bytes(bits // 8 + 1, "little", signed=True)


def record(kind: str, *parts: Any) -> Pieces:
    """A value of a known kind."""
    wrapped = [part if isinstance(part, Part) else Part(part) for part in parts]
    return [b"\x20" + text(kind) + varint(len(parts)), *wrapped]


# ---- code ---------------------------------------------------------------------------------------

_LIBRARY_TYPES = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.ClassMethodDescriptorType,
)


class Code:
    """Functions, classes and modules as values."""

    def __init__(
        self, fingerprints: Mapping[Any, bytes], libraries: Mapping[str, tuple[str, str]]
    ) -> None:
        self.fingerprints = fingerprints
        self.libraries = libraries

    def is_code(self, value: Any) -> bool:
        """Whether a value is written as code."""
        kind = type(value)
        if kind is types.BuiltinFunctionType:
            owner = value.__self__
            return owner is None or isinstance(owner, types.ModuleType)
        return (
            kind is types.FunctionType
            or issubclass(kind, type | types.ModuleType)
            or kind in _LIBRARY_TYPES
        )

    def encode(self, value: Any) -> bytes:
        """`E` of code: `28` for the user's, `29` for a library's."""
        kind = type(value)
        if not self.is_library(value):
            written = b"\x28" + self.fingerprints[value]
            if kind is types.FunctionType:
                for name in (value.__name__, value.__qualname__):
                    written += b"\x07" + text(name)
            return written
        if issubclass(kind, types.ModuleType):
            module, qualname = value.__name__, ""
        elif kind in _LIBRARY_TYPES:
            owner = value.__objclass__
            module, qualname = owner.__module__, f"{owner.__qualname__}.{value.__name__}"
        elif kind is types.BuiltinFunctionType:
            module, qualname = value.__self__.__name__, value.__name__
        else:
            module, qualname = value.__module__, value.__qualname__
        distribution, version = self.library(module)
        return b"\x29" + b"".join(map(text, (distribution, version, module, qualname)))

    def is_library(self, value: Any) -> bool:
        """Whether code is a library's."""
        # By identity: a class may have a metaclass with an `__eq__`.
        return all(value is not given for given in self.fingerprints)

    def library(self, module: str) -> tuple[str, str]:
        """Distribution and version of a module."""
        top = module.split(".")[0]
        if top in sys.stdlib_module_names:
            return "python", f"{sys.version_info.major}.{sys.version_info.minor}"
        return self.libraries[top]


# ---- records ------------------------------------------------------------------------------------


def _attributes(kind: str, *names: str) -> Callable[[Any], Pieces]:
    return lambda value: record(kind, *(getattr(value, name) for name in names))


def _as_text(kind: str) -> Callable[[Any], Pieces]:
    return lambda value: record(kind, str(value))


def _partial(value: functools.partial[Any]) -> Pieces:
    parts = [value.func, value.args, value.keywords]
    return record("functools.partial", *parts, *([vars(value)] if vars(value) else []))


def _decimal_context(value: decimal.Context) -> Pieces:
    names = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
    traps = {signal.__name__ for signal, is_on in value.traps.items() if is_on}
    return record("decimal.Context", *(getattr(value, name) for name in names), traps)


def _weak_reference(value: weakref.ref[Any]) -> Pieces:
    referent = value()
    return record("weakref.dead") if referent is None else record("weakref.ref", referent)


def _context_variable(value: contextvars.ContextVar[Any]) -> Pieces:
    present = value.get(...)
    parts = [] if present is ... else [present]
    return record("contextvars.ContextVar", value.name, *parts)


def _memory_stream(value: io.BytesIO | io.StringIO) -> Pieces:
    parts = [] if value.closed else [value.getvalue(), value.tell()]
    return record(f"io.{type(value).__name__}", *parts)


def _bound_builtin(value: types.BuiltinMethodType) -> Pieces:
    return record("builtin method", value.__name__, value.__self__)


def _cell(value: types.CellType) -> Pieces:
    try:
        return record("cell", value.cell_contents)
    except ValueError:
        return record("cell")


RECORDS: dict[type, Callable[[Any], Pieces]] = {
    range: _attributes("range", "start", "stop", "step"),
    slice: _attributes("slice", "start", "stop", "step"),
    object: lambda _: record("object"),
    memoryview: lambda v: record("memoryview", v.format, v.shape, v.readonly, v.tobytes()),
    types.MappingProxyType: lambda v: record("mappingproxy", dict(v)),
    types.SimpleNamespace: lambda v: record("types.SimpleNamespace", Part(vars(v), True)),
    collections.OrderedDict: lambda v: record("collections.OrderedDict", list(v.items()), vars(v)),
    collections.defaultdict: lambda v: record(
        "collections.defaultdict", v.default_factory, dict(v)
    ),
    collections.deque: lambda v: record("collections.deque", v.maxlen, list(v)),
    datetime.date: _attributes("datetime.date", "year", "month", "day"),
    datetime.time: _attributes(
        "datetime.time", "hour", "minute", "second", "microsecond", "fold", "tzinfo"
    ),
    datetime.datetime: _attributes(
        "datetime.datetime",
        *("year", "month", "day", "hour", "minute", "second", "microsecond", "fold", "tzinfo"),
    ),
    datetime.timedelta: _attributes("datetime.timedelta", "days", "seconds", "microseconds"),
    datetime.timezone: lambda v: record("datetime.timezone", v.__getinitargs__()),
    zoneinfo.ZoneInfo: _attributes("zoneinfo.ZoneInfo", "key"),
    decimal.Decimal: _as_text("decimal.Decimal"),
    decimal.Context: _decimal_context,
    fractions.Fraction: _attributes("fractions.Fraction", "numerator", "denominator"),
    uuid.UUID: lambda v: record("uuid.UUID", v.int, v.is_safe.value),
    re.Pattern: _attributes("re.Pattern", "pattern", "flags"),
    functools.partial: _partial,
    type(functools.lru_cache(len)): _attributes("functools.lru_cache", "__wrapped__"),
    weakref.ref: _weak_reference,
    weakref.WeakSet: lambda v: record("weakref.WeakSet", set(v)),
    contextvars.ContextVar: _context_variable,
    io.BytesIO: _memory_stream,
    io.StringIO: _memory_stream,
    types.MethodType: _attributes("method", "__func__", "__self__"),
    types.BuiltinMethodType: _bound_builtin,
    staticmethod: _attributes("staticmethod", "__func__"),
    classmethod: _attributes("classmethod", "__func__"),
    property: _attributes("property", "fget", "fset", "fdel"),
    types.CellType: _cell,
}
for _class in (weakref.WeakValueDictionary, weakref.WeakKeyDictionary):
    RECORDS[_class] = lambda v: record(f"weakref.{type(v).__name__}", list(v.items()))
for _version in (4, 6):
    for _name in (f"IPv{_version}Address", f"IPv{_version}Network", f"IPv{_version}Interface"):
        RECORDS[getattr(ipaddress, _name)] = _as_text(f"ipaddress.{_name}")
for _name in ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"):
    RECORDS[getattr(pathlib, _name)] = _as_text(f"pathlib.{_name}")


def known(value: Any) -> Callable[[Any], Pieces] | None:
    """The form of a value of a known type."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if type(value) is numpy.ndarray:
            return _array
        if isinstance(value, numpy.generic) and type(value).__module__ == "numpy":
            return _numpy_scalar
    return RECORDS.get(type(value))


def _dtype(dtype: Any) -> Any:
    if dtype.names is None and dtype.subdtype is None and dtype.metadata is None:
        return dtype.str
    return (dtype.str, dtype.__reduce__()[2])


def _array(value: Any) -> Pieces:
    dtype = _dtype(value.dtype)
    if value.dtype.hasobject or value.dtype.kind == "T":
        return record("numpy.ndarray", dtype, value.shape, value.ravel("C").tolist())
    return record("numpy.ndarray", RawBuffer(value.tobytes("C")), dtype, value.shape)


def _numpy_scalar(value: Any) -> Pieces:
    dtype = value.dtype
    content: Any = value.tobytes()
    if dtype.kind == "f" and value != value:
        content = "nan"
    elif dtype.names is not None:
        content = value.item()
    elif dtype.kind == "f" and dtype.itemsize == 16:
        content = repr(value)
    return record("numpy.scalar", _dtype(dtype), content)


# ---- instances ----------------------------------------------------------------------------------

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


def instance(value: Any, code: Code) -> Pieces:
    """An instance in the first form that applies."""
    kind = type(value)
    form, parts = _form(value, kind, code)
    wrapped = [part if isinstance(part, Part) else Part(part) for part in parts]
    head = b"\x21" + code.encode(kind) + varint(len(parts) + 1) + b"\x07" + text(form)
    return [head, *wrapped]


def _form(value: Any, kind: type, code: Code) -> tuple[str, list[Any]]:
    if issubclass(type(kind), enum.EnumMeta):
        return "enum", [vars(value)["_name_"], vars(value)["_value_"]]
    for protocol in ("__rememo_hash__", "__dask_tokenize__"):
        if hasattr(kind, protocol):
            return protocol, [getattr(kind, protocol)(value)]
    if not issubclass(kind, bytes | bytearray):
        try:
            view = memoryview(value)
        except TypeError:
            pass
        else:
            return "buffer", [view.format, view.shape, RawBuffer(view.tobytes())]
    reduced = _reduction(value, kind)
    if isinstance(reduced, str):
        return "global", [reduced]
    if reduced is not None:
        items = [list(item) if i in (3, 4) and item else item for i, item in enumerate(reduced)]
        return "reduce", [Part(item, i == 2 and type(item) is dict) for i, item in enumerate(items)]
    bases = [content for base, content in _BUILT_IN if issubclass(kind, base)]
    if not bases and getattr(kind, "__getstate__", None) is not getattr(
        object, "__getstate__", None
    ):
        return "__getstate__", [value.__getstate__()]
    attributes = getattr(value, "__dict__", None)
    if attributes is not None and code.is_library(kind):
        attributes = {
            name: attribute
            for name, attribute in attributes.items()
            if not isinstance(getattr(kind, name, None), functools.cached_property)
        }
    parts = [bases[0](value) if bases else None, Part(attributes, attributes is not None)]
    return "state", parts + _slots(value, kind)


def _reduction(value: Any, kind: type) -> Any:
    if kind in copyreg.dispatch_table:
        return copyreg.dispatch_table[kind](value)
    if kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__:
        return None
    return value.__reduce_ex__(4)


def _slots(value: Any, kind: type) -> list[Any]:
    """Name and value of each slot that is set."""
    parts: list[Any] = []
    for base in kind.__mro__:
        if "__slots__" not in vars(base):
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
