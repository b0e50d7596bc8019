"""A class that says what its state is: the connection is opened anew, the rows count."""

import pickle

import rememo


class Table:
    def __init__(self, rows: list[int]) -> None:
        self.rows = rows
        self.reads = 0

    def __getstate__(self):
        return {"rows": self.rows}

    def __setstate__(self, state):
        self.rows, self.reads = state["rows"], 0

    def total(self) -> int:
        self.reads += 1
        return sum(self.rows)


table = Table([1, 2, 3])


@rememo.cache
def total(factor: int) -> int:
    return table.total() * factor


def call(f):
    return f(2)


def use():
    table.total()
    assert pickle.loads(pickle.dumps(table)).rows == table.rows


def change():
    table.rows.append(4)
