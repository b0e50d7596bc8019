"""An environment with filters of our own; the function renders from a string."""

import jinja2
import rememo

REQUIRES = ["jinja2"]

env = jinja2.Environment(autoescape=True, trim_blocks=True)
CURRENCY = "EUR"


def money(value: float) -> str:
    return f"{value:.2f} {CURRENCY}"


env.filters["money"] = money


@rememo.cache
def rendered(template: str, **values) -> str:
    return env.from_string(template).render(values)


def call(f):
    return f("<b>{{ price|money }}</b>", price=2)


def use():
    assert env.from_string("{{ 1 + 1 }}").render() == "2"
    env.compile_expression("a + b")


def change():
    global CURRENCY
    CURRENCY = "USD"
