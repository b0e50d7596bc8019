# ruff: noqa: E501
"""Data that is changed in place while the program runs, wherever it lies."""

from ..case import changed_around

CASES = [
    changed_around(
        "an array that is sorted",
        "import numpy as np\nA = np.array([3, 1, 2])",
        "A.sort()",
        "return A[0].item()",
        requires=("numpy",),
    ),
    changed_around(
        "an array that is filled by copyto",
        "import numpy as np\nA = np.array([3, 1, 2])",
        "np.copyto(A, 9)",
        "return A[0].item()",
        requires=("numpy",),
    ),
    changed_around(
        "an array's shape",
        "import numpy as np\nA = np.arange(6)",
        "A.shape = (2, 3)",
        "return A.shape",
        requires=("numpy",),
    ),
    changed_around(
        "an array deep in an instance",
        "import numpy as np\nclass P: pass\nO = P(); O.d = {'a': np.arange(3)}",
        "O.d['a'][0] = 5",
        "return O.d['a'][0].item()",
        requires=("numpy",),
    ),
    changed_around(
        "a read-only view whose base changes",
        "import numpy as np\nB = np.arange(3)\nA = B.view()\nA.flags.writeable = False",
        "B[0] = 5",
        "return A[0].item()",
        requires=("numpy",),
    ),
    changed_around(
        "an array that is frozen, thawed and written to",
        "import numpy as np\nA = np.arange(3)\nA.flags.writeable = False",
        "A.flags.writeable = True; A[0] = 5",
        "return A[0].item()",
        requires=("numpy",),
    ),
    changed_around(
        "a frame's cell by at",
        "import pandas as pd\nD = pd.DataFrame({'a': [1]})",
        "D.at[0, 'a'] = 5",
        "return D['a'][0].item()",
        requires=("pandas",),
    ),
    changed_around(
        "a frame's columns",
        "import pandas as pd\nD = pd.DataFrame({'a': [1]})",
        "D.columns = ['b']",
        "return list(D)",
        requires=("pandas",),
    ),
    changed_around(
        "a frame's attrs",
        "import pandas as pd\nD = pd.DataFrame({'a': [1]})",
        "D.attrs['k'] = 1",
        "return dict(D.attrs)",
        requires=("pandas",),
    ),
    changed_around(
        "the name of a frame's index",
        "import pandas as pd\nD = pd.DataFrame({'a': [1]})",
        "D.index.name = 'k'",
        "return D.index.name",
        requires=("pandas",),
    ),
    changed_around(
        "the name of a series",
        "import pandas as pd\nD = pd.Series([1])",
        "D.name = 'k'",
        "return D.name",
        requires=("pandas",),
    ),
    changed_around(
        "a frame whose array is written to",
        "import pandas as pd, numpy as np\nN = np.array([1, 2])\nD = pd.DataFrame(N.reshape(2, 1), copy=False)",
        "N[0] = 7",
        "return D.iloc[0, 0].item()",
        requires=("pandas",),
    ),
    changed_around(
        "the content of a UserDict",
        "import collections\nD = collections.UserDict(a=1)",
        "D.data['a'] = 2",
        "return D['a']",
    ),
    changed_around(
        "the content of a UserList",
        "import collections\nD = collections.UserList([1])",
        "D.append(2)",
        "return len(D)",
    ),
    changed_around(
        "a dict behind a ChainMap",
        "import collections\nB = {'a': 1}\nD = collections.ChainMap({}, B)",
        "B['a'] = 2",
        "return D['a']",
    ),
    changed_around(
        "a view of a dict's keys", "D = {'a': 1}\nV = D.keys()", "D['b'] = 2", "return len(V)"
    ),
    changed_around(
        "a view of a dict's values", "D = {'a': 1}\nV = D.values()", "D['a'] = 2", "return list(V)"
    ),
    changed_around(
        "a class in a generic alias",
        "class P:\n    n = 1\nA = list[P]",
        "P.n = 2",
        "return A.__args__[0].n",
    ),
    changed_around(
        "a list as a member's value",
        "import enum\nclass E(enum.Enum):\n    A = [1]",
        "E.A.value.append(2)",
        "return len(E.A.value)",
    ),
    changed_around(
        "a list in a named tuple's field",
        "import collections\nT = collections.namedtuple('T', 'a')\nO = T([1])",
        "O.a.append(2)",
        "return len(O.a)",
    ),
    changed_around(
        "a list in a slice", "S = slice([1], None)", "S.start.append(2)", "return len(S.start)"
    ),
    changed_around(
        "a list in an exception's arguments",
        "E = ValueError([1])",
        "E.args[0].append(2)",
        "return len(E.args[0])",
    ),
    changed_around(
        "the class of a date's time zone",
        "import datetime\nclass Z(datetime.tzinfo):\n    off = 1\n    def utcoffset(self, d): return datetime.timedelta(hours=self.off)\nT = datetime.datetime(2020, 1, 1, tzinfo=Z())",
        "Z.off = 2",
        "return str(T.utcoffset())",
    ),
    changed_around(
        "the state of a date's time zone",
        "import datetime\nclass Z(datetime.tzinfo):\n    def __init__(self, off=1): self.off = off\n    def utcoffset(self, d): return datetime.timedelta(hours=self.off)\nZZ = Z()\nT = datetime.datetime(2020, 1, 1, tzinfo=ZZ)",
        "ZZ.off = 2",
        "return str(T.utcoffset())",
    ),
    changed_around(
        "an attribute of a number's subclass",
        "class I(int): pass\nN = I(1)\nN.k = [1]",
        "N.k.append(2)",
        "return len(N.k)",
    ),
    changed_around(
        "an attribute of a text's subclass inside a tuple",
        "class S(str): pass\nN = (S('a'),)\nN[0].k = 1",
        "N[0].k = 2",
        "return N[0].k",
    ),
    changed_around(
        "a list that two closures share",
        "def make():\n    rows = [1]\n    return {'get': lambda: len(rows), 'add': rows.append}\nT = make()",
        "T['add'](2)",
        "return T['get']()",
    ),
    changed_around(
        "a mutable default of a generator",
        "def g(y, acc=[1]): yield from acc",
        "g.__defaults__[0].append(2)",
        "return list(g(x))",
    ),
    changed_around(
        "an object inside a frozen set",
        "class P:\n    n = 1\nO = P()\nS = frozenset([O])",
        "O.n = 2",
        "return [o.n for o in S]",
    ),
    changed_around(
        "an object that is a dict's key",
        "class P:\n    n = 1\nO = P()\nS = {O: 1}",
        "O.n = 2",
        "return [o.n for o in S]",
    ),
    changed_around(
        "a dict behind __getattr__",
        "class P:\n    def __init__(self): self.__dict__['d'] = {'a': 1}\n    def __getattr__(self, n): return self.d[n]\nO = P()",
        "O.d['a'] = 2",
        "return O.a",
    ),
    changed_around(
        "a slot that __getstate__ tells",
        "class P:\n    __slots__ = ('a',)\n    def __getstate__(self): return (None, {'a': self.a})\nO = P(); O.a = 1",
        "O.a = 2",
        "return O.a",
    ),
    changed_around(
        "an attribute that is read and that __getstate__ hides",
        "class P:\n    def __init__(self): self.a = 1\n    def __getstate__(self): return {}\nO = P()",
        "O.a = 2",
        "return O.a",
    ),
    changed_around(
        "a dict behind itemgetter",
        "import operator\nD = {'a': 1}\nG = operator.itemgetter('a')",
        "D['a'] = 2",
        "return G(D)",
    ),
    changed_around(
        "a buffer behind a view of another type",
        "import array\nA = array.array('i', [1, 2])\nV = memoryview(A).cast('B')",
        "A[0] = 7",
        "return V[0]",
    ),
    changed_around(
        "a stream's content",
        "import io\nB = io.BytesIO(b'a')",
        "B.write(b'zz')",
        "return B.getvalue()",
    ),
    changed_around(
        "a dict that a context manager reads",
        "import contextlib\nSTATE = {'v': 1}\n@contextlib.contextmanager\ndef cm(): yield STATE['v']",
        "STATE['v'] = 2",
        "with cm() as v: return v",
    ),
    changed_around(
        "a coroutine's global",
        "import asyncio\nRATE = 1\nasync def g(y): return y + RATE",
        "RATE = 2",
        "return asyncio.run(g(x))",
    ),
    changed_around(
        "what a mock returns",
        "from unittest import mock\nM = mock.Mock(return_value=1)",
        "M.return_value = 2",
        "return M()",
        restless=True,
    ),
]
