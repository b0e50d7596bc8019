"""Options in a SimpleNamespace."""

from types import SimpleNamespace

import rememo

options = SimpleNamespace(depth=3, colour="red", output=SimpleNamespace(width=80))


@rememo.cache
def header(text: str) -> str:
    return text.center(options.output.width // options.depth, "=")


def call(f):
    return f("x")


def use():
    repr(options)
    assert options == options


def change():
    options.output.width = 40
