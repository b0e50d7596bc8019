"""A compiled template as a global."""

import jinja2
import rememo

REQUIRES = ["jinja2"]

letter = jinja2.Template("Dear {{ name }},")


@rememo.cache
def written(name: str) -> str:
    return letter.render(name=name)


def call(f):
    return f("ada")


def use():
    assert letter.render(name="x") == "Dear x,"
    letter.module


def change():
    global letter
    letter = jinja2.Template("Hello {{ name }}!")
