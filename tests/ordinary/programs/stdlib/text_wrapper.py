"""A text wrapper and a pretty printer."""

import pprint
import textwrap

import rememo

wrapper = textwrap.TextWrapper(width=20)
printer = pprint.PrettyPrinter(indent=1, width=30)


@rememo.cache
def wrapped(text: str) -> str:
    return printer.pformat(wrapper.wrap(text))


def call(f):
    return f("the quick brown fox jumps over the lazy dog")


def use():
    assert wrapper.fill("a b") == "a b"
    printer.pprint({"a": 1})


def change():
    wrapper.width = 12
