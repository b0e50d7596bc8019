"""Where the code lives: scripts, cells, archives, bytecode alone, code made at run time."""

from ..case import hit, miss, miss_around

PROJECT = """
from lib import g
RATE = 1
def h(y): return y + RATE
class P:
    def m(self): return 1
@rememo.cache
def f(x):
    return g(x) + h(x) + P().m()
## lib.py
def g(y): return y + 5
"""

SINGLE = """
RATE = 1
def h(y): return y + RATE
class P:
    def m(self): return 1
@rememo.cache
def f(x):
    return h(x) + P().m()
"""

CELLS = """
RATE = 1
# %%
def h(y): return y + RATE
# %%
class P:
    def m(self): return 1
# %%
@rememo.cache
def f(x):
    return h(x) + P().m()
"""


def _everywhere(how, project):
    """Every kind of dependency, and a neutral edit, in a project that lives in one place."""
    edits = [
        ("a constant", ("RATE = 1", "RATE = 2")),
        ("a helper", ("y + RATE", "y - RATE")),
        ("a class", ("return 1", "return 2")),
        ("the function", (") + P().m()", ") * 2 + P().m()")),
    ]
    if "## lib.py" in project:
        edits.append(("a helper in another module", ("y + 5", "y + 6")))
    cases = [miss(f"{how}: {name}", project, edit, how=how) for name, edit in edits]
    comment = ("def h(y)", "# A comment.\n\ndef h(y)")
    return [*cases, hit(f"{how}: a comment", project, comment, how=how)]


MADE = [
    ("a function made by exec", 'exec("def g(y): return y + 1")'),
    ("a function made by eval", 'g = eval("lambda y: y + 1")'),
    (
        "a function made by exec of compiled code",
        'exec(compile("def g(y): return y + 1", "<made>", "exec"))',
    ),
    (
        "a function made by FunctionType",
        "import types\ndef h(y): return y + 1\ng = types.FunctionType(h.__code__, globals())",
    ),
    (
        "a function made of replaced code",
        "def h(y): return y + 1\ng = lambda y: 0\ng.__code__ = h.__code__",
    ),
    ("a method made by exec", 'exec("class P:\\n    def m(self, y): return y + 1")\ng = P().m'),
]

CASES = [
    *_everywhere("script", PROJECT),
    *_everywhere("cells", CELLS),
    *_everywhere("doctest", CELLS),
    *_everywhere("zip", PROJECT),
    *_everywhere("bytecode", PROJECT),
    *_everywhere("frozen", SINGLE),
    *_everywhere("exec", SINGLE),
    *[miss_around(name, setup, "y + 1", "y + 2") for name, setup in MADE],
    miss(
        "a function made with other globals",
        """
        import types
        def h(y): return y + RATE
        g = types.FunctionType(h.__code__, {"RATE": 1})
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ('"RATE": 1', '"RATE": 2'),
    ),
    miss(
        "a function made with other built-ins",
        """
        import types
        def h(y): return len("ab")
        g = types.FunctionType(h.__code__, {"__builtins__": {"len": lambda text: 1}})
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ("text: 1", "text: 2"),
    ),
    miss(
        "a function made with another default",
        """
        import types
        def h(y, z): return y + z
        g = types.FunctionType(h.__code__, globals(), "g", (1,))
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ("(1,)", "(2,)"),
    ),
    miss(
        "a function in a module without a file",
        """
        import sys, types
        lib = types.ModuleType("lib")
        exec("def g(y): return y + 1", lib.__dict__)
        @rememo.cache
        def f(x):
            return lib.g(x)
        """,
        ("y + 1", "y + 2"),
    ),
    hit("bytecode alone against source", PROJECT, after_how="bytecode"),
    hit("an archive against a directory", PROJECT, after_how="zip"),
    hit("a cell against a script", SINGLE, how="script", after_how="cells"),
    hit(
        "a cell split in two",
        """
        RATE = 1
        # %%
        def h(y): return y + RATE
        @rememo.cache
        def f(x):
            return h(x)
        """,
        ("@rememo", "# %%\n@rememo"),
        how="cells",
    ),
    miss(
        "what the code reads of its own file's name",
        """
        @rememo.cache
        def f(x):
            return __file__
        """,
        do='__file__ = "/one/app.py"',
        after_do='__file__ = "/two/app.py"',
    ),
    miss(
        "what the code reads of its own module's name",
        """
        @rememo.cache
        def f(x):
            return __name__
        """,
        after_how="script",
    ),
    miss(
        "script: an enumeration",
        "import enum\nclass E(enum.Enum):\n    A = 1\n@rememo.cache\ndef f(x): return E.A.value\n",
        ("A = 1", "A = 2"),
        how="script",
    ),
    miss(
        "cells: a helper that a later cell redefines",
        "def g(y): return 1\n@rememo.cache\ndef f(x): return g(x)\n# %%\ndef g(y): return 2\n",
        ("return 2", "return 3"),
        how="cells",
    ),
    hit(
        "cells: a helper that no longer holds",
        "def g(y): return 1\n@rememo.cache\ndef f(x): return g(x)\n# %%\ndef g(y): return 2\n",
        ("return 1", "return 5"),
        how="cells",
    ),
]
