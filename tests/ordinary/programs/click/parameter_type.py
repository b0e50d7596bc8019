"""A parameter type of our own."""

import click
import rememo

REQUIRES = ["click"]


class Size(click.ParamType):
    name = "size"
    units = {"k": 1000, "m": 1000**2}

    def convert(self, value, param, ctx):
        return int(value[:-1]) * self.units[value[-1]]


SIZE = Size()


@rememo.cache
def parsed(text: str) -> int:
    return SIZE(text)


def call(f):
    return f("3k")


def use():
    repr(SIZE)
    assert SIZE("2m") == 2_000_000


def change():
    Size.units["k"] = 1024
