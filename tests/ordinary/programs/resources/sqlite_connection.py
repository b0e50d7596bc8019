"""A connection to a database as a global, the classic."""

import sqlite3

import rememo

connection = sqlite3.connect(":memory:", check_same_thread=False)
connection.execute("create table item (name text, price real)")
connection.execute("insert into item values ('pen', 2.0)")
VAT = 0.5


@rememo.cache
def price(name: str) -> float:
    row = connection.execute("select price from item where name = ?", (name,)).fetchone()
    return row[0] * (1 + VAT)


def call(f):
    return f("pen")


def use():
    connection.execute("select 1").fetchall()


def change():
    global VAT
    VAT = 1.0


EXPECT = "error"
NAMES = ["connection"]
REMEDY = {"hash_funcs": {sqlite3.Connection: lambda c: c.execute("select * from item").fetchall()}}
