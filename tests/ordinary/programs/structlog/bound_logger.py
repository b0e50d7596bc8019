"""A bound logger and processors of our own."""

import rememo
import structlog

REQUIRES = ["structlog"]


def upper(logger, method, event):
    event["event"] = event["event"].upper()
    return event


log = structlog.wrap_logger(
    structlog.PrintLogger(), processors=[upper, structlog.processors.KeyValueRenderer()]
).bind(job="nightly")
LIMIT = 5


@rememo.cache
def limited(x: int) -> int:
    log.info("limiting", x=x)
    return min(x, LIMIT)


def call(f):
    return f(9)


def use():
    log.warning("more")


def change():
    global LIMIT
    LIMIT = 6
