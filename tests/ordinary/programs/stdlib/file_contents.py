"""A file as argument, by its contents."""

import tempfile
from pathlib import Path

import rememo

folder = tempfile.mkdtemp(prefix="ordinary-")
table = Path(folder, "table.txt")
table.write_text("1 2 3")


@rememo.cache(ignore=["path"])
def total(file: rememo.File, path: str) -> int:
    return sum(int(word) for word in Path(path).read_text().split())


def call(f):
    return f(rememo.File(table), str(table))


def use():
    table.touch()
    assert table.read_text() == "1 2 3"


def change():
    table.write_text("1 2 3 4")
