"""A compiled pattern and the flags it was compiled with."""

import re

import rememo

WORD = re.compile(r"[a-z]+")


@rememo.cache
def words(text: str) -> list[str]:
    return WORD.findall(text)


def call(f):
    return f("One two Three")


def use():
    assert WORD.match("abc").span() == (0, 3)
    WORD.sub("", "xyz")


def change():
    global WORD
    WORD = re.compile(WORD.pattern, re.IGNORECASE)
