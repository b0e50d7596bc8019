"""A generic class that is subscribed in between."""

from typing import Generic, TypeVar

import rememo

T = TypeVar("T")


class Stack(Generic[T]):
    limit = 2

    def __init__(self, items: list[T]) -> None:
        self.items = items[: self.limit]


@rememo.cache
def size(items: list[int]) -> int:
    return len(Stack[int](items).items)


def call(f):
    return f([1, 2, 3, 4])


def use():
    assert Stack[str] is Stack[str]
    assert Stack[bytes]([b""]).items


def change():
    Stack.limit = 3
