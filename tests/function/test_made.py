"""Names that a library's module makes when they are asked for: a key does not tell whether it has.

Each library is a package `lazy` of two modules with a home module for `Tool`, laid as an installer
does it. What the module holds after a name was asked for must be told from what somebody put there.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import rememo

TOOLS = "class Tool:\n    size = 1\n    def work(self): return self.size\n"
# Both modules have a class of that name; only one of them is where the package looks.
MODULES = {
    "tools.py": TOOLS,
    "other.py": TOOLS.replace("1", "2") + "class Another(Tool):\n    pass\n",
    "part.py": TOOLS,
}

TABLES = {
    "as pydantic does it": """
        from importlib import import_module
        _PLACES = {"Tool": (__spec__.parent, ".tools"), "Another": (__spec__.parent, ".other")}
        def __getattr__(name):
            if name not in _PLACES:
                raise AttributeError(name)
            package, module = _PLACES[name]
            made = globals()[name] = getattr(import_module(module, package), name)
            return made
        """,
    "by submodule, in an enclosed table": """
        import importlib
        def attach(package, places):
            def __getattr__(name):
                if name not in places:
                    raise AttributeError(name)
                module = importlib.import_module(f"{package}.{places[name]}")
                made = sys.modules[package].__dict__[name] = getattr(module, name)
                return made
            return __getattr__
        import sys
        __getattr__ = attach(__name__, {"Tool": "tools", "Another": "other"})
        """,
    "by dotted name": """
        import importlib
        PLACES = {"Tool": "lazy.tools.Tool", "Another": "lazy.other.Another"}
        def __getattr__(name):
            if name not in PLACES:
                raise AttributeError(name)
            module, _, attribute = PLACES[name].rpartition(".")
            made = globals()[name] = getattr(importlib.import_module(module), attribute)
            return made
        """,
}
# Nothing but running it tells where a name leads.
CODE = """
    def __getattr__(name):
        if name == "Tool":
            from lazy.tools import Tool
            globals()["Tool"] = Tool
            return Tool
        if name == "part":
            import lazy.part
            return lazy.part
        if name == "LIMITS":
            globals()["LIMITS"] = made = [1, 2]
            return made
        raise AttributeError(name)
    """

Start = Callable[..., ModuleType]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Lays the library and a program that uses it, and starts the program anew."""
    site = tmp_path / "lib" / "site-packages"
    program = tmp_path / "program"
    for directory in (site / "lazy", site / "lazy-1.0.dist-info", program):
        directory.mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: lazy\nVersion: 1.0\n"
    (site / "lazy-1.0.dist-info" / "METADATA").write_text(metadata)
    names = ["__init__.py", *MODULES]
    (site / "lazy-1.0.dist-info" / "RECORD").write_text("".join(f"lazy/{n},,\n" for n in names))
    for name, source in MODULES.items():
        (site / "lazy" / name).write_text(source)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend(str(program))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def forget() -> None:
        for name in [n for n in sys.modules if n.split(".")[0] in ("lazy", "lazy_program")]:
            del sys.modules[name]

    rememo.clear()

    def started(package: str, *body: str, head: str = "import lazy") -> ModuleType:
        forget()
        lines = package.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        (site / "lazy" / "__init__.py").write_text("\n".join(line[indent:] for line in lines))
        text = "\n".join(["import rememo", head, "@rememo.cache", "def f():"])
        text += "".join(f"\n    {line}" for line in body)
        (program / "lazy_program.py").write_text(text + "\n")
        importlib.invalidate_caches()
        return importlib.import_module("lazy_program")

    yield started
    forget()
    rememo.clear()


def computed(function: rememo.CachedFunction) -> int:
    return function.cache_info().misses


