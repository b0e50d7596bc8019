"""A nested model as argument, and as result."""

import pydantic
import rememo

REQUIRES = ["pydantic"]


class Item(pydantic.BaseModel):
    name: str
    price: float = pydantic.Field(gt=0)


class Order(pydantic.BaseModel):
    items: list[Item]
    note: str | None = None


DISCOUNT = 0.5


@rememo.cache
def discounted(order: Order) -> Order:
    items = [i.model_copy(update={"price": i.price * DISCOUNT}) for i in order.items]
    return order.model_copy(update={"items": items})


def call(f):
    return f(Order(items=[Item(name="pen", price=2.0)]))


def use():
    order = Order.model_validate_json('{"items": [{"name": "x", "price": 1}]}')
    assert order.items[0].price == 1.0
    Order.model_rebuild(force=True)


def change():
    global DISCOUNT
    DISCOUNT = 0.25
