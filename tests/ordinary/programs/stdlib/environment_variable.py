"""An environment variable, named as a dependency."""

import os

import rememo

os.environ.setdefault("ORDINARY_REGION", "eu")


@rememo.cache(depends_on=[rememo.Env("ORDINARY_REGION")])
def bucket(name: str) -> str:
    return f"{os.environ['ORDINARY_REGION']}-{name}"


def call(f):
    return f("logs")


def use():
    os.environ["ORDINARY_UNRELATED"] = "1"
    assert os.environ.get("ORDINARY_REGION") == "eu"


def change():
    os.environ["ORDINARY_REGION"] = "us"
