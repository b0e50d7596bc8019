"""A session with headers and an adapter that retries."""

import rememo
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

REQUIRES = ["requests"]

session = requests.Session()
session.headers["User-Agent"] = "ordinary/1"
session.mount("https://", HTTPAdapter(max_retries=Retry(3, backoff_factor=0.1)))


@rememo.cache
def prepared(url: str) -> dict:
    return dict(session.prepare_request(requests.Request("GET", url)).headers)


def call(f):
    return f("https://example.org/")


def use():
    session.prepare_request(requests.Request("POST", "https://example.org", json={"a": 1}))
    session.get_adapter("https://x").max_retries.new(total=2)


def change():
    session.headers["User-Agent"] = "ordinary/2"
