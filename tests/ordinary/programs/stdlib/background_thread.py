"""A thread that refreshes a table; the function reads the table only."""

import threading

import rememo


class Refresher:
    def __init__(self) -> None:
        self.table = {"a": 1}
        self.thread = threading.Thread(target=self.refresh)

    def refresh(self) -> None:
        self.table["a"] = 1


refresher = Refresher()


@rememo.cache
def value(name: str) -> int:
    return refresher.table[name]


def call(f):
    return f("a")


def use():
    refresher.thread.start()
    refresher.thread.join()
    refresher.thread = threading.Thread(target=refresher.refresh)


def change():
    refresher.table["a"] = 2
