"""Synchronisation objects that a function passes through."""

import threading

import rememo

started = threading.Event()
slots = threading.BoundedSemaphore(4)
gate = threading.Barrier(1)
FACTOR = 3


@rememo.cache
def scale(x: int) -> int:
    started.set()
    with slots:
        gate.wait()
        return x * FACTOR


def call(f):
    return f(5)


def use():
    started.clear()
    slots.acquire()
    slots.release()
    gate.wait()


def change():
    global FACTOR
    FACTOR = 4
