"""A re-entrant lock and a condition on it."""

import threading

import rememo

guard = threading.RLock()
ready = threading.Condition(guard)
limits = [1, 2, 3]


@rememo.cache
def largest() -> int:
    with ready:
        ready.notify_all()
        return max(limits)


def call(f):
    return f()


def use():
    with guard, ready:
        ready.wait(0)


def change():
    limits.append(9)
