# ruff: noqa: E501
"""Instances that the function reaches, and methods that are cached."""

from ..case import miss, miss_around


def _class(name, setup, before, after, body="return P().m()", **options):
    return miss_around(name, setup, before, after, body, **options)


CASES = [
    _class(
        "an instance's state",
        "class P:\n    def __init__(self, n): self.n = n\n    def m(self): return self.n\nN = P(1)",
        "P(1)",
        "P(2)",
        "return N.m()",
    ),
    _class(
        "an instance's class",
        "class P:\n    def m(self): return 1\nN = P()",
        "return 1",
        "return 2",
        "return N.m()",
    ),
    _class(
        "an instance's slots",
        "class P:\n    __slots__ = ('n',)\n    def __init__(self, n): self.n = n\nN = P(1)",
        "P(1)",
        "P(2)",
        "return N.n",
    ),
    _class(
        "an instance's mangled slot",
        "class P:\n    __slots__ = ('__n',)\n    def __init__(self, n): self.__n = n\n    def m(self): return self.__n\nN = P(1)",
        "P(1)",
        "P(2)",
        "return N.m()",
    ),
    _class(
        "an instance's state in a base's slot",
        "class B:\n    __slots__ = ('n',)\nclass P(B):\n    def __init__(self, n): self.n = n\nN = P(1)",
        "P(1)",
        "P(2)",
        "return N.n",
    ),
    _class(
        "the content of a list's subclass",
        "class P(list):\n    def m(self): return len(self)\nN = P([1])",
        "[1]",
        "[1, 2]",
        "return N.m()",
    ),
    _class(
        "the state of a dict's subclass",
        "class P(dict): pass\nN = P()\nN.n = 1",
        "N.n = 1",
        "N.n = 2",
        "return N.n",
    ),
    _class(
        "the value of an int's subclass",
        "class P(int): pass\nN = P(1)",
        "P(1)",
        "P(2)",
        "return N + x",
    ),
    _class(
        "an exception instance's arguments", "E = ValueError('a')", "'a'", "'b'", "return str(E)"
    ),
    _class(
        "an instance's own __getstate__",
        "class P:\n    def __init__(self, n): self.n = n\n    def __getstate__(self): return {'n': self.n}\nN = P(1)",
        "P(1)",
        "P(2)",
        "return N.n",
    ),
    _class(
        "an instance deep in others",
        "class P:\n    def __init__(self, n): self.n = n\nN = P([P({'a': P(1)})])",
        "P(1)",
        "P(2)",
        "return N.n[0].n['a'].n",
    ),
    _class(
        "the class of an instance deep in a list",
        "class P:\n    def m(self): return 1\nALL = [{'a': P()}]",
        "return 1",
        "return 2",
        "return ALL[0]['a'].m()",
    ),
    _class(
        "a member as a value",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2\nNOW = P.A",
        "NOW = P.A",
        "NOW = P.B",
        "return NOW.value",
    ),
    miss(
        "a method that a cached method calls",
        """
        class C:
            @rememo.cache
            def m(self, x): return self.n() + x
            def n(self): return 1
        """,
        ("return 1", "return 2"),
        call="C.m(C(), 3)",
    ),
    miss(
        "the state of the instance of a cached method",
        """
        class C:
            n = 0
            def __init__(self): self.n = 1
            @rememo.cache
            def m(self, x): return self.n + x
        """,
        ("self.n = 1", "self.n = 2"),
        call="C.m(C(), 3)",
    ),
    miss(
        "the base of the class of a cached method",
        """
        class B:
            def n(self): return 1
        class C(B):
            @rememo.cache
            def m(self, x): return super().n() + x
        """,
        ("return 1", "return 2"),
        call="C.m(C(), 3)",
    ),
    miss(
        "a cached static method",
        """
        class C:
            @staticmethod
            @rememo.cache
            def m(x): return g(x)
        def g(y): return 1
        """,
        ("return 1", "return 2"),
        call="C.m(3)",
    ),
]
