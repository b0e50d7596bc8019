# ruff: noqa: E501
"""Edits as formatters, linters and people who tidy up make them."""

from ..case import hit, hit_around

CASES = [
    hit_around(
        "a call over many lines",
        "def g(y):\n    return max(y, 1, key=lambda v: -v)",
        "return max(y, 1, key=lambda v: -v)",
        "return max(\n        y,\n        1,\n        key=lambda v: -v,\n    )",
    ),
    hit_around(
        "text in two parts",
        "def g(y):\n    return 'ab' * y",
        "'ab' * y",
        "(\n        'a'\n        'b'\n    ) * y",
    ),
    hit_around(
        "numbers written otherwise",
        "def g(y):\n    return y + 1000 + 16 + 1e3",
        "1000 + 16 + 1e3",
        "1_000 + 0x10 + 1000.0",
    ),
    hit_around(
        "elif in place of a nested if",
        "def g(y):\n    if y == 1:\n        return 1\n    else:\n        if y == 2:\n            return 2\n        else:\n            return 3",
        "else:\n        if y == 2:\n            return 2\n        else:\n            return 3",
        "elif y == 2:\n        return 2\n    else:\n        return 3",
    ),
    hit_around(
        "a pass",
        "def g(y):\n    if y:\n        y += 1\n    return y",
        "        y += 1\n",
        "        y += 1\n        pass\n",
    ),
    hit_around(
        "an ellipsis as a statement",
        "def g(y):\n    return y",
        "    return y",
        "    ...\n    return y",
    ),
    hit_around(
        "a text as a statement",
        "def g(y):\n    y += 1\n    return y",
        "    return y",
        "    'note'\n    return y",
    ),
    hit_around(
        "an explicit return of nothing",
        "def g(y):\n    y + 1",
        "    y + 1",
        "    y + 1\n    return None",
    ),
    hit_around(
        "a condition over many lines",
        "def g(y):\n    if y > 1 and y < 9 or y == 20:\n        return 1\n    return 2",
        "if y > 1 and y < 9 or y == 20:",
        "if (\n        y > 1\n        and y < 9\n        or y == 20\n    ):",
    ),
    hit_around(
        "a loop's condition over many lines",
        "def g(y):\n    while y > 1 and y != 5:\n        y -= 1\n        if y == 2:\n            break\n    return y",
        "while y > 1 and y != 5:",
        "while (\n        y > 1\n        and\n        y != 5\n    ):",
    ),
    hit_around(
        "two statements in a line",
        "def g(y):\n    a = y\n    b = a\n    return b",
        "a = y\n    b = a",
        "a = y; b = a",
    ),
    hit_around(
        "a loop variable's name",
        "def g(y):\n    s = 0\n    for i in range(y):\n        s += i\n    return s",
        "for i in range(y):\n        s += i",
        "for k in range(y):\n        s += k",
    ),
    hit_around(
        "the name of a local that a lambda encloses",
        "def g(y):\n    k = y + 1\n    return (lambda: k)()",
        "k = y + 1\n    return (lambda: k)()",
        "kk = y + 1\n    return (lambda: kk)()",
    ),
    hit_around(
        "the name of a local that two functions enclose",
        "def g(y):\n    a = 1\n    k = y + 1\n    def h(): return k + a\n    def i(): return a - k\n    return h() * i()",
        "k = y + 1\n    def h(): return k + a\n    def i(): return a - k",
        "zz = y + 1\n    def h(): return zz + a\n    def i(): return a - zz",
    ),
    hit_around(
        "the name of a nonlocal variable",
        "def g(y):\n    n = 0\n    def h():\n        nonlocal n\n        n += 1\n    h()\n    return n",
        "n = 0\n    def h():\n        nonlocal n\n        n += 1\n    h()\n    return n",
        "m = 0\n    def h():\n        nonlocal m\n        m += 1\n    h()\n    return m",
    ),
    hit_around(
        "the name of a caught exception",
        "def g(y):\n    try: return 1 / 0\n    except ZeroDivisionError as e: return str(e)",
        "as e: return str(e)",
        "as err: return str(err)",
    ),
    hit_around(
        "the name of a context",
        "import contextlib\ndef g(y):\n    with contextlib.nullcontext(y) as c: return c",
        "as c: return c",
        "as d: return d",
    ),
    hit_around(
        "the name in a walrus",
        "def g(y):\n    if (k := y + 1): return k",
        "(k := y + 1): return k",
        "(kk := y + 1): return kk",
    ),
    hit_around(
        "the name in a pattern",
        "def g(y):\n    match [y]:\n        case [v]: return v",
        "case [v]: return v",
        "case [w]: return w",
    ),
    hit_around(
        "annotations on everything",
        "def g(y, *a, k=1, **kw):\n    v = y\n    return v",
        "def g(y, *a, k=1, **kw):\n    v = y",
        "def g(y: 'int', *a: str, k: int = 1, **kw: 'x') -> 'y':\n    v: int = y",
    ),
    hit_around(
        "an annotation without a value",
        "def g(y):\n    return y",
        "    return y",
        "    v: int\n    return y",
    ),
    hit(
        "annotations that are kept as text",
        "import rememo\ndef g(y: int) -> str:\n    return y\n@rememo.cache\ndef f(x: int):\n    return g(x)\n",
        ("import rememo", "from __future__ import annotations\nimport rememo"),
        prelude="",
    ),
    hit(
        "a class's annotations that are kept as text",
        "import rememo\nclass P:\n    n: int = 1\n    def m(self, k: 'P') -> 'P': return self.n\n@rememo.cache\ndef f(x: int):\n    return P().m(1)\n",
        ("import rememo", "from __future__ import annotations\nimport rememo"),
        prelude="",
    ),
    hit(
        "an import for type checkers",
        "from typing import TYPE_CHECKING\ndef g(y): return y\n@rememo.cache\ndef f(x):\n    return g(x)\n",
        ("def g(y)", "if TYPE_CHECKING:\n    from decimal import Decimal\ndef g(y: 'Decimal')"),
    ),
    hit(
        "a class moved below the function",
        "class P:\n    n = 1\n@rememo.cache\ndef f(x):\n    return P.n\n",
        [
            ("class P:\n    n = 1\n", ""),
            ("    return P.n\n", "    return P.n\nclass P:\n    n = 1\n"),
        ],
    ),
    hit(
        "a comment in another method",
        "class P:\n    def m(self): return 1\n    def k(self): return 2\n@rememo.cache\ndef f(x):\n    return P().m()\n",
        ("def k(self): return 2", "def k(self):\n        # why\n        return 2"),
    ),
    hit(
        "the order of methods",
        "class P:\n    def m(self): return 1\n    def k(self): return 2\n@rememo.cache\ndef f(x):\n    return P().m()\n",
        (
            "    def m(self): return 1\n    def k(self): return 2",
            "    def k(self): return 2\n    def m(self): return 1",
        ),
    ),
    hit(
        "the order of class attributes",
        "class P:\n    a = 1\n    b = 2\n@rememo.cache\ndef f(x):\n    return P.a\n",
        ("    a = 1\n    b = 2", "    b = 2\n    a = 1"),
    ),
    hit(
        "a module that becomes a package",
        "import lib\n@rememo.cache\ndef f(x):\n    return lib.g(x)\n## lib.py\ndef g(y): return y\n",
        [{"lib.py": None}, {"lib/__init__.py": "def g(y): return y\n"}],
    ),
    hit(
        "a further submodule of a package",
        "import pkg\n@rememo.cache\ndef f(x):\n    return pkg.g(x)\n## pkg/__init__.py\ndef g(y): return y\n",
        {"pkg/extra.py": "def z(): return 1\n"},
    ),
    hit(
        "a further name in __all__",
        "from lib import *\n@rememo.cache\ndef f(x):\n    return g(x)\n## lib.py\n__all__ = ['g']\ndef g(y): return y\ndef h(y): return y\n",
        ("['g']", "['g', 'h']"),
    ),
    hit(
        "a further function behind a star import",
        "from lib import *\n@rememo.cache\ndef f(x):\n    return g(x)\n## lib.py\ndef g(y): return y\n",
        ("def g(y): return y\n", "def g(y): return y\ndef h(y): return y + 1\n"),
    ),
    hit(
        "a print while a module is imported",
        "import lib\n@rememo.cache\ndef f(x):\n    return lib.g(x)\n## lib.py\ndef g(y): return y\n",
        ("def g(y): return y\n", "def g(y): return y\nprint('loaded')\n"),
    ),
    hit(
        "what a script does when it is run",
        "@rememo.cache\ndef f(x):\n    return x\n",
        ("    return x\n", "    return x\nif __name__ == '__main__':\n    print(f(9))\n"),
        how="script",
    ),
    hit(
        "arguments that nobody reads",
        "import sys\n@rememo.cache\ndef f(x):\n    return x\nprint(sys.argv)\n",
        do="sys.argv = ['a']",
        after_do="sys.argv = ['b', 'c']",
    ),
    hit(
        "a helper's caller",
        "def g(y): return y\ndef h(y): return y\n@rememo.cache\ndef f(x):\n    return g(x)\n",
        ("def h(y): return y", "def h(y): return g(y) + 1"),
    ),
    hit_around(
        "a class's annotations without values",
        "class P:\n    n = 1",
        "    n = 1",
        "    n: int = 1\n    k: 'str'",
        "return P.n",
    ),
    hit_around(
        "a method's docstring and blank lines",
        "class P:\n    n = 1\n    def m(self): return self.n",
        "def m(self): return self.n",
        "def m(self):\n        '''Doc.'''\n\n        return self.n",
        "return P().m()",
    ),
    hit_around(
        "comments above a class",
        "class P:\n    n = 1",
        "class P",
        "# one\n# two\nclass P",
        "return P.n",
    ),
    hit_around(
        "a type comment", "def g(y):\n    v = y\n    return v", "v = y", "v = y  # type: int"
    ),
    hit_around("a raw text", r"def g(y):" "\n" r"    return 'a\\b'", r"'a\\b'", r"r'a\b'"),
    hit_around("an f-string's quotes", "def g(y):\n    return f'{y}a'", "f'{y}a'", 'f"{y}a"'),
    hit_around(
        "an f-string in two parts", "def g(y):\n    return f'{y}ab'", "f'{y}ab'", "f'{y}' 'ab'"
    ),
    hit_around("a tuple's parentheses", "def g(y):\n    return y, 1", "y, 1", "(y, 1)"),
    hit_around(
        "a list in place of a tuple to look in",
        "def g(y):\n    return y in (1, 2)",
        "(1, 2)",
        "[1, 2]",
    ),
    hit_around(
        "contexts over many lines",
        "import contextlib\ndef g(y):\n    with contextlib.nullcontext(y) as a, contextlib.nullcontext(1) as b: return a + b",
        "with contextlib.nullcontext(y) as a, contextlib.nullcontext(1) as b: return a + b",
        "with (\n        contextlib.nullcontext(y) as a,\n        contextlib.nullcontext(1) as b,\n    ):\n        return a + b",
    ),
    hit_around(
        "names of an import over many lines",
        "def g(y):\n    from os import path, sep\n    return path.join('a', 'b') + sep",
        "from os import path, sep",
        "from os import (\n        path,\n        sep,\n    )",
    ),
    hit_around(
        "lines between a decorator and its function",
        "def d(fn): return fn\n@d\ndef g(y): return y",
        "@d\ndef g",
        "@d\n# why\n\ndef g",
    ),
    hit_around(
        "a lambda over many lines",
        "g = lambda y: y + 1",
        "lambda y: y + 1",
        "(\n    lambda y: (\n        y + 1\n    )\n)",
    ),
    hit_around(
        "a dict over many lines",
        "T = {'a': 1, 'b': 2}",
        "{'a': 1, 'b': 2}",
        "{\n    'a': 1,\n    'b': 2,\n}",
        "return T",
    ),
    hit_around(
        "a comprehension over many lines",
        "def g(y): return [a * 2 for a in range(y) if a]",
        "[a * 2 for a in range(y) if a]",
        "[\n        a * 2\n        for a in range(y)\n        if a\n    ]",
    ),
    hit_around(
        "a conditional expression over many lines",
        "def g(y): return 1 if y > 2 else 5",
        "1 if y > 2 else 5",
        "(\n        1\n        if y > 2\n        else 5\n    )",
    ),
    hit_around(
        "a handler over many lines",
        "def g(y):\n    try:\n        return int(y)\n    except (ValueError, TypeError):\n        return 0\n    finally:\n        pass",
        "except (ValueError, TypeError):",
        "except (\n        ValueError,\n        TypeError,\n    ):",
    ),
    hit_around(
        "a chained comparison over many lines",
        "def g(y): return 1 < y < 9 <= 10",
        "1 < y < 9 <= 10",
        "(\n        1\n        < y\n        < 9\n        <= 10\n    )",
    ),
    hit_around(
        "nested dicts over many lines",
        "D = {'a': {'b': 1}}",
        "D = {'a': {'b': 1}}",
        "D = {\n    'a': {\n        'b': 1}}",
        "return D['a']['b']",
    ),
    hit_around(
        "a function's attribute that nobody reads",
        "def g(y): return y\ng.hits = 0",
        "g.hits = 0",
        "g.hits = 5",
    ),
    hit_around("the module's own __all__", "__all__ = ['f']", "['f']", "['f', 'g']", "return x"),
    hit_around("the module's own __version__", "__version__ = '1'", "'1'", "'2'", "return x"),
]
