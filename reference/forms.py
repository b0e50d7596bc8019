"""What counts of each known type: the table "Records" of `docs/encoding.md`."""

from __future__ import annotations

import collections
import contextvars
import datetime
import decimal
import fractions
import functools
import io
import ipaddress
import pathlib
import re
import struct
import types
import uuid
import weakref
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Pieces = list["bytes | Part"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A value that stands in another."""

    value: Any
    is_exempt: bool = False
    """No hash function applies to it, though one may to what it contains."""
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


def _attributes(kind: str, *names: str) -> Callable[[Any], Pieces]:
    return lambda value: record(kind, *(getattr(value, name) for name in names))


def _as_text(kind: str) -> Callable[[Any], Pieces]:
    return lambda value: record(kind, Part(str(value), True))


def _partial(value: functools.partial[Any]) -> Pieces:
    parts = [value.func, value.args, value.keywords]
    return record("functools.partial", *parts, *([vars(value)] if vars(value) else []))


def _decimal(value: decimal.Decimal) -> Pieces:
    nan = "sNaN" if value.is_snan() else "NaN" if value.is_nan() else ""
    return record("decimal.Decimal", Part(nan or str(value), True))


def _decimal_context(value: decimal.Context) -> Pieces:
    names = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
    traps = {signal.__name__ for signal, is_on in value.traps.items() if is_on}
    return record("decimal.Context", *(getattr(value, name) for name in names), traps)


def _weak_reference(value: weakref.ref[Any]) -> Pieces:
    referent = value()
    return record("weakref.dead") if referent is None else record("weakref.ref", referent)


def _keyed_reference(value: weakref.KeyedRef[Any, Any]) -> Pieces:
    referent = value()
    return record("weakref.KeyedRef", value.key, *([] if referent is None else [referent]))


def _context_variable(value: contextvars.ContextVar[Any]) -> Pieces:
    try:
        present = value.get()
    except LookupError:
        present = ()
    return record("contextvars.ContextVar", value.name, present)


def _memory_stream(value: io.BytesIO | io.StringIO) -> Pieces:
    parts = [] if value.closed else [value.getvalue(), value.tell()]
    return record(f"io.{type(value).__name__}", *parts)


def _context(value: contextvars.Context) -> Pieces:
    found = sorted(value.items(), key=lambda item: item[0].name.encode())
    return record("contextvars.Context", *(half for var, v in found for half in (var.name, v)))


def _match(value: re.Match[Any]) -> Pieces:
    names = ("re", "string", "pos", "endpos", "regs", "lastindex")
    return record("re.Match", *(getattr(value, name) for name in names))


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
    decimal.Decimal: _decimal,
    decimal.Context: _decimal_context,
    fractions.Fraction: _attributes("fractions.Fraction", "numerator", "denominator"),
    uuid.UUID: lambda v: record("uuid.UUID", v.int, v.is_safe.value),
    re.Pattern: _attributes("re.Pattern", "pattern", "flags"),
    re.Match: _match,
    struct.Struct: _attributes("struct.Struct", "format"),
    functools.partial: _partial,
    type(functools.lru_cache(len)): _attributes("functools.lru_cache", "__wrapped__"),
    weakref.ref: _weak_reference,
    weakref.KeyedRef: _keyed_reference,
    weakref.WeakSet: lambda v: record("weakref.WeakSet", set(v)),
    contextvars.ContextVar: _context_variable,
    contextvars.Context: _context,
    functools.cached_property: _attributes("functools.cached_property", "func", "attrname"),
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
for _view in ("keys", "values", "items"):
    for _dict, _prefix in (({}, "dict"), (collections.OrderedDict(), "odict")):
        RECORDS[type(getattr(_dict, _view)())] = lambda v: record(type(v).__name__, list(v))
for _version in (4, 6):
    for _name in (f"IPv{_version}Address", f"IPv{_version}Network", f"IPv{_version}Interface"):
        RECORDS[getattr(ipaddress, _name)] = _as_text(f"ipaddress.{_name}")
for _name in ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"):
    RECORDS[getattr(pathlib, _name)] = lambda v: record(f"pathlib.{type(v).__name__}", str(v))


def known(value: Any) -> Callable[[Any], Pieces] | None:
    """The form of a value of a known type."""
    return RECORDS.get(type(value))
