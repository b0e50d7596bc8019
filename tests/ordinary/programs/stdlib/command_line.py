"""The command line, read where it is needed."""

import sys

import rememo

ISOLATED = True


@rememo.cache
def verbose() -> bool:
    return "-v" in sys.argv


def call(f):
    return f()


def use():
    assert list(sys.argv) == ["ordinary"]


def change():
    sys.argv.append("-v")
