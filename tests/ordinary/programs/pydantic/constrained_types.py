"""Annotated types with constraints, and a discriminated union."""

from typing import Annotated, Literal

import pydantic
import rememo

REQUIRES = ["pydantic"]

Percent = Annotated[float, pydantic.Field(ge=0, le=100)]


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: list[str] = []


class Home(pydantic.BaseModel):
    pet: Cat | Dog = pydantic.Field(discriminator="kind")
    comfort: Percent = 50.0


BONUS = 1


@rememo.cache
def lives(data: dict) -> int:
    pet = Home.model_validate(data).pet
    return (pet.lives if isinstance(pet, Cat) else 1) + BONUS


def call(f):
    return f({"pet": {"kind": "cat"}})


def use():
    Home.model_validate({"pet": {"kind": "dog"}, "comfort": 3})
    Home.model_json_schema()


def change():
    global BONUS
    BONUS = 2
