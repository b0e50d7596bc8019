"""A helper under a wrapt decorator."""

import rememo
import wrapt

REQUIRES = ["wrapt"]

LABEL = "<{}>"


@wrapt.decorator
def labelled(wrapped, instance, args, kwargs):
    return LABEL.format(wrapped(*args, **kwargs))


@labelled
def name(number: int) -> str:
    return f"user{number}"


@rememo.cache
def shown(number: int) -> str:
    return name(number)


def call(f):
    return f(3)


def use():
    assert name(1) == "<user1>"
    assert name.__wrapped__(1) == "user1"


def change():
    global LABEL
    LABEL = "[{}]"
