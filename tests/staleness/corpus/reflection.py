"""What code reads of other code: names, docstrings, bases, subclasses, frames."""

from ..case import miss, miss_around

CASES = [
    miss_around(
        "the order of a class's bases, read",
        "class A: pass\nclass B(A): pass",
        "class B(A)",
        "class B",
        "return [c.__name__ for c in B.__mro__]",
    ),
    miss_around(
        "the bases of a class, read",
        "class A: pass\nclass B(A): pass",
        "class B(A)",
        "class B",
        "return len(B.__bases__[0].__name__)",
    ),
    miss_around(
        "the subclasses of a class",
        "class A: pass\nclass B(A): pass",
        "class B(A)",
        "class B",
        "return [c.__name__ for c in A.__subclasses__()]",
    ),
    miss(
        "a subclass in another module, found by its base",
        """
        from base import A
        import plug
        @rememo.cache
        def f(x):
            return [c.n for c in A.__subclasses__()]
        ## base.py
        class A: pass
        ## plug.py
        from base import A
        class B(A): n = 1
        """,
        ("n = 1", "n = 2"),
    ),
    miss_around(
        "a class attribute by way of __class__",
        "class P:\n    n = 1\nO = P()",
        "n = 1",
        "n = 2",
        "return O.__class__.n",
    ),
    miss_around(
        "a method by way of type()",
        "class P:\n    def m(self): return 1\nO = P()",
        "return 1",
        "return 2",
        "return type(O).m(O)",
    ),
    miss_around(
        "a class attribute by way of type(self)",
        "class P:\n    reg = {'a': 1}\n    def m(self): return type(self).reg['a']\nO = P()",
        "'a': 1",
        "'a': 2",
        "return O.m()",
    ),
    miss_around(
        "a docstring that pydoc shows",
        "def g():\n    'One.'",
        "'One.'",
        "'Two.'",
        "import pydoc; return pydoc.render_doc(g)",
        settles=True,
    ),
    miss_around(
        "a docstring that inspect.getdoc reads",
        "def g():\n    'One.'",
        "'One.'",
        "'Two.'",
        "import inspect; return inspect.getdoc(g)",
    ),
    miss_around(
        "a docstring by getattr",
        "def g():\n    'One.'",
        "'One.'",
        "'Two.'",
        "return getattr(g, '__doc__')",
    ),
    miss_around(
        "a class's docstring that inspect.getdoc reads",
        "class P:\n    'One.'",
        "'One.'",
        "'Two.'",
        "import inspect; return inspect.getdoc(P)",
    ),
    miss_around(
        "a docstring in a command line parser",
        "import argparse\ndef main():\n    'One.'",
        "'One.'",
        "'Two.'",
        "return argparse.ArgumentParser(description=main.__doc__).description",
    ),
    miss_around(
        "the constants of a helper's code, read",
        "def g(): return 1",
        "return 1",
        "return 2",
        "return g.__code__.co_consts[-1]",
    ),
    miss_around(
        "the locals of a helper's code, read",
        "def g():\n    a = 1",
        "a = 1",
        "b = 1",
        "return g.__code__.co_varnames",
    ),
    miss_around(
        "a helper's defaults, read", "def g(y=1): pass", "y=1", "y=2", "return g.__defaults__"
    ),
    miss_around(
        "a helper's name, read",
        "def g(): pass\nh = g",
        "def g(): pass\nh = g",
        "def k(): pass\nh = k",
        "return h.__name__",
    ),
    miss_around(
        "a class's name, read",
        "class G: pass\nh = G",
        "class G: pass\nh = G",
        "class K: pass\nh = K",
        "return h.__name__",
    ),
    miss_around(
        "the name of an instance's class, read",
        "class G: pass\nh = G()",
        "class G: pass\nh = G",
        "class K: pass\nh = K",
        "return type(h).__name__",
    ),
    miss_around(
        "locals by way of a frame",
        "def g():\n    a = 1\n    import sys\n    return list(sys._getframe().f_locals)",
        "a = 1",
        "b = 1",
        "return g()",
    ),
    miss_around(
        "a local's name in an f-string",
        "def g(y):\n    a = y\n    return f'{a=}'",
        "a = y\n    return f'{a=}'",
        "b = y\n    return f'{b=}'",
        "return g(x)",
    ),
    miss_around(
        "the name of a class inside a function, read",
        "def g():\n    class A: pass\n    return A",
        "class A: pass\n    return A",
        "class B: pass\n    return B",
        "return g().__qualname__",
    ),
    miss_around(
        "the name of a function inside a function, read",
        "def g():\n    def a(): pass\n    return a",
        "def a(): pass\n    return a",
        "def b(): pass\n    return b",
        "return g().__name__",
    ),
    miss_around(
        "the qualified name of a lambda, read",
        "def g():\n    return lambda: 0\nh = g()",
        "def g():\n    return lambda: 0\nh = g()",
        "def k():\n    return lambda: 0\nh = k()",
        "return h.__qualname__",
    ),
]
