"""A schema class that the function instantiates."""

import marshmallow as ma
import rememo

REQUIRES = ["marshmallow"]

ROUND = 1


class ItemSchema(ma.Schema):
    name = ma.fields.String(required=True)
    price = ma.fields.Float(validate=ma.validate.Range(min=0))

    @ma.post_load
    def rounded(self, data, **kwargs):
        data["price"] = round(data["price"], ROUND)
        return data


@rememo.cache
def loaded(data: dict) -> dict:
    return ItemSchema().load(data)


def call(f):
    return f({"name": "pen", "price": "2.345"})


def use():
    ItemSchema(many=True).load([{"name": "x", "price": 1}])
    try:
        ItemSchema().load({})
    except ma.ValidationError as error:
        assert "name" in error.messages


def change():
    global ROUND
    ROUND = 2
