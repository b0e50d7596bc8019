"""A table of SQLAlchemy's core as a global."""

import rememo
import sqlalchemy as sa

REQUIRES = ["sqlalchemy"]

metadata = sa.MetaData()
items = sa.Table(
    "item",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20)),
)


@rememo.cache
def insert(name: str) -> str:
    return str(items.insert().values(name=name))


def call(f):
    return f("pen")


def use():
    assert items.c.name.type.length == 20
    str(sa.select(items).where(items.c.id > 3))
    metadata.create_all(sa.create_engine("sqlite://"))


def change():
    items.append_column(sa.Column("price", sa.Float, default=1.0))
