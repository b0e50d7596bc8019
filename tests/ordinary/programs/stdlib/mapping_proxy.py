"""A read-only view of a dictionary."""

from types import MappingProxyType

import rememo

_codes = {"de": "Germany", "fr": "France"}
CODES = MappingProxyType(_codes)


@rememo.cache
def country(code: str) -> str:
    return CODES[code]


def call(f):
    return f("fr")


def use():
    assert dict(CODES) == _codes
    assert "de" in CODES


def change():
    _codes["fr"] = "République française"
