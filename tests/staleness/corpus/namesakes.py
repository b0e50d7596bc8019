# ruff: noqa: E501
"""Different things under one name: which of them is which must count."""

from ..case import changed_around, miss, miss_around


def _both(name, setup, before, after, body="return g(x), h(x)", **options):
    return miss_around(name, setup, before, after, body, **options)


def _both_changed(name, setup, change, body="return g(x), h(x)", **options):
    return changed_around(name, setup, change, body, **options)


MAKE = "def make(n):\n    def inner(y): return y + n\n    return inner\ng, h = make(1), make(2)"
DECO = "def deco(fn):\n    def wrapper(*a): return fn(*a)\n    return wrapper\n"
CLASSES = (
    "def make(v):\n    class P:\n        n = v\n        def m(self): return v\n    return P\n"
    "A, B = make(1), make(2)"
)

CASES = [
    _both("closures of one function", MAKE, "make(1), make(2)", "make(2), make(1)"),
    _both(
        "closures of one function in a list",
        MAKE + "\nBOTH = [g, h]",
        "[g, h]",
        "[h, g]",
        "return [s(x) for s in BOTH]",
    ),
    _both(
        "closures of one function in a dict",
        MAKE + "\nBOTH = {1: g, 2: h}",
        "{1: g, 2: h}",
        "{1: h, 2: g}",
        "return BOTH[1](x)",
    ),
    _both(
        "closures that closures enclose",
        MAKE + "\ndef outer(a, b):\n    return lambda y: a(b(y) * 2)\nk = outer(g, h)",
        "outer(g, h)",
        "outer(h, g)",
        "return k(x)",
    ),
    _both(
        "lambdas",
        "g, h = lambda y: y + 1, lambda y: y * 2",
        "lambda y: y + 1, lambda y: y * 2",
        "lambda y: y * 2, lambda y: y + 1",
    ),
    _both(
        "lambdas in a list",
        "BOTH = [lambda y: y + 1, lambda y: y * 2]",
        "lambda y: y + 1, lambda y: y * 2",
        "lambda y: y * 2, lambda y: y + 1",
        "return BOTH[0](x)",
    ),
    _both(
        "lambdas inside the body",
        "",
        "lambda y: y + 1, lambda y: y * 2",
        "lambda y: y * 2, lambda y: y + 1",
        "g, h = lambda y: y + 1, lambda y: y * 2; return g(x)",
    ),
    _both(
        "lambdas with two defaults",
        "g = [lambda y, k=k: y + k for k in (1, 2)]",
        "(1, 2)",
        "(2, 1)",
        "return g[0](x)",
    ),
    _both(
        "functions behind one wrapper",
        DECO + "@deco\ndef g(y): return y + 1\n@deco\ndef h(y): return y * 2",
        "y + 1\n@deco\ndef h(y): return y * 2",
        "y * 2\n@deco\ndef h(y): return y + 1",
    ),
    _both(
        "a function and the one that it replaced",
        "def g(y): return y + 1\nh = g\ndef g(y): return y * 2",
        "y + 1\nh = g\ndef g(y): return y * 2",
        "y * 2\nh = g\ndef g(y): return y + 1",
    ),
    _both(
        "a function and the one that was wrapped under its name",
        "def g(y): return y + 1\ng = (lambda h: lambda y: h(y) * 2)(g)",
        "y + 1\ng = (lambda h: lambda y: h(y) * 2)",
        "y * 2\ng = (lambda h: lambda y: h(y) + 1)",
        "return g(x)",
    ),
    _both(
        "classes of one function",
        CLASSES,
        "make(1), make(2)",
        "make(2), make(1)",
        "return A.n, B.n",
    ),
    _both(
        "methods of classes of one function",
        CLASSES,
        "make(1), make(2)",
        "make(2), make(1)",
        "return A().m(), B().m()",
    ),
    _both(
        "instances of classes of one function",
        CLASSES + "\nN, M = A(), B()",
        "A(), B()",
        "B(), A()",
        "return N.m(), M.m()",
    ),
    _both(
        "a class and the one that it replaced",
        "class P:\n    n = 1\nQ = P\nclass P:\n    n = 2",
        "n = 1\nQ = P\nclass P:\n    n = 2",
        "n = 2\nQ = P\nclass P:\n    n = 1",
        "return P.n, Q.n",
    ),
    _both(
        "a base and its derived class",
        "class P:\n    def m(self): return 1\nclass P(P):\n    def m(self): return super().m() * 10 + 2",
        "return 1\nclass P(P):\n    def m(self): return super().m() * 10 + 2",
        "return 2\nclass P(P):\n    def m(self): return super().m() * 10 + 1",
        "return P().m()",
    ),
    _both(
        "bases of one function",
        CLASSES + "\nclass C(A, B): pass",
        "C(A, B)",
        "C(B, A)",
        "return C.n",
    ),
    _both(
        "partials of one function",
        "import functools\ndef k(a, b): return a - b\ng, h = functools.partial(k, 1), functools.partial(k, 2)",
        "functools.partial(k, 1), functools.partial(k, 2)",
        "functools.partial(k, 2), functools.partial(k, 1)",
    ),
    _both(
        "bound methods of two instances",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self, y): return self.n - y\ng, h = P(1).m, P(2).m",
        "P(1).m, P(2).m",
        "P(2).m, P(1).m",
    ),
    _both(
        "functions made by exec",
        'a, b = {}, {}\nexec("def k(y): return y + 1", a)\nexec("def k(y): return y * 2", b)\ng, h = a["k"], b["k"]',
        'g, h = a["k"], b["k"]',
        'g, h = b["k"], a["k"]',
    ),
    _both(
        "functions with two globals",
        "import types\ndef k(y): return y + RATE\ng, h = (types.FunctionType(k.__code__, {'RATE': n}) for n in (1, 2))",
        "(1, 2)",
        "(2, 1)",
    ),
    _both(
        "named tuples of one name",
        "import collections\nA = collections.namedtuple('P', 'a b')\nB = collections.namedtuple('P', 'b a')",
        "A = collections.namedtuple('P', 'a b')\nB = collections.namedtuple('P', 'b a')",
        "A = collections.namedtuple('P', 'b a')\nB = collections.namedtuple('P', 'a b')",
        "return A(1, 2).a, B(1, 2).a",
    ),
    _both(
        "enumerations of one name",
        "import enum\nA, B = enum.Enum('P', {'X': 1}), enum.Enum('P', {'X': 2})",
        "{'X': 1}), enum.Enum('P', {'X': 2}",
        "{'X': 2}), enum.Enum('P', {'X': 1}",
        "return A.X.value, B.X.value",
    ),
    miss(
        "functions of one name in two modules",
        """
        import one, two
        @rememo.cache
        def f(x): return one.g(x), two.g(x)
        ## one.py
        def g(y): return y + 1
        ## two.py
        def g(y): return y * 2
        """,
        {"one.py": "def g(y): return y * 2", "two.py": "def g(y): return y + 1"},
    ),
    miss(
        "globals of one name in two modules",
        """
        from one import g
        from two import h
        @rememo.cache
        def f(x): return g(x), h(x)
        ## one.py
        RATE = 1
        def g(y): return RATE
        ## two.py
        RATE = 2
        def h(y): return RATE
        """,
        {"one.py": "RATE = 2\ndef g(y): return RATE", "two.py": "RATE = 1\ndef h(y): return RATE"},
    ),
    miss(
        "a function that says it is another",
        """
        import functools
        def one(y): return y + 1
        @functools.wraps(one)
        def g(y): return y * 2
        @functools.wraps(one)
        def h(y): return y - 5
        @rememo.cache
        def f(x): return one(x), g(x), h(x)
        """,
        [("y * 2", "y @ 5"), ("y - 5", "y * 2"), ("y @ 5", "y - 5")],
    ),
    miss(
        "arguments that are closures of one function",
        """
        def make(n): return lambda: n
        @rememo.cache
        def f(x, y): return x(), y()
        """,
        call="f(make(1), make(2))",
        after_call="f(make(2), make(1))",
    ),
    miss(
        "arguments that are instances of classes of one function",
        """
        def make(v):
            class P:
                def m(self): return v
            return P()
        @rememo.cache
        def f(x, y): return x.m(), y.m()
        """,
        call="f(make(1), make(2))",
        after_call="f(make(2), make(1))",
    ),
    miss(
        "a class that claims a library's module",
        """
        class P:
            n = 1
        P.__module__ = "json"
        @rememo.cache
        def f(x): return P.n
        """,
        ("n = 1", "n = 2"),
    ),
    miss(
        "a function that claims a library's module",
        """
        def g(y): return y + 1
        g.__module__ = "json"
        @rememo.cache
        def f(x): return g(x)
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a wrapper that claims a library's name",
        """
        import functools, textwrap
        @functools.wraps(textwrap.dedent)
        def g(y): return y + 1
        @rememo.cache
        def f(x): return g(x)
        """,
        ("y + 1", "y + 2"),
    ),
    _both_changed("closures of one function change places", MAKE, "g, h = h, g"),
    _both_changed("the cell of one of two closures", MAKE, "h.__closure__[0].cell_contents = 7"),
    _both_changed(
        "the code of one of two lambdas",
        "g, h = lambda y: y + 1, lambda y: y * 2",
        "h.__code__ = (lambda y: y - 9).__code__",
    ),
    _both_changed(
        "classes of one function change places", CLASSES, "A, B = B, A", "return A.n, B.n"
    ),
    _both_changed(
        "an attribute of one of two classes of one function", CLASSES, "B.n = 7", "return A.n, B.n"
    ),
    _both_changed(
        "functions behind one wrapper change places",
        DECO + "@deco\ndef g(y): return y + 1\n@deco\ndef h(y): return y * 2",
        "g, h = h, g",
    ),
    _both_changed(
        "functions in a list change places",
        MAKE + "\nBOTH = [g, h]",
        "BOTH.reverse()",
        "return [s(x) for s in BOTH]",
    ),
]
