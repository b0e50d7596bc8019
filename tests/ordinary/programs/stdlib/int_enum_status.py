"""HTTP status codes, of the library and of our own."""

import enum
from http import HTTPStatus

import rememo


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


alerts = {HTTPStatus.NOT_FOUND: Level.LOW, HTTPStatus.BAD_GATEWAY: Level.HIGH}


@rememo.cache
def level(status: HTTPStatus) -> int:
    return alerts.get(status, Level.LOW) * 10


def call(f):
    return f(HTTPStatus.BAD_GATEWAY)


def use():
    assert HTTPStatus(404).phrase == "Not Found"
    assert Level.HIGH > Level.LOW


def change():
    alerts[HTTPStatus.BAD_GATEWAY] = Level.LOW
