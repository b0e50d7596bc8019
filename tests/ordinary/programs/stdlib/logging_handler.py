"""A handler configured at import; the function looks at its level only."""

import logging

import rememo

handler = logging.StreamHandler()
handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))


@rememo.cache
def verbose(threshold: int) -> bool:
    return handler.level < threshold


def call(f):
    return f(logging.INFO)


def use():
    handler.handle(logging.LogRecord("x", logging.INFO, __file__, 1, "hello", (), None))


def change():
    handler.setLevel(logging.ERROR)
