"""loguru's logger, with a sink that is added in between."""

import rememo
from loguru import logger

REQUIRES = ["loguru"]
ISOLATED = True

RATE = 2


@rememo.cache
def rated(x: int) -> int:
    logger.info("rating {}", x)
    return x * RATE


def call(f):
    return f(4)


def use():
    sink = logger.add(lambda message: None)
    logger.warning("a warning")
    logger.remove(sink)


def change():
    global RATE
    RATE = 3
