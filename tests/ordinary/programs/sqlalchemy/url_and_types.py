"""A database URL and column types as data."""

import rememo
import sqlalchemy as sa

REQUIRES = ["sqlalchemy"]

url = sa.make_url("postgresql://ada:secret@db/shop")
TYPES = {"price": sa.Numeric(10, 2), "name": sa.String(50)}


@rememo.cache
def described(column: str) -> str:
    return f"{url.database}.{column}: {TYPES[column]!r}"


def call(f):
    return f("price")


def use():
    url.render_as_string()
    assert TYPES["name"].length == 50


def change():
    TYPES["price"] = sa.Numeric(12, 4)
