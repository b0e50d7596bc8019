"""A helper under a cache of another library, which fills as it is used."""

import cachetools
import rememo

REQUIRES = ["cachetools"]

SIZES = {"a": 1}


def size(name: str) -> int:
    return SIZES[name]


limits = cachetools.TTLCache(maxsize=10, ttl=600)
limits["top"] = 5


@rememo.cache
def bounded(name: str) -> int:
    return min(size(name), 5)


def call(f):
    return f("a")


def use():
    cachetools.cached(cachetools.LRUCache(2))(size)("a")
    limits.get("top")


def change():
    SIZES["a"] = 3
