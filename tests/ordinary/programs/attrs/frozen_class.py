"""A frozen attrs class whose hash is cached."""

import attrs
import rememo

REQUIRES = ["attrs"]


@attrs.frozen(cache_hash=True)
class Key:
    host: str
    port: int = 80


routes = {Key("a"): "x"}
default = Key("a")


@rememo.cache
def route() -> str:
    return f"{routes[default]} at {default.host}:{default.port}"


def call(f):
    return f()


def use():
    hash(default)
    assert default == Key("a")
    repr(default)


def change():
    global default
    default = attrs.evolve(default, port=81)
    routes[default] = "y"
