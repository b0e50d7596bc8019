# ruff: noqa: E501
"""Classes that the function reaches: bodies, bases, metaclasses, descriptors, fields, instances."""

from ..case import miss


def _class(name, setup, before, after, body="return P().m()", **options):
    """A miss by one changed fragment of the classes that stand before ``f``."""
    project = f"{setup}\n@rememo.cache\ndef f(x):\n    {body}\n"
    return miss(name, project, (before, after), **options)


WHOLE = "a reached class counts whole"
DATACLASS = "import dataclasses\n@dataclasses.dataclass"

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
    # Fields
    _class(
        "a dataclass's default",
        DATACLASS + "\nclass P:\n    n: int = 1",
        "n: int = 1",
        "n: int = 2",
        "return P().n",
    ),
    _class(
        "a dataclass's default factory",
        DATACLASS + "\nclass P:\n    n: list = dataclasses.field(default_factory=lambda: [1])",
        "[1]",
        "[2]",
        "return P().n",
    ),
    _class(
        "the order of a dataclass's fields",
        DATACLASS + "\nclass P:\n    a: int\n    b: int",
        "a: int\n    b: int",
        "b: int\n    a: int",
        "return P(1, 2).a",
    ),
    _class(
        "a dataclass's further field",
        DATACLASS + "\nclass P:\n    a: int\n",
        "a: int\n",
        "a: int\n    b: int = 2\n",
        "return repr(P(1))",
    ),
    _class(
        "a dataclass's order",
        "import dataclasses\n@dataclasses.dataclass(order=True)\nclass P:\n    a: int",
        "order=True",
        "order=False",
        "try: return P(1) < P(2)\n    except TypeError: return 0",
    ),
    _class(
        "a field left out of comparison",
        DATACLASS + "\nclass P:\n    a: int = dataclasses.field(compare=True)",
        "compare=True",
        "compare=False",
        "return P(1) == P(2)",
    ),
    _class(
        "the type of a dataclass's field",
        DATACLASS + "\nclass P:\n    a: int = 1",
        "a: int",
        "a: float",
        "return P().a",
        conservative="what a class makes of its annotations always counts",
    ),
    _class(
        "a dataclass's __post_init__",
        DATACLASS + "\nclass P:\n    a: int\n    def __post_init__(self): self.a += 1",
        "+= 1",
        "+= 2",
        "return P(1).a",
    ),
    _class(
        "a base dataclass's default",
        DATACLASS
        + "\nclass B:\n    a: int = 1\n@dataclasses.dataclass\nclass P(B):\n    b: int = 2",
        "a: int = 1",
        "a: int = 5",
        "return P().a",
    ),
    _class(
        "a named tuple's default",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int = 1",
        "= 1",
        "= 2",
        "return P().a",
    ),
    _class(
        "the order of a named tuple's fields",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int\n    b: int",
        "a: int\n    b: int",
        "b: int\n    a: int",
        "return P(1, 2).a",
    ),
    _class(
        "a field of collections.namedtuple",
        "import collections\nP = collections.namedtuple('P', 'a b')",
        "'a b'",
        "'b a'",
        "return P(1, 2).a",
    ),
    _class(
        "a typed dict's keys",
        "from typing import TypedDict\nclass P(TypedDict):\n    a: int",
        "a: int",
        "b: int",
        "return list(P.__annotations__)",
    ),
    _class(
        "a member's value",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2",
        "A = 1",
        "A = 5",
        "return P.A.value",
    ),
    _class(
        "the order of members",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2",
        "A = 1\n    B = 2",
        "B = 2\n    A = 1",
        "return [p.name for p in P]",
    ),
    _class(
        "a member that becomes an alias",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2",
        "B = 2",
        "B = 1",
        "return len(list(P))",
    ),
    _class(
        "an enumeration's method",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    def m(self): return 1",
        "return 1",
        "return 2",
        "return P.A.m()",
    ),
    _class(
        "an enumeration's base",
        "import enum\nclass P(enum.IntEnum):\n    A = 1",
        "IntEnum",
        "Enum",
        "return P.A == 1",
    ),
    _class(
        "a flag's value",
        "import enum\nclass P(enum.Flag):\n    A = 1\n    B = 2",
        "B = 2",
        "B = 4",
        "return (P.A | P.B).value",
    ),
    _class(
        "what an abstract class demands",
        "import abc\nclass P(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...",
        "@abc.abstractmethod",
        "@(lambda g: g)",
        "try: return P().m()\n    except TypeError: return 0",
    ),
    _class(
        "a class registered with an abstract class",
        "import abc\nclass P(abc.ABC): pass\nclass Q: pass\nP.register(Q)\n",
        "P.register(Q)\n",
        "",
        "return isinstance(Q(), P)",
    ),
    _class(
        "what a protocol demands",
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n    def m(self): ...\nclass Q:\n    def m(self): ...",
        "class P(Protocol):\n    def m",
        "class P(Protocol):\n    def n",
        "return isinstance(Q(), P)",
    ),
    _class(
        "an attrs class's default",
        "import attrs\n@attrs.define\nclass P:\n    a: int = 1",
        "= 1",
        "= 2",
        "return P().a",
        requires=("attrs",),
    ),
    _class(
        "a pydantic model's default",
        "import pydantic\nclass P(pydantic.BaseModel):\n    a: int = 1",
        "= 1",
        "= 2",
        "return P().a",
        requires=("pydantic",),
    ),
    _class(
        "a pydantic model's validator",
        "import pydantic\nclass P(pydantic.BaseModel):\n    a: int\n    @pydantic.field_validator('a')\n    def v(cls, a): return a + 1",
        "a + 1",
        "a + 2",
        "return P(a=1).a",
        requires=("pydantic",),
    ),
    _class(
        "an exception's text",
        "class P(Exception):\n    def __str__(self): return 'a'",
        "'a'",
        "'b'",
        "try: raise P\n    except P as e: return str(e)",
    ),
    _class(
        "an exception's base",
        "class P(ValueError): pass",
        "P(ValueError)",
        "P(KeyError)",
        "try: raise P\n    except ValueError: return 1\n    except KeyError: return 2",
    ),
    # Operators on reached objects
    *[
        _class(
            name,
            f"class P:\n    def {method}: return {before}\n{extra}N = P()",
            f"return {before}",
            f"return {after}",
            body,
        )
        for name, method, before, after, body, extra in [
            ("addition", "__add__(self, o)", "1", "2", "return N + x", ""),
            ("reflected addition", "__radd__(self, o)", "1", "2", "return x + N", ""),
            ("in-place addition", "__iadd__(self, o)", "1", "2", "n = N; n += x; return n", ""),
            ("negation", "__neg__(self)", "1", "2", "return -N", ""),
            ("equality", "__eq__(self, o)", "True", "False", "return N == x", ""),
            ("ordering", "__lt__(self, o)", "True", "False", "return N < x", ""),
            ("subscription", "__getitem__(self, k)", "1", "2", "return N[x]", ""),
            ("containment", "__contains__(self, k)", "True", "False", "return x in N", ""),
            ("iteration", "__iter__(self)", "iter([1])", "iter([2])", "return list(N)", ""),
            ("length", "__len__(self)", "1", "2", "return len(N)", ""),
            ("truth", "__bool__(self)", "True", "False", "return 1 if N else 2", ""),
            ("a call", "__call__(self, y)", "1", "2", "return N(x)", ""),
            ("formatting", "__format__(self, s)", "'a'", "'b'", 'return f"{N}"', ""),
            ("conversion to text", "__str__(self)", "'a'", "'b'", "return str(N)", ""),
            ("representation", "__repr__(self)", "'a'", "'b'", 'return f"{N!r}"', ""),
            ("hashing", "__hash__(self)", "1", "2", "return hash(N)", ""),
            ("conversion to an index", "__index__(self)", "1", "2", "return [5, 6, 7][N]", ""),
            ("matrix multiplication", "__matmul__(self, o)", "1", "2", "return N @ x", ""),
            ("an attribute's fallback", "__getattr__(self, n)", "1", "2", "return N.any", ""),
            ("every attribute", "__getattribute__(self, n)", "1", "2", "return N.any", ""),
            (
                "the end of a with block",
                "__exit__(self, *a)",
                "True",
                "False",
                "try:\n        with N: raise KeyError\n    except KeyError: return 1\n    return 2",
                "    def __enter__(self): pass\n",
            ),
            (
                "the start of a with block",
                "__enter__(self)",
                "1",
                "2",
                "with N as n: return n",
                "    def __exit__(self, *a): pass\n",
            ),
            ("indexing by rounding", "__round__(self, n=None)", "1", "2", "return round(N)", ""),
            ("augmented union", "__ior__(self, o)", "1", "2", "n = N; n |= x; return n", ""),
            ("reflected multiplication", "__rmul__(self, o)", "1", "2", "return x * N", ""),
            ("a listing of names", "__dir__(self)", "['a']", "['b']", "return dir(N)", ""),
            ("reversal", "__reversed__(self)", "[1]", "[2]", "return reversed(N)", ""),
            ("conversion to a float", "__float__(self)", "1.0", "2.0", "return float(N)", ""),
            ("conversion to bytes", "__bytes__(self)", "b'a'", "b'b'", "return bytes(N)", ""),
            ("a path", "__fspath__(self)", "'a'", "'b'", "import os; return os.fspath(N)", ""),
            (
                "unpacking",
                "__iter__(self)",
                "iter([1, 2])",
                "iter([2, 1])",
                "a, b = N; return a",
                "",
            ),
            (
                "keyword unpacking",
                "keys(self)",
                "['a']",
                "['b']",
                "return dict(**N)",
                "    def __getitem__(self, k): return 1\n",
            ),
            (
                "a deleted element",
                "__delitem__(self, k)",
                "1/0",
                "None",
                "try: del N[x]\n    except ZeroDivisionError: return 0",
                "",
            ),
            (
                "a stored attribute",
                "__setattr__(self, n, v)",
                "1/0",
                "None",
                "try: N.a = x\n    except ZeroDivisionError: return 0",
                "",
            ),
            ("a class subscription", "__class_getitem__(cls, k)", "1", "2", "return P[x]", ""),
        ]
    ],
    _class(
        "ordering that the library completes",
        "import functools\n@functools.total_ordering\nclass P:\n    def __init__(self, n): self.n = n\n    def __eq__(self, o): return self.n == o.n\n    def __lt__(self, o): return self.n < o.n",
        "self.n < o.n",
        "self.n > o.n",
        "return P(1) >= P(2)",
    ),
    _class(
        "ordering in a library's sort",
        "class P:\n    def __init__(self, n): self.n = n\n    def __lt__(self, o): return self.n < o.n",
        "self.n < o.n",
        "self.n > o.n",
        "return [p.n for p in sorted([P(1), P(x)])]",
    ),
    _class(
        "a metaclass's __getattr__",
        "class M(type):\n    def __getattr__(cls, name): return 1\nclass P(metaclass=M): pass",
        "return 1",
        "return 2",
        "return P.any",
    ),
    _class(
        "a metaclass's __instancecheck__",
        "class M(type):\n    def __instancecheck__(cls, i): return True\nclass P(metaclass=M): pass",
        "True",
        "False",
        "return isinstance(x, P)",
    ),
    _class(
        "a metaclass's __prepare__",
        "class M(type):\n    @classmethod\n    def __prepare__(mcs, name, bases): return {'n': 1}\nclass P(metaclass=M): pass",
        "'n': 1",
        "'n': 2",
        "return P.n",
    ),
    _class(
        "a metaclass's iteration",
        "class M(type):\n    def __iter__(cls): return iter([1])\nclass P(metaclass=M): pass",
        "[1]",
        "[2]",
        "return list(P)",
    ),
    _class(
        "__subclasshook__",
        "import abc\nclass P(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, c): return True",
        "True",
        "False",
        "return isinstance(x, P)",
    ),
    _class(
        "__mro_entries__",
        "class B:\n    n = 1\nclass A:\n    def __mro_entries__(self, bases): return (B,)\nclass P(A()): pass",
        "n = 1",
        "n = 2",
        "return P.n",
    ),
    _class(
        "an asynchronous context manager",
        "import asyncio\nclass P:\n    async def __aenter__(self): return 1\n    async def __aexit__(self, *a): pass\nasync def g():\n    async with P() as n: return n",
        "return 1",
        "return 2",
        "return asyncio.run(g())",
    ),
    _class(
        "what can be awaited",
        "import asyncio\nclass P:\n    def __await__(self):\n        return 1\n        yield\nasync def g(): return await P()",
        "return 1",
        "return 2",
        "return asyncio.run(g())",
    ),
    _class(
        "a class that a helper returns",
        "class P:\n    n = 1\ndef g(): return P",
        "n = 1",
        "n = 2",
        "return g().n",
    ),
    _class(
        "a class that a helper makes",
        "def g():\n    class P:\n        n = 1\n    return P",
        "n = 1",
        "n = 2",
        "return g().n",
    ),
    _class(
        "a class that is only caught",
        "class P(Exception): n = 1\ndef g(): raise P",
        "n = 1",
        "n = 2",
        "try: g()\n    except P as e: return e.n",
    ),
    _class(
        "a class in a tuple for isinstance",
        "class A: pass\nclass B(A): pass\nKINDS = (A,)",
        "B(A)",
        "B()",
        "return isinstance(B(), KINDS)",
    ),
    # Instances
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
    # Methods that are cached
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
