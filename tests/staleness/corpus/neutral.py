# ruff: noqa: E501
"""What must not matter: nothing here can change a result, so nothing here may change a key."""

from ..case import hit, miss

PROJECT = '''
"""The module."""
import json
import os
from lib import g, TABLE
RATE = 2
OTHER = 3
def h(y, z=1):
    """A helper."""
    total = y + z
    return total * RATE
def stranger():
    return 4
class P:
    """A class."""
    size = 1
    def m(self, n):
        """A method."""
        doubled = n * 2
        return doubled + self.size
@rememo.cache
def f(x):
    """The function."""
    first = g(x)
    second = [part + 1 for part in (x, first)]
    return h(first) + P().m(x) + sum(second) + TABLE["a"]
## lib.py
TABLE = {"a": 1, "b": 2}
UNUSED = 1
def g(y):
    result = y + 5
    return result
'''


def _same(name, edit, **options):
    return hit(name, PROJECT, edit, **options)


CASES = [
    _same("nothing", []),
    _same(
        "a comment in the function",
        ("    first = g(x)", "    # A comment.\n    first = g(x)  # and another"),
    ),
    _same("a comment in a helper", ("    total = y + z", "    # A comment.\n    total = y + z")),
    _same(
        "a comment in a helper in another module",
        ("    result = y + 5", "    # A comment.\n    result = y + 5  #"),
    ),
    _same("a comment in a class", ("    size = 1", "    # A comment.\n    size = 1")),
    _same("blank lines in the function", ("    first = g(x)", "\n\n    first = g(x)\n\n")),
    _same("blank lines before the function", ("@rememo.cache", "\n\n\n@rememo.cache")),
    _same("blank lines in a helper", ("    total = y + z", "\n    total = y + z\n")),
    _same("blank lines in a class", ("    size = 1", "\n    size = 1\n")),
    _same("a comment at the top of a module", ("TABLE = {", "# One.\n# Two.\nTABLE = {")),
    _same("the function's docstring", ("The function.", "What it does.")),
    _same("the function's docstring dropped", ('    """The function."""\n', "")),
    _same("a helper's docstring", ("A helper.", "What it does.")),
    _same("a helper's docstring dropped", ('    """A helper."""\n', "")),
    _same(
        "a docstring where there was none",
        ("    result = y + 5", '    """A helper."""\n    result = y + 5'),
    ),
    _same("a class's docstring", ("A class.", "What it is.")),
    _same("a class's docstring dropped", ('    """A class."""\n', "")),
    _same("a method's docstring", ("A method.", "What it does.")),
    _same("a module's docstring", ("The module.", "What it holds.")),
    _same("the function's annotations", ("def f(x):", "def f(x: int) -> int:")),
    _same("a helper's annotations", ("def h(y, z=1):", 'def h(y: int, z: "float" = 1) -> int:')),
    _same("a method's annotations", ("def m(self, n):", "def m(self, n: int) -> int:")),
    _same("a local's annotation", ("    first = g(x)", "    first: int = g(x)")),
    _same("a global's annotation", ("RATE = 2", "RATE: int = 2")),
    _same("a class attribute's annotation", ("    size = 1", "    size: int = 1")),
    _same(
        "a local's name",
        [
            ("    first = g(x)", "    one = g(x)"),
            ("(x, first)", "(x, one)"),
            ("h(first)", "h(one)"),
        ],
    ),
    _same(
        "a local's name in a helper",
        ("    total = y + z\n    return total", "    whole = y + z\n    return whole"),
    ),
    _same(
        "a local's name in a method",
        (
            "        doubled = n * 2\n        return doubled",
            "        twice = n * 2\n        return twice",
        ),
    ),
    _same("a comprehension's variable", ("[part + 1 for part", "[p + 1 for p")),
    _same(
        "line breaks in a call",
        ("h(first) + P().m(x)", "h(\n        first,\n    ) + P().m(\n        x\n    )"),
    ),
    _same("parentheses", ("return total * RATE", "return (total * (RATE))")),
    _same("quotes", ('TABLE["a"]', "TABLE['a']")),
    _same("spaces", ("result = y + 5", "result=y  +  5")),
    _same("a statement's line", ("    result = y + 5\n    return", "    result = y + 5; return")),
    _same("an unrelated function's body", ("return 4", "return 5")),
    _same("an unrelated function added", ("def stranger", "def another(): return 1\ndef stranger")),
    _same("an unrelated function dropped", ("def stranger():\n    return 4\n", "")),
    _same("an unrelated class added", ("def stranger", "class Q:\n    n = 1\ndef stranger")),
    _same("an unrelated global", ("OTHER = 3", "OTHER = 4")),
    _same("an unrelated global added", ("OTHER = 3", "OTHER = 3\nMORE = [1]")),
    _same("an unrelated global of another module", ("UNUSED = 1", "UNUSED = 2")),
    _same("an unrelated key of a dict in another module", ('"b": 2', '"b": 3')),
    _same("an unrelated key added to a dict", ('"b": 2', '"b": 2, "c": 3')),
    _same("an unrelated import added", ("import json", "import json\nimport csv")),
    _same("an unrelated import dropped", ("import json\n", "")),
    _same("the order of imports", ("import json\nimport os", "import os\nimport json")),
    _same(
        "an unrelated module that is imported",
        [("import json", "import json\nimport side"), {"side.py": "RATE = 1"}],
    ),
    _same(
        "the order of definitions",
        [
            ("RATE = 2\nOTHER = 3", "OTHER = 3"),
            ("def stranger():\n    return 4\n", ""),
            ("def h(y", "def stranger():\n    return 4\nRATE = 2\ndef h(y"),
        ],
    ),
    _same(
        "a helper moved below the function",
        [
            (
                'def h(y, z=1):\n    """A helper."""\n    total = y + z\n    return total * RATE\n',
                "",
            ),
            (
                'TABLE["a"]\n',
                'TABLE["a"]\ndef h(y, z=1):\n    """A helper."""\n    total = y + z\n    return total * RATE\n',
            ),
        ],
    ),
    _same(
        "an import by name against one of more names",
        ("from lib import g, TABLE", "from lib import g\nfrom lib import TABLE"),
    ),
    _same("a constant that is computed to the same value", ("RATE = 2", "RATE = 1 + 1")),
    _same(
        "a dict that is filled to the same value", ('{"a": 1, "b": 2}', 'dict(a=1)\nTABLE["b"] = 2')
    ),
    _same(
        "a conditional import for type checkers",
        (
            "import json",
            "import json\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nowhere",
        ),
    ),
    _same("a final line without its end", ("    return result\n", "    return result")),
    _same(
        "the ends of lines",
        [("    result = y + 5\n    return result", "    result = y + 5\r\n    return result\r")],
    ),
    _same("tabs", ("    result = y + 5\n    return result", "\tresult = y + 5\n\treturn result")),
    _same("trailing spaces", ("result = y + 5", "result = y + 5   ")),
    _same("a coding line", ("TABLE = {", "# -*- coding: utf-8 -*-\nTABLE = {")),
    _same("a continued line", ("result = y + 5", "result = y \\\n        + 5")),
    _same("without assertions where there are none", [], after_flags=("-O",)),
    _same("without docstrings", [], after_flags=("-OO",)),
    _same("another thread", [], after_under="thread"),
    _same("a debugger", [], after_under="settrace"),
    _same("a profiler", [], after_under="setprofile"),
    _same("coverage", [], after_under="monitoring"),
    _same(
        "helpers that were called before",
        [],
        after_do="for _ in range(100): h(1), g(1), P().m(1), stranger()",
    ),
    _same("a function that was called before", [], after_do="for _ in range(100): f(x=_)"),
    _same("a garbage collection", [], after_do="import gc; gc.collect()"),
    _same(
        "a function whose key was taken before",
        [],
        after_do="f.key(1) if hasattr(f, 'key') else None",
    ),
    _same("the same key after another value was seen", [], after_do="RATE = 9; f(3); RATE = 2"),
    _same("a recursion limit", [], after_do="import sys; sys.setrecursionlimit(2500)"),
    _same("modules that others import", [], after_do="import email, http, unittest"),
    # Things around one function
    hit(
        "annotations that are not evaluated any more",
        """
        from main import f
        ## main.py
        import rememo
        def g(y: int) -> int: return y
        class P:
            def m(self, y: int) -> int: return y
        @rememo.cache
        def f(x: int) -> int:
            z: int = g(x)
            return P().m(z)
        """,
        ("import rememo\ndef g", "from __future__ import annotations\nimport rememo\ndef g"),
    ),
    hit(
        "assertions that are switched off elsewhere",
        """
        def stranger(y): assert y
        @rememo.cache
        def f(x): return x
        """,
        after_flags=("-O",),
    ),
    miss(
        "assertions that are switched off here",
        """
        @rememo.cache
        def f(x):
            try:
                assert x > 5
            except AssertionError:
                return 0
            return 1
        """,
        after_flags=("-O",),
    ),
    miss(
        "the debug flag that the code reads",
        """
        @rememo.cache
        def f(x):
            return __debug__
        """,
        after_flags=("-O",),
    ),
    hit(
        "an enclosed variable's name",
        """
        def make(n):
            @rememo.cache
            def f(x):
                return x + n
            return f
        f = make(1)
        """,
        {
            "app.py": "import rememo\ndef make(k):\n    @rememo.cache\n    def f(x):\n        return x + k\n    return f\nf = make(1)\n"
        },
    ),
    hit(
        "a name that an import inside the body binds",
        """
        @rememo.cache
        def f(x):
            import lib as l
            return l.g(x)
        ## lib.py
        def g(y): return y
        """,
        {
            "app.py": "import rememo\n@rememo.cache\ndef f(x):\n    import lib as m\n    return m.g(x)\n"
        },
    ),
    hit(
        "a name that a handler binds",
        """
        @rememo.cache
        def f(x):
            try:
                return int("z")
            except ValueError as error:
                return len(error.args)
        """,
        (
            "ValueError as error:\n        return len(error",
            "ValueError as e:\n        return len(e",
        ),
    ),
    hit(
        "a name that a pattern binds",
        """
        @rememo.cache
        def f(x):
            match x:
                case y:
                    return y
        """,
        ("case y:\n            return y", "case z:\n            return z"),
    ),
    hit(
        "an unrelated attribute of an instance",
        """
        class Conf: pass
        CONF = Conf()
        CONF.rate = 1
        CONF.name = "a"
        @rememo.cache
        def f(x):
            return CONF.rate * x
        """,
        ('"a"', '"b"'),
    ),
    hit(
        "an unrelated key of an application's configuration",
        """
        from server import app
        @rememo.cache
        def f(x):
            return app.config["RATE"] * x
        ## server.py
        class App: pass
        app = App()
        app.config = {"RATE": 1, "NAME": "a"}
        """,
        ('"NAME": "a"', '"NAME": "b"'),
    ),
    hit(
        "an unrelated key of a nested dict",
        """
        CONF = {"db": {"host": "a", "port": 1}, "rate": 1}
        @rememo.cache
        def f(x):
            return CONF["db"]["port"], CONF["rate"]
        """,
        ('"host": "a"', '"host": "b"'),
    ),
    hit(
        "an unrelated key that cannot be hashed",
        """
        CONF = {"rate": 1, "lines": (n for n in "ab")}
        @rememo.cache
        def f(x):
            return CONF["rate"]
        """,
    ),
    hit(
        "an unrelated function of a module that is imported inside the body",
        """
        @rememo.cache
        def f(x):
            import lib
            return lib.g(x)
        ## lib.py
        def g(y): return y
        def h(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    hit(
        "an unrelated function of a module that is only compared",
        """
        import lib
        @rememo.cache
        def f(x):
            return x is lib
        ## lib.py
        def h(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    hit(
        "an unrelated part of a package",
        """
        import pkg
        @rememo.cache
        def f(x):
            return pkg.g(x)
        ## pkg/__init__.py
        from .impl import g
        from .other import h
        ## pkg/impl.py
        def g(y): return y
        ## pkg/other.py
        def h(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    hit(
        "an attribute of a helper that nobody reads",
        """
        def g(y): return y
        g.label = "a"
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ('"a"', '"b"'),
    ),
    hit(
        "type parameters that nobody reads",
        """
        @rememo.cache
        def f(x): return x
        def g[T](y: T) -> T: return y
        """,
        ("g[T](y: T) -> T", "g[S](y: S) -> S"),
        min_version=(3, 12),
    ),
    hit(
        "overloads for type checkers",
        """
        from typing import overload
        def g(y): return y
        @rememo.cache
        def f(x): return g(x)
        """,
        (
            "def g(y): return y",
            "@overload\ndef g(y: int) -> int: ...\n@overload\ndef g(y: str) -> str: ...\ndef g(y): return y",
        ),
    ),
    hit(
        "a set that was built in another order",
        """
        NAMES = {"a", "b", "c", "d"}
        @rememo.cache
        def f(x): return sorted(NAMES)
        """,
        ('{"a", "b", "c", "d"}', 'set("dcba")'),
    ),
    hit(
        "equal lists that are shared",
        """
        ONE = [1]
        BOTH = [ONE, ONE]
        @rememo.cache
        def f(x): return repr(BOTH)
        """,
        ("[ONE, ONE]", "[[1], [1]]"),
    ),
    hit(
        "a view against its copy",
        """
        import numpy as np
        A = np.arange(6)[::2]
        @rememo.cache
        def f(x): return A.tolist()
        """,
        ("np.arange(6)[::2]", "np.array([0, 2, 4])"),
        requires=("numpy",),
    ),
    hit(
        "a nested class moved below another",
        """
        class A:
            def m(self): return 1
        class B:
            def m(self): return 2
        @rememo.cache
        def f(x): return A().m()
        """,
        (
            "class A:\n    def m(self): return 1\nclass B:\n    def m(self): return 2",
            "class B:\n    def m(self): return 2\nclass A:\n    def m(self): return 1",
        ),
    ),
    hit(
        "a recursive helper among helpers in another order",
        """
        def even(y): return y == 0 or odd(y - 1)
        def odd(y): return y != 0 and even(y - 1)
        @rememo.cache
        def f(x): return even(x)
        """,
        (
            "def even(y): return y == 0 or odd(y - 1)\ndef odd(y): return y != 0 and even(y - 1)",
            "def odd(y): return y != 0 and even(y - 1)\ndef even(y): return y == 0 or odd(y - 1)",
        ),
    ),
    hit(
        "comments and blank lines around a dataclass",
        """
        import dataclasses
        @dataclasses.dataclass
        class P:
            a: int = 1
            b: list = dataclasses.field(default_factory=list)
        @rememo.cache
        def f(x): return P().a
        """,
        ("    a: int = 1", "    # A comment.\n\n    a: int = 1"),
    ),
    hit(
        "comments and a docstring around an enumeration",
        """
        import enum
        class P(enum.Enum):
            A = 1
            B = enum.auto()
        @rememo.cache
        def f(x): return P.A.value
        """,
        ("    A = 1", '    """What there is."""\n    # A comment.\n    A = 1'),
    ),
]
