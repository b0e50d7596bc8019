# ruff: noqa: E501
"""What code finds by a name in a text: constant names are followed, computed ones by all that they may find."""

from ..case import miss, miss_around

CASES = [
    miss_around(
        "a method called by methodcaller",
        "import operator\nclass P:\n    def m(self): return 1\nCALL = operator.methodcaller('m')",
        "return 1",
        "return 2",
        "return CALL(P())",
    ),
    miss(
        "an attribute of a module by attrgetter",
        """
        import conf, operator
        GET = operator.attrgetter('RATE')
        @rememo.cache
        def f(x):
            return GET(conf)
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a module that is asked for a computed name",
        """
        import conf
        NAME = 'RATE'
        @rememo.cache
        def f(x):
            return getattr(conf, NAME)
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "the global that holds the name",
        """
        import conf
        NAME = 'RATE'
        @rememo.cache
        def f(x):
            return getattr(conf, NAME)
        ## conf.py
        RATE = 1
        TAX = 5
        """,
        ("NAME = 'RATE'", "NAME = 'TAX'"),
    ),
    miss(
        "a method by a computed name",
        """
        class P:
            def a1(self): return 1
        OBJ = P()
        @rememo.cache
        def f(x):
            return getattr(OBJ, 'a' + str(1))()
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a module by import_module",
        """
        import importlib
        @rememo.cache
        def f(x):
            return importlib.import_module('conf').RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a helper of a function by import_module",
        """
        from importlib import import_module
        @rememo.cache
        def f(x):
            return import_module('conf').g(x)
        ## conf.py
        def g(y): return h(y)
        def h(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a module by __import__",
        """
        @rememo.cache
        def f(x):
            return __import__('conf').RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a module out of sys.modules",
        """
        import sys, conf
        @rememo.cache
        def f(x):
            return sys.modules['conf'].RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss_around(
        "a global by globals()", "RATE = 1", "RATE = 1", "RATE = 2", "return globals()['RATE']"
    ),
    miss_around(
        "a global by globals().get()",
        "RATE = 1",
        "RATE = 1",
        "RATE = 2",
        "return globals().get('RATE')",
    ),
    miss_around(
        "a helper of a function by globals()",
        "def g(y): return h(y)\ndef h(y): return y + 1",
        "y + 1",
        "y + 2",
        "return globals()['g'](x)",
    ),
    miss(
        "a variable of a module by vars()",
        """
        import conf
        @rememo.cache
        def f(x):
            return vars(conf)['RATE']
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a variable of a module by __dict__",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.__dict__['RATE']
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "the names in a module's __dict__",
        """
        import conf
        @rememo.cache
        def f(x):
            return sorted(k for k in conf.__dict__ if k.isupper())
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 1\nTAX = 2"),
    ),
    miss(
        "the names that dir() lists of a module",
        """
        import conf
        @rememo.cache
        def f(x):
            return [k for k in dir(conf) if k.isupper()]
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 1\nTAX = 2"),
    ),
    miss_around(
        "an attribute of a class by vars()",
        "class P:\n    n = 1",
        "n = 1",
        "n = 2",
        "return vars(P)['n']",
    ),
    miss_around(
        "a proxy that asks another object",
        "class Proxy:\n    def __init__(self, o): self.__dict__['o'] = o\n    def __getattr__(self, n): return getattr(self.o, n)\nclass P:\n    def m(self): return 1\nO = Proxy(P())",
        "return 1",
        "return 2",
        "return O.m()",
    ),
    miss(
        "a relative name by import_module",
        "from p import f\n## p/__init__.py\nimport importlib, rememo\n@rememo.cache\ndef f(x):\n    return importlib.import_module('.a', __package__).K\n## p/a.py\nK = 1\n",
        ("K = 1", "K = 2"),
    ),
]
