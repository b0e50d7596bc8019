"""A task that is called as a function."""

import celery
import rememo

REQUIRES = ["celery"]

app = celery.Celery("ordinary", broker="memory://")
FACTOR = 2


@app.task
def doubled(x: int) -> int:
    return x * FACTOR


@rememo.cache
def twice(x: int) -> int:
    return doubled(x) + doubled(x)


def call(f):
    return f(3)


def use():
    assert doubled(1) == 2
    assert doubled.name.endswith("doubled")
    doubled.s(2)


def change():
    global FACTOR
    FACTOR = 3
