"""A logger bound to a job, and a decorator that catches."""

import rememo
from loguru import logger

REQUIRES = ["loguru"]

log = logger.bind(job="nightly")
STEPS = ["load", "clean"]


@logger.catch(reraise=True)
def described(step: int) -> str:
    log.debug("step {}", step)
    return STEPS[step]


@rememo.cache
def name(step: int) -> str:
    with logger.contextualize(step=step):
        return described(step).title()


def call(f):
    return f(1)


def use():
    log.opt(lazy=True).debug("{}", lambda: 1)
    log.patch(lambda record: None).info("x")


def change():
    STEPS[1] = "tidy"
