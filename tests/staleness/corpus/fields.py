# ruff: noqa: E501
"""What classes are made of by others: dataclass, NamedTuple, Enum, abstract classes, protocols."""

from ..case import miss_around


def _class(name, setup, before, after, body="return P().m()", **options):
    return miss_around(name, setup, before, after, body, **options)


DATACLASS = "import dataclasses\n@dataclasses.dataclass"

CASES = [
    _class(
        "a dataclass's default",
        DATACLASS + "\nclass P:\n    n: int = 1",
        "n: int = 1",
        "n: int = 2",
        "return P().n",
    ),
    _class(
        "a dataclass's default factory",
        DATACLASS + "\nclass P:\n    n: list = dataclasses.field(default_factory=lambda: [1])",
        "[1]",
        "[2]",
        "return P().n",
    ),
    _class(
        "the order of a dataclass's fields",
        DATACLASS + "\nclass P:\n    a: int\n    b: int",
        "a: int\n    b: int",
        "b: int\n    a: int",
        "return P(1, 2).a",
    ),
    _class(
        "a dataclass's further field",
        DATACLASS + "\nclass P:\n    a: int\n",
        "a: int\n",
        "a: int\n    b: int = 2\n",
        "return repr(P(1))",
    ),
    _class(
        "a dataclass's order",
        "import dataclasses\n@dataclasses.dataclass(order=True)\nclass P:\n    a: int",
        "order=True",
        "order=False",
        "try: return P(1) < P(2)\n    except TypeError: return 0",
    ),
    _class(
        "a field left out of comparison",
        DATACLASS + "\nclass P:\n    a: int = dataclasses.field(compare=True)",
        "compare=True",
        "compare=False",
        "return P(1) == P(2)",
    ),
    _class(
        "the type of a dataclass's field",
        DATACLASS + "\nclass P:\n    a: int = 1",
        "a: int",
        "a: float",
        "return P().a",
        conservative="what a class makes of its annotations always counts",
    ),
    _class(
        "a dataclass's __post_init__",
        DATACLASS + "\nclass P:\n    a: int\n    def __post_init__(self): self.a += 1",
        "+= 1",
        "+= 2",
        "return P(1).a",
    ),
    _class(
        "a base dataclass's default",
        DATACLASS
        + "\nclass B:\n    a: int = 1\n@dataclasses.dataclass\nclass P(B):\n    b: int = 2",
        "a: int = 1",
        "a: int = 5",
        "return P().a",
    ),
    _class(
        "a named tuple's default",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int = 1",
        "= 1",
        "= 2",
        "return P().a",
    ),
    _class(
        "the order of a named tuple's fields",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int\n    b: int",
        "a: int\n    b: int",
        "b: int\n    a: int",
        "return P(1, 2).a",
    ),
    _class(
        "a field of collections.namedtuple",
        "import collections\nP = collections.namedtuple('P', 'a b')",
        "'a b'",
        "'b a'",
        "return P(1, 2).a",
    ),
    _class(
        "a typed dict's keys",
        "from typing import TypedDict\nclass P(TypedDict):\n    a: int",
        "a: int",
        "b: int",
        "return list(P.__annotations__)",
    ),
    _class(
        "a member's value",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2",
        "A = 1",
        "A = 5",
        "return P.A.value",
    ),
    _class(
        "the order of members",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2",
        "A = 1\n    B = 2",
        "B = 2\n    A = 1",
        "return [p.name for p in P]",
    ),
    _class(
        "a member that becomes an alias",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    B = 2",
        "B = 2",
        "B = 1",
        "return len(list(P))",
    ),
    _class(
        "an enumeration's method",
        "import enum\nclass P(enum.Enum):\n    A = 1\n    def m(self): return 1",
        "return 1",
        "return 2",
        "return P.A.m()",
    ),
    _class(
        "an enumeration's base",
        "import enum\nclass P(enum.IntEnum):\n    A = 1",
        "IntEnum",
        "Enum",
        "return P.A == 1",
    ),
    _class(
        "a flag's value",
        "import enum\nclass P(enum.Flag):\n    A = 1\n    B = 2",
        "B = 2",
        "B = 4",
        "return (P.A | P.B).value",
    ),
    _class(
        "what an abstract class demands",
        "import abc\nclass P(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...",
        "@abc.abstractmethod",
        "@(lambda g: g)",
        "try: return P().m()\n    except TypeError: return 0",
    ),
    _class(
        "a class registered with an abstract class",
        "import abc\nclass P(abc.ABC): pass\nclass Q: pass\nP.register(Q)\n",
        "P.register(Q)\n",
        "",
        "return isinstance(Q(), P)",
    ),
    _class(
        "what a protocol demands",
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n    def m(self): ...\nclass Q:\n    def m(self): ...",
        "class P(Protocol):\n    def m",
        "class P(Protocol):\n    def n",
        "return isinstance(Q(), P)",
    ),
    _class(
        "an attrs class's default",
        "import attrs\n@attrs.define\nclass P:\n    a: int = 1",
        "= 1",
        "= 2",
        "return P().a",
        requires=("attrs",),
    ),
    _class(
        "a pydantic model's default",
        "import pydantic\nclass P(pydantic.BaseModel):\n    a: int = 1",
        "= 1",
        "= 2",
        "return P().a",
        requires=("pydantic",),
    ),
    _class(
        "a pydantic model's validator",
        "import pydantic\nclass P(pydantic.BaseModel):\n    a: int\n    @pydantic.field_validator('a')\n    def v(cls, a): return a + 1",
        "a + 1",
        "a + 2",
        "return P(a=1).a",
        requires=("pydantic",),
    ),
    _class(
        "an exception's text",
        "class P(Exception):\n    def __str__(self): return 'a'",
        "'a'",
        "'b'",
        "try: raise P\n    except P as e: return str(e)",
    ),
    _class(
        "an exception's base",
        "class P(ValueError): pass",
        "P(ValueError)",
        "P(KeyError)",
        "try: raise P\n    except ValueError: return 1\n    except KeyError: return 2",
    ),
]
