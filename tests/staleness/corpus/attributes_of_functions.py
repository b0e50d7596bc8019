# ruff: noqa: E501
"""Attributes that a program gives to its functions, and how code reads them."""

from ..case import changed_around, miss_around, used_around

CASES = [
    miss_around(
        "by getattr", "def g(): pass\ng.n = 1", "g.n = 1", "g.n = 2", "return getattr(g, 'n')"
    ),
    miss_around(
        "by getattr with a default",
        "def g(): pass\ng.n = 1",
        "g.n = 1",
        "g.n = 2",
        "return getattr(g, 'n', 0)",
    ),
    miss_around("by vars()", "def g(): pass\ng.n = 1", "g.n = 1", "g.n = 2", "return vars(g)['n']"),
    miss_around(
        "by __dict__", "def g(): pass\ng.n = 1", "g.n = 1", "g.n = 2", "return g.__dict__['n']"
    ),
    miss_around(
        "asked for by hasattr",
        "def g(): pass\ng.n = 1",
        "g.n = 1",
        "g.k = 1",
        "return hasattr(g, 'n')",
    ),
    miss_around(
        "by a computed name",
        "def g(): pass\ng.n = 1\nN = 'n'",
        "g.n = 1",
        "g.n = 2",
        "return getattr(g, N)",
    ),
    miss_around(
        "of the functions in a registry",
        "FNS = []\ndef mark(n):\n    def deco(fn):\n        fn.prio = n\n        FNS.append(fn)\n        return fn\n    return deco\n@mark(1)\ndef a(y): return y\n@mark(2)\ndef b(y): return -y",
        "@mark(2)",
        "@mark(0)",
        "return [fn(x) for fn in sorted(FNS, key=lambda fn: fn.prio)]",
    ),
    miss_around(
        "of a method",
        "class P:\n    def m(self): return 1\n    m.tag = 1",
        "m.tag = 1",
        "m.tag = 2",
        "return P.m.tag",
    ),
    miss_around(
        "of a method, by getattr",
        "class P:\n    def m(self): return 1\n    m.tag = 1",
        "m.tag = 1",
        "m.tag = 2",
        "return getattr(P.m, 'tag')",
    ),
    miss_around(
        "of methods, by which they are chosen",
        "class P:\n    def a(self): return 1\n    def b(self): return 2\n    a.tag = True",
        "a.tag = True",
        "a.label = True",
        "return [m(P()) for n, m in vars(P).items() if getattr(m, 'tag', False)]",
    ),
    miss_around(
        "of methods that inspect finds",
        "import inspect\nclass P:\n    def a(self): return 1\n    a.tag = 1",
        "a.tag = 1",
        "a.tag = 2",
        "return [m.tag for n, m in inspect.getmembers(P) if n == 'a']",
    ),
    miss_around(
        "the size of an lru_cache, read",
        "import functools\n@functools.lru_cache(maxsize=1)\ndef g(y): return y",
        "maxsize=1",
        "maxsize=2",
        "return g.cache_parameters()['maxsize']",
    ),
    miss_around(
        "of a partial",
        "import functools\ndef h(a): return a\ng = functools.partial(h)\ng.tag = 1",
        "g.tag = 1",
        "g.tag = 2",
        "return g.tag",
    ),
    changed_around(
        "set while the program runs, by getattr",
        "def g(): pass\ng.n = 1",
        "g.n = 2",
        "return getattr(g, 'n')",
    ),
    changed_around(
        "set while the program runs, by vars()",
        "def g(): pass\ng.n = 1",
        "g.n = 2",
        "return vars(g)['n']",
    ),
    used_around(
        "written by the function itself, and read by nobody",
        "def g(y):\n    g.last = y\n    return y\nTABLE = [g]",
        "g.last = 5",
        "return TABLE[0](x)",
    ),
]
