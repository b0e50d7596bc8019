"""External values: globals, enclosed variables, attributes and what lies inside them."""

from ..case import miss, miss_around


def _value(name, before, after, body="return repr(VALUE)", setup="", **options):
    """A miss by the value of a global that ``f`` reads."""
    project = f"{setup}\nVALUE = {before}\n\n@rememo.cache\ndef f(x):\n    {body}\n"
    return miss(name, project, (f"VALUE = {before}\n", f"VALUE = {after}\n"), **options)


CASES = [
    _value("an integer", "1", "2"),
    _value("an integer becomes a float", "1", "1.0"),
    _value("an integer becomes a bool", "1", "True"),
    _value("None becomes zero", "None", "0"),
    _value("a float's last bit", "0.1", "0.10000000000000002"),
    _value("text", '"a"', '"b"'),
    _value("text becomes bytes", '"a"', 'b"a"'),
    _value("a bytearray", 'bytearray(b"a")', 'bytearray(b"b")'),
    _value("a list's element", "[1, 2]", "[1, 3]"),
    _value("a list's order", "[1, 2]", "[2, 1]"),
    _value("a list becomes a tuple", "[1]", "(1,)"),
    _value("the borders between texts", '["ab", "c"]', '["a", "bc"]'),
    _value("the nesting of lists", "[[1], 2]", "[1, [2]]"),
    _value("a value deep in dicts", '{"a": {"b": [1]}}', '{"a": {"b": [2]}}'),
    _value("the order of a dict", '{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
    _value("a key's type", "{1: 0}", "{1.0: 0}"),
    _value("a set's element", '{"a", "b"}', '{"a", "c"}', "return sorted(VALUE)"),
    _value("a set becomes frozen", "{1}", "frozenset({1})"),
    _value("a range", "range(3)", "range(4)"),
    _value("a slice", "slice(1)", "slice(2)"),
    _value("a complex number", "1j", "2j"),
    _value(
        "a decimal's exponent",
        'Decimal("1.0")',
        'Decimal("1.00")',
        setup="from decimal import Decimal",
    ),
    _value(
        "a fraction", "Fraction(1, 3)", "Fraction(1, 4)", setup="from fractions import Fraction"
    ),
    _value("a date", "date(2024, 1, 1)", "date(2024, 1, 2)", setup="from datetime import date"),
    _value(
        "a time zone",
        "datetime(2024, 1, 1, tzinfo=timezone.utc)",
        "datetime(2024, 1, 1)",
        setup="from datetime import datetime, timezone",
    ),
    _value(
        "a fold of a time", "time(1, fold=0)", "time(1, fold=1)", setup="from datetime import time"
    ),
    _value("a path", 'Path("a")', 'Path("b")', setup="from pathlib import Path"),
    _value("a UUID", "UUID(int=1)", "UUID(int=2)", setup="from uuid import UUID"),
    _value("a regex's pattern", 're.compile("a")', 're.compile("b")', setup="import re"),
    _value("a regex's flags", 're.compile("a")', 're.compile("a", re.I)', setup="import re"),
    _value(
        "a deque's bound", "deque([1], 3)", "deque([1], 4)", setup="from collections import deque"
    ),
    _value(
        "a default factory",
        "defaultdict(int)",
        "defaultdict(list)",
        "return repr(VALUE[1])",
        setup="from collections import defaultdict",
        restless=True,
    ),
    _value(
        "an ordered dict's order",
        "OrderedDict(a=1, b=2)",
        "OrderedDict(b=2, a=1)",
        setup="from collections import OrderedDict",
    ),
    _value("a counter", 'Counter("ab")', 'Counter("aa")', setup="from collections import Counter"),
    _value(
        "the order of chained maps",
        "ChainMap({1: 2}, {1: 3})",
        "ChainMap({1: 3}, {1: 2})",
        "return VALUE[1]",
        setup="from collections import ChainMap",
    ),
    _value(
        "a proxy of a mapping",
        "M({1: 2})",
        "M({1: 3})",
        setup="from types import MappingProxyType as M",
    ),
    _value(
        "a namespace",
        "N(a=1)",
        "N(a=2)",
        "return VALUE.a",
        setup="from types import SimpleNamespace as N",
    ),
    _value(
        "an array's type code",
        'array("i", [1])',
        'array("l", [1])',
        setup="from array import array",
    ),
    _value(
        "a partial's argument",
        "partial(max, 1)",
        "partial(max, 9)",
        "return VALUE(x)",
        setup="from functools import partial",
    ),
    _value(
        "an operator from a library",
        "add",
        "mul",
        "return VALUE(x, 5)",
        setup="from operator import add, mul",
    ),
    _value(
        "an item getter",
        "itemgetter(0)",
        "itemgetter(1)",
        'return VALUE("ab")',
        setup="from operator import itemgetter",
    ),
    _value("a built-in type", "int", "float", "return VALUE(x)"),
    _value("a bound method of text", '"ab".count', '"cb".count', 'return VALUE("a")'),
    _value(
        "a text stream's content",
        'StringIO("a")',
        'StringIO("b")',
        "return VALUE.getvalue()",
        setup="from io import StringIO",
    ),
    _value(
        "a named tuple's element",
        "P(1, 2)",
        "P(1, 3)",
        setup="from collections import namedtuple\nP = namedtuple('P', 'a b')",
    ),
    _value(
        "an array's value",
        "np.arange(3)",
        "np.array([0, 1, 3])",
        setup="import numpy as np",
        requires=("numpy",),
    ),
    _value(
        "an array's dtype",
        "np.arange(3)",
        'np.arange(3, dtype="i4")',
        "return VALUE.itemsize",
        setup="import numpy as np",
        requires=("numpy",),
    ),
    _value(
        "an array's shape",
        "np.zeros((2, 3))",
        "np.zeros((3, 2))",
        setup="import numpy as np",
        requires=("numpy",),
    ),
    _value(
        "a frame's column name",
        'pd.DataFrame({"a": [1]})',
        'pd.DataFrame({"b": [1]})',
        setup="import pandas as pd",
        requires=("pandas",),
    ),
    _value(
        "a frame's index",
        "pd.DataFrame([1])",
        "pd.DataFrame([1], index=[7])",
        setup="import pandas as pd",
        requires=("pandas",),
    ),
    _value("a value read in a lambda", "1", "2", "return (lambda y: y + VALUE)(x)"),
    _value("a value read in a comprehension", "1", "2", "return [VALUE for _ in range(x)]"),
    _value(
        "a value read in a generator expression", "1", "2", "return sum(VALUE for _ in range(x))"
    ),
    _value("a value read in an f-string", "1", "2", 'return f"{VALUE}"'),
    _value("a value read as a format's width", "5", "6", 'return f"{x:{VALUE}}"'),
    _value(
        "a value read in the default of a lambda inside", "1", "2", "return (lambda y=VALUE: y)()"
    ),
    _value(
        "a value read in a pattern",
        "K(1)",
        "K(3)",
        "match x:\n        case VALUE.k: return 1\n        case _: return 2",
        setup="class K:\n    def __init__(self, k): self.k = k",
    ),
    _value(
        "a value that is augmented on a copy", "[1]", "[2]", "y = list(VALUE); y += [x]; return y"
    ),
    _value(
        "an element by a constant key", '{"a": 1, "b": 2}', '{"a": 5, "b": 2}', 'return VALUE["a"]'
    ),
    _value("an element by a computed key", "{3: 1}", "{3: 2}", "return VALUE[x]"),
    _value(
        "an element by a nested constant key",
        '{"a": {"b": 1}}',
        '{"a": {"b": 2}}',
        'return VALUE["a"]["b"]',
    ),
    _value("an element by get", '{"a": 1}', '{"a": 2}', 'return VALUE.get("a")'),
    _value("the presence of a key", '{"a": 1}', '{"b": 1}', 'return "a" in VALUE'),
    _value("the size of a dict", '{"a": 1}', '{"a": 1, "b": 2}', "return len(VALUE)"),
    _value("a dict that is passed on", '{"a": 1}', '{"a": 1, "b": 2}', "return sorted(VALUE)"),
    _value("a dict that is unpacked", '{"a": 1}', '{"a": 1, "b": 2}', "return dict(**VALUE)"),
    _value(
        "a dict that is iterated over", '{"a": 1}', '{"a": 1, "b": 2}', "return [k for k in VALUE]"
    ),
    _value(
        "a dict read by key and then passed on",
        '{"a": 1}',
        '{"a": 1, "b": 2}',
        'return VALUE["a"], len(VALUE)',
    ),
    _value(
        "a dict bound to a local first", '{"a": 1}', '{"a": 1, "b": 2}', "y = VALUE; return len(y)"
    ),
    _value("an index of a list", "[1, 2]", "[5, 2]", "return VALUE[0]"),
    _value("a negative index of a list", "[1, 2]", "[1, 2, 3]", "return VALUE[-1]"),
    miss(
        "a global that appears",
        """
        @rememo.cache
        def f(x):
            try:
                return RATE
            except NameError:
                return 0
        """,
        ("@rememo", "RATE = 5\n@rememo"),
    ),
    miss(
        "a global that disappears",
        """
        RATE = 5
        @rememo.cache
        def f(x):
            return RATE
        """,
        ("RATE = 5\n", ""),
    ),
    miss(
        "a global that hides a built-in",
        """
        @rememo.cache
        def f(x):
            return len("ab")
        """,
        ("@rememo", "def len(text): return 7\n@rememo"),
    ),
    miss(
        "a global of another module, imported by name",
        """
        from conf import RATE
        @rememo.cache
        def f(x):
            return RATE * x
        ## conf.py
        RATE = 2
        """,
        ("RATE = 2", "RATE = 3"),
    ),
    miss(
        "an attribute of a module",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.RATE * x
        ## conf.py
        RATE = 2
        """,
        ("RATE = 2", "RATE = 3"),
    ),
    miss(
        "an attribute of a module under another name",
        """
        import conf as c
        @rememo.cache
        def f(x):
            return c.RATE * x
        ## conf.py
        RATE = 2
        """,
        ("RATE = 2", "RATE = 3"),
    ),
    miss(
        "an attribute that a module does not have yet",
        """
        import conf
        @rememo.cache
        def f(x):
            return getattr(conf, "RATE", 0)
        ## conf.py
        """,
        {"conf.py": "RATE = 3"},
    ),
    miss(
        "the presence of a module's attribute",
        """
        import conf
        @rememo.cache
        def f(x):
            return hasattr(conf, "RATE")
        ## conf.py
        """,
        {"conf.py": "RATE = 3"},
    ),
    miss(
        "an entry of a dict in a module",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.TABLE["a"]
        ## conf.py
        TABLE = {"a": 1, "b": 2}
        """,
        ('"a": 1', '"a": 9'),
    ),
    miss(
        "an attribute of an instance in a module",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.SETTINGS.rate
        ## conf.py
        class Settings:
            def __init__(self): self.rate = 1
        SETTINGS = Settings()
        """,
        ("self.rate = 1", "self.rate = 2"),
    ),
    miss(
        "the configuration of an application object",
        """
        from server import app
        @rememo.cache
        def f(x):
            return app.config["RATE"] * x
        ## server.py
        class App:
            def __init__(self): self.config = {"RATE": 1, "NAME": "a"}
        app = App()
        """,
        ('"RATE": 1', '"RATE": 2'),
    ),
    miss(
        "an enclosed variable",
        """
        def make(n):
            @rememo.cache
            def f(x):
                return x + n
            return f
        f = make(1)
        """,
        ("make(1)", "make(2)"),
    ),
    miss(
        "a variable enclosed two levels up",
        """
        def outer(n):
            def inner():
                def deepest(y): return y + n
                return deepest
            return inner()
        g = outer(1)
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ("outer(1)", "outer(2)"),
    ),
    miss(
        "an enclosed variable that is not yet set",
        """
        def make(late):
            @rememo.cache
            def f(x):
                try:
                    return n
                except NameError:
                    return 0
            if late: n = 5
            return f
        f = make(False)
        """,
        ("make(False)", "make(True)"),
    ),
    miss(
        "a list in an enclosed variable",
        """
        def make():
            table = [1, 2]
            @rememo.cache
            def f(x):
                return sum(table)
            return f
        f = make()
        """,
        ("[1, 2]", "[1, 3]"),
    ),
    miss(
        "a value read by a nested function only",
        """
        RATE = 1
        @rememo.cache
        def f(x):
            def g():
                def h(): return RATE
                return h()
            return g()
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a value read in the body of a class inside",
        """
        RATE = 1
        @rememo.cache
        def f(x):
            class P:
                rate = RATE
            return P.rate
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a cyclic value",
        """
        RING = [1]
        RING.append(RING)
        @rememo.cache
        def f(x):
            return repr(RING)
        """,
        ("RING = [1]", "RING = [2]"),
    ),
    miss(
        "a computed constant",
        """
        TABLE = {n: n * 2 for n in range(4)}
        @rememo.cache
        def f(x):
            return TABLE[x]
        """,
        ("n * 2", "n * 3"),
    ),
    miss(
        "a dict subclass that computes what is missing",
        """
        class Table(dict):
            def __missing__(self, key): return 1
        TABLE = Table()
        @rememo.cache
        def f(x):
            return TABLE["a"]
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a property read on an instance",
        """
        class Conf:
            def __init__(self): self._rate = 1
            @property
            def rate(self): return self._rate
        CONF = Conf()
        @rememo.cache
        def f(x):
            return CONF.rate
        """,
        ("self._rate = 1", "self._rate = 2"),
    ),
    miss(
        "an attribute that an instance computes",
        """
        class Conf:
            def __init__(self): self.data = {"rate": 1}
            def __getattr__(self, name): return self.data[name]
        CONF = Conf()
        @rememo.cache
        def f(x):
            return CONF.rate
        """,
        ('"rate": 1', '"rate": 2'),
    ),
    miss(
        "the code of an attribute that an instance computes",
        """
        class Conf:
            def __getattr__(self, name): return len(name)
        CONF = Conf()
        @rememo.cache
        def f(x):
            return CONF.rate
        """,
        ("len(name)", "-len(name)"),
    ),
    miss(
        "an instance's attribute replaced by a class attribute",
        """
        class Conf:
            rate = 2
            def __init__(self): self.rate = 1
        CONF = Conf()
        @rememo.cache
        def f(x):
            return CONF.rate
        """,
        ("self.rate = 1", "pass"),
    ),
    miss(
        "a data descriptor that takes an attribute over",
        """
        class Conf:
            pass
        CONF = Conf()
        CONF.__dict__["rate"] = 1
        @rememo.cache
        def f(x):
            return CONF.rate
        """,
        ("    pass", "    rate = property(lambda self: 2)"),
    ),
    miss_around(
        "the class of a context variable's default",
        "import contextvars\nclass P: n = 1\nV = contextvars.ContextVar('V', default=P())",
        "n = 1",
        "n = 2",
        "return V.get().n",
    ),
    miss_around("a template of bytes", "T = b'%d'", "b'%d'", "b'%05d'", "return T % x"),
    miss_around(
        "the entries of a class behind its proxy",
        "class P:\n    n = 1\nD = P.__dict__",
        "n = 1",
        "n = 2",
        "return D['n']",
    ),
    miss_around(
        "a base behind super()",
        "class A:\n    n = 1\nclass B(A):\n    n = 5\nO = B()\nS = super(B, O)",
        "n = 1",
        "n = 2",
        "return S.n",
    ),
    miss_around(
        "a method bound by super()",
        "class A:\n    def m(self): return 1\nclass B(A): pass\nO = super(B, B()).m",
        "return 1",
        "return 2",
        "return O()",
    ),
]
