# ruff: noqa: E501
"""Functions in containers: lists, dicts, fields, registries that others fill."""

from ..case import miss, miss_around

CASES = [
    miss_around(
        "a function in a list",
        "def one(y): return y + 1\nSTEPS = [one, abs]",
        "y + 1",
        "y + 2",
        "return [s(x) for s in STEPS]",
    ),
    miss_around(
        "the order of functions in a list",
        "def one(y): return y + 1\ndef two(y): return y * 2\nSTEPS = [one, two]",
        "[one, two]",
        "[two, one]",
        "return [s(x) for s in STEPS]",
    ),
    miss_around(
        "a lambda in a tuple",
        "STEPS = (lambda y: y + 1, lambda y: y)",
        "y + 1",
        "y + 2",
        "return STEPS[0](x)",
    ),
    miss_around(
        "a function in a dict",
        'def one(y): return y + 1\nTABLE = {"one": one}',
        "y + 1",
        "y + 2",
        'return TABLE["one"](x)',
    ),
    miss_around(
        "a function in a dict under a computed key",
        "def one(y): return y + 1\nTABLE = {3: one}",
        "y + 1",
        "y + 2",
        "return TABLE[x](x)",
    ),
    miss_around(
        "a helper of a function in a dict",
        'def h(y): return y + 1\ndef one(y): return h(y)\nTABLE = {"one": one}',
        "y + 1",
        "y + 2",
        'return TABLE["one"](x)',
    ),
    miss_around(
        "a function deep in containers",
        'def one(y): return y + 1\nTABLE = {"a": [(0, {"b": one})]}',
        "y + 1",
        "y + 2",
        'return TABLE["a"][0][1]["b"](x)',
    ),
    miss_around(
        "a partial in a dict",
        "import functools\ndef h(a, b): return a + b\nTABLE = {1: functools.partial(h, 5)}",
        "a + b",
        "a - b",
        "return TABLE[1](x)",
    ),
    miss_around(
        "a function in a set",
        "def one(y): return y + 1\nSTEPS = {one}",
        "y + 1",
        "y + 2",
        "return [s(x) for s in STEPS]",
    ),
    miss_around(
        "a function in a deque",
        "import collections\ndef one(y): return y + 1\nSTEPS = collections.deque([one])",
        "y + 1",
        "y + 2",
        "return [s(x) for s in STEPS]",
    ),
    miss_around(
        "a function as a default factory",
        "import collections\ndef one(): return 1\nTABLE = collections.defaultdict(one)",
        "return 1",
        "return 2",
        "return TABLE[x]",
        restless=True,
    ),
    miss_around(
        "a function in a namespace",
        "import types\ndef one(y): return y + 1\nNS = types.SimpleNamespace(go=one)",
        "y + 1",
        "y + 2",
        "return NS.go(x)",
    ),
    miss_around(
        "a function in an instance's attribute",
        "class P: pass\ndef one(y): return y + 1\nNS = P()\nNS.go = one",
        "y + 1",
        "y + 2",
        "return NS.go(x)",
    ),
    miss_around(
        "a function in a dataclass's field",
        "import dataclasses\ndef one(y): return y + 1\n@dataclasses.dataclass\nclass P:\n    go: object\nNS = P(one)",
        "y + 1",
        "y + 2",
        "return NS.go(x)",
    ),
    miss_around(
        "a function in an enumeration",
        "import enum\ndef one(y): return y + 1\nclass Op(enum.Enum):\n    ONE = (one,)",
        "y + 1",
        "y + 2",
        "return Op.ONE.value[0](x)",
    ),
    miss_around(
        "a registry that a decorator fills",
        "TABLE = {}\ndef register(fn):\n    TABLE[fn.__name__] = fn\n    return fn\n@register\ndef one(y): return y + 1",
        "y + 1",
        "y + 2",
        "return [TABLE[k](x) for k in sorted(TABLE)]",
    ),
    miss_around(
        "a further entry of a registry",
        "TABLE = {}\ndef register(fn):\n    TABLE[fn.__name__] = fn\n    return fn\n@register\ndef one(y): return y + 1\n",
        "return y + 1\n",
        "return y + 1\n@register\ndef two(y): return y\n",
        "return [TABLE[k](x) for k in sorted(TABLE)]",
    ),
    miss(
        "a registry in another module that a third module fills",
        """
        import plugins
        from registry import TABLE
        @rememo.cache
        def f(x):
            return [fn(x) for fn in TABLE]
        ## registry.py
        TABLE = []
        def register(fn):
            TABLE.append(fn)
            return fn
        ## plugins.py
        from registry import register
        @register
        def one(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss_around(
        "a function behind a weak reference",
        "import weakref\ndef one(y): return y + 1\nREF = weakref.ref(one)",
        "y + 1",
        "y + 2",
        "return REF()(x)",
    ),
    miss_around(
        "a function in a weak dictionary",
        "import weakref\ndef one(y): return y + 1\nREFS = weakref.WeakValueDictionary(a=one)",
        "y + 1",
        "y + 2",
        'return REFS["a"](x)',
    ),
    miss_around(
        "a function in chained maps",
        "import collections\ndef one(y): return y + 1\nMAPS = collections.ChainMap({}, {1: one})",
        "y + 1",
        "y + 2",
        "return MAPS[1](x)",
    ),
    miss_around(
        "a generator's function in a closure of a list",
        "def make(fns):\n    def g(y):\n        return [h(y) for h in fns]\n    return g\ng = make([lambda y: y + 1])",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a static method kept in a module's variable",
        "class P:\n    @staticmethod\n    def m(y): return y + 1\ng = P.m",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a class method kept in a module's variable",
        "class P:\n    n = 1\n    @classmethod\n    def m(cls, y): return y + cls.n\ng = P.m",
        "n = 1",
        "n = 2",
    ),
]
