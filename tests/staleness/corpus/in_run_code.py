# ruff: noqa: E501
"""Changes within one run: functions, their code and defaults, registries, modules."""

from ..case import changed, changed_around, reading

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


G = "def g(y): return y + 1"
P = "class P:\n    n = 1\n    def m(self): return self.n\nN = P()"

CASES = [
    changed_around("a helper that is rebound", G, "def g(y): return y + 2"),
    changed_around("a helper that is wrapped", G, "h = g; g = lambda y: h(y) * 2"),
    changed_around("a helper's code", G + "\ndef h(y): return y + 2", "g.__code__ = h.__code__"),
    changed_around(
        "a helper of a helper: its code",
        "def h(y): return y + 1\ndef g(y): return h(y)",
        "h.__code__ = (lambda y: y + 2).__code__",
    ),
    changed_around("a helper's defaults", "def g(y, z=1): return y + z", "g.__defaults__ = (2,)"),
    changed_around(
        "a helper's keyword-only defaults",
        "def g(y, *, z=1): return y + z",
        "g.__kwdefaults__ = {'z': 2}",
    ),
    changed_around(
        "a helper's keyword-only defaults in place",
        "def g(y, *, z=1): return y + z",
        "g.__kwdefaults__['z'] = 2",
    ),
    changed_around(
        "a method's code", P, "P.m.__code__ = (lambda self: 5).__code__", "return N.m()"
    ),
    changed_around("the global of a helper", "RATE = 1\ndef g(y): return y + RATE", "RATE = 2"),
    changed_around(
        "a helper in another name's place",
        "def one(y): return 1\ndef two(y): return 2\ng = one",
        "g = two",
    ),
    changed_around(
        "a partial that is rebound",
        "import functools\ndef h(a, b): return a + b\ng = functools.partial(h, 1)",
        "g = functools.partial(h, 2)",
    ),
    changed_around(
        "a list inside a partial",
        "import functools\ndef h(a, b): return sum(a) + b\ng = functools.partial(h, [1])",
        "g.args[0].append(2)",
    ),
    changed_around(
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
    changed_around(
        "a list of functions",
        "STEPS = [abs]",
        "STEPS.append(lambda y: 5)",
        "return [s(x) for s in STEPS]",
    ),
    changed_around(
        "a dict of functions",
        "def one(y): return 1\nTABLE = {'a': one}",
        "TABLE['a'] = lambda y: 2",
        "return TABLE['a'](x)",
    ),
    changed_around(
        "the code of a function in a dict",
        "def one(y): return 1\nTABLE = {'a': one}",
        "one.__code__ = (lambda y: 2).__code__",
        "return TABLE['a'](x)",
    ),
    changed_around(
        "a further function for singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y): return 0",
        "g.register(int, lambda y: 1)",
    ),
    changed_around(
        "the code of a function of singledispatch",
        "import functools\n@functools.singledispatch\ndef g(y): return 0\ndef h(y): return 1\ng.register(int, h)",
        "h.__code__ = (lambda y: 2).__code__",
    ),
    changed_around(
        "a registry that classes fill",
        "KINDS = []\nclass B:\n    def __init_subclass__(cls): KINDS.append(cls.__name__)",
        "class P(B): pass",
        "return list(KINDS)",
    ),
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
    changed_around(
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
]
