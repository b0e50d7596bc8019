"""What rememo raises and warns with.

The native module makes these; it fills in the attributes, and each message says what is wrong,
where, why, and what to do. An exception of the cached function itself is never wrapped: it passes
through unchanged and is not stored.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable
    from typing import Any


class RememoError(Exception):
    """The base of every error that rememo raises on its own account."""


class UnhashableTypeError(RememoError, TypeError):
    """A value that the key or the output check needs cannot be hashed.

    rememo never guesses: a value that it cannot see into would make a stale answer possible. The
    message lists every such value of the call with lines ready to paste: `hash_funcs=` for the
    function, `rememo.register` for the project, `opaque="identity"` to take it by identity.

    Attributes:
        path: the way to the (first) value, such as ``argument 'loader' → .session → ['socket']``.
        type: the type of that value.

    Example:
        >>> import rememo
        >>> @rememo.cache
        ... def first(items):
        ...     return next(items)
        >>> try:
        ...     first(iter([1, 2]))
        ... except rememo.UnhashableTypeError as error:
        ...     print(error.path, error.type.__name__)
        argument 'items' list_iterator
    """

    path: str | None
    type: builtins.type[Any] | None

    def __init__(
        self, message: str = "", path: str | None = None, type: builtins.type[Any] | None = None
    ) -> None:
        super().__init__(message)
        self.path = path
        self.type = type


class UserHashError(RememoError):
    """A hash function of the user's failed: one from `hash_funcs`, `register` or `__rememo_hash__`.

    The exception that it raised is the `__cause__`; the message names its file and line.

    Attributes:
        function: the hash function that failed.
        type: the type of the value that it was given.

    Example:
        >>> import rememo
        >>> class Reference: ...
        >>> def broken(reference):
        ...     return reference.filename
        >>> try:
        ...     rememo.hash(Reference(), hash_funcs={Reference: broken})
        ... except rememo.UserHashError as error:
        ...     print(error.function.__name__, type(error.__cause__).__name__)
        broken AttributeError
    """

    function: Callable[[Any], object] | None
    type: builtins.type[Any] | None

    def __init__(
        self,
        message: str = "",
        function: Callable[[Any], object] | None = None,
        type: builtins.type[Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.function = function
        self.type = type


class CachedObjectMutatedError(RememoError):
    """A cached output was changed after it was returned, under `on_mutation="raise"`."""


class CachedObjectMutatedWarning(UserWarning):
    """A cached output was changed after it was returned; the changed object is returned again.

    The ways out: copy the result before changing it, `output="private"` for a copy per caller,
    or `allow_output_mutation=True` where the change is meant.
    """


class StoreError(RememoError):
    """A store cannot be used as asked: its place, its format or its configuration is wrong."""


class StoreWarning(UserWarning):
    """A store failed and the call went on by computing: a broken store never breaks a function."""
