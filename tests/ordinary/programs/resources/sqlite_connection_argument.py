"""A connection handed in, as the specification's example has it."""

import sqlite3

import rememo

LIMIT = 2


def connect() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.execute("create table user (name text)")
    made.executemany("insert into user values (?)", [("ada",), ("bob",), ("cyd",)])
    return made


database = connect()


@rememo.cache
def users(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("select name from user limit ?", (LIMIT,))
    return [row[0] for row in rows]


def call(f):
    return f(database)


def use():
    database.total_changes


def change():
    global LIMIT
    LIMIT = 3


EXPECT = "error"
IDENTITY = False
NAMES = ["connection"]
REMEDY = {"hash_funcs": {"sqlite3.Connection": lambda c: c.total_changes}}
