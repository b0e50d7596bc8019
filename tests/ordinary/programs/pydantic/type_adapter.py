"""A type adapter: compiled from a type."""

import pydantic
import rememo

REQUIRES = ["pydantic"]
ISOLATED = True  # pydantic makes the name `TypeAdapter` when it is first asked for

Pairs = list[tuple[str, int]]
FACTOR = 2


class Line(pydantic.BaseModel):
    n: int


@rememo.cache
def parsed(text: str) -> list:
    pairs = pydantic.TypeAdapter(Pairs).validate_json(text)
    return [(name, Line(n=n).n * FACTOR) for name, n in pairs]


def call(f):
    return f('[["a", 1], ["b", 2]]')


def use():
    pydantic.TypeAdapter(Pairs).json_schema()
    pydantic.TypeAdapter(list[Line]).validate_python([{"n": 1}])


def change():
    global FACTOR
    FACTOR = 3
