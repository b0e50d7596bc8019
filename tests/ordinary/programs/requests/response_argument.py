"""A response as argument, as a test makes one."""

import rememo
import requests

REQUIRES = ["requests"]

FIELD = "name"


def response() -> requests.Response:
    made = requests.Response()
    made.status_code = 200
    made._content = b'{"name": "ada", "id": 3}'
    return made


@rememo.cache
def field(answer: requests.Response):
    answer.raise_for_status()
    return answer.json()[FIELD]


def call(f):
    return f(response())


def use():
    assert response().text


def change():
    global FIELD
    FIELD = "id"
