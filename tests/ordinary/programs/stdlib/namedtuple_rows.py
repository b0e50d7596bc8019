"""Rows as collections.namedtuple."""

import pickle
from collections import namedtuple

import rememo

Row = namedtuple("Row", "name price")
rows = [Row("pen", 2.0), Row("ink", 5.5)]


@rememo.cache
def total(discount: float) -> float:
    return sum(row.price for row in rows) * (1 - discount)


def call(f):
    return f(0.1)


def use():
    assert pickle.loads(pickle.dumps(rows)) == rows
    assert Row._make(["a", 1]).name == "a"


def change():
    rows.append(Row("paper", 3.0))
