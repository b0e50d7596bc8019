"""Settings in a typed named tuple, sent to other processes in between."""

import copy
import pickle
from typing import NamedTuple

import rememo


class Settings(NamedTuple):
    host: str = "localhost"
    port: int = 8000

    def url(self) -> str:
        return f"http://{self.host}:{self.port}/"


settings = Settings()


@rememo.cache
def endpoint(path: str) -> str:
    return settings.url() + path


def call(f):
    return f("items")


def use():
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert copy.copy(settings)._asdict()["port"] == 8000


def change():
    global settings
    settings = settings._replace(port=9000)
