"""A settings dictionary of which one key is read."""

import threading

import rememo

SETTINGS = {"rate": {"standard": 2}, "owner": threading.current_thread(), "seen": 0}


@rememo.cache
def rated(x: int) -> int:
    return x * SETTINGS["rate"]["standard"]


def call(f):
    return f(4)


def use():
    SETTINGS["seen"] += 1
    SETTINGS["new"] = open


def change():
    SETTINGS["rate"]["standard"] = 3
