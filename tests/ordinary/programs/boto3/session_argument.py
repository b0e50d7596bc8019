"""A session and a bucket as arguments: clients beneath."""

import boto3
import rememo

REQUIRES = ["boto3"]

session = boto3.Session(
    region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="y"
)
table = session.resource("dynamodb").Table("items")
PREFIX = "t"


@rememo.cache
def named(resource) -> str:
    return f"{PREFIX}:{resource.name}"


def call(f):
    return f(table)


def use():
    assert table.name == "items"


def change():
    global PREFIX
    PREFIX = "table"


EXPECT = "error"
IDENTITY = False
NAMES = ["resource"]
REMEDY = {"hash_funcs": {type(table): lambda t: t.name}}
