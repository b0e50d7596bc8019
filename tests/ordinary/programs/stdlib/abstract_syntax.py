"""Formulas as parsed syntax and compiled code."""

import ast

import rememo

FORMULA = ast.parse("a * 2 + b", mode="eval")
compiled = compile(FORMULA, "<formula>", "eval")


@rememo.cache
def evaluated(a: int, b: int) -> int:
    return eval(compiled, {"a": a, "b": b})


def call(f):
    return f(3, 4)


def use():
    assert ast.unparse(FORMULA) == "a * 2 + b"
    assert eval(compiled, {"a": 1, "b": 1}) == 3


def change():
    global compiled
    compiled = compile("a * 3 + b", "<formula>", "eval")
