"""A pricing function that logs what it does."""

import logging

import rememo

log = logging.getLogger(__name__)
RATE = 0.2


@rememo.cache
def price(amount: float) -> float:
    log.info("pricing %s", amount)
    return amount * (1 + RATE)


def call(f):
    return f(100.0)


def use():
    log.setLevel(logging.ERROR)
    log.addHandler(logging.NullHandler())
    log.warning("a warning")
    log.getChild("child").debug("and a child")


def change():
    global RATE
    RATE = 0.25
