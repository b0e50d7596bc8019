"""The fixtures which the tests of this folder share with the others."""

from _support import fresh_cache

__all__ = ["fresh_cache"]
