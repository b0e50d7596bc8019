"""A connection as argument."""

import rememo
import sqlalchemy as sa

REQUIRES = ["sqlalchemy"]

connection = sa.create_engine("sqlite://").connect()
FACTOR = 2


@rememo.cache
def number(db: sa.Connection) -> int:
    return db.execute(sa.text("select 20")).scalar_one() * FACTOR


def call(f):
    return f(connection)


def use():
    connection.exec_driver_sql("select 2")


def change():
    global FACTOR
    FACTOR = 3


EXPECT = "error"
IDENTITY = False
NAMES = ["db"]
REMEDY = {"hash_funcs": {sa.Connection: lambda c: str(c.engine.url)}}
