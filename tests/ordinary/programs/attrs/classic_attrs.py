"""attr.s as it was written for years, with a validator method."""

import attr
import rememo

REQUIRES = ["attrs"]


@attr.s(order=True)
class Money:
    amount = attr.ib(type=float)
    currency = attr.ib(default="EUR")
    symbol = "€"

    @amount.validator
    def not_negative(self, attribute, value):
        if value < 0:
            raise ValueError("negative")

    def shown(self) -> str:
        return f"{self.amount:.2f} {self.symbol}"


@rememo.cache
def largest(*amounts: Money) -> str:
    return max(amounts).shown()


def call(f):
    return f(Money(2.0), Money(3.5))


def use():
    assert Money(1.0) < Money(2.0)
    attr.asdict(Money(1.0))


def change():
    Money.symbol = "EUR"
