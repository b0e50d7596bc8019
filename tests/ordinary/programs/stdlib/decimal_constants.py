"""Decimal rates in a dictionary."""

from decimal import Decimal

import rememo

VAT = {"standard": Decimal("0.19"), "reduced": Decimal("0.07")}


@rememo.cache
def gross(net: Decimal, kind: str) -> Decimal:
    return (net * (1 + VAT[kind])).quantize(Decimal("0.01"))


def call(f):
    return f(Decimal("9.99"), "reduced")


def use():
    hash(VAT["standard"])
    assert VAT["reduced"] < VAT["standard"]


def change():
    VAT["reduced"] = Decimal("0.05")
