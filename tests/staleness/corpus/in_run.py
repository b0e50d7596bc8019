# ruff: noqa: E501
"""Changes within one run: between two calls something is rebound, mutated or patched."""

from ..case import changed, used

COUNT = """
RATE = 2
@rememo.cache
def f(x): return RATE * x
"""


def _changed(name, setup, change, body="return g(x)", **options):
    return changed(name, f"{setup}\n@rememo.cache\ndef f(x):\n    {body}\n", change, **options)


def _used(name, setup, change, body="return g(x)", **options):
    return used(name, f"{setup}\n@rememo.cache\ndef f(x):\n    {body}\n", change, **options)


LIB = "\n## lib.py\nRATE = 2\nTABLE = {'a': [1]}\ndef g(y): return y + RATE\nclass P:\n    n = 1\n    def m(self): return self.n\n"


def _in_lib(name, change, body="return lib.g(x)", make=changed, **options):
    return make(name, f"import lib\n@rememo.cache\ndef f(x):\n    {body}\n{LIB}", change, **options)


G = "def g(y): return y + 1"
P = "class P:\n    n = 1\n    def m(self): return self.n\nN = P()"

CASES = [
    # Globals
    changed("a global that is rebound", COUNT, "RATE = 3"),
    changed("a global that takes another type", COUNT, "RATE = 2.0"),
    changed(
        "a global that is rebound from a function",
        COUNT + "def up():\n    global RATE\n    RATE += 1\n",
        "up()",
    ),
    changed("a global that is rebound through its dict", COUNT, "globals()['RATE'] = 3"),
    changed(
        "a global that is rebound on the module",
        COUNT,
        "import sys; sys.modules[f.__module__].RATE = 3",
    ),
    changed("a global that is deleted", COUNT, "del RATE"),
    _changed(
        "a global that is made", "", "LATE = 1", "try: return LATE\n    except NameError: return 0"
    ),
    _changed("a built-in that is hidden", "", "len = lambda y: 9", "return len('ab')"),
    _changed("a built-in that is shown again", "len = lambda y: 9", "del len", "return len('ab')"),
    _changed(
        "a built-in that is replaced",
        "import builtins\nKEEP = builtins.ascii",
        "builtins.ascii = lambda y: 9",
        "return ascii(x)",
        undo="builtins.ascii = KEEP",
    ),
    _changed("an instance that becomes a number", "A = True", "A = 1", "return [A]"),
    _changed("a float that becomes its negative zero", "A = 0.0", "A = -0.0", "return A"),
    # Mutations in place
    _changed("a list that grows", "A = [1]", "A.append(2)", "return sum(A)"),
    _changed("a list's element", "A = [1, 2]", "A[0] = 5", "return sum(A)"),
    _changed("a list that is sorted", "A = [2, 1]", "A.sort()", "return A[0]"),
    _changed("a dict's value", "A = {'a': 1}", "A['a'] = 2", "return A['a']"),
    _changed("a dict's further key", "A = {'a': 1}", "A['b'] = 2", "return len(A)"),
    _changed("a dict's order", "A = {'a': 1, 'b': 2}", "A['a'] = A.pop('a')", "return list(A)"),
    _changed(
        "a dict's value under the same size",
        "A = {'a': 1, 'b': 2}",
        "del A['b']; A['c'] = 2",
        "return list(A)",
    ),
    _changed("a set's element", "A = {1}", "A.add(2)", "return len(A)"),
    _changed("a bytearray's byte", "A = bytearray(b'a')", "A[0] = 98", "return bytes(A)"),
    _changed(
        "an array's element", "import array\nA = array.array('i', [1])", "A[0] = 2", "return A[0]"
    ),
    _changed(
        "a numpy array's element",
        "import numpy as np\nA = np.arange(3)",
        "A[0] = 7",
        "return int(A.sum())",
        requires=("numpy",),
    ),
    _changed(
        "a numpy array's element through a view",
        "import numpy as np\nA = np.arange(3)\nV = A[:1]",
        "V[0] = 7",
        "return int(A.sum())",
        requires=("numpy",),
    ),
    _changed(
        "a frame's cell",
        "import pandas as pd\nA = pd.DataFrame({'a': [1, 2]})",
        "A.loc[0, 'a'] = 7",
        "return int(A['a'].sum())",
        requires=("pandas",),
    ),
    _changed(
        "a frame's column name",
        "import pandas as pd\nA = pd.DataFrame({'a': [1, 2]})",
        "A.columns = ['b']",
        "return list(A.columns)",
        requires=("pandas",),
    ),
    _changed(
        "a deque that turns",
        "import collections\nA = collections.deque([1, 2])",
        "A.rotate()",
        "return A[0]",
    ),
    _changed(
        "an ordered dict's order",
        "import collections\nA = collections.OrderedDict(a=1, b=2)",
        "A.move_to_end('a')",
        "return list(A)",
    ),
    _changed(
        "a value deep inside", "A = [{'a': ([1],)}]", "A[0]['a'][0].append(2)", "return str(A)"
    ),
    _changed(
        "a list reached through another name",
        "B = [1]\nA = {'b': B}",
        "B.append(2)",
        "return str(A)",
    ),
    _changed("a list inside a tuple", "A = (1, [2])", "A[1].append(3)", "return str(A)"),
    _changed(
        "a text stream that is read",
        "import io\nA = io.StringIO('ab')",
        "A.read(1)",
        "return A.tell()",
    ),
    _changed(
        "a mutable default", "def g(y, acc=[1]): return sum(acc) + y", "g.__defaults__[0].append(5)"
    ),
    changed(
        "the function's own mutable default",
        """
        TABLE = [1]
        @rememo.cache
        def f(x, acc=TABLE): return sum(acc) + x
        """,
        "TABLE.append(5)",
    ),
    # Attributes
    _changed("an instance's attribute", P, "N.n = 2", "return N.n"),
    _changed("an instance's attribute that a method reads", P, "N.n = 2", "return N.m()"),
    _changed("an instance's attribute through its dict", P, "N.__dict__['n'] = 2", "return N.n"),
    _changed("an instance's attribute that is deleted", P + "\nN.n = 5", "del N.n", "return N.n"),
    _changed(
        "an instance's class", P + "\nclass Q(P):\n    n = 2", "N.__class__ = Q", "return N.m()"
    ),
    _changed(
        "a slot", "class P:\n    __slots__ = ('n',)\nN = P()\nN.n = 1", "N.n = 2", "return N.n"
    ),
    _changed(
        "an attribute deep inside",
        "class P: pass\nN = P()\nN.a = P()\nN.a.b = [1]",
        "N.a.b.append(2)",
        "return sum(N.a.b)",
    ),
    _changed("a class attribute", P, "P.n = 2", "return N.m()"),
    _changed(
        "a class attribute that is mutated",
        "class P:\n    n = [1]\n    def m(self): return sum(self.n)",
        "P.n.append(2)",
        "return P().m()",
    ),
    _changed(
        "a class attribute of a base",
        "class B:\n    n = 1\nclass P(B): pass",
        "B.n = 2",
        "return P.n",
    ),
    _changed(
        "a class attribute that hides a base's",
        "class B:\n    n = 1\nclass P(B): pass",
        "P.n = 2",
        "return P.n",
    ),
    _changed(
        "a class attribute that no longer hides",
        "class B:\n    n = 1\nclass P(B):\n    n = 2",
        "del P.n",
        "return P().n",
    ),
    _changed(
        "a metaclass's attribute",
        "class M(type):\n    n = 1\nclass P(metaclass=M): pass",
        "M.n = 2",
        "return P.n",
    ),
    _changed("a method that is replaced", P, "P.m = lambda self: 5", "return N.m()"),
    _changed("a method that is replaced on the instance", P, "N.m = lambda: 5", "return N.m()"),
    _changed(
        "a method of a base that is replaced",
        "class B:\n    def m(self): return 1\nclass P(B): pass",
        "B.m = lambda self: 5",
        "return P().m()",
    ),
    _changed(
        "a method that is added to a class",
        "class B:\n    def m(self): return 1\nclass P(B): pass",
        "P.m = lambda self: 5",
        "return P().m()",
    ),
    _changed(
        "a special method that is added",
        "class P: pass\nN = P()",
        "P.__len__ = lambda self: 5",
        "try: return len(N)\n    except TypeError: return 0",
    ),
    _changed(
        "a property that is put over an attribute",
        P + "\nN.n = 1",
        "P.n = property(lambda self: 7)",
        "return N.n",
    ),
    _changed(
        "the bases of a class",
        "class A:\n    n = 1\nclass B:\n    n = 2\nclass P(A): pass",
        "P.__bases__ = (B,)",
        "return P.n",
    ),
    _changed(
        "a cached property of the user's class",
        "import functools\nclass P:\n    k = 1\n    @functools.cached_property\n    def n(self): return self.k\nN = P()",
        "N.__dict__['n'] = 5",
        "return N.n",
        do="N.n",
    ),
    _changed(
        "a class registered with an abstract class",
        "import abc\nclass P(abc.ABC): pass\nclass Q: pass",
        "P.register(Q)",
        "return isinstance(Q(), P)",
    ),
    _changed("a function's attribute", "def g(y): return g.n + y\ng.n = 1", "g.n = 2"),
    _changed(
        "a list in a function's attribute",
        "def g(y): return sum(g.n) + y\ng.n = [1]",
        "g.n.append(2)",
    ),
    # Functions
    _changed("a helper that is rebound", G, "def g(y): return y + 2"),
    _changed("a helper that is wrapped", G, "h = g; g = lambda y: h(y) * 2"),
    _changed("a helper's code", G + "\ndef h(y): return y + 2", "g.__code__ = h.__code__"),
    _changed(
        "a helper of a helper: its code",
        "def h(y): return y + 1\ndef g(y): return h(y)",
        "h.__code__ = (lambda y: y + 2).__code__",
    ),
    _changed("a helper's defaults", "def g(y, z=1): return y + z", "g.__defaults__ = (2,)"),
    _changed(
        "a helper's keyword-only defaults",
        "def g(y, *, z=1): return y + z",
        "g.__kwdefaults__ = {'z': 2}",
    ),
    _changed(
        "a helper's keyword-only defaults in place",
        "def g(y, *, z=1): return y + z",
        "g.__kwdefaults__['z'] = 2",
    ),
    _changed("a method's code", P, "P.m.__code__ = (lambda self: 5).__code__", "return N.m()"),
    _changed("the global of a helper", "RATE = 1\ndef g(y): return y + RATE", "RATE = 2"),
    _changed(
        "a helper in another name's place",
        "def one(y): return 1\ndef two(y): return 2\ng = one",
        "g = two",
    ),
    _changed(
        "a partial that is rebound",
        "import functools\ndef h(a, b): return a + b\ng = functools.partial(h, 1)",
        "g = functools.partial(h, 2)",
    ),
    _changed(
        "a list inside a partial",
        "import functools\ndef h(a, b): return sum(a) + b\ng = functools.partial(h, [1])",
        "g.args[0].append(2)",
    ),
    _changed(
        "a dict inside a partial's keywords",
        "import functools\ndef h(y, k): return y + k\ng = functools.partial(h, k=1)",
        "g.keywords['k'] = 2",
    ),
    changed(
        "the function's own code",
        """
        @rememo.cache
        def f(x): return x + 1
        plain = getattr(f, "__wrapped__", f)
        """,
        "plain.__code__ = (lambda x: x + 2).__code__",
    ),
    changed(
        "the function's own default",
        """
        @rememo.cache
        def f(x, y=1): return x + y
        plain = getattr(f, "__wrapped__", f)
        """,
        "plain.__defaults__ = (2,)",
    ),
    # Enclosed variables
    changed(
        "an enclosed variable that is set",
        """
        def make():
            n = 1
            @rememo.cache
            def f(x): return x + n
            def put(v):
                nonlocal n
                n = v
            return f, put
        f, put = make()
        """,
        "put(5)",
    ),
    changed(
        "an enclosed variable's cell",
        """
        def make(n):
            def g(y): return y + n
            return g
        g = make(1)
        @rememo.cache
        def f(x): return g(x)
        """,
        "g.__closure__[0].cell_contents = 5",
    ),
    changed(
        "an enclosed list",
        """
        def make(table):
            def g(y): return sum(table) + y
            return g
        TABLE = [1]
        g = make(TABLE)
        @rememo.cache
        def f(x): return g(x)
        """,
        "TABLE.append(5)",
    ),
    changed(
        "an enclosed variable that is emptied",
        """
        def make(n):
            def g(y):
                try: return n
                except NameError: return 0
            def drop():
                nonlocal n
                del n
            return g, drop
        g, drop = make(1)
        @rememo.cache
        def f(x): return g(x)
        """,
        "drop()",
    ),
    # Containers of functions
    _changed(
        "a list of functions",
        "STEPS = [abs]",
        "STEPS.append(lambda y: 5)",
        "return [s(x) for s in STEPS]",
    ),
    _changed(
        "a dict of functions",
        "def one(y): return 1\nTABLE = {'a': one}",
        "TABLE['a'] = lambda y: 2",
        "return TABLE['a'](x)",
    ),
    _changed(
        "the code of a function in a dict",
        "def one(y): return 1\nTABLE = {'a': one}",
        "one.__code__ = (lambda y: 2).__code__",
        "return TABLE['a'](x)",
    ),
    _changed(
        "a further function for singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y): return 0",
        "g.register(int, lambda y: 1)",
    ),
    _changed(
        "the code of a function of singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y): return 0\ndef h(y): return 1\ng.register(int, h)",
        "h.__code__ = (lambda y: 2).__code__",
    ),
    _changed(
        "a registry that classes fill",
        "KINDS = []\nclass B:\n    def __init_subclass__(cls): KINDS.append(cls.__name__)",
        "class P(B): pass",
        "return list(KINDS)",
    ),
    # Modules
    _in_lib("a module's attribute", "lib.RATE = 3", "return lib.RATE"),
    _in_lib("a module's attribute that its function reads", "lib.RATE = 3"),
    _in_lib("a module's function that is patched", "lib.g = lambda y: 0"),
    _in_lib(
        "a module's attribute that is deleted", "del lib.RATE", "return getattr(lib, 'RATE', 0)"
    ),
    _in_lib("a module's attribute that is made", "lib.NEW = 3", "return getattr(lib, 'NEW', 0)"),
    _in_lib("a list in a module's dict", "lib.TABLE['a'].append(2)", "return sum(lib.TABLE['a'])"),
    _in_lib("a class of a module", "lib.P.n = 5", "return lib.P().m()"),
    _in_lib(
        "a module that is replaced", "import types\nlib = types.SimpleNamespace(g=lambda y: 0)"
    ),
    _in_lib(
        "a module's attribute read by an import inside",
        "lib.RATE = 3",
        "from lib import RATE; return RATE",
    ),
    _in_lib(
        "a function patched by unittest.mock",
        "from unittest import mock; mock.patch.object(lib, 'g', lambda y: 0).start()",
    ),
    _changed(
        "a library's function that is patched",
        "import textwrap\nKEEP = textwrap.dedent",
        "textwrap.dedent = lambda text: 'patched'",
        "return textwrap.dedent('a')",
        undo="textwrap.dedent = KEEP",
    ),
    changed(
        "an environment variable in depends_on",
        """
        import os
        os.environ["ACME_X"] = "1"
        @rememo.cache(depends_on=[rememo.Env("ACME_X")])
        def f(x): return os.environ["ACME_X"]
        """,
        'os.environ["ACME_X"] = "2"',
    ),
    changed(
        "a file in depends_on",
        """
        import importlib
        import where
        @rememo.cache(depends_on=[rememo.File(where.DATA)])
        def f(x): return importlib.import_module("".join(["where"])).read()
        ## where.py
        import pathlib
        DATA = pathlib.Path(__file__).with_name("data.txt")
        def read(): return DATA.read_text()
        ## data.txt
        one
        """,
        'where.DATA.write_text("two!")',
    ),
    changed(
        "another cached function's helper",
        """
        def h(y): return y + 1
        @rememo.cache
        def g(y): return h(y)
        @rememo.cache
        def f(x): return g(x)
        """,
        "h = lambda y: y + 2",
    ),
    changed(
        "another cached function's global",
        """
        RATE = 1
        @rememo.cache
        def g(y): return y + RATE
        @rememo.cache
        def f(x): return g(x)
        """,
        "RATE = 2",
    ),
    changed(
        "the state of an argument",
        """
        N = [1]
        @rememo.cache
        def f(x): return sum(x)
        """,
        "N.append(2)",
        call="f(N)",
    ),
    changed(
        "the class of an argument",
        """
        class P:
            def m(self): return 1
        N = P()
        @rememo.cache
        def f(x): return x.m()
        """,
        "P.m = lambda self: 2",
        call="f(N)",
    ),
    changed(
        "the code of a function as an argument",
        """
        def g(): return 1
        @rememo.cache
        def f(x): return x()
        """,
        "g.__code__ = (lambda: 2).__code__",
        call="f(g)",
    ),
    changed(
        "a cached method's instance",
        """
        class C:
            n = 1
            @rememo.cache
            def m(self, x): return self.n + x
        c = C()
        """,
        "c.n = 2",
        call="C.m(c, 3)",
    ),
    changed(
        "a cell that redefines a helper",
        """
        def h(y): return y + 1
        # %%
        @rememo.cache
        def f(x): return h(x)
        """,
        "exec(compile('def h(y): return y + 2', '<ipython-input-99-abc>', 'exec'), globals())",
        how="cells",
    ),
    # What lies behind something else
    _changed(
        "a context variable's value",
        "import contextvars\nA = contextvars.ContextVar('A', default=1)",
        "A.set(2)",
        "return A.get()",
    ),
    _changed(
        "a built-in that the program adds",
        "import builtins\nbuiltins.acme_rate = 1",
        "builtins.acme_rate = 2",
        "return acme_rate",
        undo="del builtins.acme_rate",
    ),
    _changed(
        "a list behind its bound method", "A = [1]\ng = A.count", "A.append(1)", "return g(1)"
    ),
    _changed(
        "a buffer behind a view",
        "A = bytearray(b'a')\nV = memoryview(A)",
        "A[0] = 98",
        "return bytes(V)",
    ),
    _changed(
        "a dict behind its proxy",
        "import types\nA = {1: 2}\nV = types.MappingProxyType(A)",
        "A[1] = 3",
        "return V[1]",
    ),
    _changed(
        "an object behind a weak proxy",
        "import weakref\n" + P + "\nV = weakref.proxy(N)",
        "N.n = 2",
        "return V.n",
    ),
    _changed(
        "an object behind a weak reference",
        "import weakref\n" + P + "\nV = weakref.ref(N)",
        "N.n = 2",
        "return V().n",
    ),
    _changed(
        "a weak dictionary's entry",
        "import weakref\n" + P + "\nV = weakref.WeakValueDictionary(a=N)",
        "N = None; __import__('gc').collect()",
        "return len(V)",
    ),
    _changed(
        "a weak set's element",
        "import weakref\n" + P + "\nV = weakref.WeakSet([N])",
        "K = P(); V.add(K)",
        "return len(V)",
    ),
    _changed(
        "an attribute of an enumeration's member",
        "import enum\nclass E(enum.Enum):\n    A = 1\nE.A.extra = 1",
        "E.A.extra = 2",
        "return E.A.extra",
    ),
    _changed(
        "a property's getter",
        "class P:\n    @property\n    def n(self): return 1",
        "P.n = P.n.getter(lambda self: 2)",
        "return P().n",
    ),
    _changed(
        "the code of a property's getter",
        "class P:\n    @property\n    def n(self): return 1",
        "P.n.fget.__code__ = (lambda self: 2).__code__",
        "return P().n",
    ),
    _changed(
        "the code of a static method",
        "class P:\n    @staticmethod\n    def m(): return 1",
        "P.m.__code__ = (lambda: 2).__code__",
        "return P.m()",
    ),
    _changed(
        "the code of a metaclass's method",
        "class M(type):\n    def m(cls): return 1\nclass P(metaclass=M): pass",
        "M.m.__code__ = (lambda cls: 2).__code__",
        "return P.m()",
    ),
    _changed(
        "a descriptor's state",
        "class D:\n    v = 1\n    def __get__(self, i, o): return self.v\nD0 = D()\nclass P:\n    n = D0",
        "D0.v = 2",
        "return P().n",
    ),
    _changed(
        "the code of what a wrapper encloses",
        "def deco(fn):\n    def wrapper(y): return fn(y)\n    return wrapper\ndef h(y): return 1\ng = deco(h)",
        "h.__code__ = (lambda y: 2).__code__",
    ),
    _changed(
        "the code below lru_cache",
        "import functools\n@functools.lru_cache\ndef g(y): return 1",
        "g.__wrapped__.__code__ = (lambda y: 2).__code__; g.cache_clear()",
    ),
    _changed("an instance's dict that is replaced", P, "N.__dict__ = {'n': 5}", "return N.n"),
    _changed(
        "a list in a slot",
        "class P:\n    __slots__ = ('n',)\nN = P()\nN.n = [1]",
        "N.n.append(2)",
        "return sum(N.n)",
    ),
    _changed(
        "a list in a named tuple",
        "import collections\nT = collections.namedtuple('T', 'a')\nN = T([1])",
        "N.a.append(2)",
        "return sum(N.a)",
    ),
    _changed(
        "a list in a frozen dataclass",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass C:\n    a: list\nN = C([1])",
        "N.a.append(2)",
        "return sum(N.a)",
    ),
    _changed(
        "a list's subclass", "class L(list): pass\nN = L([1])", "N.append(2)", "return sum(N)"
    ),
    _changed(
        "an attribute of a list's subclass",
        "class L(list): pass\nN = L([1])\nN.k = 1",
        "N.k = 2",
        "return N.k",
    ),
    _changed(
        "a dict's subclass, by a constant key",
        "class L(dict): pass\nN = L(a=1)",
        "N['a'] = 2",
        "return N['a']",
    ),
    _changed(
        "a value in a list's subclass, by index",
        "class L(list): pass\nN = L([1])",
        "N[0] = 2",
        "return N[0]",
    ),
    _changed(
        "a subclass that takes __getattribute__",
        "class P:\n    n = 1\nN = P()",
        "P.__getattribute__ = lambda self, name: 5",
        "return N.n",
    ),
    _changed(
        "a class that takes __getattr__",
        "class P: pass\nN = P()",
        "P.__getattr__ = lambda self, name: 5",
        "return getattr(N, 'n', 0)",
    ),
    _changed(
        "a class that takes __call__",
        "class P: pass\nN = P()",
        "P.__call__ = lambda self: 5",
        "return N() if callable(N) else 0",
    ),
    _changed(
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
    # What is no change
    used("nothing", COUNT, ""),
    used("a global that is rebound to an equal value", COUNT, "RATE = int('2')"),
    used("a global that changes and comes back", COUNT, "RATE = 3; f(3); RATE = 2"),
    used("an unrelated global", COUNT + "OTHER = 1\n", "OTHER = 2; MORE = [1]; del OTHER"),
    _used(
        "a list that is replaced by an equal one", "A = [1, [2]]", "A = [1, [2]]", "return str(A)"
    ),
    _used("an unrelated key of a dict", "A = {'a': 1, 'b': 2}", "A['b'] = 3", "return A['a']"),
    _used("an unrelated attribute of an instance", P, "N.other = 1", "return N.n + x"),
    _used(
        "an attribute that a helper writes on itself",
        "import functools\ndef timed(fn):\n    @functools.wraps(fn)\n    def wrapper(*a):\n        result = fn(*a)\n        wrapper.last = a\n        return result\n    return wrapper\n@timed\ndef g(y): return y",
        "g(7)",
    ),
    _used("a helper redefined as it was", G, "def g(y): return y + 1"),
    _used(
        "a class redefined as it was",
        P,
        "class P:\n    n = 1\n    def m(self): return self.n",
        "return P().m()",
    ),
    _used(
        "an enumeration redefined as it was",
        "import enum\nclass E(enum.Enum):\n    A = 1",
        "class E(enum.Enum):\n    A = 1",
        "return E.A.value",
    ),
    used(
        "the function redefined as it was",
        COUNT,
        "exec('RATE = 2\\n@rememo.cache\\ndef f(x): return RATE * x', globals())",
    ),
    used(
        "every cell run again",
        """
        import enum
        class E(enum.Enum):
            A = 1
        def h(y): return y + E.A.value
        # %%
        @rememo.cache
        def f(x): return h(x)
        """,
        """
        cell = '''import enum
        class E(enum.Enum):
            A = 1
        def h(y): return y + E.A.value
        @rememo.cache
        def f(x): return h(x)
        '''
        exec(compile(__import__('textwrap').dedent(cell), '<ipython-input-98-abc>', 'exec'), globals())
        """,
        how="cells",
    ),
    _in_lib(
        "a module that is loaded again as it was",
        "import importlib; importlib.reload(lib)",
        make=used,
    ),
    _in_lib("an unrelated attribute of a module", "lib.OTHER = 5", make=used),
    _used("helpers that are called often", G, "for i in range(200): g(i)"),
    _used(
        "calls from a thread",
        G,
        "import threading\nt = threading.Thread(target=f, args=(3,)); t.start(); t.join()",
    ),
    _used(
        "a trace that was set and removed",
        G,
        "import sys\nsys.settrace(lambda *a: None); f(3); g(4); sys.settrace(None)",
    ),
    used(
        "an equal argument that is another object",
        "@rememo.cache\ndef f(x): return sum(x)\nN = [1, 2]\n",
        "N = [1, 2]",
        call="f(N)",
    ),
]
