"""A base URL, headers and timeouts."""

import httpx
import rememo

REQUIRES = ["httpx"]

base = httpx.URL("https://example.org/api/")
timeout = httpx.Timeout(5.0, connect=1.0)
headers = httpx.Headers({"Accept": "application/json"})


@rememo.cache
def request(path: str) -> str:
    made = httpx.Request("GET", base.join(path), headers=headers)
    return f"{made.url} {made.headers['accept']} {timeout.connect}"


def call(f):
    return f("items")


def use():
    assert base.host == "example.org"
    headers.multi_items()
    repr(timeout)


def change():
    headers["Accept"] = "text/plain"
