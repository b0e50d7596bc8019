"""structlog's lazy logger proxy, which builds itself on first use."""

import rememo
import structlog

REQUIRES = ["structlog"]

log = structlog.get_logger()
RATE = 2


@rememo.cache
def rated(x: int) -> int:
    log.info("rating", x=x)
    return x * RATE


def call(f):
    return f(4)


def use():
    log.bind(user="ada").warning("something")
    log.new(y=1)


def change():
    global RATE
    RATE = 3
