"""A function that reads the request, outside of any."""

import rememo
from flask import Flask, has_request_context, request

REQUIRES = ["flask"]

app = Flask(__name__)
DEFAULT = "en"


@rememo.cache
def language() -> str:
    return request.headers["Accept-Language"] if has_request_context() else DEFAULT


def call(f):
    return f()


def use():
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert request.headers["Accept-Language"] == "de"


def change():
    global DEFAULT
    DEFAULT = "fr"
