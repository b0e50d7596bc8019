"""A proxy that is filled from a factory before the function runs."""

import rememo
import wrapt

REQUIRES = ["wrapt"]


class Settings:
    def __init__(self) -> None:
        self.rate = 2


settings = wrapt.LazyObjectProxy(Settings)
settings.rate


@rememo.cache
def rated(x: int) -> int:
    return x * settings.rate


def call(f):
    return f(4)


def use():
    assert settings.rate == 2


def change():
    settings.rate = 3
