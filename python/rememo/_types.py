"""Types that only type checkers need: nothing imports this module when a program runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from ._native import CachedClassFunction, CachedClassMethod, CachedFunction, CachedStaticMethod

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")

# The keys are types and dotted names. `Mapping` is invariant in them, so that no narrower type than
# this lets both `{Engine: id}` and `{Engine: id, "module.Name": id}` pass.
HashFuncs: TypeAlias = Mapping[Any, Callable[[Any], object]]
Opaque: TypeAlias = Literal["error", "identity"]
Output: TypeAlias = Literal["checked", "shared", "private"]
OnMutation: TypeAlias = Literal["warn", "raise", "recompute"]


class Decorator(Protocol):
    """What `rememo.cache(...)` with options returns."""

    @overload
    def __call__(self, function: classmethod[S, P, R], /) -> CachedClassMethod[S, P, R]: ...
    @overload
    # A staticmethod can be called itself, so it overlaps with the next one, on purpose.
    def __call__(  # type: ignore[overload-overlap]
        self, function: staticmethod[P, R], /
    ) -> CachedStaticMethod[P, R]: ...
    @overload
    def __call__(
        self, function: Callable[Concatenate[type[S], P], R], /
    ) -> CachedClassFunction[S, P, R]: ...
    @overload
    def __call__(self, function: Callable[P, R], /) -> CachedFunction[P, R]: ...
