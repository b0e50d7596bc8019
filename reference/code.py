"""Functions, classes and modules as values: `docs/encoding.md`, "Code as a value"."""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping
from typing import Any

from .forms import text

_LIBRARY_TYPES = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.ClassMethodDescriptorType,
)


class Code:
    """Functions, classes and modules as values."""

    def __init__(
        self, fingerprints: Mapping[Any, bytes], libraries: Mapping[str, tuple[str, str]]
    ) -> None:
        self.fingerprints = fingerprints
        self.libraries = libraries

    def is_code(self, value: Any) -> bool:
        """Whether a value is written as code."""
        kind = type(value)
        if kind is types.BuiltinFunctionType:
            owner = value.__self__
            return owner is None or isinstance(owner, types.ModuleType)
        return (
            kind is types.FunctionType
            or issubclass(kind, type | types.ModuleType)
            or kind in _LIBRARY_TYPES
        )

    def encode(self, value: Any) -> bytes:
        """`E` of code: `28` for the user's, `29` for a library's."""
        kind = type(value)
        if not self.is_library(value):
            written = b"\x28" + self.fingerprints[value]
            if kind is types.FunctionType:
                for name in (value.__name__, value.__qualname__):
                    written += b"\x07" + text(name)
            return written
        if issubclass(kind, types.ModuleType):
            module, qualname = value.__name__, ""
        elif kind in _LIBRARY_TYPES:
            owner = value.__objclass__
            module, qualname = owner.__module__, f"{owner.__qualname__}.{value.__name__}"
        elif kind is types.BuiltinFunctionType:
            module, qualname = value.__self__.__name__, value.__name__
        else:
            module, qualname = value.__module__, value.__qualname__
        distribution, version = self.library(module)
        return b"\x29" + b"".join(map(text, (distribution, version, module, qualname)))

    def is_library(self, value: Any) -> bool:
        """Whether code is a library's."""
        # By identity: a class may have a metaclass with an `__eq__`.
        return all(value is not given for given in self.fingerprints)

    def library(self, module: str) -> tuple[str, str]:
        """Distribution and version of a module."""
        top = module.split(".")[0]
        if top in sys.stdlib_module_names:
            return "python", f"{sys.version_info.major}.{sys.version_info.minor}"
        return self.libraries[top]
