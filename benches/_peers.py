"""The caches that stand beside ours, each where it is installed."""

from __future__ import annotations

import atexit
import functools
import importlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _optional(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _directory() -> str:
    path = tempfile.mkdtemp(prefix="rememo-bench-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def lru_cache() -> Decorator:
    """`functools.lru_cache`, unbounded."""
    return functools.lru_cache(maxsize=None)


def cachetools() -> Decorator | None:
    """`cachetools.cached` on an LRU cache."""
    module = _optional("cachetools")
    return module and module.cached(module.LRUCache(100_000))


def joblib() -> Decorator | None:
    """`joblib.Memory`, which keeps files."""
    module = _optional("joblib")
    return module and module.Memory(_directory(), verbose=0).cache


def diskcache() -> Decorator | None:
    """`diskcache.Cache.memoize`, which keeps an SQLite file."""
    module = _optional("diskcache")
    return module and module.Cache(_directory()).memoize()


def streamlit() -> Decorator | None:
    """`st.cache_data`, as it runs outside of an app."""
    module = _optional("streamlit")
    if module is None:
        return None
    logging.getLogger("streamlit").setLevel(logging.CRITICAL)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("streamlit"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    return module.cache_data(show_spinner=False)


PEERS: dict[str, Callable[[], Decorator | None]] = {
    "lru_cache": lru_cache,
    "cachetools": cachetools,
    "joblib": joblib,
    "diskcache": diskcache,
    "st.cache_data": streamlit,
}


def calls(
    function: Callable[..., Any],
    ours: Callable[..., Any],
    make: Callable[[Callable[..., Any]], Callable[[], object]],
    peers: tuple[str, ...] = tuple(PEERS),
) -> dict[str, Callable[[], object]]:
    """Contenders for one call: ours and each peer's that is there, called once so that they hit."""
    contenders = {"rememo": make(ours)}
    for name in peers:
        decorate = PEERS[name]()
        if decorate is not None:
            contenders[name] = make(decorate(function))
    for call in contenders.values():
        call()
    return contenders
