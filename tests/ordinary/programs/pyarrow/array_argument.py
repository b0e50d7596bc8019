"""An Arrow array as argument: a slice equals what it holds."""

import pyarrow as pa
import pyarrow.compute as pc
import rememo

REQUIRES = ["pyarrow"]

forms = iter(range(100))
TIMES = 2


@rememo.cache
def multiplied(values: pa.Array) -> list[int]:
    return pc.multiply(values, TIMES).to_pylist()


def call(f):
    whole = pa.array([0, 1, None, 3])
    return f(whole.slice(1) if next(forms) % 2 else pa.array([1, None, 3]))


def use():
    pa.array([1, 2]).sum()


def change():
    global TIMES
    TIMES = 3
