"""What ``f.dependencies()`` tells: each dependency with its place, and what was not followed."""

from __future__ import annotations

import importlib
import sys
import textwrap
from pathlib import Path

import pytest
import rememo

LIB = """
RATE = 2


def clean(y):
    return y + RATE
"""

APP = """
import json

import rememo

import lib

FACTOR = 3


class Table:
    size = 1

    def grow(self):
        return self.size


def scale(y):
    return y * FACTOR


@rememo.cache
def f(x):
    return json.dumps(scale(lib.clean(x)) + Table().grow())
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch):
    """Imports a project of ``app.py`` and ``lib.py`` and gives ``app``."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(app: str, lib: str = LIB):
        for name, text in (("app", app), ("lib", lib)):
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("app")

    yield load
    for name in ("app", "lib"):
        sys.modules.pop(name, None)


def named(dependencies, name: str) -> list[dict]:
    """The entries whose name ends with ``name`` as a whole word."""
    return [
        entry
        for entry in dependencies.values()
        if entry["name"] == name or entry["name"].endswith(f".{name}")
    ]


def line_of(text: str, fragment: str) -> int:
    lines = textwrap.dedent(text).lstrip("\n").split("\n")
    (number,) = [n for n, line in enumerate(lines, 1) if fragment in line]
    return number


@pytest.mark.parametrize("name", ["scale", "clean", "Table", "FACTOR", "RATE"])
def test_each_dependency_is_an_entry(load, name: str) -> None:
    entries = named(load(APP).f.dependencies(), name)
    assert entries, f"{name} is reached"
    for entry in entries:
        assert entry["kind"]
        assert len(bytes.fromhex(entry["digest"])) >= 16


@pytest.mark.parametrize(
    ("name", "file", "text", "fragment"),
    [
        ("scale", "app.py", APP, "def scale"),
        ("clean", "lib.py", LIB, "def clean"),
        ("Table", "app.py", APP, "class Table"),
    ],
)
def test_code_has_its_place(load, name: str, file: str, text: str, fragment: str) -> None:
    entry = named(load(APP).f.dependencies(), name)[0]
    path, _, line = entry["place"].rpartition(":")
    assert Path(path).name == file
    assert int(line) == line_of(text, fragment)


CLASSES = """
import dataclasses
import enum

import rememo

import lib


class Plain:
    size = 1


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Row:
    size: int = 2


class Below(Plain):
    class Inner:
        size = 3

    @staticmethod
    def grow():
        return 4


@rememo.cache
def f(x):
    return [Plain, Colour.RED, Row, Below, Below.Inner]
"""


@pytest.mark.parametrize(
    ("name", "fragment"),
    [
        ("Plain", "class Plain"),
        ("Colour", "class Colour"),
        ("Row", "@dataclasses.dataclass"),
        ("Below", "class Below"),
        ("Inner", "class Inner"),
    ],
)
def test_a_class_has_the_place_of_its_statement(load, name: str, fragment: str) -> None:
    """Not that of a base, of the library that made its methods, or of its first method."""
    entry = next(e for e in named(load(CLASSES).f.dependencies(), name) if e["kind"] == "class")
    path, _, line = entry["place"].rpartition(":")
    assert Path(path).name == "app.py"
    statement = line_of(CLASSES, fragment)
    # Python counts decorators to the statement where it keeps the line.
    assert int(line) in {statement, statement + fragment.startswith("@")}


def test_a_function_a_class_and_a_value_are_different_kinds(load) -> None:
    dependencies = load(APP).f.dependencies()
    kinds = {name: named(dependencies, name)[0]["kind"] for name in ("scale", "Table", "FACTOR")}
    assert len(set(kinds.values())) == 3, kinds


def test_a_library_is_an_entry(load) -> None:
    kinds = {entry["kind"] for entry in load(APP).f.dependencies().values()}
    assert "library" in kinds


def test_the_map_is_a_mapping_that_prints(load) -> None:
    dependencies = load(APP).f.dependencies()
    assert set(dependencies) == set(dict(dependencies))
    assert "scale" in str(dependencies)


def test_what_is_not_reached_is_no_entry(load) -> None:
    dependencies = load(APP + "\n\ndef stranger():\n    return 1\n").f.dependencies()
    assert not named(dependencies, "stranger")


def test_an_edit_changes_the_digest_of_what_it_touched_alone(load) -> None:
    def digests(dependencies):
        return {label: entry["digest"] for label, entry in dependencies.items()}

    before = digests(load(APP).f.dependencies())
    after = digests(load(APP.replace("y * FACTOR", "y - FACTOR")).f.dependencies())
    assert set(before) == set(after)
    changed = [label for label in before if before[label] != after[label]]
    assert changed and all("scale" in label for label in changed)


def test_a_value_changed_in_the_run_changes_its_digest(load) -> None:
    app = load(APP)
    before = named(app.f.dependencies(), "FACTOR")[0]["digest"]
    app.FACTOR = 4
    assert named(app.f.dependencies(), "FACTOR")[0]["digest"] != before


def test_asking_runs_and_imports_nothing(load, tmp_path: Path) -> None:
    (tmp_path / "unloaded_part.py").write_text("RATE = 1\n", "utf-8")
    app = load(
        """
        import rememo

        RUNS = []

        class Lazy:
            @property
            def rate(self):
                RUNS.append("property")
                return 1

            def __getattr__(self, name):
                RUNS.append(name)
                raise AttributeError(name)

        LAZY = Lazy()

        @rememo.cache
        def f(x):
            import unloaded_part

            RUNS.append("body")
            return LAZY.rate + LAZY.other + unloaded_part.RATE
        """
    )
    app.f.dependencies()
    app.f.key(1)
    assert app.RUNS == []
    assert "unloaded_part" not in sys.modules


