# ruff: noqa: E501
"""Changes within one run: attributes, classes, and what lies behind something else."""

from ..case import changed, changed_around, reading, used

LIB = """
## lib.py
RATE = 2
TABLE = {'a': [1]}
def g(y): return y + RATE
class P:
    n = 1
    def m(self): return self.n
"""


def _in_lib(name, change, body="return lib.g(x)", make=changed, **options):
    return make(name, reading("import lib", body) + LIB, change, **options)


P = "class P:\n    n = 1\n    def m(self): return self.n\nN = P()"

CASES = [
    changed_around("an instance's attribute", P, "N.n = 2", "return N.n"),
    changed_around("an instance's attribute that a method reads", P, "N.n = 2", "return N.m()"),
    changed_around(
        "an instance's attribute through its dict", P, "N.__dict__['n'] = 2", "return N.n"
    ),
    changed_around(
        "an instance's attribute that is deleted", P + "\nN.n = 5", "del N.n", "return N.n"
    ),
    changed_around(
        "an instance's class", P + "\nclass Q(P):\n    n = 2", "N.__class__ = Q", "return N.m()"
    ),
    changed_around(
        "a slot", "class P:\n    __slots__ = ('n',)\nN = P()\nN.n = 1", "N.n = 2", "return N.n"
    ),
    changed_around(
        "an attribute deep inside",
        "class P: pass\nN = P()\nN.a = P()\nN.a.b = [1]",
        "N.a.b.append(2)",
        "return sum(N.a.b)",
    ),
    changed_around("a class attribute", P, "P.n = 2", "return N.m()"),
    changed_around(
        "a class attribute that is mutated",
        "class P:\n    n = [1]\n    def m(self): return sum(self.n)",
        "P.n.append(2)",
        "return P().m()",
    ),
    changed_around(
        "a class attribute of a base",
        "class B:\n    n = 1\nclass P(B): pass",
        "B.n = 2",
        "return P.n",
    ),
    changed_around(
        "a class attribute that hides a base's",
        "class B:\n    n = 1\nclass P(B): pass",
        "P.n = 2",
        "return P.n",
    ),
    changed_around(
        "a class attribute that no longer hides",
        "class B:\n    n = 1\nclass P(B):\n    n = 2",
        "del P.n",
        "return P().n",
    ),
    changed_around(
        "a metaclass's attribute",
        "class M(type):\n    n = 1\nclass P(metaclass=M): pass",
        "M.n = 2",
        "return P.n",
    ),
    changed_around("a method that is replaced", P, "P.m = lambda self: 5", "return N.m()"),
    changed_around(
        "a method that is replaced on the instance", P, "N.m = lambda: 5", "return N.m()"
    ),
    changed_around(
        "a method of a base that is replaced",
        "class B:\n    def m(self): return 1\nclass P(B): pass",
        "B.m = lambda self: 5",
        "return P().m()",
    ),
    changed_around(
        "a method that is added to a class",
        "class B:\n    def m(self): return 1\nclass P(B): pass",
        "P.m = lambda self: 5",
        "return P().m()",
    ),
    changed_around(
        "a special method that is added",
        "class P: pass\nN = P()",
        "P.__len__ = lambda self: 5",
        "try: return len(N)\n    except TypeError: return 0",
    ),
    changed_around(
        "a property that is put over an attribute",
        P + "\nN.n = 1",
        "P.n = property(lambda self: 7)",
        "return N.n",
    ),
    changed_around(
        "the bases of a class",
        "class A:\n    n = 1\nclass B:\n    n = 2\nclass P(A): pass",
        "P.__bases__ = (B,)",
        "return P.n",
    ),
    changed_around(
        "a cached property of the user's class",
        "import functools\nclass P:\n    k = 1\n    @functools.cached_property\n    def n(self): return self.k\nN = P()",
        "N.__dict__['n'] = 5",
        "return N.n",
        do="N.n",
    ),
    changed_around(
        "a class registered with an abstract class",
        "import abc\nclass P(abc.ABC): pass\nclass Q: pass",
        "P.register(Q)",
        "return isinstance(Q(), P)",
    ),
    changed_around("a function's attribute", "def g(y): return g.n + y\ng.n = 1", "g.n = 2"),
    changed_around(
        "a list in a function's attribute",
        "def g(y): return sum(g.n) + y\ng.n = [1]",
        "g.n.append(2)",
    ),
    changed_around(
        "a context variable's value",
        "import contextvars\nA = contextvars.ContextVar('A', default=1)",
        "A.set(2)",
        "return A.get()",
    ),
    changed_around(
        "a built-in that the program adds",
        "import builtins\nbuiltins.acme_rate = 1",
        "builtins.acme_rate = 2",
        "return acme_rate",
        undo="del builtins.acme_rate",
    ),
    changed_around(
        "a list behind its bound method", "A = [1]\ng = A.count", "A.append(1)", "return g(1)"
    ),
    changed_around(
        "a buffer behind a view",
        "A = bytearray(b'a')\nV = memoryview(A)",
        "A[0] = 98",
        "return bytes(V)",
    ),
    changed_around(
        "a dict behind its proxy",
        "import types\nA = {1: 2}\nV = types.MappingProxyType(A)",
        "A[1] = 3",
        "return V[1]",
    ),
    changed_around(
        "an object behind a weak proxy",
        "import weakref\n" + P + "\nV = weakref.proxy(N)",
        "N.n = 2",
        "return V.n",
    ),
    changed_around(
        "an object behind a weak reference",
        "import weakref\n" + P + "\nV = weakref.ref(N)",
        "N.n = 2",
        "return V().n",
    ),
    changed_around(
        "a weak dictionary's entry",
        "import weakref\n" + P + "\nV = weakref.WeakValueDictionary(a=N)",
        "N = None; __import__('gc').collect()",
        "return len(V)",
    ),
    changed_around(
        "a weak set's element",
        "import weakref\n" + P + "\nV = weakref.WeakSet([N])",
        "K = P(); V.add(K)",
        "return len(V)",
    ),
    changed_around(
        "an attribute of an enumeration's member",
        "import enum\nclass E(enum.Enum):\n    A = 1\nE.A.extra = 1",
        "E.A.extra = 2",
        "return E.A.extra",
    ),
    changed_around(
        "a property's getter",
        "class P:\n    @property\n    def n(self): return 1",
        "P.n = P.n.getter(lambda self: 2)",
        "return P().n",
    ),
    changed_around(
        "the code of a property's getter",
        "class P:\n    @property\n    def n(self): return 1",
        "P.n.fget.__code__ = (lambda self: 2).__code__",
        "return P().n",
    ),
    changed_around(
        "the code of a static method",
        "class P:\n    @staticmethod\n    def m(): return 1",
        "P.m.__code__ = (lambda: 2).__code__",
        "return P.m()",
    ),
    changed_around(
        "the code of a metaclass's method",
        "class M(type):\n    def m(cls): return 1\nclass P(metaclass=M): pass",
        "M.m.__code__ = (lambda cls: 2).__code__",
        "return P.m()",
    ),
    changed_around(
        "a descriptor's state",
        "class D:\n    v = 1\n    def __get__(self, i, o): return self.v\nD0 = D()\nclass P:\n    n = D0",
        "D0.v = 2",
        "return P().n",
    ),
    changed_around(
        "the code of what a wrapper encloses",
        "def deco(fn):\n    def wrapper(y): return fn(y)\n    return wrapper\ndef h(y): return 1\ng = deco(h)",
        "h.__code__ = (lambda y: 2).__code__",
    ),
    changed_around(
        "the code below lru_cache",
        "import functools\n@functools.lru_cache\ndef g(y): return 1",
        "g.__wrapped__.__code__ = (lambda y: 2).__code__; g.cache_clear()",
    ),
    changed_around("an instance's dict that is replaced", P, "N.__dict__ = {'n': 5}", "return N.n"),
    changed_around(
        "a list in a slot",
        "class P:\n    __slots__ = ('n',)\nN = P()\nN.n = [1]",
        "N.n.append(2)",
        "return sum(N.n)",
    ),
    changed_around(
        "a list in a named tuple",
        "import collections\nT = collections.namedtuple('T', 'a')\nN = T([1])",
        "N.a.append(2)",
        "return sum(N.a)",
    ),
    changed_around(
        "a list in a frozen dataclass",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass C:\n    a: list\nN = C([1])",
        "N.a.append(2)",
        "return sum(N.a)",
    ),
    changed_around(
        "a list's subclass", "class L(list): pass\nN = L([1])", "N.append(2)", "return sum(N)"
    ),
    changed_around(
        "an attribute of a list's subclass",
        "class L(list): pass\nN = L([1])\nN.k = 1",
        "N.k = 2",
        "return N.k",
    ),
    changed_around(
        "a dict's subclass, by a constant key",
        "class L(dict): pass\nN = L(a=1)",
        "N['a'] = 2",
        "return N['a']",
    ),
    changed_around(
        "a value in a list's subclass, by index",
        "class L(list): pass\nN = L([1])",
        "N[0] = 2",
        "return N[0]",
    ),
    changed_around(
        "a subclass that takes __getattribute__",
        "class P:\n    n = 1\nN = P()",
        "P.__getattribute__ = lambda self, name: 5",
        "return N.n",
    ),
    changed_around(
        "a class that takes __getattr__",
        "class P: pass\nN = P()",
        "P.__getattr__ = lambda self, name: 5",
        "return getattr(N, 'n', 0)",
    ),
    changed_around(
        "a class that takes __call__",
        "class P: pass\nN = P()",
        "P.__call__ = lambda self: 5",
        "return N() if callable(N) else 0",
    ),
    changed_around(
        "a class attribute behind an instance's class attribute",
        "class B:\n    t = {'a': 1}\nclass P(B): pass\nN = P()",
        "B.t['a'] = 2",
        "return N.t['a']",
    ),
    _in_lib(
        "the class that a module's function names",
        "lib.P = type('P', (), {'m': lambda self: 9})",
        "return lib.P().m()",
    ),
    _in_lib(
        "a module put in another's place for an import inside",
        "import sys, types; sys.modules['lib'] = types.SimpleNamespace(g=lambda y: 0)",
        "import lib as l; return l.g(x)",
    ),
    _in_lib(
        "a module's __getattr__ that is made",
        "del lib.RATE; lib.__getattr__ = lambda name: 9",
        "return lib.RATE",
    ),
    _in_lib(
        "a name that was imported before the patch",
        "lib.h = lambda y: 0; lib.P.unread = 1",
        "return lib.g(x)",
        make=used,
    ),
]
