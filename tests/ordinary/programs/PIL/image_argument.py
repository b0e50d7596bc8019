"""A picture as argument, and a filter as global."""

import rememo
from PIL import Image, ImageFilter

REQUIRES = ["PIL"]

blur = ImageFilter.BoxBlur(1)


@rememo.cache
def blurred(image: Image.Image) -> list[int]:
    return list(image.filter(blur).tobytes())


def call(f):
    image = Image.new("L", (3, 3), 0)
    image.putpixel((1, 1), 90)
    return f(image)


def use():
    Image.new("L", (2, 2)).filter(blur)


def change():
    global blur
    blur = ImageFilter.BoxBlur(2)
