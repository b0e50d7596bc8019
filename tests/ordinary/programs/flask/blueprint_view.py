"""A view function of a blueprint, called as a function."""

import flask
import rememo

REQUIRES = ["flask"]

shop = flask.Blueprint("shop", __name__, url_prefix="/shop")
PRICES = {"pen": 2}


@shop.get("/<name>")
def price(name: str):
    return str(PRICES[name])


@rememo.cache
def page(name: str) -> str:
    return f"<p>{price(name)}</p>"


def call(f):
    return f("pen")


def use():
    app = flask.Flask(__name__)
    app.register_blueprint(shop)
    assert app.test_client().get("/shop/pen").text == "2"


def change():
    PRICES["pen"] = 3
