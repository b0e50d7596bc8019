"""The native module as the front and type checkers see it; the engine is written in Rust."""

from collections.abc import Callable
from functools import _CacheInfo
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from ._dependencies import Dependencies
from ._explanation import Explanation
from ._types import HashFuncs

P = ParamSpec("P")
Q = ParamSpec("Q")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")

__version__: str

class CachedFunction(Generic[P, R_co]):
    """A function with its cache: what `rememo.cache` returns. Called like the function itself."""

    __name__: str
    __qualname__: str
    __module__: str
    __doc__: str | None
    @property
    def __wrapped__(self) -> Callable[P, R_co]:
        """The function without the cache."""
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    def __get__(self, instance: None, owner: type[Any], /) -> CachedFunction[P, R_co]: ...
    @overload
    def __get__(
        self: CachedFunction[Concatenate[S, Q], R_co],
        instance: S,
        owner: type[Any] | None = None,
        /,
    ) -> CachedFunction[Q, R_co]: ...
    def cache_info(self) -> _CacheInfo:
        """Hits, misses, the limit of entries and the number stored now, as in `functools`."""
    def cache_clear(self) -> None:
        """Drops every entry of this function and sets its counts to zero."""
    def cache_parameters(self) -> dict[str, Any]:
        """The options in force, by name."""
    @overload
    def clear(self) -> None: ...
    @overload
    def clear(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Drops the entry of this call; without any argument, every entry of this function."""
    def contains(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether this call would be answered from the cache now. Counts as no use."""
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Computes, whatever is stored; stores the result and returns it."""
    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """The key of this call: 64 hexadecimal digits."""
    def explain(self, *args: P.args, **kwargs: P.kwargs) -> Explanation:
        """Whether this call would hit, and if not, why: prints as text, true when it would hit.

        Compares the call with the nearest earlier entry and names each argument and dependency
        that differs, with its place, old and new. Runs nothing and changes nothing.
        """
    def stats(self) -> dict[str, Any]:
        """Counts of this function, as `rememo.stats()` gives them for all."""
    def dependencies(self) -> Dependencies:
        """What the function's result can depend on besides its arguments, as of now.

        A mapping with one entry per dependency, which prints as a tree: with `name`, `kind`,
        `place` (file and line where there is one), `digest`, `version`, `reads` and what it costs
        per call. Its attribute `not_followed` lists what could not be resolved without running the
        code, each with the reason.
        """

class CachedClassFunction(CachedFunction[Concatenate[type[S], P], R_co], Generic[S, P, R_co]):
    """For type checkers alone: a cached function whose first parameter is a class.

    mypy looks through the decorator `classmethod`, under and over this one, and sees such a
    function as an attribute of the class; what it reaches there takes the class by itself.
    """

    @overload
    def __call__(self, cls: type[S], /, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    def __call__(self, **kwargs: Any) -> R_co: ...
    def __get__(  # type: ignore[override]
        self, instance: object, owner: type[Any] | None = None, /
    ) -> CachedFunction[P, R_co]: ...

class CachedClassMethod(Generic[S, P, R_co]):
    """A classmethod with its cache, as `@rememo.cache` over `@classmethod` leaves it in a class."""

    def __get__(
        self, instance: object, owner: type[S] | None = None, /
    ) -> CachedFunction[P, R_co]: ...

class CachedStaticMethod(Generic[P, R_co]):
    """A staticmethod with its cache, as `@rememo.cache` over `@staticmethod` leaves it."""

    def __get__(
        self, instance: object, owner: type[Any] | None = None, /
    ) -> CachedFunction[P, R_co]: ...

def wrap(func: object, options: dict[str, Any], /) -> Any: ...
def hash(obj: object, hash_funcs: HashFuncs | None = None, /) -> str: ...
def clear() -> None: ...
def stats() -> dict[str, Any]: ...
def configure(**options: Any) -> None: ...
def register(type: type[Any] | str, func: Callable[[Any], object], /) -> None: ...
def file_digest(path: str, /) -> bytes:
    """BLAKE3 of a file's content; remembered for as long as the file's stat stays the same."""

def command(arguments: list[str], /) -> int:
    """Run the `rememo` command with these arguments, the program's name first; its exit code."""

def _after_fork() -> None: ...
def _differences(old: tuple[bytes, bytes], new: tuple[bytes, bytes], /) -> list[dict[str, Any]]: ...
def _trace_begin(write: Callable[[str], object] | None, values: bool, /) -> int: ...
def _trace_summary(number: int, end: bool, /) -> tuple[str, dict[str, Any]] | None: ...
