"""An extension of our own."""

import jinja2
import rememo
from jinja2.ext import Extension

REQUIRES = ["jinja2"]


class Shout(Extension):
    mark = "!"

    def preprocess(self, source, name, filename=None):
        return source + self.mark


@rememo.cache
def rendered(text: str) -> str:
    return jinja2.Environment(extensions=[Shout]).from_string(text).render()


def call(f):
    return f("hello")


def use():
    jinja2.Environment(extensions=[Shout])


def change():
    Shout.mark = "?"
