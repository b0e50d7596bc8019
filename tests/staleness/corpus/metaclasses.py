# ruff: noqa: E501
"""Classes that decide on other classes: metaclasses, class decorators, descriptors, abstract classes."""

from ..case import miss, miss_around

CASES = [
    miss(
        "classes in another module that a base registers",
        """
        from base import A
        import plug
        @rememo.cache
        def f(x):
            return A.kinds['B'].m(x)
        ## base.py
        class A:
            kinds = {}
            def __init_subclass__(cls, **kw):
                A.kinds[cls.__name__] = cls
        ## plug.py
        from base import A
        class B(A):
            @staticmethod
            def m(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss_around(
        "__init_subclass__ with an argument",
        "class A:\n    def __init_subclass__(cls, rate=0): cls.rate = rate * 10\nclass B(A, rate=2): pass",
        "* 10",
        "* 11",
        "return B.rate",
    ),
    miss_around(
        "an abstract property that its override calls",
        "import abc\nclass P(abc.ABC):\n    @property\n    @abc.abstractmethod\n    def p(self): return 1\nclass Q(P):\n    @property\n    def p(self): return super().p + 1",
        "return 1",
        "return 2",
        "return Q().p",
    ),
    miss(
        "a class that a third module registers with an abstract class",
        """
        from base import A
        from things import T
        import wire
        @rememo.cache
        def f(x):
            return isinstance(T(), A)
        ## base.py
        import abc
        class A(abc.ABC): pass
        ## things.py
        class T: pass
        ## wire.py
        from base import A
        from things import T
        A.register(T)
        """,
        ("A.register(T)", "A.register(int)"),
    ),
    miss_around(
        "a subclass of property",
        "class prop(property):\n    def __get__(self, o, t=None): return super().__get__(o, t) * 2\nclass P:\n    @prop\n    def p(self): return 3",
        "* 2",
        "* 3",
        "return P().p",
    ),
    miss_around(
        "a descriptor that is told its name",
        "class D:\n    def __set_name__(self, o, n): self.n = n + '1'\n    def __get__(self, o, t=None): return self.n\nclass P:\n    d = D()",
        "'1'",
        "'2'",
        "return P().d",
    ),
    miss_around(
        "a class decorator that swaps a method",
        "def deco(cls):\n    cls.m = lambda self: 5\n    return cls\n@deco\nclass P:\n    def m(self): return 1",
        "self: 5",
        "self: 6",
        "return P().m()",
    ),
    miss_around(
        "a class decorator that gives an instance",
        "def deco(cls): return cls(3)\n@deco\nclass P:\n    def __init__(self, n): self.n = n",
        "cls(3)",
        "cls(4)",
        "return P.n",
    ),
    miss_around(
        "a metaclass's __new__",
        "class M(type):\n    def __new__(m, n, b, d):\n        d['k'] = 5\n        return super().__new__(m, n, b, d)\nclass P(metaclass=M): pass",
        "= 5",
        "= 6",
        "return P.k",
    ),
    miss_around(
        "a metaclass's __setattr__",
        "class M(type):\n    def __setattr__(cls, n, v): super().__setattr__(n, v * 2)\nclass P(metaclass=M): pass\nP.k = 4",
        "v * 2",
        "v * 3",
        "return P.k",
    ),
    miss_around(
        "a metaclass's __getitem__",
        "class M(type):\n    def __getitem__(cls, k): return k * 2\nclass P(metaclass=M): pass",
        "k * 2",
        "k * 3",
        "return P[x]",
    ),
    miss_around(
        "a base's __class_getitem__",
        "class B:\n    def __class_getitem__(cls, k): return k * 2\nclass P(B): pass",
        "k * 2",
        "k * 3",
        "return P[x]",
    ),
    miss_around(
        "an operator of a mixin",
        "class A:\n    def __add__(self, o): return self.val() + o\nclass B(A):\n    def val(self): return 1\nO = B()",
        "return 1",
        "return 2",
        "return O + x",
    ),
    miss_around(
        "a reflected operator in a library's sum",
        "class A:\n    def __radd__(self, o): return o + 1\nOS = [A(), A()]",
        "o + 1",
        "o + 2",
        "return sum(OS)",
    ),
    miss_around(
        "__missing__ of a dict inside a dict",
        "class D(dict):\n    def __missing__(self, k): return 1\nT = {'a': D()}",
        "return 1",
        "return 2",
        "return T['a']['q']",
    ),
    miss_around(
        "a context manager that changes itself",
        "class A:\n    def __enter__(self): return self\n    def __exit__(self, t, v, tb): self.n = 5\nO = A()",
        "self.n = 5",
        "self.n = 6",
        "with O: pass\n    return O.n",
        restless=True,
    ),
    miss_around(
        "a metaclass that makes one instance",
        "class M(type):\n    def __call__(cls, *a):\n        if not hasattr(cls, 'one'): cls.one = super().__call__(*a)\n        return cls.one\nclass P(metaclass=M):\n    def __init__(self): self.n = 1",
        "self.n = 1",
        "self.n = 2",
        "return P().n",
        restless=True,
    ),
]
