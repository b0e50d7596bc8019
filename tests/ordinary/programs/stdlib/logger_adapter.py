"""A logger adapter that carries the job's name."""

import logging

import rememo

log = logging.LoggerAdapter(logging.getLogger("jobs"), {"job": "nightly"})


@rememo.cache
def label(step: str) -> str:
    log.debug("labelling %s", step)
    return f"{log.extra['job']}:{step}"


def call(f):
    return f("load")


def use():
    log.error("something happened")
    log.setLevel(logging.CRITICAL)


def change():
    log.extra["job"] = "weekly"
