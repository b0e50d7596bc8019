"""Puts rememo in the place of `functools.lru_cache` and `functools.cache`, for some packages' code.

The module is laid beside the packages of an environment and imported by every interpreter started
there (a `.pth` file), before anything can have imported the decorators by name. The environment
says what to do:

    SWAP_PACKAGES   the import names whose functions rememo caches; without it nothing happens
    SWAP_AS         "user" or "library": whose code these packages are to rememo
    SWAP_COUNTS     a file to which every process appends what its functions were asked, as a line
                    of JSON
"""

import atexit
import functools
import json
import os
from collections.abc import Callable
from typing import Any

ORIGINAL = functools.lru_cache
PACKAGES = frozenset(os.environ.get("SWAP_PACKAGES", "").split())

swapped: list[Any] = []
left_alone: list[str] = []


def decorated(function: Any, maxsize: int | None, typed: bool) -> Any:
    """What the decorator makes of a function: rememo's, where its module is one of those."""
    module = getattr(function, "__module__", None) or ""
    if module.split(".")[0] not in PACKAGES:
        return ORIGINAL(maxsize, typed)(function)
    options = {} if maxsize is None else {"max_entries": max(maxsize, 0)}
    try:
        made = rememo.cache(opaque="identity", **options)(function)
    except TypeError as error:  # a class, a built-in function: nothing that rememo decorates
        left_alone.append(f"{module}.{function!r}: {error}")
        return ORIGINAL(maxsize, typed)(function)
    swapped.append(made)
    return made


def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    """As `functools.lru_cache`, whose arguments it takes."""
    if callable(maxsize) and isinstance(typed, bool):
        return decorated(maxsize, 128, typed)
    if maxsize is not None and not isinstance(maxsize, int):
        raise TypeError("Expected first argument to be an integer, a callable, or None")
    return lambda function: decorated(function, maxsize, typed)


def cache(function: Callable[..., Any], /) -> Any:
    """As `functools.cache`."""
    return decorated(function, None, False)


def report_counts() -> None:
    """Appends what the functions of this process were asked."""
    counts = {f.__module__ + "." + f.__qualname__: list(f.cache_info()[:2]) for f in swapped}
    with open(os.environ["SWAP_COUNTS"], "a", encoding="utf-8") as file:
        print(json.dumps({"counts": counts, "left alone": left_alone}), file=file)


if PACKAGES:
    functools.lru_cache = lru_cache
    functools.cache = cache
    atexit.register(report_counts)
    import rememo

    # Whether the tests import what is installed or the source tree that they lie in.
    rememo.configure(**{f"{os.environ['SWAP_AS']}_code": sorted(PACKAGES)})
