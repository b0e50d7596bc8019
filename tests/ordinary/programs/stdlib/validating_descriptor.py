"""A descriptor that validates, with its values in the instances."""

import rememo


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return self if instance is None else instance.__dict__[self.name]

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive")
        instance.__dict__[self.name] = value


class Order:
    quantity = Positive()

    def __init__(self, quantity: int) -> None:
        self.quantity = quantity


order = Order(3)


@rememo.cache
def cost(unit: float) -> float:
    return order.quantity * unit


def call(f):
    return f(2.5)


def use():
    assert order.quantity == 3
    try:
        order.quantity = -1
    except ValueError:
        pass


def change():
    order.quantity = 4
