"""A string.Template and a translation table."""

from string import Template

import rememo

greeting = Template("Dear $name,")
plain = str.maketrans({"ä": "ae", "ö": "oe"})


@rememo.cache
def letter(name: str) -> str:
    return greeting.substitute(name=name.translate(plain))


def call(f):
    return f("Jäger")


def use():
    assert greeting.safe_substitute() == "Dear $name,"
    assert "ö".translate(plain) == "oe"


def change():
    global greeting
    greeting = Template("Hello $name!")
