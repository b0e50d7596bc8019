"""An application class of our own with a method that is used."""

import flask
import rememo

REQUIRES = ["flask"]


class Shop(flask.Flask):
    currency = "EUR"

    def shown(self, amount: int) -> str:
        return f"{amount} {self.currency}"


@rememo.cache
def shown(amount: int) -> str:
    return Shop.shown(Shop, amount)


def call(f):
    return f(3)


def use():
    Shop(__name__).test_client().get("/")


def change():
    Shop.currency = "USD"
