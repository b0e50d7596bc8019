"""Functions that close over their settings."""

import rememo


def multiplier(factor: int):
    calls = []

    def multiply(x: int) -> int:
        return x * factor

    multiply.calls = calls
    return multiply


steps = [multiplier(2), multiplier(5)]


@rememo.cache
def through(x: int) -> int:
    for step in steps:
        x = step(x)
    return x


def call(f):
    return f(1)


def use():
    assert steps[0](4) == 8


def change():
    steps[1] = multiplier(7)
