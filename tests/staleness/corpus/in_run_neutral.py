# ruff: noqa: E501
"""What happens within one run and is no change: redefined, used, reloaded, replaced by an equal."""

from ..case import changed, reading, used, used_around

COUNT = """
RATE = 2
@rememo.cache
def f(x): return RATE * x
"""
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
    used("nothing", COUNT, ""),
    used("a global that is rebound to an equal value", COUNT, "RATE = int('2')"),
    used("a global that changes and comes back", COUNT, "RATE = 3; f(3); RATE = 2"),
    used("an unrelated global", COUNT + "OTHER = 1\n", "OTHER = 2; MORE = [1]; del OTHER"),
    used_around(
        "a list that is replaced by an equal one", "A = [1, [2]]", "A = [1, [2]]", "return str(A)"
    ),
    used_around(
        "an unrelated key of a dict", "A = {'a': 1, 'b': 2}", "A['b'] = 3", "return A['a']"
    ),
    used_around("an unrelated attribute of an instance", P, "N.other = 1", "return N.n + x"),
    used_around(
        "an attribute that a helper writes on itself",
        "import functools\ndef timed(fn):\n    @functools.wraps(fn)\n    def wrapper(*a):\n        result = fn(*a)\n        wrapper.last = a\n        return result\n    return wrapper\n@timed\ndef g(y): return y",
        "g(7)",
    ),
    used_around("a helper redefined as it was", G, "def g(y): return y + 1"),
    used_around(
        "a class redefined as it was",
        P,
        "class P:\n    n = 1\n    def m(self): return self.n",
        "return P().m()",
    ),
    used_around(
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
    used_around("helpers that are called often", G, "for i in range(200): g(i)"),
    used_around(
        "calls from a thread",
        G,
        "import threading\nt = threading.Thread(target=f, args=(3,)); t.start(); t.join()",
    ),
    used_around(
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
