"""A client of a cloud service: a resource."""

import boto3
import rememo

REQUIRES = ["boto3"]

s3 = boto3.client(
    "s3", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="y"
)
BUCKET = "logs"


@rememo.cache
def link(key: str) -> str:
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key})
    return url.partition("?")[0]


def call(f):
    return f("a.txt")


def use():
    assert s3.meta.region_name == "eu-central-1"


def change():
    global BUCKET
    BUCKET = "archive"


EXPECT = "error"
NAMES = ["s3"]
REMEDY = {
    "hash_funcs": {type(s3): lambda c: (c.meta.service_model.service_name, c.meta.region_name)}
}
