"""Things outside the program that a result can depend on, as values that can be hashed.

Following code cannot see what `open(path)` or `os.environ["NAME"]` will read. These classes say it:
as an argument, as a global that the function reads, or in `depends_on=[…]`. Each look-up takes the
state of the outside at that moment into the key.
"""

from __future__ import annotations

import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class _Frozen:
    """A value class over one string: equal by that string, hashable, not to be changed."""

    __slots__ = ("_text",)
    _text: str

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_text", text)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._text == other._text

    def __hash__(self) -> int:
        return hash((type(self), self._text))

    def __repr__(self) -> str:
        return f"rememo.{type(self).__name__}({self._text!r})"

    def __reduce__(self) -> tuple[type[_Frozen], tuple[str]]:
        return type(self), (self._text,)


class File(_Frozen):
    """A file that counts by its content: the path does not count, every byte of the content does.

    Two paths with the same content are one key, and a file that is moved stays warm; a function
    whose result depends on the path itself takes the path as an argument of its own. The content is
    read again only when size, modification time, change time or inode changed.

    A missing file is a state of its own, different from an empty file: the call misses when the
    file appears and when it is removed. A relative path is looked up in the working directory at
    the time of the call, as `open` would.

    Args:
        path: the file's path: a `str`, `bytes` or `os.PathLike`. Nothing is opened or looked at
            until a key is taken.

    Raises:
        OSError: when a key is taken, the path exists and cannot be read, a directory for example.

    Example:
        >>> import os, rememo, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "rates.csv")
        >>> def write(text):
        ...     with open(path, "w") as file:
        ...         _ = file.write(text)
        >>> @rememo.cache
        ... def rates(source):
        ...     with open(source) as file:
        ...         return [float(line) for line in file]
        >>> write("0.20\\n")
        >>> rates(rememo.File(path))
        [0.2]
        >>> write("0.20\\n0.25\\n")
        >>> rates(rememo.File(path))
        [0.2, 0.25]
    """

    __slots__ = ()

    def __init__(self, path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> None:
        super().__init__(os.fsdecode(path))

    @property
    def path(self) -> str:
        """The path as it was given."""
        return self._text

    def __fspath__(self) -> str:
        return self._text

    def __rememo_hash__(self) -> tuple[str, bytes | None]:
        """What stands for the file in a key: a digest of its content, None where there is no file.

        Raises:
            OSError: the path exists and cannot be read.
        """
        try:
            return ("rememo.File", _native.file_digest(self._text))
        except (FileNotFoundError, NotADirectoryError):
            return ("rememo.File", None)


class Env(_Frozen):
    """An environment variable that counts by its name and its value at the time of the call.

    An unset variable is a state of its own, different from an empty one.

    Args:
        name: the variable's name.

    Example:
        >>> import os, rememo
        >>> @rememo.cache(depends_on=[rememo.Env("REPORT_CURRENCY")])
        ... def currency():
        ...     return os.environ.get("REPORT_CURRENCY", "EUR")
        >>> currency()
        'EUR'
        >>> os.environ["REPORT_CURRENCY"] = "CHF"
        >>> currency()
        'CHF'
        >>> del os.environ["REPORT_CURRENCY"]
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """The variable's name."""
        return self._text

    def __rememo_hash__(self) -> tuple[str, str, str | None]:
        """What stands for the variable in a key: its name and value, None where it is not set."""
        return ("rememo.Env", self._text, os.environ.get(self._text))
