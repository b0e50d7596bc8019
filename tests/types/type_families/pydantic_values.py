"""pydantic: models by their fields, their state and what was set."""

import typing

import pydantic


class Item(pydantic.BaseModel):
    name: str
    price: float = pydantic.Field(default=0.0, ge=0)
    _note: str = pydantic.PrivateAttr(default="")


class Other(pydantic.BaseModel):
    name: str
    price: float = pydantic.Field(default=0.0, ge=0)


class Open(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    name: str = "x"


class Names(pydantic.RootModel[list[str]]):
    pass


class Page(pydantic.BaseModel, typing.Generic[typing.TypeVar("T")]):
    number: int = 1


def model(field: object, annotation: object = int) -> type[pydantic.BaseModel]:
    """A model class made at run time."""
    return pydantic.create_model("Made", x=(annotation, field), __module__=__name__)


def noted(note: str) -> Item:
    """An item with a private attribute."""
    made = Item(name="a")
    made._note = note
    return made


DISTINCT = {
    "instances": [
        *(lambda: Item(name="a"), lambda: Item(name="b"), lambda: Item(name="a", price=1)),
        *(lambda: Other(name="a"), lambda: noted("n"), lambda: Names(["a"]), lambda: Names(["b"])),
        *(lambda: Open(), lambda: Open(extra=1), lambda: Open(extra=2)),
    ],
    "generic instances": [lambda: Page[int](), lambda: Page[int](number=2), lambda: Page()],
    "classes": [
        *(lambda: Item, lambda: Other, lambda: Open, lambda: Names),
        *(lambda: model(1), lambda: model(2), lambda: model("1", str)),
        *(lambda: model(pydantic.Field(1, ge=0)), lambda: model(pydantic.Field(1, ge=1))),
        lambda: model(pydantic.Field(1, alias="y")),
    ],
}

ALIKE = {
    "models from the same fields": [lambda: model(3), lambda: model(3)],
    "models whatever was asked of them": [lambda: Open(), lambda: _asked(Open())],
}


def _asked(item: Open) -> Open:
    Open.model_json_schema()
    Open.model_rebuild(force=True)
    assert item.model_dump() and item.model_copy() == item
    return item


# Python finds the class `Page[int]` under no name.
UNCOPIED = {"classes", "generic instances"}
