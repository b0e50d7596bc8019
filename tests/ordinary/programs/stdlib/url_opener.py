"""An opener with headers of our own."""

import urllib.request

import rememo

opener = urllib.request.build_opener()
opener.addheaders = [("User-Agent", "ordinary/1.0")]


@rememo.cache
def headers(url: str) -> list:
    request = urllib.request.Request(url)
    return [request.host, *opener.addheaders]


def call(f):
    return f("http://example.org/a")


def use():
    assert opener.open("data:,hello").read() == b"hello"


def change():
    opener.addheaders = [("User-Agent", "ordinary/2.0")]
