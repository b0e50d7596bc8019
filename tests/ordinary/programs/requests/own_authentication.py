"""Authentication classes, ours and theirs."""

import rememo
import requests
from requests.auth import AuthBase, HTTPBasicAuth

REQUIRES = ["requests"]


class Token(AuthBase):
    scheme = "Bearer"

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"{self.scheme} {self.token}"
        return request


methods = {"token": Token("t"), "basic": HTTPBasicAuth("ada", "pw")}


@rememo.cache
def authorised(method: str) -> str:
    request = requests.Request("GET", "http://example.org", auth=methods[method])
    return request.prepare().headers["Authorization"]


def call(f):
    return f("token")


def use():
    assert methods["basic"] == HTTPBasicAuth("ada", "pw")


def change():
    methods["token"].token = "u"
