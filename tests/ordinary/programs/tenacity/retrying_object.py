"""A Retrying object that the function copies and runs."""

import rememo
import tenacity

REQUIRES = ["tenacity"]

retrying = tenacity.Retrying(stop=tenacity.stop_after_attempt(2), reraise=True)
VALUE = 3


@rememo.cache
def tripled() -> int:
    return retrying.copy()(lambda: VALUE * 3)


def call(f):
    return f()


def use():
    retrying.copy()(lambda: None)
    repr(retrying.stop)


def change():
    global VALUE
    VALUE = 4
