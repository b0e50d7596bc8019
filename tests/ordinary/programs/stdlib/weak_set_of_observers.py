"""Observers in a weak set."""

import weakref

import rememo


class Observer:
    def __init__(self, weight: int) -> None:
        self.weight = weight


kept = [Observer(1), Observer(2)]
observers = weakref.WeakSet(kept)


@rememo.cache
def weight() -> int:
    return sum(o.weight for o in observers)


def call(f):
    return f()


def use():
    assert kept[0] in observers
    list(observers)


def change():
    kept.append(Observer(5))
    observers.add(kept[-1])
