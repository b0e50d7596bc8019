"""A table that is guarded by a lock."""

import threading

import rememo

lock = threading.Lock()
table = {"EUR": 1.0, "USD": 1.1}


@rememo.cache
def convert(amount: float, currency: str) -> float:
    with lock:
        return round(amount * table[currency], 2)


def call(f):
    return f(10.0, "USD")


def use():
    with lock:
        table["USD"] = table["USD"]


def change():
    with lock:
        table["USD"] = 1.2
