# ruff: noqa: E501
"""Functions that the function reaches: by name, decorator, partial, default, closure, container."""

from ..case import miss


def _helper(name, setup, before, after, body="return g(x)", **options):
    """A miss by one changed fragment of what stands around ``f``."""
    project = f"{setup}\n@rememo.cache\ndef f(x):\n    {body}\n"
    return miss(name, project, (before, after), **options)


CASES = [
    _helper("a helper's body", "def g(y):\n    return y + 1", "y + 1", "y + 2"),
    _helper("a helper's default", "def g(y, z=1):\n    return y + z", "z=1", "z=2"),
    _helper("a helper's keyword-only default", "def g(y, *, z=1):\n    return y + z", "z=1", "z=2"),
    _helper(
        "a helper's global", "RATE = 1\ndef g(y):\n    return y + RATE", "RATE = 1", "RATE = 2"
    ),
    _helper("a lambda as a helper", "g = lambda y: y + 1", "y + 1", "y + 2"),
    _helper(
        "a helper of a helper",
        "def h(y):\n    return y + 1\ndef g(y):\n    return h(y)",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a helper defined further down",
        "def g(y):\n    return h(y)\ndef h(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a recursive helper",
        "def g(y):\n    return 1 if y < 1 else y * g(y - 1)",
        "return 1 if",
        "return 2 if",
    ),
    _helper(
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
    _helper(
        "a closure's body",
        "def make(n):\n    def g(y):\n        return y + n\n    return g\ng = make(1)",
        "y + n",
        "y - n",
    ),
    _helper(
        "a closure's variable",
        "def make(n):\n    def g(y):\n        return y + n\n    return g\ng = make(1)",
        "make(1)",
        "make(2)",
    ),
    _helper(
        "a function in a closure's variable",
        "def one(y):\n    return y + 1\ndef make(h):\n    def g(y):\n        return h(y)\n    return g\ng = make(one)",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a helper that is another function now",
        "def one(y): return 1\ndef two(y): return 2\ng = one",
        "g = one",
        "g = two",
    ),
    _helper(
        "a conditional definition",
        "FAST = True\nif FAST:\n    def g(y): return 1\nelse:\n    def g(y): return 2",
        "FAST = True",
        "FAST = False",
    ),
    _helper(
        "a definition that stands in for a missing module",
        "try:\n    from no_such_module import g\nexcept ImportError:\n    def g(y): return 1",
        "return 1",
        "return 2",
    ),
    _helper(
        "a helper passed to a library function",
        "def by(y):\n    return y",
        "return y",
        "return -y",
        "return sorted([1, 2, x], key=by)",
    ),
    _helper(
        "a helper passed to map",
        "def g(y):\n    return y",
        "return y",
        "return -y",
        "return list(map(g, [x]))",
    ),
    _helper(
        "a helper passed to reduce",
        "import functools\ndef g(a, b):\n    return a + b",
        "a + b",
        "a * b",
        "return functools.reduce(g, [x, 5])",
    ),
    _helper(
        "a helper reached by a constant getattr",
        "import sys\ndef g(y): return 1\nhere = sys.modules[__name__]",
        "return 1",
        "return 2",
        'return getattr(here, "g")(x)',
    ),
    _helper(
        "a helper bound to a local",
        "def g(y):\n    return 1",
        "return 1",
        "return 2",
        "h = g; return h(x)",
    ),
    _helper(
        "a helper inside a conditional expression",
        "def g(y): return 1\ndef h(y): return 2",
        "return 1",
        "return 3",
        "return (g if x else h)(x)",
    ),
    _helper(
        "a helper called in a nested function",
        "def g(y):\n    return 1",
        "return 1",
        "return 2",
        "return (lambda: g(x))()",
    ),
    _helper(
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
    _helper(
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
    _helper(
        "a context manager made of a generator",
        "import contextlib\n@contextlib.contextmanager\ndef g(y):\n    yield y + 1",
        "y + 1",
        "y + 2",
        "with g(x) as y: return y",
    ),
    # Decorators
    _helper(
        "a wrapper's body",
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n"
        "@deco\ndef g(y):\n    return y + 1",
        "* 2",
        "* 3",
    ),
    _helper(
        "a wrapped body",
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n"
        "@deco\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "what a wrapper encloses",
        "import functools\ndef times(n):\n    def deco(fn):\n        @functools.wraps(fn)\n        def wrapper(*a):\n"
        "            return fn(*a) * n\n        return wrapper\n    return deco\n@times(2)\ndef g(y):\n    return y + 1",
        "times(2)",
        "times(3)",
    ),
    _helper(
        "a body behind a wrapper without __wrapped__",
        "def deco(fn):\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n@deco\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a wrapper without __wrapped__",
        "def deco(fn):\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n@deco\ndef g(y):\n    return y + 1",
        "* 2",
        "* 3",
    ),
    _helper(
        "a decorator that is dropped",
        "def deco(fn):\n    def wrapper(*a):\n        return fn(*a) * 2\n    return wrapper\n@deco\ndef g(y):\n    return y + 1",
        "@deco\ndef g",
        "def g",
    ),
    _helper(
        "the order of decorators",
        "def double(fn):\n    return lambda y: fn(y) * 2\ndef more(fn):\n    return lambda y: fn(y) + 1\n@double\n@more\ndef g(y):\n    return y",
        "@double\n@more",
        "@more\n@double",
    ),
    _helper(
        "a class that decorates: its code",
        "class Deco:\n    def __init__(self, fn): self.fn = fn\n    def __call__(self, y): return self.fn(y) * 2\n@Deco\ndef g(y):\n    return y + 1",
        "* 2",
        "* 3",
    ),
    _helper(
        "a class that decorates: the body it holds",
        "class Deco:\n    def __init__(self, fn): self.fn = fn\n    def __call__(self, y): return self.fn(y) * 2\n@Deco\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    _helper(
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
    _helper(
        "a partial's function",
        "import functools\ndef h(a, b):\n    return a + b\ng = functools.partial(h, 1)",
        "a + b",
        "a - b",
    ),
    _helper(
        "a partial's positional argument",
        "import functools\ndef h(a, b):\n    return a + b\ng = functools.partial(h, 1)",
        "(h, 1)",
        "(h, 2)",
    ),
    _helper(
        "a partial's keyword",
        "import functools\ndef h(a, b):\n    return a + b\ng = functools.partial(h, b=1)",
        "b=1",
        "b=2",
    ),
    _helper(
        "a partial of a partial",
        "import functools\ndef h(a, b, c):\n    return a + b - c\ng = functools.partial(functools.partial(h, 1), 2)",
        "b - c",
        "b + c",
    ),
    _helper(
        "a partial as a method",
        "import functools\nclass P:\n    def add(self, n, y): return n + y\n    plus = functools.partialmethod(add, 1)",
        "(add, 1)",
        "(add, 2)",
        "return P().plus(x)",
    ),
    _helper(
        "a helper below lru_cache",
        "import functools\n@functools.lru_cache\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a helper of a helper below lru_cache",
        "import functools\ndef h(y):\n    return y + 1\n@functools.lru_cache(maxsize=None)\ndef g(y):\n    return h(y)",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a function for a type in singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y):\n    return 0\n@g.register\ndef _(y: int):\n    return 1",
        "return 1",
        "return 2",
    ),
    _helper(
        "a further type in singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y):\n    return 0\n",
        "    return 0\n",
        "    return 0\n@g.register(int)\ndef _(y): return 1\n",
    ),
    _helper(
        "the default of singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y):\n    return 0\n",
        "return 0",
        "return 1",
    ),
    _helper(
        "a method by singledispatch",
        "import functools\nclass P:\n    @functools.singledispatchmethod\n    def m(self, y): return 0\n    @m.register\n    def _(self, y: int): return 1",
        "return 1",
        "return 2",
        "return P().m(x)",
    ),
    _helper(
        "a cached property's body",
        "import functools\nclass P:\n    @functools.cached_property\n    def m(self): return 1",
        "return 1",
        "return 2",
        "return P().m",
    ),
    _helper(
        "another cached function's body",
        "@rememo.cache\ndef g(y):\n    return y + 1",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "another cached function's helper",
        "def h(y):\n    return y + 1\n@rememo.cache\ndef g(y):\n    return h(y)",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "another cached function's global",
        "RATE = 1\n@rememo.cache\ndef g(y):\n    return y + RATE",
        "RATE = 1",
        "RATE = 2",
    ),
    _helper(
        "a bound method: the instance's state",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self, y): return self.n + y\ng = P(1).m",
        "P(1)",
        "P(2)",
    ),
    _helper(
        "a bound method: its body",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self, y): return self.n + y\ng = P(1).m",
        "n + y",
        "n - y",
    ),
    _helper(
        "a function bound by hand",
        "import types\ndef h(a, b):\n    return a + b\ng = types.MethodType(h, 1)",
        "a + b",
        "a - b",
    ),
    _helper(
        "a callable object's code",
        "class P:\n    def __call__(self, y): return y + 1\ng = P()",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a function's attribute that is read",
        "def g(y):\n    return g.table[y]\ng.table = {3: 1}",
        "{3: 1}",
        "{3: 2}",
    ),
    _helper(
        "a function's attribute that a helper stores under",
        "def h(y): return 1\ndef g(y):\n    return g.via(y)\ng.via = h",
        "return 1",
        "return 2",
    ),
    _helper(
        "a helper that raises",
        "def g(y):\n    raise ValueError('a')",
        "('a')",
        "('b')",
        "try: g(x)\n    except ValueError as e: return str(e)",
    ),
    # Containers of functions
    _helper(
        "a function in a list",
        "def one(y): return y + 1\nSTEPS = [one, abs]",
        "y + 1",
        "y + 2",
        "return [s(x) for s in STEPS]",
    ),
    _helper(
        "the order of functions in a list",
        "def one(y): return y + 1\ndef two(y): return y * 2\nSTEPS = [one, two]",
        "[one, two]",
        "[two, one]",
        "return [s(x) for s in STEPS]",
    ),
    _helper(
        "a lambda in a tuple",
        "STEPS = (lambda y: y + 1, lambda y: y)",
        "y + 1",
        "y + 2",
        "return STEPS[0](x)",
    ),
    _helper(
        "a function in a dict",
        'def one(y): return y + 1\nTABLE = {"one": one}',
        "y + 1",
        "y + 2",
        'return TABLE["one"](x)',
    ),
    _helper(
        "a function in a dict under a computed key",
        "def one(y): return y + 1\nTABLE = {3: one}",
        "y + 1",
        "y + 2",
        "return TABLE[x](x)",
    ),
    _helper(
        "a helper of a function in a dict",
        'def h(y): return y + 1\ndef one(y): return h(y)\nTABLE = {"one": one}',
        "y + 1",
        "y + 2",
        'return TABLE["one"](x)',
    ),
    _helper(
        "a function deep in containers",
        'def one(y): return y + 1\nTABLE = {"a": [(0, {"b": one})]}',
        "y + 1",
        "y + 2",
        'return TABLE["a"][0][1]["b"](x)',
    ),
    _helper(
        "a partial in a dict",
        "import functools\ndef h(a, b): return a + b\nTABLE = {1: functools.partial(h, 5)}",
        "a + b",
        "a - b",
        "return TABLE[1](x)",
    ),
    _helper(
        "a function in a set",
        "def one(y): return y + 1\nSTEPS = {one}",
        "y + 1",
        "y + 2",
        "return [s(x) for s in STEPS]",
    ),
    _helper(
        "a function in a deque",
        "import collections\ndef one(y): return y + 1\nSTEPS = collections.deque([one])",
        "y + 1",
        "y + 2",
        "return [s(x) for s in STEPS]",
    ),
    _helper(
        "a function as a default factory",
        "import collections\ndef one(): return 1\nTABLE = collections.defaultdict(one)",
        "return 1",
        "return 2",
        "return TABLE[x]",
        restless=True,
    ),
    _helper(
        "a function in a namespace",
        "import types\ndef one(y): return y + 1\nNS = types.SimpleNamespace(go=one)",
        "y + 1",
        "y + 2",
        "return NS.go(x)",
    ),
    _helper(
        "a function in an instance's attribute",
        "class P: pass\ndef one(y): return y + 1\nNS = P()\nNS.go = one",
        "y + 1",
        "y + 2",
        "return NS.go(x)",
    ),
    _helper(
        "a function in a dataclass's field",
        "import dataclasses\ndef one(y): return y + 1\n@dataclasses.dataclass\nclass P:\n    go: object\nNS = P(one)",
        "y + 1",
        "y + 2",
        "return NS.go(x)",
    ),
    _helper(
        "a function in an enumeration",
        "import enum\ndef one(y): return y + 1\nclass Op(enum.Enum):\n    ONE = (one,)",
        "y + 1",
        "y + 2",
        "return Op.ONE.value[0](x)",
    ),
    _helper(
        "a registry that a decorator fills",
        "TABLE = {}\ndef register(fn):\n    TABLE[fn.__name__] = fn\n    return fn\n@register\ndef one(y): return y + 1",
        "y + 1",
        "y + 2",
        "return [TABLE[k](x) for k in sorted(TABLE)]",
    ),
    _helper(
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
    _helper(
        "a function behind a weak reference",
        "import weakref\ndef one(y): return y + 1\nREF = weakref.ref(one)",
        "y + 1",
        "y + 2",
        "return REF()(x)",
    ),
    _helper(
        "a function in a weak dictionary",
        "import weakref\ndef one(y): return y + 1\nREFS = weakref.WeakValueDictionary(a=one)",
        "y + 1",
        "y + 2",
        'return REFS["a"](x)',
    ),
    _helper(
        "a function in chained maps",
        "import collections\ndef one(y): return y + 1\nMAPS = collections.ChainMap({}, {1: one})",
        "y + 1",
        "y + 2",
        "return MAPS[1](x)",
    ),
    _helper(
        "a generator's function in a closure of a list",
        "def make(fns):\n    def g(y):\n        return [h(y) for h in fns]\n    return g\ng = make([lambda y: y + 1])",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a static method kept in a module's variable",
        "class P:\n    @staticmethod\n    def m(y): return y + 1\ng = P.m",
        "y + 1",
        "y + 2",
    ),
    _helper(
        "a class method kept in a module's variable",
        "class P:\n    n = 1\n    @classmethod\n    def m(cls, y): return y + cls.n\ng = P.m",
        "n = 1",
        "n = 2",
    ),
]
