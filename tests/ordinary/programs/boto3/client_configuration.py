"""The configuration from which clients are made."""

import rememo
from botocore.config import Config

REQUIRES = ["boto3"]

config = Config(region_name="eu-central-1", retries={"max_attempts": 3})


@rememo.cache
def described(service: str) -> str:
    return f"{service} in {config.region_name}, {config.retries['max_attempts']} tries"


def call(f):
    return f("s3")


def use():
    assert config.merge(Config(read_timeout=3)).read_timeout == 3


def change():
    config.retries["max_attempts"] = 5
