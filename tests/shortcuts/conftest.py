"""The fixtures which the tests of this folder share with the others."""

from _support import fresh_cache, other_process, project

__all__ = ["fresh_cache", "other_process", "project"]
