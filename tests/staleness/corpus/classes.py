# ruff: noqa: E501
"""Classes that the function reaches: bodies, bases, metaclasses, descriptors."""

from ..case import miss, miss_around


def _class(name, setup, before, after, body="return P().m()", **options):
    return miss_around(name, setup, before, after, body, **options)


WHOLE = "a reached class counts whole"

CASES = [
    _class("a method's body", "class P:\n    def m(self): return 1", "return 1", "return 2"),
    _class(
        "a method that the call does not run",
        "class P:\n    def m(self): return 1\n    def n(self): return 2",
        "return 2",
        "return 3",
        conservative=WHOLE,
    ),
    _class(
        "a further method",
        "class P:\n    def m(self): return 1\n",
        "return 1\n",
        "return 1\n    def n(self): return 2\n",
        conservative=WHOLE,
    ),
    _class("a method's default", "class P:\n    def m(self, n=1): return n", "n=1", "n=2"),
    _class(
        "a helper of a method",
        "def g(): return 1\nclass P:\n    def m(self): return g()",
        "return 1",
        "return 2",
    ),
    _class(
        "a method that a method calls",
        "class P:\n    def m(self): return self.n()\n    def n(self): return 1",
        "return 1",
        "return 2",
    ),
    _class("a lambda as a method", "class P:\n    m = lambda self: 1", "self: 1", "self: 2"),
    _class(
        "a constructor",
        "class P:\n    def __init__(self): self.n = 1\n    def m(self): return self.n",
        "self.n = 1",
        "self.n = 2",
    ),
    _class(
        "__new__",
        "class P:\n    def __new__(cls):\n        self = object.__new__(cls)\n        self.n = 1\n        return self",
        "self.n = 1",
        "self.n = 2",
        "return P().n",
    ),
    _class(
        "a class attribute", "class P:\n    n = 1\n    def m(self): return self.n", "n = 1", "n = 2"
    ),
    _class(
        "a class attribute read on the class", "class P:\n    n = 1", "n = 1", "n = 2", "return P.n"
    ),
    _class(
        "a list as a class attribute",
        "class P:\n    n = [1]\n    def m(self): return sum(self.n)",
        "[1]",
        "[2]",
    ),
    _class(
        "a class attribute filled after the class",
        "class P:\n    n = {}\n    def m(self): return len(self.n)\nP.n[1] = 0\n",
        "P.n[1] = 0\n",
        "",
    ),
    _class(
        "a method set after the class",
        "class P:\n    pass\nP.m = lambda self: 1",
        "self: 1",
        "self: 2",
    ),
    _class(
        "a class attribute computed from a global",
        "RATE = 1\nclass P:\n    n = RATE + 1\n    def m(self): return self.n",
        "RATE = 1",
        "RATE = 2",
    ),
    _class(
        "a base's method",
        "class B:\n    def m(self): return 1\nclass P(B): pass",
        "return 1",
        "return 2",
    ),
    _class(
        "a base's base's method",
        "class A:\n    def m(self): return 1\nclass B(A): pass\nclass P(B): pass",
        "return 1",
        "return 2",
    ),
    _class(
        "a helper of a base's method",
        "def g(): return 1\nclass B:\n    def m(self): return g()\nclass P(B): pass",
        "return 1",
        "return 2",
    ),
    _class(
        "a method found by super()",
        "class B:\n    def m(self): return 1\nclass P(B):\n    def m(self): return super().m() + 1",
        "return 1",
        "return 5",
    ),
    _class(
        "the order of bases",
        "class A:\n    def m(self): return 1\nclass B:\n    def m(self): return 2\nclass P(A, B): pass",
        "(A, B)",
        "(B, A)",
    ),
    _class(
        "another base",
        "class A:\n    def m(self): return 1\nclass B:\n    def m(self): return 2\nclass P(A): pass",
        "P(A)",
        "P(B)",
    ),
    _class(
        "a library's base",
        "import collections\nclass P(dict):\n    def m(self): return type(self).__mro__[1].__name__",
        "P(dict)",
        "P(collections.OrderedDict)",
    ),
    miss(
        "a base in another module",
        """
        from base import B
        class P(B):
            pass
        @rememo.cache
        def f(x):
            return P().m()
        ## base.py
        class B:
            def m(self): return 1
        """,
        ("return 1", "return 2"),
    ),
    _class(
        "a metaclass's method",
        "class M(type):\n    def m(cls): return 1\nclass P(metaclass=M): pass",
        "return 1",
        "return 2",
        "return P.m()",
    ),
    _class(
        "a metaclass's __call__",
        "class M(type):\n    def __call__(cls): return 1\nclass P(metaclass=M): pass",
        "return 1",
        "return 2",
        "return P()",
    ),
    _class(
        "a metaclass's attribute",
        "class M(type):\n    n = 1\nclass P(metaclass=M): pass",
        "n = 1",
        "n = 2",
        "return P.n",
    ),
    _class(
        "a metaclass of a base",
        "class M(type):\n    def m(cls): return 1\nclass B(metaclass=M): pass\nclass P(B): pass",
        "return 1",
        "return 2",
        "return P.m()",
    ),
    _class(
        "an argument of a class statement",
        "class B:\n    def __init_subclass__(cls, n): cls.n = n\nclass P(B, n=1): pass",
        "B, n=1",
        "B, n=2",
        "return P.n",
    ),
    _class(
        "__init_subclass__",
        "class B:\n    def __init_subclass__(cls): cls.n = 1\nclass P(B): pass",
        "cls.n = 1",
        "cls.n = 2",
        "return P.n",
    ),
    _class(
        "a class decorator's result",
        "def deco(cls):\n    cls.m = lambda self: 1\n    return cls\n@deco\nclass P: pass",
        "self: 1",
        "self: 2",
    ),
    _class(
        "a class decorator with an argument",
        "def deco(n):\n    def wrap(cls):\n        cls.n = n\n        return cls\n    return wrap\n@deco(1)\nclass P: pass",
        "deco(1)",
        "deco(2)",
        "return P.n",
    ),
    _class(
        "a property",
        "class P:\n    @property\n    def n(self): return 1",
        "return 1",
        "return 2",
        "return P().n",
    ),
    _class(
        "a property's setter",
        "class P:\n    @property\n    def n(self): return self._n\n    @n.setter\n    def n(self, v): self._n = v * 2",
        "v * 2",
        "v * 3",
        "p = P(); p.n = x; return p.n",
    ),
    _class(
        "a helper of a property",
        "def g(): return 1\nclass P:\n    @property\n    def n(self): return g()",
        "return 1",
        "return 2",
        "return P().n",
    ),
    _class(
        "a descriptor's code",
        "class D:\n    def __get__(self, i, o): return 1\nclass P:\n    n = D()",
        "return 1",
        "return 2",
        "return P().n",
    ),
    _class(
        "a descriptor's state",
        "class D:\n    def __init__(self, v): self.v = v\n    def __get__(self, i, o): return self.v\nclass P:\n    n = D(1)",
        "D(1)",
        "D(2)",
        "return P().n",
    ),
    _class(
        "__set_name__",
        "class D:\n    def __set_name__(self, o, name): self.name = name * 1\n    def __get__(self, i, o): return self.name\nclass P:\n    n = D()",
        "name * 1",
        "name * 2",
        "return P().n",
    ),
    _class(
        "a static method",
        "class P:\n    @staticmethod\n    def m(): return 1",
        "return 1",
        "return 2",
    ),
    _class(
        "a class method",
        "class P:\n    @classmethod\n    def m(cls): return 1",
        "return 1",
        "return 2",
    ),
    _class(
        "a nested class",
        "class P:\n    class Q:\n        n = 1\n    def m(self): return self.Q.n",
        "n = 1",
        "n = 2",
    ),
    _class(
        "slots",
        "class P:\n    __slots__ = ('a',)\n    def m(self):\n        try: self.b = 1\n        except AttributeError: return 0\n        return 1",
        "('a',)",
        "('a', 'b')",
    ),
    _class(
        "a mangled name",
        "class P:\n    __n = 1\n    def m(self): return self.__n",
        "__n = 1",
        "__n = 2",
    ),
    _class(
        "a method that encloses a variable",
        "def make(n):\n    class P:\n        def m(self): return n\n    return P\nP = make(1)",
        "make(1)",
        "make(2)",
    ),
    _class(
        "a class made by type()", 'P = type("P", (), {"m": lambda self: 1})', "self: 1", "self: 2"
    ),
    _class(
        "a class made by types.new_class",
        'import types\nP = types.new_class("P", (), {}, lambda ns: ns.update(n=1))',
        "n=1",
        "n=2",
        "return P.n",
    ),
    _class(
        "which of two classes",
        "class A:\n    def m(self): return 1\nclass B:\n    def m(self): return 2\nP = A",
        "P = A",
        "P = B",
    ),
    _class(
        "a class in a dict",
        "class A:\n    def m(self): return 1\nKINDS = {3: A}",
        "return 1",
        "return 2",
        "return KINDS[x]().m()",
    ),
    _class(
        "classes that register themselves",
        "KINDS = []\nclass B:\n    def __init_subclass__(cls): KINDS.append(cls)\nclass P(B):\n    n = 1",
        "n = 1",
        "n = 2",
        "return [k.n for k in KINDS]",
    ),
    _class(
        "the class's name",
        "class P: pass\nQ = P",
        "class P: pass\nQ = P",
        "class R: pass\nQ = R",
        "return Q.__name__",
    ),
    _class(
        "a docstring that the code reads", 'class P:\n    "one"', "one", "two", "return P.__doc__"
    ),
]
