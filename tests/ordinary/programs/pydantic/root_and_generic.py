"""A root model and a generic model."""

from typing import Generic, TypeVar

import pydantic
import rememo

REQUIRES = ["pydantic"]

T = TypeVar("T")


class Names(pydantic.RootModel[list[str]]):
    pass


class Page(pydantic.BaseModel, Generic[T]):
    items: list[T]
    number: int = 1


first = Page[int](items=[1, 2])
names = Names(["ada", "bob"])


@rememo.cache
def shown() -> str:
    return f"{first.items} {names.root} {first.number}"


def call(f):
    return f()


def use():
    assert Page[str](items=["x"]).items == ["x"]
    names.model_dump()


def change():
    first.number = 2
