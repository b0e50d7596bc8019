"""A configuration object of which one attribute is read."""

import rememo


class Config:
    def __init__(self) -> None:
        self.rate = 2
        self.visits = 0
        self.listeners: list = []


CONF = Config()


@rememo.cache
def rated(x: int) -> int:
    return x * CONF.rate


def call(f):
    return f(4)


def use():
    CONF.visits += 1
    CONF.listeners.append(x for x in "a generator, which nobody reads")


def change():
    CONF.rate = 3
