"""A sentinel object as the default of a parameter."""

import rememo

MISSING = object()
defaults = {"colour": "red"}


@rememo.cache
def setting(name: str, fallback=MISSING):
    value = defaults.get(name, MISSING)
    if value is MISSING:
        value = None if fallback is MISSING else fallback
    return value


def call(f):
    return f("colour")


def use():
    assert MISSING is not object()
    hash(MISSING)


def change():
    defaults["colour"] = "blue"
