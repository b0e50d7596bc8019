"""A template of Django's engine."""

import rememo
from django.template import Context, Engine

REQUIRES = ["django"]
ISOLATED = True

from django.conf import settings  # noqa: E402

settings.configure(USE_I18N=False)
engine = Engine()
SOURCE = "Hello {{ name|upper }}"


@rememo.cache
def rendered(name: str) -> str:
    return engine.from_string(SOURCE).render(Context({"name": name}))


def call(f):
    return f("ada")


def use():
    engine.from_string("{% if x %}y{% endif %}").render(Context({"x": 1}))


def change():
    global SOURCE
    SOURCE = "Bye {{ name|lower }}"
