"""Streams in memory and files on disk."""

import io
import tempfile
from pathlib import Path

import rememo

FOLDER = Path(tempfile.mkdtemp(prefix="rememo-types-"))


def at(stream: io.IOBase, position: int) -> io.IOBase:
    """The stream, standing at a position."""
    stream.seek(position)
    return stream


def file(content: str, name: str = "file") -> Path:
    """A file of that content."""
    path = FOLDER / name
    path.write_text(content)
    return path


DISTINCT = {
    "BytesIO": [
        *(lambda: io.BytesIO(b""), lambda: io.BytesIO(b"ab"), lambda: io.BytesIO(b"ac")),
        *(lambda: at(io.BytesIO(b"ab"), 1), lambda: at(io.BytesIO(b"ab"), 2)),
    ],
    "StringIO": [
        *(lambda: io.StringIO(""), lambda: io.StringIO("ab"), lambda: at(io.StringIO("ab"), 1)),
    ],
}

ALIKE = {
    "File by its content": [
        lambda: rememo.File(file("content", "one")),
        lambda: rememo.File(str(file("content", "one"))),
    ],
    "BytesIO however it was written": [
        lambda: io.BytesIO(b"xyz"),
        lambda: at(_written(io.BytesIO(), b"xyz"), 0),
    ],
}


def _written(stream: io.BytesIO, data: bytes) -> io.BytesIO:
    stream.write(data)
    return stream