def test_depends_on_is_an_entry(load) -> None:
    app = load(
        """
        import rememo

        def hidden():
            return 1

        @rememo.cache(depends_on=[hidden])
        def f(x):
            return x
        """
    )
    assert named(app.f.dependencies(), "hidden")


NOT_FOLLOWED = [
    ("a computed getattr", "getattr", "import lib", "return getattr(lib, x)"),
    ("a computed import", "import_module", "import importlib", "return importlib.import_module(x)"),
    ("a computed import by __import__", "__import__", "", "return __import__(x)"),
    ("a computed global", "globals", "", "return globals()[x]"),
    ("exec", "exec", "", "exec(x)"),
    ("eval", "eval", "", "return eval(x)"),
    ("open", "open", "", "return open(x).read()"),
    ("Path.read_text", "read_text", "from pathlib import Path", "return Path(x).read_text()"),
    ("an environment variable", "environ", "import os", "return os.environ[x]"),
    ("an environment variable by getenv", "getenv", "import os", "return os.getenv(x)"),
    ("the working directory", "getcwd", "import os", "return os.getcwd()"),
    ("a clock", "time", "import time", "return time.time()"),
    ("a date", "now", "import datetime", "return datetime.datetime.now()"),
    ("chance", "random", "import random", "return random.random()"),
    ("a process", "run", "import subprocess", "return subprocess.run(x)"),
    ("a socket", "socket", "import socket", "return socket.socket()"),
    ("a computed module", "sys.modules", "import sys", "return sys.modules[x]"),
    ("another search path", "sys.path", "import sys", "sys.path.insert(0, x)"),
    ("pickled names", "pickle.loads", "import pickle", "return pickle.loads(x)"),
    ("compile", "compile", "", "return compile(x, 'x', 'eval')"),
    ("a method imported by name", "random.choice", "from random import choice", "return choice(x)"),
    (
        "a function imported by name of where it is published",
        "os.path.isfile",
        "from os.path import isfile",
        "return isfile(x)",
    ),
    (
        "a compiled function imported by name",
        "socket.gethostname",
        "from socket import gethostname",
        "return gethostname()",
    ),
    ("a table that is read", "read_csv", "", "return x.read_csv()"),
    ("the machine", "platform.node", "import platform", "return platform.node()"),
    ("a source's text", "inspect.getsource", "import inspect", "return inspect.getsource(f)"),
]


@pytest.mark.parametrize(
    ("name", "setup", "body"), [case[1:] for case in NOT_FOLLOWED], ids=[c[0] for c in NOT_FOLLOWED]
)
def test_what_cannot_be_followed_is_listed(load, name: str, setup: str, body: str) -> None:
    text = f"import rememo\n{setup}\n\n\n@rememo.cache\ndef f(x):\n    {body}\n"
    items = [i for i in load(text).f.dependencies().not_followed if name in i["name"]]
    assert len(items) == 1, items
    assert items[0]["reason"]
    assert items[0]["remedy"]
    assert items[0]["reader"].endswith("f")
    assert Path(items[0]["file"]).name == "app.py"
    assert items[0]["line"] == line_of(text, body)


def test_what_a_helper_does_not_follow_is_listed_at_the_helper(load) -> None:
    lib = "import os\n\n\ndef clean(y):\n    return os.environ[y]\n"
    (item,) = load(APP, lib.replace("y]", "y]  # RATE")).f.dependencies().not_followed
    assert Path(item["file"]).name == "lib.py"
    assert item["line"] == 5
    assert item["reader"].endswith("clean")


@pytest.mark.parametrize(
    ("setup", "body"),
    [
        ("import lib", "return lib.clean(x)"),
        ("import lib", "return getattr(lib, 'clean')(x)"),
        ("import math", "return math.sqrt(x)"),
        ("TABLE = {'a': 1}", "return TABLE['a']"),
        ("import importlib", "return importlib.import_module('lib').clean(x)"),
        ("", "return __import__('lib').clean(x)"),
        ("import sys", "return sys.modules['lib'].clean(x)"),
        ("RATE = 1", "return globals()['RATE']"),
        ("RATE = 1", "return globals().get('RATE', 0)"),
    ],
    ids=[
        "a plain call",
        "a constant getattr",
        "a library",
        "a constant key",
        "a constant import",
        "a constant import by __import__",
        "a constant module",
        "a constant global",
        "a constant global by get",
    ],
)
def test_what_is_followed_is_not_listed(load, setup: str, body: str) -> None:
    text = f"import rememo\n{setup}\n\n\n@rememo.cache\ndef f(x):\n    {body}\n"
    assert load(text).f.dependencies().not_followed == []


def test_a_generator_of_one_s_own_is_a_value(load) -> None:
    app = load(
        """
        import random

        import rememo

        CHANCE = random.Random(1)

        @rememo.cache
        def f(x):
            return CHANCE.random()
        """
    )
    assert named(app.f.dependencies(), "CHANCE")


def test_an_unhashable_value_names_the_variable_and_its_reader(load) -> None:
    app = load(
        """
        import sqlite3

        import rememo

        CONNECTION = sqlite3.connect(":memory:")

        def rows():
            return CONNECTION.execute("select 1").fetchall()

        @rememo.cache
        def f(x):
            return rows()
        """
    )
    with pytest.raises(rememo.UnhashableTypeError) as refused:
        app.f(1)
    assert "CONNECTION" in str(refused.value)
    assert "rows" in str(refused.value)
    assert "hash_funcs" in str(refused.value)
