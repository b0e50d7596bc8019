"""A picture that is drawn at import."""

import rememo
from PIL import Image

REQUIRES = ["PIL"]

logo = Image.new("RGB", (4, 4), "white")
logo.putpixel((1, 1), (10, 20, 30))


@rememo.cache
def pixel(x: int, y: int) -> tuple:
    return logo.getpixel((x, y))


def call(f):
    return f(1, 1)


def use():
    logo.load()
    logo.resize((2, 2))
    logo.convert("L").histogram()
    assert logo.tobytes()


def change():
    logo.putpixel((1, 1), (0, 0, 0))
