"""A cached method that is bound to an instance: what `instance.method` gives.

A call `instance.method(x)` makes none of these; only taking the method without calling it does.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WITH_INSTANCE = frozenset({"contains", "explain", "key", "refresh"})


class BoundCachedMethod:
    """The cached function with its first argument in place; it quacks as a bound method does."""

    __slots__ = ("__func__", "__self__", "__weakref__")
    __func__: Any
    __self__: Any

    def __init__(self, function: Any, instance: Any) -> None:
        self.__func__ = function
        self.__self__ = instance

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.__func__(self.__self__, *args, **kwargs)

    def clear(self, /, *args: Any, **kwargs: Any) -> None:
        """Drops the entry of this call on this instance; without any argument, every entry."""
        if args or kwargs:
            self.__func__.clear(self.__self__, *args, **kwargs)
        else:
            self.__func__.clear()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.__func__, name)
        if name in _WITH_INSTANCE:
            instance = self.__self__
            return lambda *args, **kwargs: found(instance, *args, **kwargs)
        return found

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.__func__.__doc__  # type: ignore[no-any-return]

    @property
    def __wrapped__(self) -> Any:
        return self.__func__.__wrapped__.__get__(self.__self__)

    def __eq__(self, other: object) -> bool:
        if type(other) is not BoundCachedMethod:
            return NotImplemented
        return self.__func__ is other.__func__ and self.__self__ is other.__self__

    def __hash__(self) -> int:
        return hash((id(self.__func__), id(self.__self__)))

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self.__self__, self.__func__.__name__)

    def __repr__(self) -> str:
        return f"<bound cached method {self.__func__.__qualname__} of {self.__self__!r}>"
