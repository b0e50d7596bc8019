"""rememo: a function's earlier result, returned exactly when recomputing could not give another.

    >>> import rememo
    >>> @rememo.cache
    ... def square(x):
    ...     return x * x
    >>> square(12)
    144

Everything public is named here. The engine is native (`rememo._native`); the modules beside this
one are its typed front. Importing rememo imports nothing heavy, and that is tested.
"""

import os

from . import _native
from ._cache import cache
from ._explanation import Explanation
from ._native import CachedFunction, __version__
from ._process import clear, configure, hash, register, stats
from ._trace import start_if_asked, trace
from .errors import (
    CachedObjectMutatedError,
    CachedObjectMutatedWarning,
    RememoError,
    StoreError,
    StoreWarning,
    UnhashableTypeError,
    UserHashError,
)
from .sources import Env, File

__all__ = [
    "CachedFunction",
    "CachedObjectMutatedError",
    "CachedObjectMutatedWarning",
    "Env",
    "Explanation",
    "File",
    "RememoError",
    "StoreError",
    "StoreWarning",
    "UnhashableTypeError",
    "UserHashError",
    "__version__",
    "cache",
    "clear",
    "configure",
    "hash",
    "register",
    "stats",
    "trace",
]

# A child made by fork has none of its parent's threads, so none of their computations is under way.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_native._after_fork)
start_if_asked(os.environ.get("REMEMO_TRACE"))
del os, start_if_asked
