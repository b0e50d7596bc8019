"""The key of a call: `docs/encoding.md`, "Fingerprints" and "Keys"."""

from __future__ import annotations

import inspect
import struct
from collections.abc import Callable, Collection, Mapping
from typing import Any

from .encoding import blake3, encode
from .forms import text, varint

ENCODING_VERSION = 1


def fingerprint(entries: list[tuple[str, str, bytes]], root: tuple[str, str]) -> bytes:
    """The digest of a fingerprint.

    `entries` are kind, name and digest, in order; several of one kind and name in the order of
    their ordinals. `root` is the kind and name of what was followed.
    """

    def framed(content: str) -> bytes:
        written = content.encode()
        return struct.pack("<Q", len(written)) + written

    labels = [(kind, name) for kind, name, _ in entries]
    names = struct.pack("<IQ", labels.index(root), len(entries))
    names += b"".join(framed(kind) + framed(name) for kind, name in labels)
    return blake3(blake3(names) + b"".join(digest for _, _, digest in entries))


def arguments(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    ignore: Collection[str] = (),
    **given: Any,
) -> bytes:
    """The bytes of a call's arguments; `given` as for `encoding.Encoder`."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    named: list[bytes] = []
    collected: list[bytes] = []
    for parameter in bound.signature.parameters.values():
        if parameter.name in ignore:
            continue
        value = bound.arguments[parameter.name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            collected.append(b"\x11" + varint(len(value)))
            collected += [encode(item, **given) for item in value]
        elif parameter.kind is parameter.VAR_KEYWORD:
            collected.append(b"\x12" + varint(len(value)))
            for name, item in value.items():
                collected += [b"\x07" + text(name), encode(item, **given)]
        else:
            named.append(encode(value, **given))
    return b"".join(named + collected)


def key(fingerprint_digest: bytes, argument_bytes: bytes) -> str:
    """What `f.key(…)` returns."""
    return blake3(bytes([ENCODING_VERSION]) + fingerprint_digest + argument_bytes).hex()
