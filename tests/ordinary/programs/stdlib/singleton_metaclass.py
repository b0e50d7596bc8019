"""A singleton by metaclass, made on first use."""

import rememo


class Singleton(type):
    instances: dict = {}

    def __call__(cls, *args, **kwargs):
        if cls not in Singleton.instances:
            Singleton.instances[cls] = super().__call__(*args, **kwargs)
        return Singleton.instances[cls]


class Clock(metaclass=Singleton):
    def __init__(self) -> None:
        self.offset = 5


clock = Clock()


@rememo.cache
def shifted(hour: int) -> int:
    return (hour + Clock().offset) % 24


def call(f):
    return f(22)


def use():
    assert Clock() is clock


def change():
    clock.offset = 6
