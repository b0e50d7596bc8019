"""A frozen dataclass as configuration."""

import dataclasses
import pickle

import rememo


@dataclasses.dataclass(frozen=True)
class Config:
    rate: float = 0.2
    tags: tuple[str, ...] = ()

    def scaled(self, x: float) -> float:
        return x * self.rate


config = Config(tags=("a",))


@rememo.cache
def charge(x: float) -> float:
    return config.scaled(x) + len(config.tags)


def call(f):
    return f(10.0)


def use():
    hash(config)
    repr(config)
    dataclasses.asdict(config)
    assert pickle.loads(pickle.dumps(config)) == config


def change():
    global config
    config = dataclasses.replace(config, rate=0.3)
