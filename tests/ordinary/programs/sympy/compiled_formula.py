"""A formula that was compiled to a function."""

import rememo
import sympy as sp

REQUIRES = ["sympy"]

x = sp.Symbol("x")
formula = sp.lambdify(x, x**2 + 1, modules="math")


@rememo.cache
def at(value: int) -> int:
    return formula(value)


def call(f):
    return f(3)


def use():
    assert formula(1) == 2
    formula.__doc__


def change():
    global formula
    formula = sp.lambdify(x, x**2 + 2, modules="math")
