"""Arguments: how they are bound, and what of the code that they carry counts."""

from ..case import hit, miss, miss_around


def _argument(name, setup, before, after, call="f(N)", body="return x.m()", **options):
    """A miss by one changed fragment of what an argument is made of."""
    return miss_around(name, setup, before, after, body, call=call, **options)


def _calls(expect, name, signature, call, after_call, body="return 1"):
    project = f"import math\n@rememo.cache\ndef f({signature}):\n    {body}\n"
    options = {} if expect is hit else {"conservative": "arguments are strictly typed"}
    if body != "return 1":
        options = {}
    return expect(name, project, call=call, after_call=after_call, **options)


CASES = [
    _calls(hit, "by position or by keyword", "a, b", "f(1, 2)", "f(a=1, b=2)"),
    _calls(hit, "keywords in another order", "a, b", "f(a=1, b=2)", "f(b=2, a=1)"),
    _calls(hit, "a default passed explicitly", "a, b=2", "f(1)", "f(1, 2)"),
    _calls(hit, "a keyword-only default passed explicitly", "a, *, b=2", "f(1)", "f(1, b=2)"),
    _calls(hit, "an unpacked call", "a, *b", "f(1, 2, 3)", "f(*[1, 2, 3])"),
    _calls(hit, "a set in another order", "a", "f({'a', 'b'})", "f({'b', 'a'})"),
    _calls(hit, "shared elements", "a", "f((lambda s: [s, s])([1]))", "f([[1], [1]])"),
    _calls(hit, "one not-a-number and another", "a", "f(float('nan'))", "f(-math.inf + math.inf)"),
    _calls(miss, "an integer against a float", "a", "f(1)", "f(1.0)"),
    _calls(miss, "an integer against a bool", "a", "f(1)", "f(True)"),
    _calls(miss, "zero against negative zero", "a", "f(0.0)", "f(-0.0)"),
    _calls(miss, "text against bytes", "a", "f('a')", "f(b'a')"),
    _calls(miss, "a list against a tuple", "a", "f([1])", "f((1,))"),
    _calls(
        miss, "the order of a dict", "a", "f({1: 1, 2: 2})", "f({2: 2, 1: 1})", "return list(a)"
    ),
    _calls(
        miss,
        "the order of collected keywords",
        "**a",
        "f(x=1, y=2)",
        "f(y=2, x=1)",
        "return list(a)",
    ),
    _calls(
        miss,
        "a keyword that is collected or named",
        "a=0, **k",
        "f(a=1)",
        "f(b=1)",
        "return [a, k]",
    ),
    _argument(
        "the code of an instance's class",
        "class P:\n    def m(self): return 1\nN = P()",
        "return 1",
        "return 2",
    ),
    _argument(
        "the code of an instance's base",
        "class B:\n    def m(self): return 1\nclass P(B): pass\nN = P()",
        "return 1",
        "return 2",
    ),
    _argument(
        "a helper of an instance's method",
        "def g(): return 1\nclass P:\n    def m(self): return g()\nN = P()",
        "return 1",
        "return 2",
    ),
    _argument(
        "an instance's state",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self): return self.n\nN = P(1)",
        "P(1)",
        "P(2)",
    ),
    _argument(
        "the code of an element's class",
        "class P:\n    def m(self): return 1\nN = P()",
        "return 1",
        "return 2",
        "f([N])",
        "return x[0].m()",
    ),
    miss(
        "the code of an instance's class in another module",
        """
        from lib import P
        @rememo.cache
        def f(x):
            return x.m()
        ## lib.py
        class P:
            def m(self): return 1
        """,
        ("return 1", "return 2"),
        call="f(P())",
    ),
    _argument("a class", "class P:\n    n = 1", "n = 1", "n = 2", "f(P)", "return x.n"),
    _argument("a function", "def g(): return 1", "return 1", "return 2", "f(g)", "return x()"),
    _argument(
        "a helper of a function",
        "def h(): return 1\ndef g(): return h()",
        "return 1",
        "return 2",
        "f(g)",
        "return x()",
    ),
    _argument("a lambda", "g = lambda: 1", ": 1", ": 2", "f(g)", "return x()"),
    _argument(
        "a function's name",
        "def g(): return 1\nh = g",
        "def g(): return 1\nh = g",
        "def k(): return 1\nh = k",
        "f(h)",
        "return x.__name__",
    ),
    _argument(
        "a partial",
        "import functools\ndef h(n): return n\ng = functools.partial(h, 1)",
        "h, 1",
        "h, 2",
        "f(g)",
        "return x()",
    ),
    _argument(
        "a bound method",
        "class P:\n    def m(self): return 1\ng = P().m",
        "return 1",
        "return 2",
        "f(g)",
        "return x()",
    ),
    _argument(
        "a callable object",
        "class P:\n    def __call__(self): return 1\ng = P()",
        "return 1",
        "return 2",
        "f(g)",
        "return x()",
    ),
    _argument(
        "an enumeration's member",
        "import enum\nclass P(enum.Enum):\n    A = 1",
        "A = 1",
        "A = 2",
        "f(P.A)",
        "return x.value",
    ),
    _argument(
        "a dataclass's instance",
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n    n: int = 1",
        "int = 1",
        "int = 2",
        "f(P())",
        "return x.n",
    ),
    _argument(
        "an attribute of a function",
        "def g(): return 1\ng.n = 1",
        "g.n = 1",
        "g.n = 2",
        "f(g)",
        "return x.n",
    ),
    _argument(
        "a function in a dict",
        "def g(): return 1",
        "return 1",
        "return 2",
        "f({'a': [g]})",
        "return x['a'][0]()",
    ),
    _argument(
        "a function's docstring that the code reads",
        'def g():\n    "one"',
        "one",
        "two",
        "f(g)",
        "return x.__doc__",
    ),
    _argument(
        "a function's annotations that the code reads",
        "def g(y: int): ...",
        "y: int",
        "y: str",
        "f(g)",
        "return str(x.__annotations__)",
    ),
    hit(
        "a function's comment and docstring",
        '''
        def g():
            """One."""
            return 1  # a
        @rememo.cache
        def f(x):
            return x()
        ''',
        [("One", "Two"), ("# a", "# b")],
        call="f(g)",
    ),
    hit(
        "the annotations of an instance's methods",
        """
        class P:
            def m(self, y: int = 0) -> int: return 1
        @rememo.cache
        def f(x):
            return x.m()
        """,
        ("y: int = 0) -> int", "y: float = 0) -> float"),
        call="f(P())",
    ),
    hit(
        "an unrelated class beside an instance's class",
        """
        class P:
            def m(self): return 1
        class Q:
            def m(self): return 2
        @rememo.cache
        def f(x):
            return x.m()
        """,
        ("return 2", "return 3"),
        call="f(P())",
    ),
]
