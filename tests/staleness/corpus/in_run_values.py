"""Changes within one run: globals rebound, values mutated in place, enclosed variables set."""

from ..case import changed, changed_around

COUNT = """
RATE = 2
@rememo.cache
def f(x): return RATE * x
"""

CASES = [
    changed("a global that is rebound", COUNT, "RATE = 3"),
    changed("a global that takes another type", COUNT, "RATE = 2.0"),
    changed(
        "a global that is rebound from a function",
        COUNT + "def up():\n    global RATE\n    RATE += 1\n",
        "up()",
    ),
    changed("a global that is rebound through its dict", COUNT, "globals()['RATE'] = 3"),
    changed(
        "a global that is rebound on the module",
        COUNT,
        "import sys; sys.modules[f.__module__].RATE = 3",
    ),
    changed("a global that is deleted", COUNT, "del RATE"),
    changed_around(
        "a global that is made", "", "LATE = 1", "try: return LATE\n    except NameError: return 0"
    ),
    changed_around("a built-in that is hidden", "", "len = lambda y: 9", "return len('ab')"),
    changed_around(
        "a built-in that is shown again", "len = lambda y: 9", "del len", "return len('ab')"
    ),
    changed_around(
        "a built-in that is replaced",
        "import builtins\nKEEP = builtins.ascii",
        "builtins.ascii = lambda y: 9",
        "return ascii(x)",
        undo="builtins.ascii = KEEP",
    ),
    changed_around("an instance that becomes a number", "A = True", "A = 1", "return [A]"),
    changed_around("a float that becomes its negative zero", "A = 0.0", "A = -0.0", "return A"),
    changed_around("a list that grows", "A = [1]", "A.append(2)", "return sum(A)"),
    changed_around("a list's element", "A = [1, 2]", "A[0] = 5", "return sum(A)"),
    changed_around("a list that is sorted", "A = [2, 1]", "A.sort()", "return A[0]"),
    changed_around("a dict's value", "A = {'a': 1}", "A['a'] = 2", "return A['a']"),
    changed_around("a dict's further key", "A = {'a': 1}", "A['b'] = 2", "return len(A)"),
    changed_around(
        "a dict's order", "A = {'a': 1, 'b': 2}", "A['a'] = A.pop('a')", "return list(A)"
    ),
    changed_around(
        "a dict's value under the same size",
        "A = {'a': 1, 'b': 2}",
        "del A['b']; A['c'] = 2",
        "return list(A)",
    ),
    changed_around("a set's element", "A = {1}", "A.add(2)", "return len(A)"),
    changed_around("a bytearray's byte", "A = bytearray(b'a')", "A[0] = 98", "return bytes(A)"),
    changed_around(
        "an array's element", "import array\nA = array.array('i', [1])", "A[0] = 2", "return A[0]"
    ),
    changed_around(
        "a numpy array's element",
        "import numpy as np\nA = np.arange(3)",
        "A[0] = 7",
        "return int(A.sum())",
        requires=("numpy",),
    ),
    changed_around(
        "a numpy array's element through a view",
        "import numpy as np\nA = np.arange(3)\nV = A[:1]",
        "V[0] = 7",
        "return int(A.sum())",
        requires=("numpy",),
    ),
    changed_around(
        "a frame's cell",
        "import pandas as pd\nA = pd.DataFrame({'a': [1, 2]})",
        "A.loc[0, 'a'] = 7",
        "return int(A['a'].sum())",
        requires=("pandas",),
    ),
    changed_around(
        "a frame's column name",
        "import pandas as pd\nA = pd.DataFrame({'a': [1, 2]})",
        "A.columns = ['b']",
        "return list(A.columns)",
        requires=("pandas",),
    ),
    changed_around(
        "a deque that turns",
        "import collections\nA = collections.deque([1, 2])",
        "A.rotate()",
        "return A[0]",
    ),
    changed_around(
        "an ordered dict's order",
        "import collections\nA = collections.OrderedDict(a=1, b=2)",
        "A.move_to_end('a')",
        "return list(A)",
    ),
    changed_around(
        "a value deep inside", "A = [{'a': ([1],)}]", "A[0]['a'][0].append(2)", "return str(A)"
    ),
    changed_around(
        "a list reached through another name",
        "B = [1]\nA = {'b': B}",
        "B.append(2)",
        "return str(A)",
    ),
    changed_around("a list inside a tuple", "A = (1, [2])", "A[1].append(3)", "return str(A)"),
    changed_around(
        "a text stream that is read",
        "import io\nA = io.StringIO('ab')",
        "A.read(1)",
        "return A.tell()",
    ),
    changed_around(
        "a mutable default", "def g(y, acc=[1]): return sum(acc) + y", "g.__defaults__[0].append(5)"
    ),
    changed(
        "the function's own mutable default",
        """
        TABLE = [1]
        @rememo.cache
        def f(x, acc=TABLE): return sum(acc) + x
        """,
        "TABLE.append(5)",
    ),
    changed(
        "an enclosed variable that is set",
        """
        def make():
            n = 1
            @rememo.cache
            def f(x): return x + n
            def put(v):
                nonlocal n
                n = v
            return f, put
        f, put = make()
        """,
        "put(5)",
    ),
    changed(
        "an enclosed variable's cell",
        """
        def make(n):
            def g(y): return y + n
            return g
        g = make(1)
        @rememo.cache
        def f(x): return g(x)
        """,
        "g.__closure__[0].cell_contents = 5",
    ),
    changed(
        "an enclosed list",
        """
        def make(table):
            def g(y): return sum(table) + y
            return g
        TABLE = [1]
        g = make(TABLE)
        @rememo.cache
        def f(x): return g(x)
        """,
        "TABLE.append(5)",
    ),
    changed(
        "an enclosed variable that is emptied",
        """
        def make(n):
            def g(y):
                try: return n
                except NameError: return 0
            def drop():
                nonlocal n
                del n
            return g, drop
        g, drop = make(1)
        @rememo.cache
        def f(x): return g(x)
        """,
        "drop()",
    ),
]
