# ruff: noqa: E501
"""Functions that library code calls."""

from ..case import miss_around

CASES = [
    miss_around(
        "a function that json calls",
        "import json\ndef enc(o): return 'a'\nclass P: pass",
        "'a'",
        "'b'",
        "return json.dumps(P(), default=enc)",
    ),
    miss_around(
        "an encoder of json",
        "import json\nclass Enc(json.JSONEncoder):\n    def default(self, o): return 'a'\nclass P: pass",
        "'a'",
        "'b'",
        "return json.dumps(P(), cls=Enc)",
    ),
    miss_around(
        "a function that re calls",
        "import re\ndef h(m): return 'a'",
        "'a'",
        "'b'",
        "return re.sub('x', h, 'xyx')",
    ),
    miss_around(
        "a function that a thread runs",
        "import threading\nOUT = []\ndef h(y): OUT.append(y + 1)",
        "y + 1",
        "y + 2",
        "t = threading.Thread(target=h, args=(x,)); OUT.clear(); t.start(); t.join(); return OUT[0]",
        restless=True,
    ),
    miss_around(
        "a function that a pool runs",
        "from concurrent.futures import ThreadPoolExecutor\ndef h(y): return y + 1",
        "y + 1",
        "y + 2",
        "with ThreadPoolExecutor(1) as p: return list(p.map(h, [x]))",
    ),
    miss_around(
        "an order that a heap asks for",
        "import heapq\nclass P:\n    def __init__(self, n): self.n = n\n    def __lt__(self, o): return self.n < o.n",
        "self.n < o.n",
        "self.n > o.n",
        "h = [P(2), P(x)]; heapq.heapify(h); return h[0].n",
    ),
    miss_around(
        "a function out of a table that bisect calls",
        "import bisect\nKEYS = {'k': {'k2': lambda e: e}}",
        "lambda e: e",
        "lambda e: -e",
        "return bisect.bisect([1, 2, 5], x, key=KEYS['k']['k2'])",
    ),
    miss_around(
        "a function in a dict of dicts",
        "def a(y): return y + 1\nT = {'m': {'a': a, 'b': None}}",
        "y + 1",
        "y + 2",
        "return T['m']['a'](x)",
    ),
    miss_around(
        "a partial of a method in a dict of dicts",
        "import functools\nclass P:\n    def m(self, a, b): return a + b\nT = {'m': {'a': functools.partial(P().m, 1)}}",
        "a + b",
        "a - b",
        "return T['m']['a'](x)",
    ),
    miss_around(
        "a function that numpy makes a ufunc of",
        "import numpy as np\ndef h(y): return y + 1\nU = np.frompyfunc(h, 1, 1)",
        "y + 1",
        "y + 2",
        "return U(x)",
        requires=("numpy",),
    ),
    miss_around(
        "a function that numpy vectorizes",
        "import numpy as np\ndef h(y): return y + 1\nU = np.vectorize(h)",
        "y + 1",
        "y + 2",
        "return int(U(x))",
        requires=("numpy",),
    ),
    miss_around(
        "a comparison that sorting calls",
        "import functools\ndef h(a, b): return a - b\nK = functools.cmp_to_key(h)",
        "a - b",
        "b - a",
        "return sorted([1, x, 2], key=K)",
    ),
    miss_around(
        "the arguments of a method caller",
        "import operator\nclass P:\n    def m(self, k): return k\nC = operator.methodcaller('m', 5)",
        "'m', 5",
        "'m', 6",
        "return C(P())",
    ),
    miss_around(
        "a function that is called on leaving",
        "import contextlib\nOUT = []\ndef h(): OUT.append(1)\n",
        "append(1)",
        "append(2)",
        "OUT.clear()\n    with contextlib.ExitStack() as s: s.callback(h)\n    return OUT[0]",
        restless=True,
    ),
]
