"""Partial functions and getters of the operator module."""

import functools
import operator

import rememo

to_base = functools.partial(int, base=2)
second = operator.itemgetter(1)
real = operator.attrgetter("real")
stripped = operator.methodcaller("strip", "x")


@rememo.cache
def parsed(rows: list) -> list:
    return [real(to_base(stripped(second(row)))) for row in rows]


def call(f):
    return f([("a", "x101"), ("b", "11x", "1x0")])


def use():
    assert to_base("11") == 3
    assert second("ab") == "b"
    repr(second)


def change():
    global to_base
    to_base = functools.partial(int, base=8)
