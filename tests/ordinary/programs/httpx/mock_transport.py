"""A handler of our own behind a mock transport."""

import httpx
import rememo

REQUIRES = ["httpx"]

ANSWERS = {"/a": "alpha"}


def handler(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text=ANSWERS[request.url.path])


transport = httpx.MockTransport(handler)


@rememo.cache
def fetched(path: str) -> str:
    with httpx.Client(transport=transport, base_url="http://test") as client:
        return client.get(path).text


def call(f):
    return f("/a")


def use():
    with httpx.Client(transport=transport) as client:
        assert client.get("http://x/a").text == "alpha"


def change():
    ANSWERS["/a"] = "beta"
