"""A child that refers to its parent weakly."""

import weakref

import rememo


class Parent:
    def __init__(self) -> None:
        self.scale = 2


class Child:
    def __init__(self, parent: Parent) -> None:
        self.parent = weakref.ref(parent)


parent = Parent()
child = Child(parent)


@rememo.cache
def scaled(x: int) -> int:
    owner = child.parent()
    return x * owner.scale if owner else x


def call(f):
    return f(8)


def use():
    assert child.parent() is parent
    weakref.ref(parent, lambda _: None)


def change():
    parent.scale = 3
