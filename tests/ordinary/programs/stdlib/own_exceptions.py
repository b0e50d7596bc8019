"""Exceptions of our own, as classes and as values in a table."""

import rememo


class ServiceError(Exception):
    code = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ServiceError):
    code = 404


ERRORS = {"missing": NotFound("not here"), "broken": ServiceError("out of order")}


@rememo.cache
def response(name: str) -> tuple[int, str]:
    try:
        raise ERRORS[name]
    except ServiceError as error:
        return error.code, error.message


def call(f):
    return f("missing")


def use():
    assert str(ERRORS["broken"]) == "out of order"
    assert ERRORS["missing"].args == ("not here",)


def change():
    NotFound.code = 410


EXPECT = "hit"
