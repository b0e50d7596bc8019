"""A field class of our own."""

import marshmallow as ma
import rememo

REQUIRES = ["marshmallow"]


class Upper(ma.fields.Field):
    suffix = ""

    def _serialize(self, value, attr, obj, **kwargs):
        return value.upper() + self.suffix


class Person(ma.Schema):
    name = Upper()


@rememo.cache
def shown(name: str) -> str:
    return Person().dumps({"name": name})


def call(f):
    return f("ada")


def use():
    Person().dump({"name": "x"})


def change():
    Upper.suffix = "!"
