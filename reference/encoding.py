"""From a value to its bytes, as `docs/encoding.md` says it.

Written to be read and compared with the document, not to be fast. Every value becomes a node:
pieces of bytes with other nodes between them. Nodes that lie on no cycle are encoded children
first; the rest is left to `cycles`. Nothing recurses, so that depth is bounded by memory alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import arrays, cycles, forms
from .code import Code
from .forms import Part, int_bytes, text, varint
from .instances import instance

try:
    from blake3 import blake3 as _blake3

    def blake3(message: bytes) -> bytes:
        """The 32 bytes of the digest."""
        return _blake3(message).digest()

except ImportError:
    from .blake3 import blake3

INLINE_LIMIT = 1024
COLLAPSED = b"\x3f"
NAN = struct.pack("<Q", 0x7FF8_0000_0000_0000)


def collapse(encoding: bytes) -> bytes:
    """What stands in a value's parent."""
    if len(encoding) <= INLINE_LIMIT:
        return encoding
    return COLLAPSED + blake3(encoding)


def float_bytes(value: float) -> bytes:
    """IEEE 754, every NaN the same."""
    return NAN if value != value else struct.pack("<d", value)


@dataclass(slots=True, eq=False)
class Node:
    """A value: bytes and other values in the order in which they are written.

    In a set the first piece is the head and all others are elements, in no order.
    """

    pieces: list[bytes | Node] = field(default_factory=list)
    is_set: bool = False
    encoded: bytes | None = None

    @property
    def children(self) -> list[Node]:
        """The values that stand in this one."""
        return [piece for piece in self.pieces if isinstance(piece, Node)]

    def write(self, written: Callable[[Node], bytes]) -> bytes:
        """The bytes of this node, with each child as `written` gives it."""
        pieces = [written(piece) if isinstance(piece, Node) else piece for piece in self.pieces]
        if self.is_set:
            pieces = [pieces[0], *sorted(pieces[1:])]
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class HashFunction:
    """An entry of `hash_funcs`: the function, and the bytes that stand for it."""

    function: Callable[[Any], Any]
    identity: bytes


class Encoder:
    """Encodes one value.

    `fingerprints` gives the digests of the user's functions, classes and modules, which come from
    following code and not from here; `libraries` gives distribution and version of the top-level
    modules of libraries other than the standard library.
    """

    def __init__(
        self,
        fingerprints: Mapping[Any, bytes] | None = None,
        libraries: Mapping[str, tuple[str, str]] | None = None,
        hash_funcs: Mapping[type, HashFunction] | None = None,
    ) -> None:
        self.code = Code(fingerprints or {}, libraries or {})
        self.hash_funcs = hash_funcs or {}
        self.nodes: dict[tuple[int, bool], Node] = {}
        self.pending: list[tuple[Node, Part, HashFunction | None]] = []
        # Values made for the occasion live as long as the nodes: no address is used twice.
        self.alive: list[Any] = []

    def encode(self, value: Any) -> bytes:
        """`C(value)`."""
        root = self.lay_out(value)
        for members in cycles.components(root):
            if cycles.is_cycle(members):
                cycles.encode(members, blake3)
            else:
                (node,) = members
                node.encoded = collapse(node.write(lambda child: child.encoded))
        return root.encoded

    def lay_out(self, value: Any) -> Node:
        """The node of a value, with everything that it reaches."""
        root = self.node(Part(value))
        while self.pending:
            node, part, function = self.pending.pop()
            pieces, node.is_set = self.describe(part, function)
            node.pieces = [
                self.node(piece) if isinstance(piece, Part) else piece for piece in pieces
            ]
        return root

    def node(self, part: Part) -> Node:
        """The node of a part; its pieces follow later."""
        function = self.hash_function(part)
        key = (id(part.value), function is not None)
        if key not in self.nodes:
            self.nodes[key] = Node()
            self.pending.append((self.nodes[key], part, function))
            self.alive.append(part.value)
        return self.nodes[key]

    def hash_function(self, part: Part) -> HashFunction | None:
        """The function for a part: that of the nearest class, but not for its own result."""
        if part.is_exempt:
            return None
        for base in type(part.value).__mro__:
            if base in self.hash_funcs:
                found = self.hash_funcs[base]
                return None if found is part.made_by else found
        return None

    def describe(
        self, part: Part, function: HashFunction | None
    ) -> tuple[list[bytes | Part], bool]:
        """The pieces of a value, and whether it is a set."""
        value = part.value
        if function is not None:
            result = Part(function.function(value), made_by=function)
            return forms.record("hash_funcs", Part(function.identity, True), result), False
        plain = leaf(value)
        if plain is not None:
            return [plain], False
        kind = type(value)
        if kind in (list, tuple):
            tag = b"\x10" if kind is list else b"\x11"
            return [tag + varint(len(value)), *map(Part, value)], False
        if kind is dict:
            parts = [Part(half) for item in value.items() for half in item]
            return [b"\x12" + varint(len(value)), *parts], False
        if kind in (set, frozenset):
            tag = b"\x13" if kind is set else b"\x14"
            return [tag + varint(len(value)), *map(Part, value)], True
        if self.code.is_code(value):
            return [self.code.encode(value)], False
        known = forms.known(value) or arrays.known(value)
        if known is not None:
            return [exempt(piece) for piece in known(value)], False
        return instance(value, self.code), False


def exempt(piece: bytes | Part) -> bytes | Part:
    """A part of a record; no hash function applies to one that is plain: it is the type's own."""
    if isinstance(piece, Part) and type(piece.value) in (int, str, float, bytes, bool, type(None)):
        return replace(piece, is_exempt=True)
    return piece


def leaf(value: Any) -> bytes | None:
    """The encoding of a plain value, if it is one."""
    kind = type(value)
    if value is None:
        return b"\x00"
    if kind is bool:
        return b"\x02" if value else b"\x01"
    if kind is int:
        if -(2**63) <= value < 2**63:
            return b"\x03" + struct.pack("<q", value)
        content = int_bytes(value)
        return b"\x04" + varint(len(content)) + content
    if kind is float:
        return b"\x05" + float_bytes(value)
    if kind is complex:
        return b"\x06" + float_bytes(value.real) + float_bytes(value.imag)
    if kind is str:
        return b"\x07" + text(value)
    if kind is bytes:
        return b"\x08" + varint(len(value)) + value
    if kind is bytearray:
        return b"\x09" + varint(len(value)) + value
    if kind is forms.RawBuffer:
        return b"\x22" + varint(len(value.content)) + value.content
    if value is ...:
        return b"\x0a"
    if value is NotImplemented:
        return b"\x0b"
    return None


def encode(value: Any, **given: Any) -> bytes:
    """`C(value)`; `given` as for `Encoder`."""
    return Encoder(**given).encode(value)


def digest(value: Any, **given: Any) -> str:
    """What `rememo.hash` returns; `given` as for `Encoder`."""
    return blake3(encode(value, **given)).hex()
