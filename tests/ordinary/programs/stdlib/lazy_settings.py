"""Settings that are loaded when they are first needed, by the program's start."""

import rememo


class Settings:
    _loaded = None

    @classmethod
    def load(cls):
        if cls._loaded is None:
            cls._loaded = {"rate": 3}
        return cls._loaded


Settings.load()


@rememo.cache
def rated(x: int) -> int:
    return x * Settings.load()["rate"]


def call(f):
    return f(4)


def use():
    assert Settings.load() is Settings.load()


def change():
    Settings._loaded = {"rate": 5}
