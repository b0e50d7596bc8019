"""A helper that is retried; its statistics change with each call."""

import rememo
import tenacity

REQUIRES = ["tenacity"]

failures = []
ANSWER = "ok"


@tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none())
def flaky(name: str) -> str:
    return f"{name}: {ANSWER}"


@rememo.cache
def asked(name: str) -> str:
    return flaky(name)


def call(f):
    return f("service")


def use():
    flaky("other")
    assert flaky.statistics["attempt_number"] == 1


def change():
    global ANSWER
    ANSWER = "fine"
