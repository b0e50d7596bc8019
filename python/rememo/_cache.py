"""The decorator: its options as people write them, and the types that type checkers see.

What an option means is decided, and its value checked, in the native module.
"""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta
    from os import PathLike
    from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, overload

    from ._native import (
        CachedClassFunction,
        CachedClassMethod,
        CachedFunction,
        CachedStaticMethod,
    )
    from ._types import Decorator, HashFuncs, OnMutation, Opaque, Output

    P = ParamSpec("P")
    R = TypeVar("R")
    S = TypeVar("S")
    Persist: TypeAlias = bool | str | PathLike[str] | Iterable[str | PathLike[str]]
else:
    # Importing `typing` would cost more than all of this package.
    def overload(function):
        return function


@overload
def cache(function: classmethod[S, P, R], /) -> CachedClassMethod[S, P, R]: ...
# A staticmethod can be called itself, so it overlaps with the next one, on purpose.
@overload
def cache(  # type: ignore[overload-overlap]
    function: staticmethod[P, R], /
) -> CachedStaticMethod[P, R]: ...
@overload
def cache(function: Callable[Concatenate[type[S], P], R], /) -> CachedClassFunction[S, P, R]: ...
@overload
def cache(function: Callable[P, R], /) -> CachedFunction[P, R]: ...
@overload
def cache(
    *,
    persist: Persist = False,
    allow_output_mutation: bool = False,
    output: Output = "checked",
    on_mutation: OnMutation = "warn",
    hash_funcs: HashFuncs | None = None,
    ttl: float | timedelta | str | None = None,
    max_entries: int | None = None,
    max_bytes: int | str | None = None,
    ignore: Iterable[str] = (),
    depends_on: Iterable[object] = (),
    version: object = None,
    opaque: Opaque | None = None,
    show_spinner: bool | str = True,
) -> Decorator: ...
def cache(
    function: Any = None,
    /,
    *,
    persist: Persist = False,
    allow_output_mutation: bool = False,
    output: Output = "checked",
    on_mutation: OnMutation = "warn",
    hash_funcs: HashFuncs | None = None,
    ttl: float | timedelta | str | None = None,
    max_entries: int | None = None,
    max_bytes: int | str | None = None,
    ignore: Iterable[str] = (),
    depends_on: Iterable[object] = (),
    version: object = None,
    opaque: Opaque | None = None,
    show_spinner: bool | str = True,
) -> Any:
    """Returns a function's earlier result exactly when recomputing could not give another one.

    The key is a digest of the arguments, bound to the signature, and of everything that the
    function's code names: its body, the functions and classes that it reaches in user code, the
    values of the globals and closure cells that they read, the versions of libraries. Used bare,
    `@rememo.cache`, or with options, `@rememo.cache(ttl="1h")`; on functions, methods (`self` is an
    argument), classmethods and staticmethods in either order of decorators, and `async def`, where
    concurrent awaiters of one key share one run.

    Args:
        function: the function, when the decorator is used bare.
        persist: must be False. The disk and shared tiers do not exist yet.
        allow_output_mutation: the same as ``output="shared"``: no hash of the output is taken and
            any object can be one, an open database connection for example.
        output: ``"checked"`` returns the same object on each hit and warns when it was changed in
            between; ``"shared"`` returns the same object, unchecked; ``"private"`` gives each
            caller a copy of its own to change as it likes.
        on_mutation: what a changed output does under ``"checked"``: ``"warn"`` warns with
            `CachedObjectMutatedWarning` and returns the object, ``"raise"`` raises
            `CachedObjectMutatedError`, ``"recompute"`` calls the function again.
        hash_funcs: a mapping from a type, or from its name as ``"module.QualName"``, to a function
            that gets the value and returns what stands for it, which is hashed in turn. A subclass
            matches by its MRO, the nearest class first. `id`, `hash` and `lambda _: None` do as the
            names say.
        ttl: how long an entry holds, from the time of writing: seconds, a `timedelta`, or a text
            such as ``"1h30m"``; None for ever.
        max_entries: at most so many entries of this function are kept; None for no limit.
        max_bytes: at most so much is kept of this function's outputs: bytes, or a text such as
            ``"2GiB"``; None for no limit.
        ignore: names of parameters that are left out of the key.
        depends_on: anything more that the result depends on: values, functions, classes,
            `rememo.File`, `rememo.Env`.
        version: a salt of any hashable kind; a changed one makes the function start cold.
        opaque: what happens to values that cannot be hashed, among external values and attributes
            of instances: ``"error"`` raises `UnhashableTypeError`, ``"identity"`` takes each by
            identity for as long as it lives. None: as `rememo.configure` says, ``"error"`` unless
            told otherwise.
        show_spinner: shows a line on a terminal or in a notebook while a computation takes over a
            second, a text of your own where one is given; never in a pipe or log.

    Returns:
        A `CachedFunction`, called like the function and with its name, docstring and signature;
        with options, a decorator that makes one.

    Raises:
        TypeError: `function` cannot be cached (a generator function, a class, no function at all),
            or an option has the wrong type.
        ValueError: an option's value is not one of those above, or `ignore` names no parameter.
        NotImplementedError: `persist` is not False.

    A call raises `UnhashableTypeError` when something that counts cannot be hashed, and
    `UserHashError` when a function from `hash_funcs` fails. An exception of the function passes
    through unchanged and is not stored.

    Example:
        >>> import rememo
        >>> RATE = 0.20
        >>> @rememo.cache(max_entries=1000)
        ... def tax(amount):
        ...     print("computing")
        ...     return amount * RATE
        >>> tax(100)
        computing
        20.0
        >>> tax(amount=100)
        20.0
        >>> RATE = 0.25
        >>> tax(100)
        computing
        25.0
    """
    options = {
        "persist": persist,
        "allow_output_mutation": allow_output_mutation,
        "output": output,
        "on_mutation": on_mutation,
        "hash_funcs": hash_funcs,
        "ttl": ttl,
        "max_entries": max_entries,
        "max_bytes": max_bytes,
        "ignore": ignore,
        "depends_on": depends_on,
        "version": version,
        "opaque": opaque,
        "show_spinner": show_spinner,
    }
    if function is None:
        return lambda function: _native.wrap(function, options)
    return _native.wrap(function, options)
