"""Built-in scalars, ranges and slices."""

DISTINCT = {
    "constants": [lambda: None, lambda: True, lambda: False, lambda: ..., lambda: NotImplemented],
    "int": [
        *(lambda n=n: n for n in (0, 1, -1, 255, 256, 2**31, -(2**31), 2**63 - 1, -(2**63))),
        *(lambda n=n: n for n in (2**63, -(2**63) - 1, 2**64, 10**30, -(10**30))),
    ],
    "float": [
        *(lambda x=x: x for x in (0.0, -0.0, 1.0, -1.0, 0.1, 1e308, 5e-324)),
        *(lambda x=x: float(x) for x in ("nan", "inf", "-inf")),
    ],
    "complex": [
        *(lambda z=z: z for z in (0j, 1 + 0j, 1j, complex(0.0, -0.0), complex(-0.0, 0.0))),
        lambda: complex("nan"),
    ],
    "str": [
        *(lambda s=s: s for s in ("", "a", "ab", "A", "é", "e\u0301", "\0", "a\0", "\ud800")),
        *(lambda s=s: s for s in ("😀", "None", "1", "\u200b", "a" * 5000, "a" * 5001)),
    ],
    "bytes": [lambda b=b: b for b in (b"", b"a", b"ab", b"\0", b"1", b"a" * 5000)],
    "bytearray": [lambda b=b: bytearray(b) for b in (b"", b"a", b"ab", b"\0")],
    "range": [
        *(lambda: range(0), lambda: range(1, 1), lambda: range(3), lambda: range(1, 3)),
        *(lambda: range(0, 3, 2), lambda: range(0, 4, 2), lambda: range(2**70)),
    ],
    "slice": [
        *(lambda: slice(None), lambda: slice(1), lambda: slice(1, None), lambda: slice(1, 2)),
        *(lambda: slice(1, 2, 3), lambda: slice("a", "b"), lambda: slice(True)),
    ],
}

ALIKE = {
    "every NaN": [
        lambda: float("nan"),
        lambda: float("-nan"),
        lambda: float("inf") - float("inf"),
    ],
    "strings however they were made": [
        lambda: "ordinary",
        lambda: "".join(["ordi", "nary"]),
        lambda: b"ordinary".decode(),
        lambda: "ordinary€"[:-1],
    ],
    "integers however they were made": [lambda: 10**20, lambda: int("1" + "0" * 20)],
    "bytes however they were made": [lambda: b"ab", lambda: bytes([97, 98]), lambda: b"abc"[:2]],
}
