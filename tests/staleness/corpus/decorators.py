# ruff: noqa: E501
"""Functions behind wrappers: decorators, partials, caches, dispatch, bound methods."""

from ..case import miss, miss_around

CASES = [
    miss_around(
        "a wrapper's body",
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n"
        "@deco\ndef g(y):\n    return y + 1",
        "* 2",
        "* 3",
    ),
    miss_around(
        "a wrapped body",
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n"
        "@deco\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "what a wrapper encloses",
        "import functools\ndef times(n):\n    def deco(fn):\n        @functools.wraps(fn)\n        def wrapper(*a):\n"
        "            return fn(*a) * n\n        return wrapper\n    return deco\n@times(2)\ndef g(y):\n    return y + 1",
        "times(2)",
        "times(3)",
    ),
    miss_around(
        "a body behind a wrapper without __wrapped__",
        "def deco(fn):\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n@deco\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a wrapper without __wrapped__",
        "def deco(fn):\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n@deco\ndef g(y):\n    return y + 1",
        "* 2",
        "* 3",
    ),
    miss_around(
        "a decorator that is dropped",
        "def deco(fn):\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n@deco\ndef g(y):\n    return y + 1",
        "@deco\ndef g",
        "def g",
    ),
    miss_around(
        "the order of decorators",
        "def double(fn):\n    return lambda y: fn(y) * 2\ndef more(fn):\n    return lambda y: fn(y) + 1\n@double\n@more\ndef g(y):\n    return y",
        "@double\n@more",
        "@more\n@double",
    ),
    miss_around(
        "a class that decorates: its code",
        "class Deco:\n    def __init__(self, fn): self.fn = fn\n    def __call__(self, y): return self.fn(y) * 2\n@Deco\ndef g(y):\n    return y + 1",
        "* 2",
        "* 3",
    ),
    miss_around(
        "a class that decorates: the body it holds",
        "class Deco:\n    def __init__(self, fn): self.fn = fn\n    def __call__(self, y): return self.fn(y) * 2\n@Deco\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a class that decorates: its state",
        "class Deco:\n    def __init__(self, n): self.n = n\n    def __call__(self, fn):\n        return lambda y: fn(y) * self.n\n@Deco(2)\ndef g(y):\n    return y + 1",
        "Deco(2)",
        "Deco(3)",
    ),
    miss(
        "a decorator in another module",
        """
        from deco import twice
        @twice
        def g(y):
            return y + 1
        @rememo.cache
        def f(x):
            return g(x)
        ## deco.py
        def twice(fn):
            def wrapper(y):
                return post(fn(y))
            return wrapper
        def post(y):
            return y * 2
        """,
        ("y * 2", "y * 3"),
    ),
    miss(
        "a wrapper between the cache and the function",
        """
        import functools
        def deco(fn):
            @functools.wraps(fn)
            def wrapper(x):
                return fn(x) * 2
            return wrapper
        @rememo.cache
        @deco
        def f(x):
            return x
        """,
        ("* 2", "* 3"),
    ),
    miss(
        "the body below a wrapper below the cache",
        """
        import functools
        def deco(fn):
            @functools.wraps(fn)
            def wrapper(x):
                return fn(x) * 2
            return wrapper
        @rememo.cache
        @deco
        def f(x):
            return x + 1
        """,
        ("x + 1", "x + 2"),
    ),
    # functools
    miss_around(
        "a partial's function",
        "import functools\ndef h(a, b):\n    return a + b\ng = functools.partial(h, 1)",
        "a + b",
        "a - b",
    ),
    miss_around(
        "a partial's positional argument",
        "import functools\ndef h(a, b):\n    return a + b\ng = functools.partial(h, 1)",
        "(h, 1)",
        "(h, 2)",
    ),
    miss_around(
        "a partial's keyword",
        "import functools\ndef h(a, b):\n    return a + b\ng = functools.partial(h, b=1)",
        "b=1",
        "b=2",
    ),
    miss_around(
        "a partial of a partial",
        "import functools\ndef h(a, b, c):\n    return a + b - c\ng = functools.partial(functools.partial(h, 1), 2)",
        "b - c",
        "b + c",
    ),
    miss_around(
        "a partial as a method",
        "import functools\nclass P:\n    def add(self, n, y): return n + y\n    plus = functools.partialmethod(add, 1)",
        "(add, 1)",
        "(add, 2)",
        "return P().plus(x)",
    ),
    miss_around(
        "a helper below lru_cache",
        "import functools\n@functools.lru_cache\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a helper of a helper below lru_cache",
        "import functools\ndef h(y):\n    return y + 1\n@functools.lru_cache(maxsize=None)\ndef g(y):\n    return h(y)",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a function for a type in singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y):\n    return 0\n@g.register\ndef _(y: int):\n    return 1",
        "return 1",
        "return 2",
    ),
    miss_around(
        "a further type in singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y):\n    return 0\n",
        "    return 0\n",
        "    return 0\n@g.register(int)\ndef _(y): return 1\n",
    ),
    miss_around(
        "the default of singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y):\n    return 0\n",
        "return 0",
        "return 1",
    ),
    miss_around(
        "a method by singledispatch",
        "import functools\nclass P:\n    @functools.singledispatchmethod\n    def m(self, y): return 0\n    @m.register\n    def _(self, y: int): return 1",
        "return 1",
        "return 2",
        "return P().m(x)",
    ),
    miss_around(
        "a cached property's body",
        "import functools\nclass P:\n    @functools.cached_property\n    def m(self): return 1",
        "return 1",
        "return 2",
        "return P().m",
    ),
    miss_around(
        "another cached function's body",
        "@rememo.cache\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "another cached function's helper",
        "def h(y):\n    return y + 1\n@rememo.cache\ndef g(y):\n    return h(y)",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "another cached function's global",
        "RATE = 1\n@rememo.cache\ndef g(y):\n    return y + RATE",
        "RATE = 1",
        "RATE = 2",
    ),
    miss_around(
        "a bound method: the instance's state",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self, y): return self.n + y\ng = P(1).m",
        "P(1)",
        "P(2)",
    ),
    miss_around(
        "a bound method: its body",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self, y): return self.n + y\ng = P(1).m",
        "n + y",
        "n - y",
    ),
    miss_around(
        "a function bound by hand",
        "import types\ndef h(a, b):\n    return a + b\ng = types.MethodType(h, 1)",
        "a + b",
        "a - b",
    ),
    miss_around(
        "a callable object's code",
        "class P:\n    def __call__(self, y): return y + 1\ng = P()",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a function's attribute that is read",
        "def g(y):\n    return g.table[y]\ng.table = {3: 1}",
        "{3: 1}",
        "{3: 2}",
    ),
    miss_around(
        "a function's attribute that a helper stores under",
        "def h(y): return 1\ndef g(y):\n    return g.via(y)\ng.via = h",
        "return 1",
        "return 2",
    ),
    miss_around(
        "a helper that raises",
        "def g(y):\n    raise ValueError('a')",
        "('a')",
        "('b')",
        "try: g(x)\n    except ValueError as e: return str(e)",
    ),
    miss_around(
        "a decorator that keeps functions in a list",
        "FUNCS = []\ndef deco(fn):\n    FUNCS.append(fn)\n    i = len(FUNCS) - 1\n    return lambda *a: FUNCS[i](*a)\n@deco\ndef g(y): return y + 1",
        "y + 1",
        "y + 2",
    ),
    miss_around(
        "a decorator out of a dict",
        "def twice(fn): return lambda y: fn(y) * 2\nDECOS = {'t': twice}\n@DECOS['t']\ndef g(y): return y + 1",
        "* 2",
        "* 3",
    ),
    miss_around(
        "the middle one of three wrappers",
        "import functools\ndef d1(fn):\n    @functools.wraps(fn)\n    def w(*a): return fn(*a) + 1\n    return w\ndef d2(fn):\n    @functools.wraps(fn)\n    def w(*a): return fn(*a) * 2\n    return w\ndef d3(fn):\n    @functools.wraps(fn)\n    def w(*a): return -fn(*a)\n    return w\n@d1\n@d2\n@d3\ndef g(y): return y",
        "* 2",
        "* 3",
    ),
    miss_around(
        "the order of wrappers that carry one name",
        "import functools\ndef d1(fn):\n    @functools.wraps(fn)\n    def w(*a): return fn(*a) + 1\n    return w\ndef d2(fn):\n    @functools.wraps(fn)\n    def w(*a): return fn(*a) * 2\n    return w\n@d1\n@d2\ndef g(y): return y",
        "@d1\n@d2",
        "@d2\n@d1",
    ),
    miss_around(
        "a wrapped body that is called past its wrapper",
        "import functools\ndef d1(fn):\n    @functools.wraps(fn)\n    def w(*a): return fn(*a) + 1\n    return w\n@d1\ndef g(y): return y * 2",
        "y * 2",
        "y * 3",
        "return g.__wrapped__(x)",
    ),
    miss_around(
        "what __wrapped__ is set to",
        "def a(y): return y\ndef b(y): return y + 1\ndef g(y): return 0\ng.__wrapped__ = a",
        "g.__wrapped__ = a",
        "g.__wrapped__ = b",
        "return g.__wrapped__(x)",
    ),
    miss_around(
        "a class that decorates methods: the body in its slot",
        "class D:\n    __slots__ = ('fn',)\n    def __init__(self, fn): self.fn = fn\n    def __get__(self, o, t=None): return lambda y: self.fn(o, y) * 2\nclass P:\n    @D\n    def m(self, y): return y + 1",
        "y + 1",
        "y + 2",
        "return P().m(x)",
    ),
    miss_around(
        "a context manager as a decorator",
        "import contextlib\nclass C(contextlib.ContextDecorator):\n    def __enter__(self): LOG.append(1)\n    def __exit__(self, *a): LOG.clear(); LOG.append(7)\nLOG = []\n@C()\ndef g(y): return y",
        "LOG.append(7)",
        "LOG.append(8)",
        "g(x); return LOG[0]",
        restless=True,
    ),
    miss_around(
        "a partial method's function",
        "import functools\nclass P:\n    def m(self, a, b): return a - b\n    k = functools.partialmethod(m, 10)",
        "a - b",
        "a + b",
        "return P().k(x)",
    ),
    miss_around(
        "a partial method's argument",
        "import functools\nclass P:\n    def m(self, a, b): return a - b\n    k = functools.partialmethod(m, 10)",
        "m, 10",
        "m, 11",
        "return P().k(x)",
    ),
    miss(
        "a type of singledispatch that another module registers",
        """
        from base import g
        import plugin
        @rememo.cache
        def f(x):
            return g(x)
        ## base.py
        import functools
        @functools.singledispatch
        def g(y): return 0
        ## plugin.py
        from base import g
        @g.register
        def _(y: int): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "the annotation that singledispatch registers by",
        """
        import functools
        @functools.singledispatch
        def g(y): return 0
        @g.register
        def _(y: int): return y + 1
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ("y: int", "y: str"),
    ),
    miss_around(
        "the annotation that singledispatchmethod registers by",
        "import functools\nclass P:\n    @functools.singledispatchmethod\n    def m(self, y): return 0\n    @m.register\n    def _(self, y: int): return 1",
        "y: int",
        "y: str",
        "return P().m(x)",
    ),
    miss_around(
        "a cached property of one's own",
        "class lazy:\n    def __init__(self, fn): self.fn = fn\n    def __set_name__(self, o, n): self.n = n\n    def __get__(self, o, t=None):\n        v = o.__dict__[self.n] = self.fn(o)\n        return v\nclass P:\n    @lazy\n    def p(self): return 3",
        "return 3",
        "return 4",
        "return P().p",
    ),
]
