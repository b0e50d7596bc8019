"""BLAKE3 in plain Python, for where the package `blake3` is not installed.

J. O'Connor, J.-P. Aumasson, S. Neves, Z. Wilcox-O'Hearn, "BLAKE3: one function, fast everywhere",
2020. Unkeyed hashing of a whole message to 32 bytes, which is all that the encoding needs.
"""

from __future__ import annotations

import struct

BLOCK_LEN = 64
CHUNK_LEN = 1024

CHUNK_START = 1
CHUNK_END = 2
PARENT = 4
ROOT = 8

# The first eight words are those of SHA-256.
IV = (
    0x6A09E667,
    0xBB67AE85,
    0x3C6EF372,
    0xA54FF53A,
    0x510E527F,
    0x9B05688C,
    0x1F83D9AB,
    0x5BE0CD19,
)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
# Columns, then diagonals.
LANES = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
MASK = 0xFFFFFFFF


def _schedules() -> list[list[int]]:
    """Which word of the block each of the seven rounds uses where."""
    schedules = [list(range(16))]
    while len(schedules) < 7:
        schedules.append([schedules[-1][i] for i in PERMUTATION])
    return schedules


SCHEDULES = _schedules()


def compress(
    chaining: tuple[int, ...], block: bytes, counter: int, length: int, flags: int
) -> tuple[int, ...]:
    """The chaining value after one block of at most 64 bytes."""
    words = struct.unpack("<16I", block.ljust(BLOCK_LEN, b"\0"))
    v = [*chaining, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for schedule in SCHEDULES:
        for lane, (a, b, c, d) in enumerate(LANES):
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb + words[schedule[2 * lane]]) & MASK
            vd ^= va
            vd = (vd >> 16 | vd << 16) & MASK
            vc = (vc + vd) & MASK
            vb ^= vc
            vb = (vb >> 12 | vb << 20) & MASK
            va = (va + vb + words[schedule[2 * lane + 1]]) & MASK
            vd ^= va
            vd = (vd >> 8 | vd << 24) & MASK
            vc = (vc + vd) & MASK
            vb ^= vc
            v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & MASK, vc, vd
    return tuple(low ^ high for low, high in zip(v[:8], v[8:], strict=True))


def _chunk(message: bytes, counter: int, last: int) -> tuple[int, ...]:
    """The chaining value of one chunk; `last` goes into the flags of its last block."""
    blocks = [message[i : i + BLOCK_LEN] for i in range(0, len(message), BLOCK_LEN)] or [b""]
    chaining: tuple[int, ...] = IV
    for i, block in enumerate(blocks):
        flags = CHUNK_START if i == 0 else 0
        if i == len(blocks) - 1:
            flags |= CHUNK_END | last
        chaining = compress(chaining, block, counter, len(block), flags)
    return chaining


def _parent(left: tuple[int, ...], right: tuple[int, ...], last: int) -> tuple[int, ...]:
    block = struct.pack("<16I", *left, *right)
    return compress(IV, block, 0, BLOCK_LEN, PARENT | last)


def blake3(message: bytes) -> bytes:
    """The 32 bytes of the digest."""
    chunks = [message[i : i + CHUNK_LEN] for i in range(0, len(message), CHUNK_LEN)] or [b""]
    if len(chunks) == 1:
        return struct.pack("<8I", *_chunk(chunks[0], 0, ROOT))
    # Subtrees that are complete: a carry merges two of one size, as in counting up in binary.
    stack: list[tuple[int, ...]] = []
    for i, chunk in enumerate(chunks[:-1]):
        node = _chunk(chunk, i, 0)
        complete = i + 1
        while complete % 2 == 0:
            node = _parent(stack.pop(), node, 0)
            complete //= 2
        stack.append(node)
    node = _chunk(chunks[-1], len(chunks) - 1, 0)
    while stack:
        node = _parent(stack.pop(), node, 0 if stack else ROOT)
    return struct.pack("<8I", *node)
