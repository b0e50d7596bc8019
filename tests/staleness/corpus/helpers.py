# ruff: noqa: E501
"""Functions that the function reaches by name, default, closure or recursion."""

from ..case import miss, miss_around

CASES = [
    miss_around("a helper's body", "def g(y):\n    return y + 1", "y + 1", "y + 2"),
    miss_around("a helper's default", "def g(y, z=1):\n    return y + z", "z=1", "z=2"),
    miss_around(
        "a helper's keyword-only default", "def g(y, *, z=1):\n    return y + z", "z=1", "z=2"
    ),
    miss_around(
        "a helper's global", "RATE = 1\ndef g(y):\n    return y + RATE", "RATE = 1", "RATE = 2"
    ),
    miss_around("a lambda as a helper", "g = lambda y: y + 1", "y + 1", "y + 2"),
    miss_around(
        "a helper of a helper",
        "def h(y):\n    return y + 1\ndef g(y):\n    return h(y)",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a helper defined further down",
        "def g(y):\n    return h(y)\ndef h(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a recursive helper",
        "def g(y):\n    return 1 if y < 1 else y * g(y - 1)",
        "return 1 if",
        "return 2 if",
    ),
    miss_around(
        "mutually recursive helpers",
        "def even(y):\n    return True if y == 0 else odd(y - 1)\n"
        "def odd(y):\n    return False if y == 0 else even(y - 1)",
        "return False",
        'return "no"',
        "return even(x)",
    ),
    miss(
        "the function's own recursion",
        """
        @rememo.cache
        def f(x):
            return 1 if x < 1 else x * f(x - 1)
        """,
        ("return 1 if", "return 2 if"),
    ),
    miss(
        "a helper that calls the function back",
        """
        @rememo.cache
        def f(x):
            return 0 if x < 1 else g(x)
        def g(y):
            return f(y - 1) + 1
        """,
        ("f(y - 1) + 1", "f(y - 1) + 2"),
    ),
    miss_around(
        "a closure's body",
        "def make(n):\n    def g(y):\n        return y + n\n    return g\ng = make(1)",
        "y + n",
        "y - n",
    ),
    miss_around(
        "a closure's variable",
        "def make(n):\n    def g(y):\n        return y + n\n    return g\ng = make(1)",
        "make(1)",
        "make(2)",
    ),
    miss_around(
        "a function in a closure's variable",
        "def one(y):\n    return y + 1\ndef make(h):\n    def g(y):\n        return h(y)\n    return g\ng = make(one)",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a helper that is another function now",
        "def one(y): return 1\ndef two(y): return 2\ng = one",
        "g = one",
        "g = two",
    ),
    miss_around(
        "a conditional definition",
        "FAST = True\nif FAST:\n    def g(y): return 1\nelse:\n    def g(y): return 2",
        "FAST = True",
        "FAST = False",
    ),
    miss_around(
        "a definition that stands in for a missing module",
        "try:\n    from no_such_module import g\nexcept ImportError:\n    def g(y): return 1",
        "return 1",
        "return 2",
    ),
    miss_around(
        "a helper passed to a library function",
        "def by(y):\n    return y",
        "return y",
        "return -y",
        "return sorted([1, 2, x], key=by)",
    ),
    miss_around(
        "a helper passed to map",
        "def g(y):\n    return y",
        "return y",
        "return -y",
        "return list(map(g, [x]))",
    ),
    miss_around(
        "a helper passed to reduce",
        "import functools\ndef g(a, b):\n    return a + b",
        "a + b",
        "a * b",
        "return functools.reduce(g, [x, 5])",
    ),
    miss_around(
        "a helper reached by a constant getattr",
        "import sys\ndef g(y): return 1\nhere = sys.modules[__name__]",
        "return 1",
        "return 2",
        'return getattr(here, "g")(x)',
    ),
    miss_around(
        "a helper bound to a local",
        "def g(y):\n    return 1",
        "return 1",
        "return 2",
        "h = g; return h(x)",
    ),
    miss_around(
        "a helper inside a conditional expression",
        "def g(y): return 1\ndef h(y): return 2",
        "return 1",
        "return 3",
        "return (g if x else h)(x)",
    ),
    miss_around(
        "a helper called in a nested function",
        "def g(y):\n    return 1",
        "return 1",
        "return 2",
        "return (lambda: g(x))()",
    ),
    miss_around(
        "a helper called in a comprehension",
        "def g(y):\n    return 1",
        "return 1",
        "return 2",
        "return [g(y) for y in range(x)]",
    ),
    miss(
        "a helper in a default",
        """
        def g(y):
            return 1
        @rememo.cache
        def f(x, via=g):
            return via(x)
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a helper in a keyword-only default",
        """
        def g(y):
            return 1
        @rememo.cache
        def f(x, *, via=g):
            return via(x)
        """,
        ("return 1", "return 2"),
    ),
    miss_around(
        "a generator as a helper",
        "def g(y):\n    yield y\n    yield 1",
        "yield 1",
        "yield 2",
        "return list(g(x))",
    ),
    miss(
        "a coroutine as a helper",
        """
        import asyncio
        async def g(y):
            return y + 1
        @rememo.cache
        async def f(x):
            return await g(x)
        """,
        ("y + 1", "y + 2"),
        run="asyncio.run(f(3))",
    ),
    miss(
        "an asynchronous generator as a helper",
        """
        import asyncio
        async def g(y):
            yield y + 1
        @rememo.cache
        async def f(x):
            return [y async for y in g(x)]
        """,
        ("y + 1", "y + 2"),
        run="asyncio.run(f(3))",
    ),
    miss_around(
        "a context manager made of a generator",
        "import contextlib\n@contextlib.contextmanager\ndef g(y):\n    yield y + 1",
        "y + 1",
        "y + 2",
        "with g(x) as y: return y",
    ),
]
