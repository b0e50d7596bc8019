"""A function that reports its progress."""

import sys

import rememo

out = sys.stdout
VERBOSE = False


@rememo.cache
def work(n: int) -> str:
    print("working", n, file=out)
    sys.stderr.write("")
    return "verbose" if VERBOSE else "quiet"


def call(f):
    return f(1)


def use():
    print("in between", file=out)
    out.flush()


def change():
    global VERBOSE
    VERBOSE = True
