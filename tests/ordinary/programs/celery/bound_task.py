"""A bound task with retries, applied locally."""

import celery
import rememo

REQUIRES = ["celery"]

app = celery.Celery("ordinary_bound", broker="memory://", backend="cache+memory://")
NAMES = {1: "ada"}


@app.task(bind=True, max_retries=2)
def name(self, number: int) -> str:
    return f"{NAMES[number]} {self.request.retries}"


@rememo.cache
def named(number: int) -> str:
    return name.apply(args=(number,)).get()


def call(f):
    return f(1)


def use():
    assert name.apply(args=(1,)).get() == "ada 0"


def change():
    NAMES[1] = "bob"
