"""Command line over environment over defaults."""

from collections import ChainMap

import rememo

defaults = {"level": 1, "name": "x"}
environment = {"level": 2}
settings = ChainMap({}, environment, defaults)


@rememo.cache
def level(extra: int) -> int:
    return settings["level"] + extra


def call(f):
    return f(10)


def use():
    assert settings.new_child({"level": 9})["level"] == 9
    dict(settings)


def change():
    settings.maps[0]["level"] = 7
