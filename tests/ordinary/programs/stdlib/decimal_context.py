"""A decimal context for money: its flags change with each division, its precision counts."""

import decimal

import rememo

money = decimal.Context(prec=6, rounding=decimal.ROUND_HALF_EVEN)


@rememo.cache
def share(amount: str, parts: int) -> str:
    return str(money.divide(decimal.Decimal(amount), decimal.Decimal(parts)))


def call(f):
    return f("10", 3)


def use():
    money.divide(decimal.Decimal(1), decimal.Decimal(7))
    assert money.flags[decimal.Inexact]
    money.clear_flags()


def change():
    money.prec = 3
