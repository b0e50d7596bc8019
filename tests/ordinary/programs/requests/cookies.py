"""A cookie jar, which holds a lock."""

import rememo
from requests.cookies import RequestsCookieJar, create_cookie

REQUIRES = ["requests"]

jar = RequestsCookieJar()
jar.set("session", "abc", domain="example.org")


@rememo.cache
def cookie(name: str) -> str:
    return jar.get(name, domain="example.org")


def call(f):
    return f("session")


def use():
    assert jar.list_domains() == ["example.org"]
    jar.copy().set_cookie(create_cookie("x", "y"))


def change():
    jar.set("session", "def", domain="example.org")
