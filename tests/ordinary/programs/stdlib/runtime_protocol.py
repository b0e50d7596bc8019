"""A protocol that is checked at run time."""

from typing import Protocol, runtime_checkable

import rememo


@runtime_checkable
class Priced(Protocol):
    def price(self) -> float: ...


class Pen:
    vat = 0.19

    def price(self) -> float:
        return 2.0 * (1 + self.vat)


@rememo.cache
def total(items: list) -> float:
    return round(sum(item.price() for item in items if isinstance(item, Priced)), 4)


def call(f):
    return f([Pen(), "paper", Pen()])


def use():
    assert isinstance(Pen(), Priced)
    assert not isinstance(3, Priced)
    assert issubclass(Pen, Priced)


def change():
    Pen.vat = 0.07
