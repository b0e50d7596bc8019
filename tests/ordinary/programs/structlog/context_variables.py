"""A function that binds context variables for its log lines."""

import rememo
import structlog
from structlog.contextvars import bound_contextvars

REQUIRES = ["structlog"]

log = structlog.stdlib.get_logger("ordinary")
NAMES = {1: "ada"}


@rememo.cache
def name(number: int) -> str:
    with bound_contextvars(number=number):
        return NAMES[number]


def call(f):
    return f(1)


def use():
    with bound_contextvars(a=1):
        structlog.contextvars.get_contextvars()


def change():
    NAMES[1] = "bob"
