"""A transparent proxy around a table."""

import rememo
import wrapt

REQUIRES = ["wrapt"]


class Counted(wrapt.ObjectProxy):
    def __getitem__(self, key):
        return self.__wrapped__[key]


table = Counted({"a": 1})


@rememo.cache
def value(key: str) -> int:
    return table[key]


def call(f):
    return f("a")


def use():
    assert table["a"] == 1
    assert isinstance(table, dict)
    assert table == {"a": 1}


def change():
    table.__wrapped__["a"] = 2
