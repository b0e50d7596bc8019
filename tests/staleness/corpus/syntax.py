# ruff: noqa: E501
"""Forms of the language: patterns, comprehensions, generators, formats, handlers."""

from ..case import miss_around

CASES = [
    miss_around(
        "the base of an exception that is suppressed",
        "import contextlib\nclass A(Exception): pass\nclass B(A): pass\ndef g(y):\n    with contextlib.suppress(A):\n        raise B\n    return y",
        "class B(A)",
        "class B(Exception)",
    ),
    miss_around(
        "__match_args__",
        "class P:\n    __match_args__ = ('a', 'b')\n    a = 1\n    b = 3",
        "('a', 'b')",
        "('b', 'a')",
        "match P():\n        case P(v, _): return v",
    ),
    miss_around(
        "a pattern's star",
        "def g(v):\n    match v:\n        case [a, *rest]: return rest\n        case _: return 0",
        "[a, *rest]",
        "[*rest, a]",
        "return g([1, 2, x])",
    ),
    miss_around(
        "an alternative of a pattern",
        "def g(v):\n    match v:\n        case 1 | 2: return 'a'\n        case _: return 'b'",
        "1 | 2",
        "1 | 3",
        "return g(x)",
    ),
    miss_around(
        "the rest of a mapping's pattern",
        "def g(v):\n    match v:\n        case {'a': 1, **r}: return r\n        case _: return 0",
        "case {'a': 1",
        "case {'b': 2",
        "return g({'a': 1, 'b': 2})",
    ),
    miss_around(
        "a member of an enumeration in a pattern",
        "import enum\nclass K(enum.Enum):\n    A = 3\n    B = 4\ndef g(v):\n    match v:\n        case K.A: return 1\n        case K.B: return 2",
        "return 1",
        "return 5",
        "return g(K(x))",
    ),
    miss_around(
        "a handler of exception groups",
        "def g():\n    try: raise ExceptionGroup('a', [ValueError(1)])\n    except* ValueError as e: return_ = 1\n    except* KeyError: return_ = 2\n    return return_",
        "except* ValueError as e",
        "except* Exception as e",
        "try: return g()\n    except ExceptionGroup: return 3",
        conservative="the same handler here",
    ),
    miss_around(
        "a walrus in a comprehension",
        "def g(v): return [y for a in v if (y := a * 2) > 2]",
        "a * 2",
        "a * 3",
        "return g([1, x])",
    ),
    miss_around(
        "a comprehension in a comprehension",
        "def g(v): return [[a * b for a in range(v)] for b in range(v)]",
        "a * b",
        "a + b",
        "return g(x)",
    ),
    miss_around(
        "lambdas that keep loop variables",
        "FNS = [lambda y, i=i: y * i for i in range(3)]",
        "range(3)",
        "range(1, 4)",
        "return [h(x) for h in FNS]",
    ),
    miss_around(
        "lambdas that share a loop variable",
        "def make(): return [lambda y: y * i for i in range(3)]\nFNS = make()",
        "range(3)",
        "range(4)",
        "return [h(x) for h in FNS]",
    ),
    miss_around(
        "a counter in an enclosed variable",
        "def make():\n    n = 0\n    def bump(y):\n        nonlocal n\n        n += 1\n        return y + n\n    return bump\ng = make()",
        "n = 0",
        "n = 5",
        restless=True,
    ),
    miss_around(
        "a mutable default that grows",
        "def g(y, acc=[]):\n    acc.append(y)\n    return len(acc)",
        "acc=[]",
        "acc=[1]",
        restless=True,
    ),
    miss_around(
        "a generator that delegates",
        "def h(y): yield y + 1\ndef g(y): yield from h(y)",
        "y + 1",
        "y + 2",
        "return list(g(x))",
    ),
    miss_around(
        "an asynchronous comprehension",
        "import asyncio\nasync def h(y):\n    for i in range(y): yield i\nasync def g(y): return [i async for i in h(y)]",
        "range(y)",
        "range(y + 1)",
        "return asyncio.run(g(x))",
    ),
    miss_around(
        "the cause of an exception",
        "class E(Exception): pass\ndef g():\n    try: 1 / 0\n    except ZeroDivisionError as e: raise E from e",
        "raise E from e",
        "raise E from None",
        "try: g()\n    except E as e: return repr(e.__cause__)",
    ),
    miss_around(
        "an assertion's message",
        "def g(y): assert y > 5, 'small'",
        "'small'",
        "'tiny'",
        "try: g(x)\n    except AssertionError as e: return str(e)",
    ),
    miss_around(
        "a format inside a format", "W = 5\nP = 2", "P = 2", "P = 3", "return f'{x:{W}.{P}f}'"
    ),
    miss_around(
        "a global that holds a format", "SPEC = '03d'", "'03d'", "'04d'", "return format(x, SPEC)"
    ),
    miss_around(
        "the text of an object in a % format",
        "class P:\n    def __str__(self): return 'a'\nO = P()",
        "'a'",
        "'b'",
        "return '%s' % O",
    ),
    miss_around(
        "an attribute that a format reads",
        "class P:\n    a = 1\nO = P()",
        "a = 1",
        "a = 2",
        "return '{0.a}'.format(O)",
    ),
    miss_around(
        "an attribute that a format reads of an element",
        "class P:\n    a = 1\nO = {'o': P()}",
        "a = 1",
        "a = 2",
        "return '{o.a}'.format_map(O)",
    ),
    miss_around(
        "an f-string inside an f-string",
        'def g(y): return f"{f"{y}a"}b"',
        "}a",
        "}c",
        min_version=(3, 12),
    ),
]
