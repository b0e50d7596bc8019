"""A singledispatch function: its look-up cache fills, its registry counts."""

import functools

import rememo


@functools.singledispatch
def shown(value) -> str:
    return f"<{value}>"


@shown.register
def _(value: int) -> str:
    return f"int {value}"


@rememo.cache
def show_all(values: tuple) -> list[str]:
    return [shown(v) for v in values]


def call(f):
    return f((1, "a", 2.5))


def use():
    shown(True)
    shown(b"bytes")
    shown([])


def change():
    @shown.register
    def _(value: float) -> str:
        return f"float {value}"
