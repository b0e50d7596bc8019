"""Symbols and an expression as globals."""

import rememo
import sympy as sp

REQUIRES = ["sympy"]

x, y = sp.symbols("x y", positive=True)
area = sp.pi * x**2 + y


@rememo.cache
def derivative(order: int) -> str:
    return str(sp.diff(area, x, order))


def call(f):
    return f(1)


def use():
    hash(area)
    area.subs(x, 3).evalf()
    assert area.free_symbols == {x, y}
    sp.simplify(area - y)


def change():
    global area
    area = area * x
