"""A schema with metadata."""

import pyarrow as pa
import rememo

REQUIRES = ["pyarrow"]

SCHEMA = pa.schema([("name", pa.string()), ("price", pa.decimal128(10, 2))], metadata={"v": "1"})


@rememo.cache
def described() -> list[str]:
    return [f"{field.name}: {field.type}" for field in SCHEMA]


def call(f):
    return f()


def use():
    assert SCHEMA.field("price").type.scale == 2
    SCHEMA.empty_table()


def change():
    global SCHEMA
    SCHEMA = SCHEMA.set(0, pa.field("name", pa.large_string()))
