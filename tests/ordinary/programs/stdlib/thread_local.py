"""Scratch space of each thread."""

import threading

import rememo

scratch = threading.local()
WORDS = ["alpha", "beta"]


@rememo.cache
def joined(separator: str) -> str:
    scratch.buffer = list(WORDS)
    return separator.join(scratch.buffer)


def call(f):
    return f("-")


def use():
    scratch.other = 1


def change():
    WORDS.append("gamma")
