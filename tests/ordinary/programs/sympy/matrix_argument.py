"""A matrix and a polynomial as arguments."""

import rememo
import sympy as sp

REQUIRES = ["sympy"]

SIMPLIFY = False


@rememo.cache
def determinant(matrix: sp.Matrix, polynomial: sp.Poly) -> str:
    value = matrix.det() * polynomial.as_expr()
    return str(sp.expand(value) if SIMPLIFY else value)


def call(f):
    x = sp.Symbol("x")
    return f(sp.Matrix([[x, 1], [2, x]]), sp.Poly(x**2 + 1, x))


def use():
    sp.Matrix([[1, 2], [3, 4]]).inv()


def change():
    global SIMPLIFY
    SIMPLIFY = True
