"""An Arrow table as a global."""

import pyarrow as pa
import pyarrow.compute as pc
import rememo

REQUIRES = ["pyarrow"]

table = pa.table({"item": ["pen", "ink"], "price": [2.0, 5.0]})


@rememo.cache
def total() -> float:
    return pc.sum(table["price"]).as_py()


def call(f):
    return f()


def use():
    table.combine_chunks().validate(full=True)
    assert table.nbytes > 0
    table.to_pydict()


def change():
    global table
    table = table.append_column("extra", [[1, 2]]).set_column(1, "price", [[2.0, 6.0]])
