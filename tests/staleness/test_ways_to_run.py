"""A program run by Python itself in all the ways there are: one key until what counts is edited."""

from __future__ import annotations

import os
import subprocess
import sys
import zipapp
from collections.abc import Callable
from pathlib import Path

import pytest

APP = """
import enum
import functools
import rememo
from lib import scale

RATE = 3

class Kind(enum.Enum):
    FAST = 1

class Model:
    power = 2

    def apply(self, x):
        return x ** self.power

def twice(function):
    @functools.wraps(function)
    def wrapper(x):
        return 2 * function(x)
    return wrapper

@twice
def shift(x):
    return x + RATE

@rememo.cache
def f(x, model=Model()):
    return scale(shift(model.apply(x))), Kind.FAST

def tell():
    before = f.key(3)
    result = f(3)
    assert f.key(3) == before, "running the body changed the key"
    assert f.contains(3)
    print(before, result)

if __name__ == "__main__":
    tell()
"""
LIB = "FACTOR = 5\n\ndef scale(x):\n    return x * FACTOR\n"

Files = dict[str, str]
Way = Callable[[Path], list[str]]


def as_package(root: Path) -> list[str]:
    package = root / "package"
    package.mkdir()
    (root / "app.py").rename(package / "__main__.py")
    (package / "__init__.py").write_text("")
    return ["-m", "package"]


def as_zip(root: Path) -> list[str]:
    (root / "app.py").rename(root / "__main__.py")
    archive = root.with_suffix(".pyz")
    zipapp.create_archive(root, archive)
    return [str(archive)]


def in_workers(root: Path) -> list[str]:
    """A child that runs the script again under the name ``__mp_main__``."""
    main = root / "app.py"
    text = main.read_text().replace(
        "    tell()\n",
        "    import multiprocessing\n"
        "    child = multiprocessing.get_context('spawn').Process(target=tell)\n"
        "    child.start()\n    child.join()\n",
    )
    main.write_text(text)
    return ["app.py"]


WAYS: dict[str, Way] = {
    "as a script": lambda root: ["app.py"],
    "by its full path": lambda root: [str(root / "app.py")],
    "by way of another directory": lambda root: [f"../{root.name}/./app.py"],
    "as a module": lambda root: ["-m", "app"],
    "as a package": as_package,
    "as an archive": as_zip,
    "as a directory": lambda root: [str((root / "app.py").rename(root / "__main__.py").parent)],
    "without docstrings": lambda root: ["-OO", "app.py"],
    "in development mode": lambda root: ["-X", "dev", "app.py"],
    "in a worker process": in_workers,
    "by runpy": lambda root: ["-c", "import runpy; runpy.run_path('app.py', run_name='__main__')"],
}


def outcome(way: Way, root: Path, files: Files, seed: int) -> str:
    root.mkdir(parents=True)
    for name, text in files.items():
        (root / name).write_text(text)
    arguments = way(root)
    environment = dict(os.environ, PYTHONHASHSEED=str(seed))
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, done.stdout
    return done.stdout


def edited(name: str, old: str, new: str) -> Files:
    files = {"app.py": APP, "lib.py": LIB}
    assert files[name].count(old) == 1
    return {**files, name: files[name].replace(old, new)}


@pytest.mark.parametrize("name", WAYS)
def test_a_program_has_one_key_however_it_is_run(name: str, tmp_path: Path) -> None:
    way, files = WAYS[name], {"app.py": APP, "lib.py": LIB}
    script = outcome(WAYS["as a script"], tmp_path / "script", files, 1)
    first = outcome(way, tmp_path / "one", files, 2)
    assert first == script
    commented = edited("app.py", "RATE = 3", "# More.\n\nRATE = 3  # in percent")
    assert outcome(way, tmp_path / "two", commented, 3) == first
    key = first.split()[0]
    for number, edit in enumerate(
        [
            edited("app.py", "RATE = 3", "RATE = 4"),
            edited("lib.py", "FACTOR = 5", "FACTOR = 6"),
            edited("app.py", "2 * function(x)", "3 * function(x)"),
            edited("app.py", "FAST = 1", "FAST = 2"),
            edited("app.py", "power = 2", "power = 1"),
        ]
    ):
        assert outcome(way, tmp_path / f"edit {number}", edit, 4).split()[0] != key
