"""A Flask application of which the function reads one setting."""

import flask
import rememo

REQUIRES = ["flask"]

app = flask.Flask(__name__)
app.config["RATE"] = 2


@app.get("/rate/<int:x>")
def rate_page(x: int):
    return {"rated": rated(x)}


@rememo.cache
def rated(x: int) -> int:
    return x * app.config["RATE"]


def call(f):
    return f(21)


def use():
    assert app.test_client().get("/rate/1").json == {"rated": 2}
    app.config["UNRELATED"] = object()


def change():
    app.config["RATE"] = 3


CACHED = rated
