"""Writes the golden vectors: `python -m reference.write_vectors`.

Each file of `vectors` is a list of values (`samples`) with what the twin makes of them: the
encoding in hexadecimal where it is short, and the digest. A change here is a change of every key:
it comes with a higher `ENCODING_VERSION`.
"""

from __future__ import annotations

import array
import collections
import contextvars
import datetime
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import json
import pathlib
import re
import struct
import types
import uuid
import weakref
from pathlib import Path
from typing import Any

from .blake3 import blake3
from .encoding import HashFunction, encode
from .key import arguments, key
from .samples import CALLS, GROUPS, Sample

DIRECTORY = Path(__file__).parent / "vectors"
# Longer encodings tell nobody anything.
LONGEST = 160

MODULES: dict[str, Any] = {
    **{module.__name__: module for module in (array, decimal, enum, functools, io, ipaddress)},
    **{module.__name__: module for module in (re, struct, types, weakref)},
    **vars(collections),
    **vars(datetime),
    **vars(pathlib),
    "ContextVar": contextvars.ContextVar,
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "UUID": uuid.UUID,
}
try:
    import numpy

    MODULES["np"] = numpy
except ImportError:
    pass

# Lengths at which BLAKE3 changes course: blocks of 64 bytes, chunks of 1,024, trees of chunks.
HASHED_LENGTHS = (0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2048, 2049, 3072, 3073, 4096, 8193)


def namespace(sample: Sample) -> dict[str, Any]:
    """The names that a sample's expressions can use, after what goes before them."""
    names = {**MODULES, "__name__": "samples"}
    exec(sample.get("setup", ""), names)
    return names


def make(sample: Sample, names: dict[str, Any]) -> Any:
    """The value itself."""
    return eval(sample["value"], names)


def stand_in(name: str) -> bytes:
    """What stands for the digest of the fingerprint of a user's class or function."""
    return blake3(name.encode())


def given(sample: Sample, names: dict[str, Any]) -> dict[str, Any]:
    """What the twin has to be told about a sample's code and hash functions."""
    functions = eval(sample.get("hash_funcs", "{}"), names)
    return {
        "fingerprints": {eval(name, names): stand_in(name) for name in sample.get("user", ())},
        "libraries": {top: tuple(known) for top, known in sample.get("libraries", {}).items()},
        "hash_funcs": {
            base: HashFunction(function, f"builtins.{function.__name__}".encode())
            for base, function in functions.items()
        },
    }


def vector(sample: Sample) -> dict[str, Any]:
    """A sample with what the twin makes of it."""
    names = namespace(sample)
    encoding = encode(make(sample, names), **given(sample, names))
    short = {"encoding": encoding.hex()} if len(encoding) <= LONGEST else {}
    return {**sample, **short, "digest": blake3(encoding).hex()}


def key_vector(sample: Sample) -> dict[str, Any]:
    """A call with its key, the digest of the function's fingerprint being a stand-in."""
    names: dict[str, Any] = {}
    exec(sample["function"], names)
    function = names["f"]

    def bind(*args: Any, **kwargs: Any) -> bytes:
        return arguments(function, args, kwargs, sample["ignore"])

    written = eval(sample["call"], {"f": bind})
    short = {"arguments": written.hex()} if len(written) <= LONGEST else {}
    return {**sample, **short, "key": key(stand_in("f"), written)}


def hash_vector(length: int) -> dict[str, Any]:
    """BLAKE3 of bytes that count up to 250 and start again."""
    message = bytes(i % 251 for i in range(length))
    return {"length": length, "digest": blake3(message).hex()}


def main() -> None:
    """Writes every file."""
    if "np" not in MODULES:
        raise SystemExit("numpy is not installed, and its values have vectors too")
    written = {group: [vector(sample) for sample in samples] for group, samples in GROUPS.items()}
    written["keys"] = [key_vector(sample) for sample in CALLS]
    written["blake3"] = [hash_vector(length) for length in HASHED_LENGTHS]
    for name, vectors in written.items():
        lines = ",\n".join(json.dumps(v, ensure_ascii=True) for v in vectors)
        (DIRECTORY / f"{name}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
