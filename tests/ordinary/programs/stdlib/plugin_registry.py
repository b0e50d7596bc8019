"""Functions in a registry that a decorator fills."""

import rememo

REGISTRY = {}


def register(name):
    def decorator(function):
        REGISTRY[name] = function
        return function

    return decorator


@register("upper")
def upper(text: str) -> str:
    return text.upper()


@register("strip")
def strip(text: str) -> str:
    return text.strip()


@rememo.cache
def transform(text: str, steps: tuple[str, ...]) -> str:
    for step in steps:
        text = REGISTRY[step](text)
    return text


def call(f):
    return f(" abc ", ("strip", "upper"))


def use():
    assert REGISTRY["upper"]("x") == "X"
    assert list(REGISTRY) == ["upper", "strip"]


def change():
    @register("upper")
    def shout(text: str) -> str:
        return text.upper() + "!"
