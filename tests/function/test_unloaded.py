"""Imports inside bodies, of modules that are not loaded: a key does not tell whether they are.

Where what a module will hold can be read off its code, the key of a call is the same before and
after the module is loaded. Where only running the module's code would tell, the second call is a
hit all the same, unless the body may have changed what the import had left.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
import rememo

MAIN = "import rememo\n\n@rememo.cache\ndef f(x):\n"

Files = dict[str, str]


class Program:
    """A program of several files that is started, edited and started again."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: Files) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new))

    def start(self, files: Files | None = None) -> ModuleType:
        """The main module of a new run: nothing of the program is loaded yet."""
        self.write(files or {})
        self.stop()
        importlib.invalidate_caches()
        return importlib.import_module("app")

    def loaded(self) -> set[str]:
        """The modules of the program that are loaded."""
        files = {name: getattr(m, "__file__", None) for name, m in list(sys.modules.items())}
        return {name for name, file in files.items() if file and self.root in Path(file).parents}

    def stop(self) -> None:
        for name in self.loaded():
            del sys.modules[name]
        for name in [name for name in sys.modules if name.split(".")[0] == "space"]:
            del sys.modules[name]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.syspath_prepend(root)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rememo.clear()
    made = Program(root)
    yield made
    made.stop()
    rememo.clear()


def body(*lines: str, before: str = "") -> str:
    """A main module whose cached `f(x)` has these lines."""
    return before + MAIN + "".join(f"    {line}\n" for line in lines)


def computed(function: Callable[..., object]) -> int:
    return function.cache_info().misses  # type: ignore[attr-defined]


# The same key before and after -------------------------------------------------------------------

