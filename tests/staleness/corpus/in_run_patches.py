# ruff: noqa: E501
"""Code that is replaced while the program runs, by whatever way."""

from ..case import changed, changed_around

CASES = [
    changed_around(
        "a helper by setattr on the module",
        "import sys\ndef g(y): return y + 1",
        "setattr(sys.modules[__name__], 'g', lambda y: 7)",
    ),
    changed_around(
        "a global by vars() of the module",
        "import sys\nRATE = 1",
        "vars(sys.modules[__name__])['RATE'] = 5",
        "return RATE",
    ),
    changed_around(
        "a global by globals().update()", "RATE = 1", "globals().update(RATE=5)", "return RATE"
    ),
    changed_around("a global by exec", "RATE = 1", "exec('RATE = 9', globals())", "return RATE"),
    changed_around(
        "a dict by mock.patch.dict",
        "from unittest import mock\nT = {'a': 1}",
        "P = mock.patch.dict(T, {'a': 2}); P.start()",
        "return T['a']",
    ),
    changed_around(
        "a class attribute by type.__setattr__",
        "class P:\n    n = 1",
        "type.__setattr__(P, 'n', 2)",
        "return P.n",
    ),
    changed_around(
        "a field of a frozen dataclass",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass P:\n    n: int = 1\nO = P()",
        "object.__setattr__(O, 'n', 2)",
        "return O.n",
    ),
    changed_around(
        "a slot of a frozen dataclass",
        "import dataclasses\n@dataclasses.dataclass(frozen=True, slots=True)\nclass P:\n    n: int = 1\nO = P()",
        "object.__setattr__(O, 'n', 2)",
        "return O.n",
    ),
    changed_around(
        "a field of a frozen dataclass inside a tuple",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass P:\n    n: int = 1\nO = (P(),)",
        "object.__setattr__(O[0], 'n', 2)",
        "return O[0].n",
    ),
    changed_around(
        "an attribute by __dict__.update()",
        "class P: pass\nO = P(); O.n = 1",
        "O.__dict__.update(n=2)",
        "return O.n",
    ),
    changed_around(
        "a class's list by way of an instance",
        "class P:\n    items = [1]\nO = P()",
        "O.items.append(2)",
        "return len(P.items)",
    ),
    changed_around(
        "a class's list that a method reads by way of self",
        "class P:\n    items = [1]\n    def m(self): return len(self.items)\nO = P()",
        "P().items.append(2)",
        "return O.m()",
    ),
    changed_around(
        "a class's dict by way of a class method",
        "class P:\n    reg = {}\n    @classmethod\n    def add(cls, k, v): cls.reg[k] = v",
        "P.add('a', 1)",
        "return dict(P.reg)",
    ),
    changed_around(
        "the global of a function below lru_cache",
        "import functools\nRATE = 1\n@functools.lru_cache\ndef g(y): return y + RATE",
        "RATE = 2; g.cache_clear()",
    ),
    changed_around(
        "a property's getter by getter()",
        "class P:\n    @property\n    def p(self): return 1",
        "P.p = P.p.getter(lambda self: 2)",
        "return P().p",
    ),
    changed_around(
        "what a wrapper reads of its own __wrapped__",
        "import functools\ndef d(fn):\n    @functools.wraps(fn)\n    def w(*a): return w.__wrapped__(*a)\n    return w\n@d\ndef g(y): return y + 1",
        "g.__wrapped__ = lambda y: 9",
    ),
    changed_around(
        "a partial by __setstate__",
        "import functools\ndef h(a, b): return a + b\ng = functools.partial(h, 1)",
        "g.__setstate__((h, (5,), {}, {}))",
    ),
    changed_around(
        "the instance of a bound method",
        "class P:\n    n = 1\n    def m(self, y): return y + self.n\nO = P()\ng = O.m",
        "O.n = 2",
    ),
    changed_around(
        "the instance of a bound method in a dict",
        "class P:\n    n = 1\n    def m(self, y): return y + self.n\nO = P()\nT = {'m': O.m}",
        "O.n = 2",
        "return T['m'](x)",
    ),
    changed_around(
        "an attribute of a callable object",
        "class P:\n    n = 1\n    def __call__(self, y): return y + self.n\ng = P()",
        "g.n = 2",
    ),
    changed_around(
        "a metaclass's attribute read on the class",
        "class M(type): pass\nclass P(metaclass=M): pass\nM.k = 1",
        "M.k = 2",
        "return P.k",
    ),
    changed_around(
        "an attribute of a subclass of a library's class",
        "import collections\nclass D(collections.OrderedDict):\n    n = 1",
        "D.n = 2",
        "return D().n",
    ),
    changed_around(
        "the bases of a base",
        "class A:\n    n = 1\nclass A2:\n    n = 2\nclass B(A): pass\nclass C(B): pass",
        "B.__bases__ = (A2,)",
        "return C.n",
    ),
    changed_around(
        "an object put into sys.modules",
        "import sys, types\nsys.modules['cfg_x'] = types.SimpleNamespace(RATE=1)",
        "sys.modules['cfg_x'] = types.SimpleNamespace(RATE=2)",
        "import cfg_x; return cfg_x.RATE",
    ),
    changed_around(
        "an attribute of an object in sys.modules",
        "import sys, types\nsys.modules['cfg_y'] = types.SimpleNamespace(RATE=1)",
        "sys.modules['cfg_y'].RATE = 2",
        "import cfg_y; return cfg_y.RATE",
    ),
    changed(
        "a variable behind a module's property",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.RATE
        ## conf.py
        import sys, types
        _rate = 1
        class M(types.ModuleType):
            @property
            def RATE(self): return _rate
        sys.modules[__name__].__class__ = M
        """,
        "conf._rate = 2",
    ),
    changed_around(
        "a list that a helper writes to", "N = [0]\ndef bump(): N[0] += 1", "bump()", "return N[0]"
    ),
    changed_around(
        "a ufunc that numpy makes of a function",
        "import numpy as np\nU = np.frompyfunc(lambda y: 1, 1, 1)",
        "U = np.frompyfunc(lambda y: 2, 1, 1)",
        "return U(x)",
        requires=("numpy",),
    ),
    changed(
        "a variable of a module by vars().update()",
        "import lib\n@rememo.cache\ndef f(x):\n    return lib.K\n## lib.py\nK = 1\n",
        "vars(lib).update(K=5)",
    ),
    changed(
        "a module that is loaded again with another source",
        "import lib, pathlib, importlib\n@rememo.cache\ndef f(x):\n    return lib.g(x)\n## lib.py\ndef g(y): return 1\n",
        "p = pathlib.Path(lib.__file__); p.write_text('def g(y): return 22222\\n'); importlib.reload(lib)",
    ),
]
