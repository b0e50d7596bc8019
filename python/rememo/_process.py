"""What concerns the process, not one function: hash, clear, stats, configure, register."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    from ._types import HashFuncs, Opaque

    T = TypeVar("T")


def hash(obj: object, *, hash_funcs: HashFuncs | None = None) -> str:
    """The digest of any value: 64 hexadecimal digits, the same on every machine and in every run.

    Two values have the same digest exactly when nothing that counts differs between them: types,
    values, order where it can be observed. It is what keys are made of.

    Args:
        obj: the value.
        hash_funcs: as in `rememo.cache`.

    Raises:
        UnhashableTypeError: some part of the value cannot be hashed.
        UserHashError: a function from `hash_funcs` failed.

    Example:
        >>> import rememo
        >>> rememo.hash({"a": 1}) == rememo.hash({"a": 1})
        True
        >>> rememo.hash(1) == rememo.hash(1.0)
        False
        >>> len(rememo.hash("text"))
        64
    """
    return _native.hash(obj, hash_funcs)


def clear() -> None:
    """Drops every entry of every cached function of this process.

    Example:
        >>> import rememo
        >>> @rememo.cache
        ... def square(x):
        ...     return x * x
        >>> square(3)
        9
        >>> rememo.clear()
        >>> square.contains(3)
        False
    """
    _native.clear()


def stats() -> dict[str, Any]:
    """Counts over all cached functions of this process since it started.

    Returns:
        A new dict: ``hits`` and ``misses`` (calls), ``hits_by_tier`` and ``misses_by_reason``
        (a dict each), ``waits`` (hits that waited for another call's computation), ``entries``
        (stored now) and ``bytes`` (their estimated size), ``evictions``, ``mutations`` (outputs
        found changed), ``seconds_saved``; and ``functions``: the same for each function by name.

    Example:
        >>> import rememo
        >>> @rememo.cache
        ... def square(x):
        ...     return x * x
        >>> before = rememo.stats()["hits"]
        >>> square(4), square(4)
        (16, 16)
        >>> rememo.stats()["hits"] - before
        1
    """
    return _native.stats()


def configure(
    *,
    user_code: Iterable[str] | None = None,
    library_code: Iterable[str] | None = None,
    opaque: Opaque | None = None,
    summaries: bool | None = None,
) -> None:
    """Sets what holds for the whole process; what is left out stays as it is.

    Args:
        user_code: path prefixes or dotted module names to follow into as user code, though they lie
            where libraries lie.
        library_code: path prefixes or dotted module names to take by name and version, though they
            lie where user code lies; by the content of their files where no version from an index
            says what their code is.
        opaque: the default for the decorator's option of that name: ``"error"`` or ``"identity"``.
        summaries: whether something of arguments, values and sources is kept with the entries, at
            most a kilobyte each, so that `f.explain` can tell what they were. With False, where
            there are secrets in them, what was kept is forgotten, and `explain` tells the names of
            what differs alone. True unless told otherwise.

    Raises:
        ValueError: a value is not one of those above.

    Example:
        >>> import rememo
        >>> rememo.configure(library_code=["generated_parsers"])
    """
    given = {
        "user_code": user_code,
        "library_code": library_code,
        "opaque": opaque,
        "summaries": summaries,
    }
    _native.configure(**{name: value for name, value in given.items() if value is not None})


def register(type: type[T] | str, func: Callable[[T], object]) -> None:
    """Says for the whole process how instances of a type are hashed.

    Args:
        type: a class, which also covers its subclasses, or its full dotted name, for a class that
            may not be imported yet.
        func: gets the instance and returns what stands for it; that is hashed in turn.

    Raises:
        TypeError: `type` is neither a class nor a string, or `func` cannot be called.

    Example:
        >>> import rememo
        >>> class Model:
        ...     def __init__(self, path):
        ...         self.path, self.handle = path, iter(())
        >>> rememo.register(Model, lambda model: model.path)
        >>> rememo.hash(Model("a.bin")) == rememo.hash(Model("a.bin"))
        True
    """
    _native.register(type, func)