BODIES = {
    "an attribute of the module": ["return lazy.Tool().work()"],
    "an import of the name": ["from lazy import Tool", "return Tool().work()"],
    "an attribute of what it makes": ["return lazy.Tool.size"],
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("package", TABLES.values(), ids=TABLES)
def test_the_key_is_the_same_once_the_name_was_made(
    start: Start, package: str, body: list[str]
) -> None:
    program = start(package, *body)
    key = program.f.key()
    assert "Tool" not in vars(program.lazy), "taking the key asked for the name"
    assert program.f() == 1
    assert "Tool" in vars(program.lazy)
    assert program.f.key() == key
    assert program.f() == 1
    assert computed(program.f) == 1


@pytest.mark.parametrize("package", TABLES.values(), ids=TABLES)
def test_the_key_is_the_same_where_the_name_was_made_before_the_first_call(
    start: Start, package: str
) -> None:
    key = start(package, "return lazy.Tool().work()").f.key()
    program = start(package, "return lazy.Tool().work()")
    assert program.lazy.Tool is not None
    assert program.f.key() == key


REPLACEMENTS = {
    "a class of the library's with the same name": "lazy.other.Tool",
    "another class of the library's": "lazy.other.Another",
    "a class of the program's": "type('Tool', (), {'work': lambda self: 3, 'size': 3})",
    "a class of another library": "__import__('fractions').Fraction",
}


@pytest.mark.parametrize("replacement", REPLACEMENTS.values(), ids=REPLACEMENTS)
@pytest.mark.parametrize("package", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("asked", [True, False])
def test_what_somebody_put_there_counts(
    start: Start, package: str, replacement: str, asked: bool
) -> None:
    program = start(package, "return lazy.Tool.__name__, getattr(lazy.Tool, 'size', 0)")
    missing = program.f.key()
    if asked:
        program.f()
    importlib.import_module("lazy.other")
    vars(program)["lazy"].Tool = eval(replacement, {"lazy": program.lazy})
    assert program.f.key() != missing
    before = computed(program.f)
    program.f()
    assert computed(program.f) == before + 1


def test_a_method_that_was_replaced_counts(start: Start) -> None:
    program = start(TABLES["by dotted name"], "return lazy.Tool.work(lazy.Tool())")
    assert program.f() == 1
    key = program.f.key()
    program.lazy.Tool.work = lambda self: 5
    assert program.f.key() != key
    assert program.f() == 5


def test_a_getattr_that_was_replaced_counts(start: Start) -> None:
    program = start(TABLES["as pydantic does it"], "return lazy.Tool")
    key = program.f.key()
    vars(program.lazy)["__getattr__"] = lambda name: 7
    assert program.f.key() != key
    assert program.f() == 7


@pytest.mark.parametrize(
    "body", [["return lazy.Tool().work()"], ["return lazy.part.Tool().work()"]]
)
def test_without_a_table_the_second_call_is_a_hit(start: Start, body: list[str]) -> None:
    program = start(CODE, *body)
    key = program.f.key()
    assert [program.f(), program.f()] == [1, 1]
    assert program.f.key() != key, "what can be known belongs above"
    assert computed(program.f) == 1


def test_data_that_was_made_counts_by_value(start: Start) -> None:
    program = start(CODE, "return list(lazy.LIMITS)")
    assert program.f() == program.f() == [1, 2]
    program.lazy.LIMITS.append(3)
    assert program.f() == [1, 2, 3]


def test_a_name_that_the_program_assigns_is_not_taken_for_made(start: Start) -> None:
    program = start(
        CODE,
        "first = lazy.Tool().work()",
        "lazy.Tool = lazy.other.Another",
        "return first",
        head="import lazy, lazy.other",
    )
    assert program.f() == 1
    assert program.f() == 2, "the first call's result was kept under the key of another state"


def test_a_name_that_stays_missing_is_missing(start: Start) -> None:
    program = start(
        TABLES["by dotted name"],
        "try:",
        "    return lazy.Nothing",
        "except AttributeError:",
        "    return None",
    )
    assert program.f() is None and program.f() is None
    assert computed(program.f) == 1
    program.lazy.Nothing = 3
    assert program.f() == 3
