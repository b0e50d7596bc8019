"""A user's object that holds a connection deep inside."""

import sqlite3

import rememo


class Repository:
    def __init__(self) -> None:
        self.options = {"connections": [sqlite3.connect(":memory:", check_same_thread=False)]}
        self.prefix = "v"

    def version(self) -> str:
        (connection,) = self.options["connections"]
        return self.prefix + str(connection.execute("select 1 + 1").fetchone()[0])


repository = Repository()


@rememo.cache
def version() -> str:
    return repository.version()


def call(f):
    return f()


def use():
    assert repository.version() == "v2"


def change():
    repository.prefix = "version "


EXPECT = "error"
NAMES = ["repository", "connections"]
REMEDY = {"hash_funcs": {sqlite3.Connection: lambda _: "memory"}}
