"""Fixtures of the folder: nothing cached at the start, small projects on disk."""

from __future__ import annotations

from _support import fresh_cache, project

__all__ = ["fresh_cache", "project"]
