"""A cached classmethod that reads an attribute of its class."""

import rememo


class Converter:
    factor = 2.54

    @classmethod
    @rememo.cache
    def centimetres(cls, inches: float) -> float:
        return inches * cls.factor

    @staticmethod
    def unrelated() -> str:
        return "text"


CACHED = vars(Converter)["centimetres"].__func__


def call(f):
    return f(Converter, 10.0)


def use():
    assert Converter.unrelated() == "text"
    Converter()


def change():
    Converter.factor = 2.5
