"""A pydantic model as settings."""

import pickle

import pydantic
import rememo

REQUIRES = ["pydantic"]


class Settings(pydantic.BaseModel):
    rate: float = 0.2
    name: str = "shop"


settings = Settings()


@rememo.cache
def charge(x: float) -> float:
    return x * settings.rate


def call(f):
    return f(10.0)


def use():
    assert settings.model_dump() == {"rate": 0.2, "name": "shop"}
    Settings.model_json_schema()
    assert pickle.loads(pickle.dumps(settings)) == settings
    Settings.model_validate({"rate": 1})


def change():
    settings.rate = 0.3
