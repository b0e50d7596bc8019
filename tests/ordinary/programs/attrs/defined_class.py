"""An attrs class with converters, validators and a factory."""

import copy
import pickle

import attrs
import rememo

REQUIRES = ["attrs"]


@attrs.define
class Options:
    width: int = attrs.field(default=80, converter=int, validator=attrs.validators.gt(0))
    names: list[str] = attrs.field(factory=list)


options = Options("40")


@rememo.cache
def ruler(mark: str) -> str:
    return mark * (options.width // 10) + ",".join(options.names)


def call(f):
    return f("-")


def use():
    attrs.asdict(options)
    assert pickle.loads(pickle.dumps(options)) == options
    copy.copy(options)
    attrs.fields(Options).width


def change():
    options.names.append("x")
