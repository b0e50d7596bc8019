"""``rememo`` without a cache, and without knowledge: every call runs the body.

The truth about a case is established with this module in the place of the real one. With
``blind=True`` it also has keys, made of the function's own bytecode and arguments alone: the tests
of the tests use it, to see that a cache which follows nothing is found out.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import types


class RememoError(Exception):
    pass


class UnhashableTypeError(RememoError, TypeError):
    pass


class File:
    def __init__(self, path):
        self.path = os.fspath(path)


class Env:
    def __init__(self, name):
        self.name = name


class _Blind:
    """A function with a key that knows nothing of what the function reaches."""

    def __init__(self, function):
        functools.update_wrapper(self, function)

    def __call__(self, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)

    def __get__(self, instance, owner=None):
        return self if instance is None else types.MethodType(self, instance)

    def key(self, *args, **kwargs):
        code = self.__wrapped__.__code__
        constants = [c for c in code.co_consts if not isinstance(c, types.CodeType)]
        seen = (code.co_code, code.co_names, constants, args, sorted(kwargs.items()))
        return hashlib.sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()


def install(blind: bool = False) -> None:
    """Makes ``import rememo`` give this module."""

    def cache(function=None, **options):
        if function is None:
            return functools.partial(cache, **options)
        return _Blind(function) if blind else function

    module = types.ModuleType("rememo")
    module.cache = cache
    module.clear = lambda: None
    module.configure = lambda **options: None
    module.register = lambda kind, function: None
    module.File, module.Env = File, Env
    module.RememoError, module.UnhashableTypeError = RememoError, UnhashableTypeError
    sys.modules["rememo"] = module
