"""What the user says to the decorator: depends_on, version, ignore, hash_funcs, and the rest."""

from ..case import hit, miss

SAID = "the user said so"

CASES = [
    miss(
        "the version",
        """
        @rememo.cache(version=1)
        def f(x): return x
        """,
        ("version=1", "version=2"),
        conservative=SAID,
    ),
    miss(
        "the version's type",
        """
        @rememo.cache(version=1)
        def f(x): return x
        """,
        ("version=1", 'version="1"'),
        conservative=SAID,
    ),
    miss(
        "a value in depends_on",
        """
        @rememo.cache(depends_on=[("a", 1)])
        def f(x): return x
        """,
        ('"a", 1', '"a", 2'),
        conservative=SAID,
    ),
    miss(
        "a function in depends_on",
        """
        def g(): return 1
        @rememo.cache(depends_on=[g])
        def f(x): return globals()["".join(["g"])]()
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a helper of a function in depends_on",
        """
        def h(): return 1
        def g(): return h()
        @rememo.cache(depends_on=[g])
        def f(x): return globals()["".join(["g"])]()
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a class in depends_on",
        """
        class P:
            def m(self): return 1
        @rememo.cache(depends_on=[P])
        def f(x): return globals()["".join(["P"])]().m()
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a module in depends_on",
        """
        import importlib
        import lib
        @rememo.cache(depends_on=[lib])
        def f(x): return importlib.import_module("".join(["lib"])).g()
        ## lib.py
        def g(): return 1
        """,
        ("return 1", "return 2"),
    ),
    miss(
        "a file in depends_on",
        """
        import importlib
        import where
        @rememo.cache(depends_on=[rememo.File(where.DATA)])
        def f(x): return importlib.import_module("".join(["where"])).read()
        ## where.py
        import pathlib
        DATA = pathlib.Path(__file__).with_name("data.txt")
        def read(): return DATA.read_text()
        ## data.txt
        one
        """,
        ("one", "two"),
    ),
    miss(
        "an environment variable in depends_on",
        """
        import os
        @rememo.cache(depends_on=[rememo.Env("ACME_RATE")])
        def f(x): return os.environ["ACME_RATE"]
        """,
        do='os.environ["ACME_RATE"] = "1"',
        after_do='os.environ["ACME_RATE"] = "2"',
    ),
    miss(
        "an environment variable in depends_on that is unset or empty",
        """
        import os
        @rememo.cache(depends_on=[rememo.Env("ACME_TAX")])
        def f(x): return os.environ.get("ACME_TAX")
        """,
        do='os.environ.pop("ACME_TAX", None)',
        after_do='os.environ["ACME_TAX"] = ""',
    ),
    miss(
        "what hash_funcs makes of a value",
        """
        class P:
            def __init__(self, n): self.n = n
        N = P(1)
        @rememo.cache(hash_funcs={P: lambda p: p.n})
        def f(x): return vars(N)["n"]
        """,
        ("P(1)", "P(2)"),
    ),
    miss(
        "what hash_funcs by name makes of a value",
        """
        class P:
            def __init__(self, n): self.n = n
        N = P(1)
        @rememo.cache(hash_funcs={"app.P": lambda p: p.n})
        def f(x): return vars(N)["n"]
        """,
        ("P(1)", "P(2)"),
    ),
    miss(
        "a parameter that is not ignored",
        """
        @rememo.cache(ignore=["y"])
        def f(x, y): return x
        """,
        call="f(1, 2)",
        after_call="f(2, 2)",
    ),
    miss(
        "which parameter is ignored",
        """
        @rememo.cache(ignore=["x"])
        def f(x, y): return 1
        """,
        ('["x"]', '["y"]'),
        call="f(1, 2)",
        conservative="two keys that leave out different parameters must not be confused",
    ),
    hit(
        "an ignored parameter",
        """
        @rememo.cache(ignore=["y"])
        def f(x, y): return x
        """,
        call="f(1, 2)",
        after_call="f(1, 3)",
    ),
    hit(
        "a value that hash_funcs switches off",
        """
        class P:
            def __init__(self, n): self.n = n
        N = P(1)
        @rememo.cache(hash_funcs={P: lambda _: None})
        def f(x): return vars(N)["n"]
        """,
        ("P(1)", "P(2)"),
        blind=SAID,
    ),
    hit(
        "an argument that hash_funcs switches off",
        """
        class P:
            def __init__(self, n): self.n = n
        @rememo.cache(hash_funcs={P: lambda _: None})
        def f(x): return 1
        """,
        call="f(P(1))",
        after_call="f(P(2))",
    ),
    *[
        hit(
            f"the option {option}",
            f"""
            @rememo.cache({before})
            def f(x): return x
            """,
            (before, after),
        )
        for option, before, after in [
            ("ttl", "ttl=60", "ttl=90"),
            ("max_entries", "max_entries=5", "max_entries=6"),
            ("max_bytes", 'max_bytes="1MiB"', 'max_bytes="2MiB"'),
            ("show_spinner", "show_spinner=False", 'show_spinner="Working"'),
            ("on_mutation", 'on_mutation="warn"', 'on_mutation="raise"'),
            ("output", 'output="checked"', 'output="shared"'),
        ]
    ],
    hit(
        "a decorator written without its parentheses",
        """
        @rememo.cache()
        def f(x): return x
        """,
        ("cache()", "cache"),
    ),
]
