"""Types and unions of types as data."""

import rememo

Number = int | float
accepted = {"amount": Number, "names": list, "flag": (bool, type(None))}


@rememo.cache
def valid(field: str, value) -> bool:
    return isinstance(value, accepted[field])


def call(f):
    return f("amount", "12")


def use():
    assert isinstance(3, Number)
    assert repr(Number) == "int | float"


def change():
    accepted["amount"] = Number | str
