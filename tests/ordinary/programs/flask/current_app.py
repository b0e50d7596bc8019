"""A function that asks the current application, through its proxy."""

import flask
import rememo

REQUIRES = ["flask"]

app = flask.Flask(__name__)
app.config["RATE"] = 2
LABEL = "x"


@rememo.cache
def rated(x: int) -> str:
    rate = flask.current_app.config["RATE"] if flask.has_app_context() else 1
    return f"{LABEL}{x * rate}"


def call(f):
    return f(21)


def use():
    with app.app_context():
        assert flask.current_app.config["RATE"] == 2


def change():
    global LABEL
    LABEL = "y"
