"""Arrays, scalars and dtypes of numpy: `docs/encoding.md`, "Arrays"."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from .forms import Part, Pieces, RawBuffer, record

# Bits of the fraction of the floating-point types, by their width in bytes.
FRACTION = {2: 10, 4: 23, 8: 52}
EXTENDED_NAN = bytes([0, 0, 0, 0, 0, 0, 0, 0xC0, 0xFF, 0x7F])


def known(value: Any) -> Callable[[Any], Pieces] | None:
    """The form of a value that numpy made."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    kind = type(value)
    if kind is numpy.ndarray:
        return array
    if kind is numpy.matrix or kind is numpy.recarray:
        return _plain_subclass
    if isinstance(value, numpy.generic) and kind.__module__.startswith("numpy"):
        return scalar
    if isinstance(value, numpy.dtype):
        return lambda value: record("numpy.dtype", dtype_part(value))
    return None


def added_form(value: Any) -> tuple[str, list[Any]] | None:
    """The form of an instance of a user's subclass of an array."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray):
        return None
    return "ndarray", [numpy.ndarray.view(value, numpy.ndarray)]


def dtype_part(dtype: Any) -> Any:
    """What stands for a dtype: its `str`, where that is not all with the rest."""
    if dtype.kind == "T":
        missing = (dtype.na_object,) if hasattr(dtype, "na_object") else ()
        return (dtype.str, missing, dtype.coerce)
    scalar = dtype.type
    is_numpys = scalar.__module__ == "numpy" and scalar.__name__ != "record"
    if is_numpys and dtype.names is None and dtype.subdtype is None and dtype.metadata is None:
        return dtype.str
    fields = dtype.names and tuple(_field(name, *dtype.fields[name]) for name in dtype.names)
    subarray = dtype.subdtype and (dtype_part(dtype.subdtype[0]), dtype.subdtype[1])
    metadata = None if dtype.metadata is None else dict(dtype.metadata)
    name = [] if is_numpys else [f"{scalar.__module__}.{scalar.__qualname__}"]
    return (dtype.str, fields, subarray, metadata, dtype.isalignedstruct, *name)


def _field(name: str, dtype: Any, offset: int, *title: object) -> tuple[object, ...]:
    return (name, dtype_part(dtype), offset, *title)


def array(value: Any) -> Pieces:
    """Values, dtype and shape."""
    dtype = dtype_part(value.dtype)
    if value.dtype.hasobject or value.dtype.kind == "T":
        return record("numpy.ndarray", dtype, value.shape, value.ravel("C").tolist())
    content, item = value.tobytes("C"), value.dtype.itemsize
    leaves = list(_leaves(value.dtype, 0))
    packed = bytearray()
    for start in range(0, len(content) if item else 0, item or 1):
        for leaf, offset in leaves:
            at = start + offset
            packed += canonical(content[at : at + leaf.itemsize], leaf)
    return record("numpy.ndarray", RawBuffer(bytes(packed)), dtype, value.shape)


def _plain_subclass(value: Any) -> Pieces:
    _, parts = added_form(value)
    attributes = [Part(vars(value), True)] if vars(value) else []
    return record(f"numpy.{type(value).__name__}", *parts, *attributes)


def scalar(value: Any) -> Pieces:
    """Dtype and bytes."""
    dtype = value.dtype
    if dtype.names is not None:
        content = value.item()
    elif dtype.kind == "f" and value != value:
        content = "nan"
    else:
        content = canonical(value.tobytes(), dtype.newbyteorder("="))
    return record("numpy.scalar", dtype_part(dtype), content)


def _leaves(dtype: Any, offset: int) -> Iterator[tuple[Any, int]]:
    """The plain types that an element consists of, and where they lie in it."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        count = dtype.itemsize // base.itemsize if base.itemsize else 0
        for i in range(count):
            yield from _leaves(base, offset + i * base.itemsize)
    elif dtype.names is not None:
        for name in dtype.names:
            field, at = dtype.fields[name][:2]
            yield from _leaves(field, offset + at)
    else:
        yield dtype, offset


def canonical(element: bytes, dtype: Any) -> bytes:
    """The bytes of one number: every NaN of a type is one, padding is zero."""
    if dtype.kind not in "fc":
        return element
    width = len(element) // (2 if dtype.kind == "c" else 1)
    order = "big" if dtype.str[0] == ">" else "little"
    words = [element[i : i + width] for i in range(0, len(element), width)]
    return b"".join(_canonical_float(word, order) for word in words)


def _canonical_float(word: bytes, order: Any) -> bytes:
    if len(word) == 16:
        # An 80-bit float of the x87 and six bytes of padding.
        mantissa = int.from_bytes(word[:8], "little") & (1 << 63) - 1
        is_nan = word[8] == 0xFF and word[9] & 0x7F == 0x7F and mantissa
        return (EXTENDED_NAN if is_nan else word[:10]) + bytes(6)
    bits = len(word) * 8
    fraction = FRACTION[len(word)]
    infinity = (1 << bits - 1) - (1 << fraction)
    if int.from_bytes(word, order) & (1 << bits - 1) - 1 <= infinity:
        return word
    return (infinity + (1 << fraction - 1)).to_bytes(len(word), order)
