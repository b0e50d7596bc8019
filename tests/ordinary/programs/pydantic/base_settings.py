"""Settings that pydantic-settings reads from the environment, once."""

import rememo
from pydantic_settings import BaseSettings, SettingsConfigDict

REQUIRES = ["pydantic", "pydantic_settings"]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ORDINARY_SHOP_")
    workers: int = 2
    debug: bool = False


settings = Settings()


@rememo.cache
def capacity(each: int) -> int:
    return settings.workers * each


def call(f):
    return f(10)


def use():
    settings.model_dump()
    assert Settings(debug=True).debug


def change():
    settings.workers = 3