KNOWN: dict[str, Files] = {
    "a function": {
        "app.py": body("from lib import g", "return g(x)"),
        "lib.py": "def g(y, z=1, *, k=(2, 'a')): return y + z + k[0]\n",
    },
    "a module": {
        "app.py": body("import lib", "return lib.g(x) + lib.RATE"),
        "lib.py": "RATE = 2.5\ndef g(y): return y\n",
    },
    "helpers of helpers, and recursion": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": """
            def g(y): return h(y)
            def h(y): return 0 if y <= 0 else g(y - 1) + RATE
            RATE = 3
        """,
    },
    "another module imported by it": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": "import other\nfrom other import RATE as R\ndef g(y): return other.h(y) + R\n",
        "other.py": "RATE = 3\ndef h(y): return y\n",
    },
    "a loaded module imported by it": {
        "app.py": body("import lib", "return lib.g(x)", before="import conf\n"),
        "conf.py": "RATE = 2\nTABLE = {'a': [1]}\n",
        "lib.py": """
            import conf
            from conf import RATE, TABLE
            LOCAL = conf.RATE
            def g(y, r=RATE): return y + r + LOCAL + TABLE['a'][0] + conf.RATE
        """,
    },
    "a package that re-exports": {
        "app.py": body("from pkg import g", "return g(x)"),
        "pkg/__init__.py": "from .impl import g\n",
        "pkg/impl.py": "from . import base\ndef g(y): return base.h(y)\n",
        "pkg/base.py": "def h(y): return y\n",
    },
    "a dotted import": {
        "app.py": body("import pkg.sub.mod", "return pkg.sub.mod.g(x) + pkg.RATE"),
        "pkg/__init__.py": "RATE = 1\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/mod.py": "def g(y): return y\n",
    },
    "a dotted import under another name": {
        "app.py": body("import pkg.mod as m", "return m.g(x)"),
        "pkg/__init__.py": "",
        "pkg/mod.py": "import pkg.other as o\ndef g(y): return o.h(y)\n",
        "pkg/other.py": "def h(y): return y\n",
    },
    "a submodule of a loaded package": {
        "app.py": body("import pkg.mod", "return pkg.mod.g(x)", before="import pkg\n"),
        "pkg/__init__.py": "mod = 1\n",
        "pkg/mod.py": "def g(y): return y\n",
    },
    "a submodule read before it is seen to be imported": {
        "app.py": body(
            "return g(x) + h(x)",
            before="import pkg\ndef g(x): return pkg.mod.v(x) if x > 5 else 0\n"
            "def h(x):\n    import pkg.mod\n    return g(x + 5)\n",
        ),
        "pkg/__init__.py": "",
        "pkg/mod.py": "def v(y): return y\n",
    },
    "relative imports": {
        "app.py": "from pkg.main import f\n",
        "pkg/__init__.py": "",
        "pkg/main.py": body("from .sub.deep import g", "from . import side", "return g(side.R)"),
        "pkg/side.py": "R = 1\n",
        "pkg/sub/__init__.py": "from ..side import R as Q\n",
        "pkg/sub/deep.py": """
            from .. import side
            from . import Q
            def g(y): return y + side.R + Q
        """,
    },
    "a namespace package": {
        "app.py": body("import space.a", "from space import b", "return space.a.g(x) + b.g(x)"),
        "space/a.py": "def g(y): return y\n",
        "space/b.py": "def g(y): return y\n",
    },
    "a name of a package that its submodule takes over": {
        "app.py": body("import pkg.mod", "return pkg.mod.g(x)"),
        "pkg/__init__.py": "mod = 1\n",
        "pkg/mod.py": "def g(y): return y\n",
    },
    "a function that takes over its submodule's name": {
        "app.py": body("import pkg.mod", "return pkg.mod(x)"),
        "pkg/__init__.py": "from .mod import mod\n",
        "pkg/mod.py": "def mod(y): return y\n",
    },
    "star imports": {
        "app.py": body("from one import g", "return g(x)"),
        "one.py": "from two import *\n__all__ = ['g', 'K']\nK = 2\ndef g(y): return h(y) + K\n",
        "two.py": "def h(y): return y\n_hidden = 1\n",
    },
    "a star import with names given": {
        "app.py": body("from one import g", "return g(x)"),
        "one.py": "h = abs\nfrom two import *\ndef g(y): return h(y)\n",
        "two.py": "__all__ = ['k']\n__all__ += []\ndef h(y): return 0\ndef k(y): return y\n",
    },
    "modules that import each other": {
        "app.py": body("import one", "return one.g(x)"),
        "one.py": "import two\nR = 1\ndef g(y): return two.h(y) + R\n",
        "two.py": "import one\ndef h(y): return y + one.R\n",
    },
    "an import inside its function": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": "def g(y):\n    from other import h\n    return h(y)\n",
        "other.py": "def h(y): return y\n",
    },
    "displays and constant expressions": {
        "app.py": body("import lib", "return lib.g('c')"),
        "lib.py": """
            KEYS = ['a', 'b', 'c', 'd']
            TABLE = {'a': 1, 'b': {2, 3}, **{'z': (1, 2)}}
            TABLE['c'] = 60 * 60 * -2
            SIZE, UNIT = 3, 'k' 'b'
            HALF = SIZE / 2
            LABEL = UNIT + '!'
            FIRST = KEYS[0]
            def h(y, table=TABLE, *, keys=KEYS): return y
            HANDLERS = {'h': h}
            def g(y):
                return TABLE[y], HANDLERS['h'](FIRST), SIZE, LABEL, HALF, UNIT
        """,
    },
    "ways that are known": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": """
            from __future__ import annotations
            import sys
            from typing import TYPE_CHECKING, Any
            if TYPE_CHECKING:
                import numpy as np
            if sys.version_info >= (3, 8) and not False:
                V = 1
            else:
                V = 2
            DEBUG = None
            if DEBUG is None:
                W = 3
            def g(y: np.ndarray) -> Any: return y + V + W
            if __name__ == '__main__':
                g(sys.argv)
        """,
    },
    "annotations that are evaluated": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": """
            from decimal import Decimal
            class C: pass
            LIMIT: int = 3
            def g(y: 'C | int', z: list[int] | None = None) -> Decimal | dict[str, C]:
                return y + LIMIT
        """,
    },
    "a class": {
        "app.py": body("from lib import P", "return P(x).total()"),
        "lib.py": '''
            class Base:
                """Said of it."""
                RATE = 3
                TABLE = {'a': [1]}
                def __init__(self, v): self.v = v
                def __eq__(self, other): return self.v == other
                @property
                def p(self): return self.v
                @p.setter
                def p(self, v): self.v = v
                @staticmethod
                def s(a): return a
                @classmethod
                def c(cls): return cls.RATE
            class P(Base):
                __slots__ = ('z',)
                class Inner(ValueError):
                    pass
                def total(self):
                    super().__init__(self.v + 1)
                    return self.p + self.s(1) + self.c() + self.TABLE['a'][0]
        ''',
    },
    "a class of a loaded base": {
        "app.py": body("from lib import P", "return P().m()", before="import base\n"),
        "base.py": "class B:\n    def m(self): return self.n()\n",
        "lib.py": "from base import B\nclass P(B):\n    def n(self): return 1\n",
    },
    "an exception": {
        "app.py": body("import lib", "try: lib.g(x)", "except lib.E as e: return e.args"),
        "lib.py": "class E(KeyError): pass\ndef g(y): raise E(y)\n",
    },
    "a function that rememo caches": {
        "app.py": body("import lib", "return lib.g(x) + lib.h(x)"),
        "lib.py": """
            import rememo
            @rememo.cache
            def g(y): return y
            @rememo.cache(ttl=60)
            def h(y): return g(y)
        """,
    },
    "a name beside one that is computed": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": """
            import functools, logging
            from dataclasses import dataclass
            from enum import Enum
            log = logging.getLogger(__name__)
            @functools.lru_cache(maxsize=None)
            def slow(y): return y
            @dataclass(frozen=True)
            class Point:
                x: int = 0
            class Color(Enum):
                RED = 1
            DEFAULT = Color.RED
            def g(y): return y
        """,
    },
    "a module's __getattr__": {
        "app.py": body("import lib", "return lib.RATE"),
        "lib.py": "def __getattr__(name): return 4\n",
    },
    "a module that is passed on": {
        "app.py": body("import lib", "return read(lib)", before="def read(m): return m.RATE\n"),
        "lib.py": "RATE = 1\ndef g(y): return h(y)\ndef h(y): return y\n",
    },
    "docstrings that are read": {
        "app.py": body("import lib", "return lib.g.__doc__, lib.C.__doc__, lib.__doc__"),
        "lib.py": "'of the module'\ndef g(): 'of g'\nclass C: 'of C'\n",
    },
    "annotations that are read": {
        "app.py": body("import lib", "return str(lib.g.__annotations__)"),
        "lib.py": "def g(y: int, z: 'str') -> float: return y\n",
    },
}


@pytest.mark.parametrize("files", KNOWN.values(), ids=KNOWN)
def test_the_key_is_the_same_once_the_module_is_loaded(program: Program, files: Files) -> None:
    app = program.start(files)
    before = program.loaded()
    key = app.f.key(3)
    assert program.loaded() == before, "taking the key loaded modules"
    result = app.f(3)
    assert program.loaded() > before
    assert app.f.key(3) == key
    assert app.f(3) == result
    assert computed(app.f) == 1


@pytest.mark.parametrize("files", KNOWN.values(), ids=KNOWN)
def test_the_order_of_imports_does_not_matter(program: Program, files: Files) -> None:
    app = program.start(files)
    key = app.f.key(3)
    app.f(3)
    loaded = program.loaded()
    program.stop()
    for name in sorted(loaded):
        importlib.import_module(name)
    assert importlib.import_module("app").f.key(3) == key


# A hit all the same ------------------------------------------------------------------------------

COMPUTED: dict[str, Files] = {
    "a computed constant": {
        "app.py": body("import lib", "return lib.RATE"),
        "lib.py": "def compute(): return 1\nRATE = compute() + 1\n",
    },
    "a decorated function": {
        "app.py": body("from lib import g", "return g(x)"),
        "lib.py": "def twice(fn): return lambda y: fn(y) * 2\n@twice\ndef g(y): return y\n",
    },
    "an lru_cached function": {
        "app.py": body("from lib import g", "return g(x)"),
        "lib.py": "import functools\n@functools.lru_cache\ndef g(y): return y\n",
    },
    "a dataclass": {
        "app.py": body("from lib import P", "return P(x).y"),
        "lib.py": "from dataclasses import dataclass\n@dataclass\nclass P:\n    y: int = 0\n",
    },
    "an enumeration": {
        "app.py": body("from lib import P", "return P.A.value"),
        "lib.py": "from enum import Enum\nclass P(Enum):\n    A = 1\n",
    },
    "a named tuple": {
        "app.py": body("from lib import P", "return tuple(P(x))"),
        "lib.py": """
            from typing import NamedTuple
            class P(NamedTuple):
                x: int
                y: int = 2
        """,
    },
    "an abstract base class": {
        "app.py": body("from lib import P", "return P().m()"),
        "lib.py": """
            from abc import ABC
            class B(ABC): pass
            class P(B):
                def m(self): return 1
        """,
    },
    "a partial": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": "from functools import partial\ndef h(a, b): return a + b\ng = partial(h, 2)\n",
    },
    "a compiled pattern": {
        "app.py": body("import lib", "return lib.g('a')"),
        "lib.py": """
            import re
            P = re.compile('a', re.I | re.M)
            def g(y): return bool(P.match(y))
        """,
    },
    "a conditional definition": {
        "app.py": body("import lib", "return lib.g(x)"),
        "lib.py": "try:\n    import no_such\nexcept ImportError:\n    no_such = None\n"
        "def g(y): return no_such is None\n",
    },
    "a library that is not loaded": {
        "app.py": body("import colorsys", "return colorsys.rgb_to_hls(x, x, x)"),
    },
    "an argument that the body changes": {
        "app.py": body("import lib", "x = [x]", "return lib.g(x)"),
        "lib.py": "def d(fn): return fn\n@d\ndef g(y):\n    y.append(1)\n    return len(y)\n",
    },
    "a value of a loaded module beside it": {
        "app.py": body("import lib", "return lib.RATE + conf.TABLE['a']", before="import conf\n"),
        "conf.py": "TABLE = {'a': 1, 'b': [2]}\n",
        "lib.py": "def compute(): return 1\nRATE = compute()\n",
    },
}


@pytest.mark.parametrize("files", COMPUTED.values(), ids=COMPUTED)
def test_a_result_is_found_under_the_key_that_holds_once_the_module_is_loaded(
    program: Program, files: Files
) -> None:
    sys.modules.pop("colorsys", None)
    app = program.start(files)
    before = program.loaded()
    key = app.f.key(3)
    assert program.loaded() == before, "taking the key loaded modules"
    result = app.f(3)
    assert app.f.key(3) != key, "what can be known belongs above"
    assert app.f.contains(3)
    assert app.f(3) == result
    assert computed(app.f) == 1


def test_a_recursive_function_is_found_at_each_depth(program: Program) -> None:
    app = program.start(
        {
            "app.py": body("from lib import one", "return one(x) if x < 2 else f(x - 1) + one(1)"),
            "lib.py": "def d(fn): return fn\n@d\ndef one(y): return y\n",
        }
    )
    assert app.f(4) == 4
    assert computed(app.f) == 4
    assert [app.f(n) for n in (4, 3, 2, 1)] == [4, 3, 2, 1]
    assert computed(app.f) == 4


def test_a_coroutine_is_found(program: Program) -> None:
    import asyncio

    app = program.start(
        {
            "app.py": body("import lib", "return lib.g(x)").replace("def f", "async def f"),
            "lib.py": "def d(fn): return fn\n@d\ndef g(y): return y\n",
        }
    )
    assert [asyncio.run(app.f(3)) for _ in range(2)] == [3, 3]
    assert computed(app.f) == 1


# Whatever may have changed since the import is computed anew -------------------------------------

CHANGING: dict[str, tuple[Files, list[object]]] = {
    "a global that the body assigns": (
        {
            "app.py": body("import lib", "lib.n += 1", "return lib.n"),
            "lib.py": "def zero(): return 0\nn = zero()\n",
        },
        [1, 2, 3],
    ),
    "a global that a helper assigns": (
        {
            "app.py": body("import lib", "return lib.bump()"),
            "lib.py": """
                def zero(): return 0
                n = zero()
                def bump():
                    global n
                    n += 1
                    return n
            """,
        },
        [1, 2, 3],
    ),
    "a global that the body assigns by a computed name": (
        {
            "app.py": body("import lib", "setattr(lib, 'n', lib.n + 1)", "return lib.n"),
            "lib.py": "def zero(): return 0\nn = zero()\n",
        },
        [1, 2, 3],
    ),
    "a global that a helper assigns in its namespace": (
        {
            "app.py": body("import lib", "return lib.bump()"),
            "lib.py": """
                def zero(): return 0
                n = zero()
                def bump():
                    globals()['n'] += 1
                    return n
            """,
        },
        [1, 2, 3],
    ),
    "a class attribute": (
        {
            "app.py": body("from lib import C", "return C.bump()"),
            "lib.py": """
                def register(c): return c
                @register
                class C:
                    n = 0
                    @classmethod
                    def bump(cls):
                        cls.n += 1
                        return cls.n
            """,
        },
        [1, 2, 3],
    ),
    "an attribute of the instances of a metaclass": (
        {
            "app.py": body("import lib", "return lib.again()"),
            "lib.py": """
                def zero(): return 0
                class M(type):
                    def __init__(self, *args):
                        self.n = getattr(self, 'n', zero()) + 1
                class C(metaclass=M):
                    pass
                def again():
                    M.__init__(C)
                    return C.n
            """,
        },
        [2, 3, 4],
    ),
    "a value that is changed in place": (
        {
            "app.py": body("import lib", "lib.seen.append(x)", "return len(lib.seen)"),
            "lib.py": "def empty(): return []\nseen = empty()\n",
        },
        [1, 2, 3],
    ),
    "an enclosed variable": (
        {
            "app.py": body("import lib", "return lib.count()"),
            "lib.py": """
                def make():
                    n = 0
                    def count():
                        nonlocal n
                        n += 1
                        return n
                    return count
                count = make()
            """,
        },
        [1, 2, 3],
    ),
    "an attribute of a function": (
        {
            "app.py": body("import lib", "return lib.g()"),
            "lib.py": """
                def start(fn):
                    fn.n = 0
                    return fn
                @start
                def g():
                    g.n += 1
                    return g.n
            """,
        },
        [1, 2, 3],
    ),
    "a default": (
        {
            "app.py": body(
                "import lib",
                "lib.g.__defaults__ = (lib.g.__defaults__[0] + 1,)",
                "return lib.g()",
            ),
            "lib.py": "def d(fn): return fn\n@d\ndef g(n=0): return n\n",
        },
        [1, 2, 3],
    ),
    "a loaded module that the import changes": (
        {
            "app.py": body("old = conf.n", "import lib", "return old", before="import conf\n"),
            "conf.py": "n = 1\n",
            "lib.py": "import conf\nconf.n = 7\n",
        },
        [1, 7, 7],
    ),
    "a loaded container that the import changes": (
        {
            "app.py": body("old = len(conf.s)", "import lib", "return old", before="import conf\n"),
            "conf.py": "s = []\n",
            "lib.py": "import conf\nconf.s.append(1)\n",
        },
        [0, 1, 1],
    ),
    "an item of a loaded dict that the import changes by way of a library": (
        {
            "app.py": body("old = conf.T['n']", "import lib", "return old", before="import conf\n"),
            "conf.py": "T = {'n': 1}\n",
            "lib.py": "import operator\nimport conf\noperator.setitem(conf.T, 'n', 7)\n",
        },
        [1, 7, 7],
    ),
    "a module that another one changes when it is imported": (
        {
            "app.py": body("import lib", "r = lib.n", "import late", "return r"),
            "lib.py": "def zero(): return 0\nn = zero()\n",
            "late.py": "import lib\nlib.n = 5\n",
        },
        [0, 5, 5],
    ),
}


@pytest.mark.parametrize(("files", "truth"), CHANGING.values(), ids=CHANGING)
def test_what_may_have_changed_since_the_import_is_computed_anew(
    program: Program, files: Files, truth: list[object]
) -> None:
    app = program.start(files)
    assert [app.f(3) for _ in truth] == truth


# Edits -------------------------------------------------------------------------------------------

MADE_OF_CONSTANTS: Files = {
    "app.py": body("import lib", "return lib.g(x)"),
    "lib.py": """
        import logging, re
        from re import IGNORECASE
        from other import TABLE
        log = logging.getLogger(__name__)
        PATTERN = re.compile("a(.)", IGNORECASE)
        def g(y):
            log.debug("seen")
            return PATTERN.sub(r"<\\1>", "abac"), TABLE.maxlen, len(TABLE)
        def other(y): return y + 1
    """,
    "other.py": """
        import collections
        TABLE = collections.deque((1, 2), maxlen=5)
        def unread(y): return y + 1
    """,
}

MISSES: dict[str, tuple[Files, tuple[str, str, str]]] = {
    "a helper's constant": (KNOWN["helpers of helpers, and recursion"], ("lib.py", "= 3", "= 4")),
    "what is re-exported": (KNOWN["a package that re-exports"], ("pkg/base.py", "y\n", "y + 1\n")),
    "a default of a keyword": (KNOWN["a function"], ("lib.py", "(2, 'a')", "(3, 'a')")),
    "a submodule read before it is seen to be imported": (
        KNOWN["a submodule read before it is seen to be imported"],
        ("pkg/mod.py", "return y", "return y + 1"),
    ),
    "a submodule that takes over a name": (
        KNOWN["a submodule of a loaded package"],
        ("pkg/mod.py", "return y", "return y + 1"),
    ),
    "an element of a display": (
        KNOWN["displays and constant expressions"],
        ("lib.py", "60 * 60", "60 * 61"),
    ),
    "the names of a star import": (
        KNOWN["a star import with names given"],
        ("two.py", "['k']", "['k', 'h']"),
    ),
    "the names of a star import, grown": (
        KNOWN["a star import with names given"],
        ("two.py", "+= []", "+= ['h']"),
    ),
    "a base's attribute": (KNOWN["a class"], ("lib.py", "RATE = 3", "RATE = 4")),
    "a base's property": (
        KNOWN["a class"],
        ("lib.py", "def p(self): return self.v", "def p(self): return 1"),
    ),
    "a condition": (KNOWN["ways that are known"], ("lib.py", "not False", "not True")),
    "a docstring that is read": (KNOWN["docstrings that are read"], ("lib.py", "'of C'", "'C'")),
    "an annotation that is read": (
        KNOWN["annotations that are read"],
        ("lib.py", "y: int", "y: bool"),
    ),
    "a constant that a library makes a value of": (
        MADE_OF_CONSTANTS,
        ("lib.py", "a(.)", "(.)a"),
    ),
    "a member that a library makes a value of": (
        {**MADE_OF_CONSTANTS, "lib.py": MADE_OF_CONSTANTS["lib.py"].replace("abac", "AbaC")},
        ("lib.py", "import IGNORECASE", "import ASCII as IGNORECASE"),
    ),
    "a constant given by keyword that a library makes a value of": (
        MADE_OF_CONSTANTS,
        ("other.py", "maxlen=5", "maxlen=6"),
    ),
    "a value made of constants that a method has changed": (
        MADE_OF_CONSTANTS
        | {
            "other.py": MADE_OF_CONSTANTS["other.py"].replace(
                "def unread", "TABLE.append(3)\n        def unread"
            )
        },
        ("other.py", "TABLE.append(3)", "TABLE.extend((3, 4))"),
    ),
    "a value made of constants that a method has changed under another name": (
        MADE_OF_CONSTANTS
        | {
            "other.py": MADE_OF_CONSTANTS["other.py"].replace(
                "def unread", "ROWS = TABLE\n        ROWS.append(3)\n        def unread"
            )
        },
        ("other.py", "ROWS.append(3)", "ROWS.extend((3, 4))"),
    ),
    "a value made of constants that was changed by way of a list": (
        MADE_OF_CONSTANTS
        | {
            "other.py": MADE_OF_CONSTANTS["other.py"].replace(
                "def unread", "ROWS = [TABLE]\n        ROWS[0].append(3)\n        def unread"
            )
        },
        ("other.py", "ROWS[0].append(3)", "ROWS[0].extend((3, 4))"),
    ),
    "a value made of constants that was changed by an operator": (
        MADE_OF_CONSTANTS
        | {
            "other.py": MADE_OF_CONSTANTS["other.py"].replace(
                "def unread", "ROWS = TABLE\n        ROWS += (3,)\n        def unread"
            )
        },
        ("other.py", "(3,)", "(3, 4)"),
    ),
    "a value made of constants that another module has changed": (
        MADE_OF_CONSTANTS
        | {
            "lib.py": MADE_OF_CONSTANTS["lib.py"].replace(
                "def other", "TABLE.append(3)\n        def other"
            )
        },
        ("lib.py", "TABLE.append(3)", "TABLE.extend((3, 4))"),
    ),
    "what a constant is computed by": (
        COMPUTED["a computed constant"],
        ("lib.py", "return 1", "return 2"),
    ),
    "a decorator": (COMPUTED["a decorated function"], ("lib.py", "* 2", "* 3")),
    "a function that a statement calls": (
        {
            "app.py": body("import lib", "return lib.g(x)"),
            "lib.py": """
                RATE = 1
                def init():
                    global RATE
                    RATE = 5
                init()
                def g(y): return y + RATE
            """,
        },
        ("lib.py", "RATE = 5", "RATE = 6"),
    ),
    "a function with a default that is not known, which a statement calls": (
        {
            "app.py": body("import lib", "return lib.RATE"),
            "lib.py": """
                import logging
                RATE = 1
                def init(log=logging.getLogger()):
                    global RATE
                    RATE = 5
                init()
            """,
        },
        ("lib.py", "RATE = 5", "RATE = 6"),
    ),
    "a module that changes another one": (
        {
            "app.py": body("import lib", "import patch", "return lib.RATE"),
            "lib.py": "RATE = 1\n",
            "patch.py": "import lib\nlib.RATE = 2\n",
        },
        ("patch.py", "= 2", "= 3"),
    ),
    "a module that changes a container of another one": (
        {
            "app.py": body("import lib", "return lib.g('a')"),
            "lib.py": "RATES = {}\nimport patch\ndef g(y): return RATES[y]\n",
            "patch.py": "import lib\nlib.RATES['a'] = 2\n",
        },
        ("patch.py", "= 2", "= 3"),
    ),
    "what a package does when its submodule is imported": (
        {
            "app.py": body("import pkg.mod", "return conf.n", before="import conf\n"),
            "conf.py": "n = 1\n",
            "pkg/__init__.py": "import conf\nconf.n = 2\n",
            "pkg/mod.py": "",
        },
        ("pkg/__init__.py", "= 2", "= 3"),
    ),
    "a base class that makes something of its subclasses": (
        {
            "app.py": body("import lib", "return lib.P.made"),
            "lib.py": """
                class B:
                    def __init_subclass__(cls):
                        cls.made = 1
                class P(B):
                    made = 0
            """,
        },
        ("lib.py", "cls.made = 1", "cls.made = 2"),
    ),
    "a value that is told its name": (
        {
            "app.py": body("import lib", "return lib.P.made"),
            "lib.py": "import named\nclass P:\n    made = named.FIELD\n    f = named.FIELD\n",
            "named.py": """
                class Field:
                    def __set_name__(self, owner, name): owner.made = 1
                FIELD = Field()
            """,
        },
        ("named.py", "owner.made = 1", "owner.made = 2"),
    ),
    "a loaded base class that does something when a subclass is made": (
        {
            "app.py": body("import lib", "return lib.g(x)", before="import base, conf\n"),
            "conf.py": "n = 1\n",
            "base.py": """
                import conf
                class B:
                    def __init_subclass__(cls): conf.n = 2
            """,
            "lib.py": "import base, conf\nclass P(base.B): pass\ndef g(y): return conf.n\n",
        },
        ("base.py", "conf.n = 2", "conf.n = 3"),
    ),
    "a loaded value that does something when it is told its name": (
        {
            "app.py": body("import lib", "return lib.g(x)", before="import named, conf\n"),
            "conf.py": "n = 1\n",
            "named.py": """
                import conf
                class Field:
                    def __set_name__(self, owner, name): conf.n = 2
                FIELD = Field()
            """,
            "lib.py": """
                import named, conf
                class P:
                    f = named.FIELD
                def g(y): return conf.n
            """,
        },
        ("named.py", "conf.n = 2", "conf.n = 3"),
    ),
    "a statement by which a library writes to a class": (
        {
            "app.py": body("import lib", "return hasattr(lib.P, '__le__') and lib.g(x)"),
            "lib.py": """
                from functools import lru_cache, total_ordering
                class P:
                    def __lt__(self, other): return False
                    def __eq__(self, other): return True
                total_ordering(P)
                def g(y): return vars(P).get('__ge__') is not None
            """,
        },
        ("lib.py", "total_ordering(P)", "lru_cache(P)"),
    ),
    "what the code of an unknown name reads in a loaded module": (
        {
            "app.py": body("import lib", "return lib.RATE", before="import conf\n"),
            "conf.py": "n = 1\n",
            "lib.py": "import conf as c\ndef compute(): return c.n\nRATE = compute()\n",
        },
        ("conf.py", "= 1", "= 2"),
    ),
    "what is imported from here or from there": (
        {
            "app.py": body("import lib", "return lib.g(x)"),
            "lib.py": """
                try:
                    import fast as impl
                except ImportError:
                    import slow as impl
                def g(y): return impl.h(y)
            """,
            "slow.py": "def h(y): return y\n",
        },
        ("slow.py", "return y", "return y + 1"),
    ),
    "a submodule of a package of which nothing is known": (
        {
            "app.py": body("import pkg", "return pkg.impl.h(x)"),
            "pkg/__init__.py": "from .impl import g\ng(0)\n",
            "pkg/impl.py": "def g(y): return y\ndef h(y): return y\n",
        },
        ("pkg/impl.py", "def h(y): return y", "def h(y): return y + 1"),
    ),
    "a submodule under a name that a statement may bind": (
        {
            "app.py": body("import pkg", "return pkg.impl.h(x)"),
            "pkg/__init__.py": "from .impl import g\nif g(0):\n    impl = None\n",
            "pkg/impl.py": "def g(y): return y\ndef h(y): return y\n",
        },
        ("pkg/impl.py", "def h(y): return y", "def h(y): return y + 1"),
    ),
    "a module that is missing": (
        {
            "app.py": body("try: import lib", "except ImportError: return 0", "return 1"),
            "lib.py": "import absent\n",
        },
        ("lib.py", "import absent", "import app"),
    ),
}


@pytest.mark.parametrize(("files", "edit"), MISSES.values(), ids=MISSES)
def test_an_edit_of_what_is_reached_is_a_miss(
    program: Program, files: Files, edit: tuple[str, str, str]
) -> None:
    app = program.start(files)
    key, result = app.f.key(3), app.f.__wrapped__(3)
    program.edit(*edit)
    app = program.start()
    assert app.f.key(3) != key
    assert app.f.__wrapped__(3) != result, "the edit changes nothing"


HITS: dict[str, tuple[Files, tuple[str, str, str]]] = {
    "a function beside values that a library makes of constants": (
        MADE_OF_CONSTANTS,
        ("lib.py", "y + 1", "y + 2"),
    ),
    "a function beside a value that is imported and made of constants": (
        MADE_OF_CONSTANTS,
        ("other.py", "y + 1", "y + 2"),
    ),
    "a function that is not reached": (
        {
            "app.py": body("import lib", "return lib.g(x)"),
            "lib.py": "def g(y): return y\ndef other(y): return y + 1\n",
        },
        ("lib.py", "y + 1", "y + 2"),
    ),
    "a constant that is not read": (
        {
            "app.py": body("import lib", "return lib.g(x)"),
            "lib.py": "UNUSED = 1\nimport unused\ndef g(y): return y\n",
            "unused.py": "RATE = 1\n",
        },
        ("unused.py", "= 1", "= 2"),
    ),
    "a computed value that is not read": (
        KNOWN["a name beside one that is computed"],
        ("lib.py", "RED = 1", "RED = 2"),
    ),
    "a decorated function that is not reached": (
        KNOWN["a name beside one that is computed"],
        ("lib.py", "def slow(y): return y", "def slow(y): return 2"),
    ),
    "a comment in a module of which nothing is known": (
        COMPUTED["a decorated function"],
        ("lib.py", "@twice", "# said\n\n@twice"),
    ),
    "a docstring": (KNOWN["a class"], ("lib.py", "Said of it.", "Said otherwise.")),
    "the names of a star import that are not used": (
        KNOWN["star imports"],
        ("one.py", "['g', 'K']", "['g']"),
    ),
    "what a conditional import in a branch not taken would bind": (
        KNOWN["ways that are known"],
        ("lib.py", "import numpy as np", "import numpy as np, array"),
    ),
}


@pytest.mark.parametrize(("files", "edit"), HITS.values(), ids=HITS)
def test_an_edit_of_what_is_not_reached_is_a_hit(
    program: Program, files: Files, edit: tuple[str, str, str]
) -> None:
    app = program.start(files)
    key, result = app.f.key(3), app.f.__wrapped__(3)
    program.edit(*edit)
    app = program.start()
    assert app.f.key(3) == key
    assert app.f.__wrapped__(3) == result, "the edit matters"


# Until the import --------------------------------------------------------------------------------

LIB = {"app.py": body("import lib", "return lib.g(x)"), "lib.py": "def g(y): return y\n"}


def key_changes(program: Program, files: Files, change: Callable[[ModuleType], object]) -> bool:
    app = program.start(files)
    key = app.f.key(3)
    assert app.f.key(3) == key
    change(app)
    return app.f.key(3) != key


def test_a_source_that_is_edited_before_it_is_imported_is_seen(program: Program) -> None:
    assert key_changes(program, LIB, lambda app: program.edit("lib.py", "return y", "return 1"))


def test_a_source_that_is_not_reached_may_be_edited(program: Program) -> None:
    def change(app: ModuleType) -> None:
        program.edit("lib.py", "return y", "return y  # said")

    assert not key_changes(program, LIB, change)


def test_a_package_that_takes_the_place_of_a_module_is_seen(program: Program) -> None:
    def change(app: ModuleType) -> None:
        program.write({"lib/__init__.py": "def g(y): return 2\n"})

    assert key_changes(program, LIB, change)


def test_a_module_that_appears_further_ahead_is_seen(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = tmp_path / "ahead"
    ahead.mkdir()
    monkeypatch.syspath_prepend(ahead)

    def change(app: ModuleType) -> None:
        (ahead / "lib.py").write_text("def g(y): return 2\n")

    assert key_changes(program, LIB, change)


def test_a_directory_that_is_put_ahead_is_seen(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = tmp_path / "ahead"
    ahead.mkdir()
    (ahead / "lib.py").write_text("def g(y): return 2\n")
    assert key_changes(program, LIB, lambda app: monkeypatch.syspath_prepend(ahead))


def test_a_module_that_appears_is_seen(program: Program) -> None:
    files = {"app.py": body("try: import lib", "except ImportError: return 0", "return lib.g(x)")}
    app = program.start(files)
    assert app.f(3) == 0
    program.write({"lib.py": "def g(y): return y\n"})
    importlib.invalidate_caches()
    assert app.f(3) == 3


def test_a_module_that_is_put_there_by_hand_is_seen(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(app: ModuleType) -> None:
        module = ModuleType("lib")
        module.g = lambda y: 2  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "lib", module)

    assert key_changes(program, LIB, change)


@pytest.mark.parametrize(
    "change",
    [
        "conf.RATE = 5",
        "conf.TABLE['a'][0] = 5",
        "conf.TABLE = {'a': [5]}",
    ],
)
def test_a_value_that_the_module_will_import_is_seen(program: Program, change: str) -> None:
    files = KNOWN["a loaded module imported by it"]
    assert key_changes(program, files, lambda app: exec(change, {"conf": app.conf}))


def test_a_base_that_is_changed_before_the_module_is_imported_is_seen(program: Program) -> None:
    files = KNOWN["a class of a loaded base"]
    assert key_changes(program, files, lambda app: setattr(app.base.B, "m", lambda self: 7))


def test_what_a_base_does_with_its_subclasses_is_seen(program: Program) -> None:
    files = {
        "app.py": body("import lib", "return lib.g(x)", before="import base, conf\n"),
        "conf.py": "n = 1\n",
        "base.py": "class B: pass\n",
        "lib.py": "import base, conf\nclass P(base.B): pass\ndef g(y): return conf.n\n",
    }

    def change(app: ModuleType) -> None:
        app.base.B.__init_subclass__ = classmethod(lambda cls: setattr(app.conf, "n", 9))

    assert key_changes(program, files, change)


STAR = {
    "app.py": body("import lib", "return lib.g(x)", before="import conf\n"),
    "lib.py": "from conf import *\ndef g(y): return abs(y)\n",
}


def test_a_name_that_a_star_import_will_take_is_seen(program: Program) -> None:
    files = STAR | {"conf.py": "K = 1\n"}
    assert key_changes(program, files, lambda app: setattr(app.conf, "abs", lambda y: 7))


def test_a_name_that_is_given_to_a_star_import_is_seen(program: Program) -> None:
    files = STAR | {"conf.py": "__all__ = ['K']\nK = 1\ndef abs(y): return 7\n"}
    assert key_changes(program, files, lambda app: app.conf.__all__.append("abs"))


def test_a_file_that_has_nothing_to_do_with_it_changes_nothing(program: Program) -> None:
    assert not key_changes(program, LIB, lambda app: program.write({"else.py": "", "data": "1"}))


def test_values_of_a_loaded_module_are_those_of_the_run(program: Program) -> None:
    app = program.start(KNOWN["a module"])
    assert app.f(3) == 5.5
    sys.modules["lib"].RATE = 1  # type: ignore[attr-defined]
    assert app.f(3) == 4
    sys.modules["lib"].RATE = 2.5  # type: ignore[attr-defined]
    assert app.f(3) == 5.5
    assert computed(app.f) == 2


@pytest.mark.parametrize(
    "case",
    [
        "a loaded base class that does something when a subclass is made",
        "a loaded value that does something when it is told its name",
    ],
)
def test_taking_the_key_runs_nothing(program: Program, case: str) -> None:
    app = program.start(MISSES[case][0])
    app.f.key(3)
    assert app.conf.n == 1
    assert app.f(3) == 2


def test_no_subclass_of_a_loaded_class_is_made(program: Program) -> None:
    app = program.start(KNOWN["a class of a loaded base"])
    app.f.key(3)
    assert app.base.B.__subclasses__() == []


# What is not reached raises nothing --------------------------------------------------------------


def test_what_only_unreached_code_of_an_unknown_module_reads_may_be_unhashable(
    program: Program,
) -> None:
    files = {
        "app.py": body("import lib", "return lib.RATE", before="import conf\n"),
        "conf.py": "import sqlite3\nlink = sqlite3.connect(':memory:')\n",
        "lib.py": """
            import conf
            def compute(): return 1
            RATE = compute()
            def other(): return conf.link.execute('select 1')
        """,
    }
    app = program.start(files)
    assert app.f(3) == 1
    assert app.f(3) == 1


def test_what_reached_code_reads_must_be_hashable(program: Program) -> None:
    files = {
        "app.py": body("import lib", "return lib.g(x)", before="import conf\n"),
        "conf.py": "import sqlite3\nlink = sqlite3.connect(':memory:')\n",
        "lib.py": "import conf\ndef g(y): return conf.link.execute('select 1').fetchone()\n",
    }
    app = program.start(files)
    with pytest.raises(rememo.UnhashableTypeError, match=r"conf\.link"):
        app.f(3)
