# ruff: noqa: E501
"""The function's own code: constants, operators, nested code, signature, what it can see of itself."""

from ..case import hit, miss


def _body(name, before, after, setup="", **options):
    """A miss by one changed fragment of the body of ``f``."""
    lines = before.strip("\n").split("\n")
    project = setup + "\n@rememo.cache\ndef f(x):\n" + "\n".join("    " + line for line in lines)
    old, new = after
    return miss(name, project, (old, new), **options)


CASES = [
    _body("an integer constant", "return x + 1", ("x + 1", "x + 2")),
    _body("an integer beyond 64 bits", "return x + 2**80", ("2**80", "(2**80 + 1)")),
    _body("an integer becomes a float", "return [x, 1]", ("1]", "1.0]")),
    _body("an integer becomes a bool", "return [x, 1]", ("1]", "True]")),
    _body("the sign of a float zero", "return [x, 0.0]", ("0.0", "-0.0")),
    _body("a complex constant", "return x + 1j", ("1j", "2j")),
    _body("text becomes bytes", 'return "ab"', ('"ab"', 'b"ab"')),
    _body("a lone surrogate", r'return "\ud800"', ("ud800", "udc00")),
    _body(
        "the nesting of a constant tuple", "return (x, ((1, 2), 3))", ("((1, 2), 3)", "(1, (2, 3))")
    ),
    _body("a constant set", "return x in {1, 2, 3}", ("2, 3}", "2}")),
    _body("a constant becomes Ellipsis", "return [x, None]", ("None", "...")),
    _body("an operator", "return x + 5", ("+", "-")),
    _body("an in-place operator", "x += 5\nreturn x", ("+=", "*=")),
    _body("a unary operator", "return -x", ("-x", "~x")),
    _body("a comparison", "return x < 3", ("<", "<=")),
    _body("a containment", "return x in (1, 2)", ("in (", "not in (")),
    _body("identity against equality", "return x == 3.0", ("==", "is")),
    _body("a boolean operator", "return x and 7", ("and", "or")),
    _body("a negated condition", "if x:\n    return 1\nreturn 2", ("if x", "if not x")),
    _body("the order of operands", "return x - 1", ("x - 1", "1 - x")),
    _body("the order of arguments", "return divmod(x, 2)", ("x, 2", "2, x")),
    _body("the name of a keyword", "return dict(a=x)", ("a=x", "b=x")),
    _body("a starred argument", "return max(*[x, 9], 4)", ("*[x, 9]", "*[x, 2]")),
    _body("a method's name", 'return "aB".upper()', ("upper", "lower")),
    _body("an attribute's name", "return (x + 2j).real", ("real", "imag")),
    _body("a built-in function", "return max(x, 9)", ("max", "min")),
    _body("a slice", "return [1, 2, 3, 4][:x]", (":x", "x:")),
    _body("a step of a slice", "return list(range(9))[::2]", ("::2", "::3")),
    _body("the format of an f-string", 'return f"{x:03d}"', ("03d", "04d")),
    _body("the text of an f-string", 'return f"a{x}"', ("a{x}", "b{x}")),
    _body("the conversion of an f-string", 'y = "q"\nreturn f"{y!s}"', ("!s", "!r")),
    _body("a lambda inside", "g = lambda y: y + 1\nreturn g(x)", ("y + 1", "y + 2")),
    _body("the default of a lambda inside", "g = lambda y=1: y\nreturn g() + x", ("y=1", "y=2")),
    _body(
        "a function inside",
        "def g(y):\n    return y + 1\nreturn g(x)",
        ("y + 1", "y + 2"),
    ),
    _body(
        "a function two levels inside",
        "def g(y):\n    def h(z):\n        return z * 2\n    return h(y)\nreturn g(x)",
        ("z * 2", "z * 3"),
    ),
    _body(
        "a class inside",
        "class P:\n    def m(self):\n        return 4\nreturn P().m() + x",
        ("return 4", "return 5"),
    ),
    _body("a list comprehension", "return [y * 2 for y in range(x)]", ("y * 2", "y * 3")),
    _body("a comprehension's filter", "return [y for y in range(x) if y > 0]", ("> 0", "> 1")),
    _body("a set comprehension", "return sorted({y % 2 for y in range(x)})", ("% 2", "% 3")),
    _body("a dict comprehension", "return {y: y for y in range(x)}", (": y for", ": -y for")),
    _body("a generator expression", "return sum(y for y in range(x))", ("y for", "y + 1 for")),
    _body(
        "a generator inside",
        "def g():\n    yield x\n    yield 1\nreturn list(g())",
        ("yield 1", "yield 2"),
    ),
    _body(
        "a pattern's literal",
        "match x:\n    case 3:\n        return 1\n    case _:\n        return 2",
        ("case 3", "case 4"),
    ),
    _body(
        "a pattern's class",
        "match x:\n    case int():\n        return 1\n    case _:\n        return 2",
        ("int()", "str()"),
    ),
    _body(
        "a pattern's key",
        'match {"a": x}:\n    case {"a": y}:\n        return y\n    case _:\n        return 0',
        ('case {"a"', 'case {"b"'),
    ),
    _body(
        "a pattern's guard",
        "match x:\n    case y if y > 2:\n        return 1\n    case _:\n        return 2",
        ("y > 2", "y > 3"),
    ),
    _body("a walrus", "if (y := x + 1) > 2:\n    return y\nreturn 0", ("x + 1", "x - 1")),
    _body("an unpacking", "a, *b = range(x)\nreturn [a, b]", ("a, *b", "*a, b")),
    _body("a removed statement", "y = 1\ny = y + x\nreturn y", ("y = y + x", "pass")),
    _body("a removed return", "return x", ("return x", "x")),
    _body("an assertion", "assert x\nreturn x", ("assert x", "assert not x")),
    _body(
        "the type of a handler",
        'try:\n    return int("z")\nexcept ValueError:\n    return x',
        ("ValueError", "KeyError"),
    ),
    _body(
        "what a handler covers",
        'y = 0\ntry:\n    y = int("z")\n    y = 1\nexcept ValueError:\n    y = 5\nreturn y',
        ('try:\n        y = int("z")\n', 'y = int("z")\n    try:\n'),
    ),
    _body(
        "a finally clause",
        "y = [x]\ntry:\n    pass\nfinally:\n    y.append(1)\nreturn y",
        ("(1)", "(2)"),
    ),
    _body(
        "a loop's else",
        "for y in []:\n    pass\nelse:\n    return 1\nreturn 2",
        ("return 1", "return 3"),
    ),
    _body(
        "break against continue",
        "y = 0\nfor y in range(x):\n    break\nreturn y",
        ("break", "continue"),
    ),
    _body("a deleted element", "y = [1, 2, x]\ndel y[0]\nreturn y", ("y[0]", "y[1]")),
    _body(
        "an exception that is raised",
        "raise ValueError('no')",
        ("ValueError", "KeyError"),
    ),
    _body(
        "which global is stored",
        "global A\nA = x\nreturn A + B",
        ("global A\n    A = x", "global B\n    B = x"),
        setup="A = 1\nB = 20",
        restless=True,
    ),
    _body(
        "a local becomes a global",
        "A = x\nreturn A + show()",
        ("A = x", "global A; A = x"),
        setup="A = 1\ndef show():\n    return A",
        restless=True,
    ),
    miss(
        "a default",
        """
        @rememo.cache
        def f(x, y=1):
            return x + y
        """,
        ("y=1", "y=2"),
    ),
    miss(
        "a mutable default",
        """
        @rememo.cache
        def f(x, y=[1, {"a": 2}]):
            return [x, y]
        """,
        ('"a": 2', '"a": 3'),
    ),
    miss(
        "a keyword-only default",
        """
        @rememo.cache
        def f(x, *, y=1):
            return x + y
        """,
        ("y=1", "y=2"),
    ),
    miss(
        "the order of parameters",
        """
        @rememo.cache
        def f(a, b):
            return a - b
        """,
        ("a, b", "b, a"),
        call="f(5, 3)",
    ),
    miss(
        "a collecting parameter",
        """
        @rememo.cache
        def f(*a):
            return str(a)
        """,
        ("*a", "a"),
    ),
    miss(
        "which variable is enclosed",
        """
        def make():
            a, b = 1, 2
            @rememo.cache
            def f(x):
                return x + a, lambda: b
            return f
        f = make()
        """,
        ("return x + a, lambda: b", "return x + b, lambda: a"),
        run="f(3)[0]",
    ),
    miss(
        "a coroutine's body",
        """
        import asyncio
        @rememo.cache
        async def f(x):
            await asyncio.sleep(0)
            return x + 1
        """,
        ("x + 1", "x + 2"),
        run="asyncio.run(f(3))",
    ),
    miss(
        "a docstring that the code reads",
        '''
        @rememo.cache
        def f(x):
            """One."""
            return f.__doc__
        ''',
        ("One", "Two"),
    ),
    miss(
        "annotations that the code reads",
        """
        @rememo.cache
        def f(x: int):
            return str(f.__annotations__)
        """,
        ("x: int", "x: str"),
    ),
    miss(
        "annotations that the code reads by get_type_hints",
        """
        import typing
        def g(y: int): ...
        @rememo.cache
        def f(x):
            return str(typing.get_type_hints(g))
        """,
        ("y: int", "y: str"),
    ),
    miss(
        "a signature that the code inspects",
        """
        import inspect
        def g(y: int = 1): ...
        @rememo.cache
        def f(x):
            return str(inspect.signature(g))
        """,
        ("y: int", "y: str"),
    ),
    _body("a local that locals() shows", "y = x\nreturn list(locals())", ("y = x", "z = x")),
    _body("a local that vars() shows", "y = x\nreturn list(vars())", ("y = x", "z = x")),
    _body("a local that dir() shows", "y = x\nreturn dir()", ("y = x", "z = x")),
    _body(
        "a local that eval() reads",
        'y, z = 1, 2\nreturn eval("y") + x',
        ("y, z =", "z, y ="),
    ),
    miss(
        "the function's name",
        """
        @rememo.cache
        def f(x):
            return x
        """,
        ("def f", "def g"),
        after_call="g(3)",
        conservative="a renamed function starts cold",
    ),
    miss(
        "the name of a second function with the same body",
        """
        @rememo.cache
        def f(x):
            return x
        @rememo.cache
        def g(x):
            return x
        """,
        after_call="g(3)",
        conservative="equal bodies under two names keep apart entries",
    ),
    miss(
        "the scope of a type parameter",
        """
        @rememo.cache
        def f[T](x):
            return T.__name__
        """,
        ("f[T](x):\n    return T", "f[S](x):\n    return S"),
        min_version=(3, 12),
    ),
    hit(
        "the function lies in a directory of another name",
        """
        @rememo.cache
        def f(x):
            return x
        """,
    ),
]
