"""Templates from a loader, which the environment keeps once they are compiled."""

import jinja2
import rememo

REQUIRES = ["jinja2"]

SOURCES = {"page": "{% extends 'base' %}{% block body %}{{ name }}{% endblock %}"}
SOURCES["base"] = "<body>{% block body %}{% endblock %}</body>"
env = jinja2.Environment(loader=jinja2.DictLoader(SOURCES))
env.get_template("page")
env.get_template("base")


@rememo.cache
def page(name: str) -> str:
    return env.get_template("page").render(name=name)


def call(f):
    return f("ada")


def use():
    assert env.get_template("page").render(name="x") == "<body>x</body>"
    assert env.list_templates() == ["base", "page"]


def change():
    SOURCES["base"] = "<main>{% block body %}{% endblock %}</main>"
