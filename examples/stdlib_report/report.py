"""The report on the standard library: one cached function over two modules of plain ones."""

import os
import sysconfig
from pathlib import Path

import ranking
import rememo
import source

SKIPPED = {"site-packages", "test", "tests", "idle_test", "__pycache__"}


def standard_library() -> dict[str, rememo.File]:
    """The source files of this Python's standard library, by module name.

    A `rememo.File` in an argument counts by its content: an edited file is another argument.
    """
    root = Path(sysconfig.get_path("stdlib"))
    files = {}
    for directory, inner, names in os.walk(root):
        inner[:] = sorted(set(inner) - SKIPPED)
        for name in sorted(names):
            if name.endswith(".py"):
                path = Path(directory, name)
                parts = path.relative_to(root).with_suffix("").parts
                files[".".join(part for part in parts if part != "__init__")] = rememo.File(path)
    return files


@rememo.cache(show_spinner="Reading the standard library")
def report(files: dict[str, rememo.File]) -> dict[str, list[tuple[str, int]]]:
    """Parses every file, counts, and ranks what was found."""
    return ranking.rank(source.read(name, file) for name, file in files.items())
