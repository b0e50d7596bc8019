"""numpy: scalars, arrays of every kind of dtype, masked arrays, generators, ufuncs."""

import numpy as np
from numpy.polynomial import Polynomial


def after(generator: np.random.Generator, steps: int) -> np.random.Generator:
    """The generator after some steps."""
    generator.random(steps)
    return generator


def doubled(x: float) -> float:
    return x * 2


GRID = np.arange(6).reshape(2, 3)
ROW = np.dtype([("a", "i4"), ("b", "f8")])

DISTINCT = {
    "scalars": [
        *(lambda: np.int64(1), lambda: np.int32(1), lambda: np.uint8(1), lambda: np.float64(1)),
        *(lambda: np.float32(1), lambda: np.bool_(True), lambda: np.complex128(1)),
        *(lambda: np.str_("a"), lambda: np.bytes_(b"a"), lambda: np.float64(-0.0)),
        *(lambda: np.float64("nan"), lambda: np.float32("nan"), lambda: np.longdouble(1)),
        *(lambda: np.datetime64("2024-01-01"), lambda: np.datetime64("2024-01-01", "s")),
        *(lambda: np.timedelta64(1, "D"), lambda: np.timedelta64(24, "h"), lambda: np.float16(1)),
        *(lambda: np.datetime64("NaT"), lambda: np.void(b"a")),
    ],
    "dtypes": [
        *(lambda: np.dtype("i4"), lambda: np.dtype(">i4"), lambda: np.dtype("f4"), lambda: ROW),
        *(lambda: np.dtype([("b", "i4"), ("a", "f8")]), lambda: np.dtype("U3"), lambda: np.int32),
        *(lambda: np.dtype({"names": ["a"], "formats": ["i4"], "itemsize": 8}),),
        *(lambda: np.dtype([("a", "i4")]), lambda: np.dtype("M8[s]"), lambda: np.dtype("O")),
    ],
    "arrays": [
        *(lambda: np.array([]), lambda: np.array(1), lambda: np.array([1]), lambda: np.array([2])),
        *(lambda: np.array([[1]]), lambda: np.array([1], "i4"), lambda: np.array([1], ">i8")),
        *(lambda: np.array([1.0]), lambda: np.array([0.0]), lambda: np.array([-0.0])),
        *(lambda: np.zeros((0, 2)), lambda: np.zeros((2, 0)), lambda: GRID.copy()),
        *(lambda: GRID.reshape(3, 2), lambda: GRID.T.copy(), lambda: GRID.ravel()),
        *(lambda: np.array([True]), lambda: np.array(["a"]), lambda: np.array([b"a"])),
        *(lambda: np.array(["a"], "U2"), lambda: np.array([np.nan]), lambda: np.array([1j])),
        *(lambda: np.array(["2024"], "M8[Y]"), lambda: np.array(["2024"], "M8[D]")),
    ],
    "object arrays": [
        *(lambda: np.array([1, "a"], object), lambda: np.array(["1", "a"], object)),
        *(lambda: np.array([None, None]), lambda: np.array(["a-b", "c"], object)),
        *(lambda: np.array(["a", "b-c"], object), lambda: np.array([[1], [2]], object)),
    ],
    "structured arrays": [
        *(lambda: np.zeros(1, ROW), lambda: np.ones(1, ROW), lambda: np.zeros(2, ROW)),
        *(lambda: np.zeros(1, ROW).view(np.recarray), lambda: np.zeros(1, ROW)[0]),
    ],
    "big arrays": [
        *(lambda: np.zeros(300_000), lambda: np.eye(1, 300_000, 0)[0]),
        *(lambda: np.eye(1, 300_000, 299_999)[0], lambda: np.eye(1, 300_000, 150_001)[0]),
    ],
    "masked arrays": [
        *(lambda: np.ma.array([1, 2]), lambda: np.ma.array([1, 2], mask=[0, 1])),
        *(lambda: np.ma.array([1, 2], mask=[1, 0]), lambda: np.ma.array([1, 3], mask=[1, 0])),
        lambda: np.ma.array([1, 2], mask=[0, 1], fill_value=7),
    ],
    "generators": [
        *(lambda: np.random.default_rng(1), lambda: np.random.default_rng(2)),
        *(lambda: after(np.random.default_rng(1), 1), lambda: np.random.RandomState(1)),
        *(lambda: np.random.RandomState(2), lambda: np.random.PCG64(1)),
        *(lambda: np.random.Generator(np.random.MT19937(1)), lambda: np.random.SeedSequence(1)),
    ],
    "functions": [lambda: np.add, lambda: np.multiply, lambda: np.linalg.norm, lambda: np.mean],
    "polynomials": [
        lambda: Polynomial([1, 2]),
        lambda: Polynomial([1, 3]),
        lambda: np.poly1d([1, 2]),
    ],
}

ALIKE = {
    "layout": [
        lambda: GRID.copy("C"),
        lambda: GRID.copy("F"),
        lambda: np.arange(12).reshape(2, 6)[:, ::2] // 2,
        lambda: np.repeat(GRID, 2, axis=1)[:, ::2],
        lambda: GRID[::-1][::-1],
    ],
    "writeable or not": [lambda: np.array([7, 8]), lambda: _locked(np.array([7, 8]))],
    "payload of NaN": [
        lambda: np.array([np.nan]),
        lambda: np.array([0x7FF8000000000123], "u8").view("f8"),
    ],
    "objects however shared": [
        lambda: np.array([(1, 2), (1, 2)] + [None], object),
        lambda: np.array([(1, 2)] * 2 + [None], object),
    ],
    "padding of records": [
        lambda: np.zeros(2, np.dtype([("a", "i1"), ("b", "i8")], align=True)),
        lambda: _padded(),
    ],
    "vectorize whatever it was called with": [
        lambda: np.vectorize(doubled),
        lambda: _called(np.vectorize(doubled)),
    ],
}


def _locked(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


def _padded() -> np.ndarray:
    """Records whose padding is not zero."""
    made = np.full(2 * 16, 255, "u1").view(np.dtype([("a", "i1"), ("b", "i8")], align=True))
    made["a"] = made["b"] = 0
    return made


def _called(function: np.vectorize) -> np.vectorize:
    function([1.0])
    return function
