"""What is reached through modules and packages, without importing anything to find out."""

from ..case import hit, miss

CASES = [
    miss(
        "a function imported by name",
        """
        from lib import g
        @rememo.cache
        def f(x):
            return g(x)
        ## lib.py
        def g(y):
            return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a function imported under another name",
        """
        from lib import g as h
        @rememo.cache
        def f(x):
            return h(x)
        ## lib.py
        def g(y):
            return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a function as an attribute of a module",
        """
        import lib
        @rememo.cache
        def f(x):
            return lib.g(x)
        ## lib.py
        def g(y):
            return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "helpers three modules away",
        """
        import one
        @rememo.cache
        def f(x):
            return one.g(x)
        ## one.py
        from two import g2
        def g(y): return g2(y)
        ## two.py
        import three
        def g2(y): return three.g3(y)
        ## three.py
        RATE = 1
        def g3(y): return y + RATE
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a dotted import",
        """
        import pkg.sub.mod
        @rememo.cache
        def f(x):
            return pkg.sub.mod.g(x)
        ## pkg/__init__.py
        ## pkg/sub/__init__.py
        ## pkg/sub/mod.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a dotted import under another name",
        """
        import pkg.mod as m
        @rememo.cache
        def f(x):
            return m.g(x)
        ## pkg/__init__.py
        ## pkg/mod.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a package that re-exports",
        """
        import pkg
        @rememo.cache
        def f(x):
            return pkg.g(x)
        ## pkg/__init__.py
        from .impl import g
        ## pkg/impl.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a package that re-exports from another module now",
        """
        from pkg import g
        @rememo.cache
        def f(x):
            return g(x)
        ## pkg/__init__.py
        from .a import g
        ## pkg/a.py
        def g(y): return y + 1
        ## pkg/b.py
        def g(y): return y + 2
        """,
        ("from .a", "from .b"),
    ),
    miss(
        "a star import",
        """
        from lib import *
        @rememo.cache
        def f(x):
            return g(x)
        ## lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "what a star import exports",
        """
        def g(y): return 0
        from lib import *
        @rememo.cache
        def f(x):
            return g(x)
        ## lib.py
        __all__ = ["g"]
        def g(y): return y + 1
        """,
        ('["g"]', "[]"),
    ),
    miss(
        "a sibling by a relative import",
        """
        from pkg.main import f
        ## pkg/__init__.py
        ## pkg/main.py
        import rememo
        from . import side
        @rememo.cache
        def f(x):
            return side.g(x)
        ## pkg/side.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "a relative import from the parent",
        """
        from pkg.sub.main import f
        ## pkg/__init__.py
        ## pkg/side.py
        def g(y): return y + 1
        ## pkg/sub/__init__.py
        ## pkg/sub/main.py
        import rememo
        from ..side import g
        @rememo.cache
        def f(x):
            return g(x)
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "circular imports",
        """
        from one import f
        ## one.py
        import rememo
        import two
        RATE = 1
        @rememo.cache
        def f(x):
            return two.g(x)
        ## two.py
        import one
        def g(y): return y + one.RATE
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "an import inside the body, of a name",
        """
        @rememo.cache
        def f(x):
            from lib import g
            return g(x)
        ## lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("lib",),
    ),
    miss(
        "an import inside the body, of a module",
        """
        @rememo.cache
        def f(x):
            import lib
            return lib.g(x)
        ## lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("lib",),
    ),
    miss(
        "an import inside the body, of a module that is loaded already",
        """
        import lib
        @rememo.cache
        def f(x):
            from lib import g
            return g(x)
        ## lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
    miss(
        "an import inside the body, dotted",
        """
        @rememo.cache
        def f(x):
            import pkg.mod
            return pkg.mod.g(x)
        ## pkg/__init__.py
        ## pkg/mod.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("pkg", "pkg.mod"),
    ),
    miss(
        "an import inside the body, dotted, under another name",
        """
        @rememo.cache
        def f(x):
            import pkg.mod as m
            return m.g(x)
        ## pkg/__init__.py
        ## pkg/mod.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("pkg", "pkg.mod"),
    ),
    miss(
        "an import inside the body, of a submodule by from",
        """
        @rememo.cache
        def f(x):
            from pkg import mod
            return mod.g(x)
        ## pkg/__init__.py
        ## pkg/mod.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("pkg", "pkg.mod"),
    ),
    miss(
        "an import inside the body, of a name that is re-exported",
        """
        @rememo.cache
        def f(x):
            from pkg import g
            return g(x)
        ## pkg/__init__.py
        from .impl import g
        ## pkg/impl.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("pkg", "pkg.impl"),
    ),
    miss(
        "an import inside the body, relative",
        """
        from pkg.main import f
        ## pkg/__init__.py
        ## pkg/main.py
        import rememo
        @rememo.cache
        def f(x):
            from .side import g
            return g(x)
        ## pkg/side.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("pkg.side",),
    ),
    miss(
        "an import inside a nested function",
        """
        @rememo.cache
        def f(x):
            def inner():
                from lib import g
                return g(x)
            return inner()
        ## lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("lib",),
    ),
    miss(
        "an import inside a helper",
        """
        def h(y):
            import lib
            return lib.g(y)
        @rememo.cache
        def f(x):
            return h(x)
        ## lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
        unloaded=("lib",),
    ),
    miss(
        "an import inside the body: a constant",
        """
        @rememo.cache
        def f(x):
            import conf
            return conf.RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
        unloaded=("conf",),
    ),
    miss(
        "an import inside the body: a computed constant",
        """
        @rememo.cache
        def f(x):
            import conf
            return conf.RATE
        ## conf.py
        def compute(): return 1
        RATE = compute() + 1
        """,
        ("return 1", "return 2"),
        settles=True,
        unloaded=("conf",),
    ),
    miss(
        "an import inside the body: a constant that an unloaded helper reads",
        """
        @rememo.cache
        def f(x):
            from lib import g
            return g(x)
        ## lib.py
        from conf import RATE
        def g(y): return y + RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
        unloaded=("lib", "conf"),
    ),
    miss(
        "an import inside the body: a class",
        """
        @rememo.cache
        def f(x):
            from lib import P
            return P().m()
        ## lib.py
        class Base:
            def m(self): return 1
        class P(Base): pass
        """,
        ("return 1", "return 2"),
        unloaded=("lib",),
    ),
    miss(
        "an import inside the body: a decorated function",
        """
        @rememo.cache
        def f(x):
            from lib import g
            return g(x)
        ## lib.py
        def twice(fn): return lambda y: fn(y) * 2
        @twice
        def g(y): return y
        """,
        ("fn(y) * 2", "fn(y) * 3"),
        settles=True,
        unloaded=("lib",),
    ),
    miss(
        "a module that appears for an import inside the body",
        """
        @rememo.cache
        def f(x):
            try:
                from fast import g
            except ImportError:
                return 0
            return g(x)
        """,
        {"fast.py": "def g(y): return 1"},
        unloaded=("fast",),
    ),
    miss(
        "a package that takes the place of a module",
        """
        import lib
        @rememo.cache
        def f(x):
            return lib.g(x)
        ## lib.py
        def g(y): return 1
        """,
        {
            "lib.py": None,
            "lib/__init__.py": "from .impl import g",
            "lib/impl.py": "def g(y): return 2",
        },
    ),
    miss(
        "a module's __getattr__",
        """
        import lib
        @rememo.cache
        def f(x):
            return lib.RATE
        ## lib.py
        def __getattr__(name):
            if name == "RATE": return 1
            raise AttributeError(name)
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a helper of a module's __getattr__",
        """
        import lib
        @rememo.cache
        def f(x):
            return lib.RATE
        ## lib.py
        RATES = {"RATE": 1}
        def __getattr__(name):
            return RATES[name]
        """,
        ('"RATE": 1', '"RATE": 2'),
    ),
    miss(
        "a module's __getattr__ that loads lazily",
        """
        import pkg
        @rememo.cache
        def f(x):
            return pkg.g(x)
        ## pkg/__init__.py
        def __getattr__(name):
            if name == "g":
                from .impl import g
                return g
            raise AttributeError(name)
        ## pkg/impl.py
        def g(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a module's __getattr__ reached by from inside the body",
        """
        import lib
        @rememo.cache
        def f(x):
            from lib import RATE
            return RATE
        ## lib.py
        def __getattr__(name):
            if name == "RATE": return 1
            raise AttributeError(name)
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a module that is passed on",
        """
        import conf
        def read(module): return module.RATE
        @rememo.cache
        def f(x):
            return read(conf)
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a module that is bound to a local",
        """
        import conf
        @rememo.cache
        def f(x):
            m = conf
            return m.RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "a module in a dict",
        """
        import conf
        PARTS = {"conf": conf}
        @rememo.cache
        def f(x):
            return PARTS["conf"].RATE
        ## conf.py
        RATE = 1
        """,
        ("RATE = 1", "RATE = 2"),
    ),
    miss(
        "all variables of a module",
        """
        import conf
        @rememo.cache
        def f(x):
            return sorted(k for k in vars(conf) if k.isupper())
        ## conf.py
        RATE = 1
        """,
        ("RATE", "TAX"),
    ),
    miss(
        "a module below a namespace package",
        """
        import space.mod
        @rememo.cache
        def f(x):
            return space.mod.g(x)
        ## space/mod.py
        def g(y): return 1
        """,
        ("return 1", "return 2"),
    ),
    hit(
        "a name of a package that its submodule takes over",
        """
        import pkg.mod
        @rememo.cache
        def f(x):
            return pkg.mod.g(x)
        ## pkg/__init__.py
        mod = 1
        ## pkg/mod.py
        def g(y): return 1
        """,
        ("mod = 1", "mod = 2"),
    ),
    miss(
        "a property of a module's class",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.RATE
        ## conf.py
        import sys, types
        class M(types.ModuleType):
            @property
            def RATE(self): return 1
        sys.modules[__name__].__class__ = M
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a module that puts an instance in its place",
        """
        import conf
        @rememo.cache
        def f(x):
            return conf.RATE + conf.m()
        ## conf.py
        import sys
        class C:
            RATE = 1
            def m(self): return 1
        sys.modules[__name__] = C()
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a package that is run as a program",
        """
        from pkg.__main__ import f
        ## pkg/__init__.py
        ## pkg/__main__.py
        import rememo
        from .lib import g
        @rememo.cache
        def f(x): return g(x)
        ## pkg/lib.py
        def g(y): return y + 1
        """,
        ("y + 1", "y + 2"),
    ),
]
