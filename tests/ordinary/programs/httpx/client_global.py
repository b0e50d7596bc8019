"""A client that is kept open: a resource."""

import httpx
import rememo

REQUIRES = ["httpx"]

client = httpx.Client(headers={"X-App": "ordinary"})
PATH = "/a"


@rememo.cache
def built() -> str:
    return str(client.build_request("GET", "http://example.org" + PATH).url)


def call(f):
    return f()


def use():
    client.build_request("POST", "http://example.org", json={})


def change():
    global PATH
    PATH = "/b"


EXPECT = "error"
NAMES = ["client"]
REMEDY = {"hash_funcs": {httpx.Client: lambda c: sorted(c.headers.items())}}
